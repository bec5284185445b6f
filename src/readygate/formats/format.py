"""The records of this room: a source of bytes, and a format that can read it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

from readygate.formats.sniffing import FileSample
from readygate.model.reports import Report
from readygate.support.registry import Extension


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


class Format(Extension, frozen=True, kw_only=True):
    """One format.

    `name` is shown by `inspect` and in tables, for example `junit`.

    Attributes:
        title: the name in prose.
        kind: what the reports hold.
        matches: returns why a file is of this format, judged by its first bytes; None if it is not.
        parse: parses a file that matches. It does not raise for the content of a file: damage is a `Problem` in
            the report, next to everything before it. It raises OSError if the file cannot be read.
        url: a description of the format.
    """

    title: str
    kind: Literal["tests", "coverage"]
    matches: Callable[[FileSample], str | None]
    parse: Callable[[Source], Report]
    url: str
