"""Takes rows of alike elements out of an XML file, so that something faster than the parser can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol
    from xml.parsers.expat import XMLParserType

    class Shortcut(Protocol):
        """Reads some elements, whole ones in a row, in the parser's place."""

        def fits(self, start: bytes) -> bool:
            """Whether a file that begins so may be read this way at all."""

        def worth(self) -> bool:
            """Whether to go on looking for rows."""

        def bounds(self, data: bytes) -> Iterator[tuple[int, int]]:
            """Bounds of the rows in some data that are worth reading, in their order.

            What stands in a CDATA section or comment may look like one.
            """

        def ready(self) -> bool:
            """Whether the reader is where a row may stand: in the content of an element, not in a CDATA section."""

        def read(self, rows: list[bytes]) -> Sequence[Row | None]:
            """Read rows, many at once because that is faster; None for each that the parser must read."""


_LONGEST_TAIL: Final = 1 << 16
"""Bytes of an incomplete tag that wait for their end."""


class Row(NamedTuple):
    """A row that was read.

    Attributes:
        lines: how many lines end in it.
        enter: takes down what it says.
    """

    lines: int
    enter: Callable[[], None]


class Rows:
    """Takes rows of elements out of a file, between the pieces that the parser gets.

    A row is whole elements in content, so what the parser sees without it is well-formed exactly if the file is.

    Attributes:
        lines: ends of lines in the rows, which the parser does not count.
    """

    def __init__(self, parser: XMLParserType, shortcut: Shortcut) -> None:
        self.lines = 0
        self._parser = parser
        self._shortcut = shortcut
        self._given = 0

    def taken_out(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces for the parser; each row is read while the parser waits before it."""
        data = next(chunks, b"")
        if not self._shortcut.fits(data):
            yield data
            yield from chunks
            return
        for chunk in chunks:
            # what begins in the last tag waits for its end
            cut = data.rfind(b"<", max(len(data) - _LONGEST_TAIL, 0))
            rest = data[cut:] if cut >= 0 else b""
            yield from self._pieces(data[:cut] if cut >= 0 else data)
            data = rest + chunk
        yield from self._pieces(data)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        shortcut, begin = self._shortcut, 0
        bounds = list(shortcut.bounds(data)) if shortcut.worth() else []
        rows = shortcut.read([data[first:end] for first, end in bounds])
        for (first, end), row in zip(bounds, rows, strict=True):
            if row is None:
                continue
            if first > begin:
                yield self._give(data[begin:first])
            begin = first
            at_rest = self._parser.CurrentByteIndex == self._given  # else it holds the beginning of a tag or comment
            if at_rest and shortcut.ready():
                row.enter()
                self.lines += row.lines
                begin = end
        if begin < len(data):
            yield self._give(data[begin:])

    def _give(self, piece: bytes) -> bytes:
        self._given += len(piece)
        return piece
