"""Read the members of zip and gzip files without writing them to disk.

A zip may declare a few bytes and contain gigabytes, name paths outside of its folder, or name a path twice. So members
are read as streams with a size limit, their names are never used as paths, and a second member of a name is skipped.
https://docs.python.org/3/library/zipfile.html#decompression-pitfalls
"""

import gzip
import zipfile
from collections.abc import Callable
from io import BufferedReader, BytesIO, RawIOBase
from typing import BinaryIO, cast

from readygate.collect.discovery import Found
from readygate.formats import Source
from readygate.model.reports import Problem, Severity

PACKED = (".gz", ".gzip", ".zip")
"""Endings of the names of archives."""
MEMBER_BYTES = 2 << 30
"""The largest unpacked size of a member, in bytes."""
MEMBERS = 20_000
"""The largest number of members of a zip."""
RATIO = 200
"""The largest ratio of the unpacked to the packed size of a member, beyond its first `FREE_BYTES`."""
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
        self._packed.close()  # neither zipfile nor gzip closes the given file
        super().close()


def _cap(packed: int) -> int:
    return min(MEMBER_BYTES, FREE_BYTES + RATIO * packed)


def unpack(found: Found) -> tuple[Found, ...]:
    """Return the members of a zip, the content of a gzip file, or any other file as it is.

    Both name and content must be those of an archive. A packed file with another name is a mistake, and reading it
    reports that.
    """
    name = found.source.name.lower()
    if found.problem is not None or not name.endswith(PACKED):
        return (found,)
    try:
        with found.source.open() as stream:
            magic = stream.read(4)
    except OSError:
        return (found,)  # reading the file reports the error
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
    """Return the members of a zip as files, named `ARCHIVE/MEMBER`.

    Args:
        source: the zip.
        keep: returns whether a member of a name is wanted.
        discovered: whether a default pattern matched, so that members that are not reports are skipped.
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
        if not name or name.endswith("/") or name in found or not keep(name):
            continue
        member = Source(name=f"{source.name}/{name}", opener=_opener(source, info), packed=info.file_size)
        found[name] = Found(source=member, discovered=discovered)
    members = tuple(found[name] for name in sorted(found))
    if all(info.filename for info in infos):
        return members
    return (Found(source=source, problem=_damaged("the zip holds a file without a name")), *members)


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
