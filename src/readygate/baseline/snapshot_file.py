"""The files of a snapshot in a single file: a zip archive."""

import io
from collections.abc import Mapping
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from readygate.baseline.snapshot_codec import RESULTS
from readygate.support.errors import StoreError

MAX_BYTES: Final = 1 << 30
"""Largest snapshot after decompression, in bytes: a million tests take about 100 MB."""
MAX_MEMBERS: Final = 10_000
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time of a zip archive, so that equal content gives equal bytes."""
_TODO: Final = "write the file again with `readygate report --output DIR`"


def pack_snapshot(files: Mapping[str, bytes]) -> bytes:
    """Return the files of a snapshot as one file."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(ZipInfo(name, _EPOCH), data, ZIP_DEFLATED, 6)
    return stream.getvalue()


def is_snapshot_file(data: bytes) -> bool:
    """Return whether bytes look like `pack_snapshot` wrote them."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            return RESULTS in archive.namelist()
    except Exception:  # BadZipFile, NotImplementedError, ValueError: no common base class
        return False


def unpack_snapshot(data: bytes, where: str) -> dict[str, bytes]:
    """Return the files of a snapshot by name.

    Raises:
        StoreError: the file is damaged or too large.
    """
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(info.file_size for info in members) > MAX_BYTES:
                raise StoreError(
                    f"the snapshot is larger than {MAX_BYTES >> 30} GiB, or has more than {MAX_MEMBERS:,} files",
                    where=where,
                    why="Readygate did not write the file: a million tests take about 100 MB",
                    todo=_TODO,
                )
            if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in members):
                raise ValueError("a compression whose size has no limit")
            return {info.filename: archive.read(info) for info in members}
    except StoreError:
        raise
    except Exception as error:  # zlib.error, BadZipFile, NotImplementedError, RuntimeError: no common base class
        raise StoreError(
            f"the snapshot is damaged ({error})",
            where=where,
            why="the file was cut short or changed after it was written",
            todo=_TODO,
        ) from error
