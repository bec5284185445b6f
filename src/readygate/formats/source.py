"""A source of bytes to read a report from."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct


class Source(Struct, frozen=True, kw_only=True):
    """One file to read: on disk, in memory, or unpacked while it is read.

    Attributes:
        name: the name in messages and tables; untrusted.
        path: the file on disk; None if the bytes are in `data` or behind `opener`.
        opener: opens a member of an archive; raises OSError for damage.
        packed: the size of what `opener` opens, in bytes.
    """

    name: str
    path: Path | None = None
    data: bytes = b""
    opener: Callable[[], BinaryIO] | None = None
    packed: int = 0

    def open(self) -> BinaryIO:
        """Open the bytes.

        Raises:
            OSError: the file cannot be opened.
        """
        if self.opener is not None:
            return self.opener()
        return BytesIO(self.data) if self.path is None else self.path.open("rb")

    @property
    def size(self) -> int:
        """The size in bytes."""
        if self.opener is not None:
            return self.packed
        return len(self.data) if self.path is None else self.path.stat().st_size
