"""Reports inside of zip and gzip files, read member by member without ever writing one to disk.

A zip may promise a few bytes and hold gigabytes, name paths outside of its folder, or one path twice: members are read
as streams that end at a cap, their names are only names, and a second member of the same name is passed over.
https://docs.python.org/3/library/zipfile.html#decompression-pitfalls
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from io import BufferedReader, BytesIO, RawIOBase
from typing import BinaryIO, cast

from readygate.collect.discovery import PACKED, Found
from readygate.formats import Source
from readygate.model.reports import Problem, Severity

MEMBER_BYTES = 2 << 30
"""The most that one member may become when it is unpacked."""
MEMBERS = 20_000
RATIO = 200
"""How many times larger than packed a member may become, beyond its first 64 MiB."""
FREE_BYTES = 64 << 20

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


class _Capped(RawIOBase):
    """A stream that fails once more than `cap` bytes were read from it."""

    def __init__(self, stream: BinaryIO, cap: int, packed: BinaryIO) -> None:
        self._stream = stream
        self._left = cap
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(min(len(buffer), self._left + 1))
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise OSError(f"the archive is damaged ({error})") from error
        except Exception as error:  # zlib.error and lzma.LZMAError have no common base
            if isinstance(error, OSError):
                raise
            raise OSError(f"the archive is damaged ({error})") from error
        if len(data) > self._left:
            raise OSError("unpacked, the file is larger than allowed")
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._packed.close()  # neither zipfile nor gzip closes a file that was handed over
        super().close()


def _cap(packed: int) -> int:
    return min(MEMBER_BYTES, FREE_BYTES + RATIO * packed)


def unpack(found: Found) -> tuple[Found, ...]:
    """Replace a zip by its members and a gzip file by what it holds; any other file stays as it is.

    Name and content must both say so: a packed file that calls itself XML is a mistake somewhere, and is told.
    """
    name = found.source.name.lower()
    if found.problem is not None or not name.endswith(PACKED):
        return (found,)
    try:
        with found.source.open() as stream:
            magic = stream.read(4)
    except OSError:
        return (found,)  # the reader of the file tells it
    if magic == _ZIP:
        return zip_members(found.source, keep=lambda _name: True, discovered=True)
    if magic.startswith(_GZIP):
        return (_gunzipped(found),)
    return (found,)


def _gunzipped(found: Found) -> Found:
    source = found.source

    def opened() -> BinaryIO:
        packed = source.open()
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=packed))
        return cast(BinaryIO, BufferedReader(_Capped(stream, _cap(source.size), packed)))

    return Found(source=Source(name=source.name, opener=opened, packed=source.size), discovered=found.discovered)


def zip_members(source: Source, *, keep: Callable[[str], bool], discovered: bool) -> tuple[Found, ...]:
    """The members of a zip as files of their own, named `ARCHIVE/MEMBER`.

    Args:
        source: the zip.
        keep: says from a member's name whether it is wanted.
        discovered: members that are no reports are then passed over.
    """
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        return (Found(source=source, problem=_damaged(f"the zip cannot be read ({error})")),)
    if len(infos) > MEMBERS:
        return (Found(source=source, problem=_damaged(f"the zip has more than {MEMBERS:,} members")),)
    found: dict[str, Found] = {}
    for info in infos:
        name = info.filename.replace("\\", "/")
        if info.is_dir() or name in found or not keep(name):
            continue
        member = Source(name=f"{source.name}/{name}", opener=_opener(source, info), packed=info.file_size)
        found[name] = Found(source=member, discovered=discovered)
    return tuple(found[name] for name in sorted(found))


def _opener(source: Source, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        packed = cast(BinaryIO, BytesIO(source.data)) if source.data else source.open()
        try:
            archive = zipfile.ZipFile(packed)
            stream = cast(BinaryIO, archive.open(info))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
            packed.close()
            raise OSError(f"the archive is damaged, or it is encrypted ({error})") from error
        return cast(BinaryIO, BufferedReader(_Capped(stream, _cap(info.compress_size), packed)))

    return opened


def _damaged(what: str) -> Problem:
    return Problem(
        severity=Severity.DAMAGE,
        what=what,
        why="its upload was cut short, or it is no zip of reports",
        todo="look at the job that makes it, and run it again",
    )
