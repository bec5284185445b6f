"""Read line-based reports in chunks, in any encoding."""

import codecs
from collections.abc import Iterator
from typing import Final

from readygate.formats import Source
from readygate.formats.xml_repair import encoding_of

CHUNK: Final = 1 << 16
MAX_LINE: Final = 1 << 22
"""Maximum characters of a line; the rest of a longer one is dropped."""


class Lines:
    """Iterates once over the lines of a file, without line ends.

    Attributes:
        number: the number of the last line that was yielded, from 1.
        too_long: the number of lines longer than `MAX_LINE`.
        ended: whether the last line that was yielded had a line end.
    """

    def __init__(self, source: Source) -> None:
        self.number = 0
        self.too_long = 0
        self.ended = True
        self._source = source

    def __iter__(self) -> Iterator[str]:
        held = ""
        dropped = False
        for text in self._texts():
            if dropped and "\n" not in text:
                continue
            pieces = (held + text).split("\n")
            held = pieces.pop()
            for piece in pieces:
                yield self._line(piece, dropped=dropped)
                dropped = False
            if len(held) > MAX_LINE:
                held, dropped = held[: MAX_LINE + 1], True
        if held:
            self.ended = False
            yield self._line(held, dropped=dropped)

    def _texts(self) -> Iterator[str]:
        with self._source.open() as stream:
            chunk = stream.read(CHUNK)
            decode = codecs.getincrementaldecoder(encoding_of(chunk))(errors="replace").decode
            yield decode(chunk).removeprefix("\ufeff")
            while chunk := stream.read(CHUNK):
                yield decode(chunk)
            yield decode(b"", True)

    def _line(self, line: str, *, dropped: bool) -> str:
        self.number += 1
        self.too_long += dropped or len(line) > MAX_LINE
        return line[:MAX_LINE].removesuffix("\r")
