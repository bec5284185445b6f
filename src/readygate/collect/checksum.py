"""Compute the checksum of a file while it is read, so that no file is read twice."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from readygate.formats import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ChecksummingSource:
    """A source, and the checksum of what was read from it.

    The checksum is the number of bytes and their CRC-32. It identifies a file that was seen before, and is not meant
    to resist forgery.

    Attributes:
        source: the source to read instead of the given one.
    """

    def __init__(self, source: Source) -> None:
        self._given = source
        self._checksum = ""
        self.source = source
        with suppress(OSError):  # reading the file reports the error
            self.source = replace(source, opener=self._open, packed=source.size)

    def checksum(self) -> str:
        """Return the checksum as `SIZE-CRC32`, or an empty string if the file cannot be read.

        The file is read again if no reader has read it to its end.
        """
        try:
            if not self._checksum:
                with self._open() as stream:
                    while stream.read(1 << 20):
                        pass
        except OSError:
            return ""
        return self._checksum

    def _open(self) -> BinaryIO:
        return BufferedReader(ChecksumStream(self._given.open(), self._set))

    def _set(self, checksum: str) -> None:
        self._checksum = checksum


class ChecksumStream(RawIOBase):
    """A stream that reports the checksum of its bytes when it has been read to its end, from its beginning."""

    def __init__(self, stream: BinaryIO, report: Callable[[str], None]) -> None:
        """Wrap a stream; `report` takes the checksum."""
        self._stream = stream
        self._report = report
        self._crc = self._size = 0

    def readable(self) -> bool:
        """Return true: the stream can be read, and cannot be searched."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read into a buffer and return the number of bytes, 0 at the end."""
        read: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]  # each stream of a source has it
        if read:
            self._crc = zlib.crc32(memoryview(buffer)[:read], self._crc)
            self._size += read
        else:
            self._report(f"{self._size}-{self._crc:08x}")
        return read

    def close(self) -> None:
        """Close both streams."""
        self._stream.close()
        super().close()
