"""Reads reports that consist of lines, in pieces and in whatever encoding."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from readygate.formats.xml_repair import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readygate.formats import Source

CHUNK: Final = 1 << 16
MAX_LINE: Final = 1 << 22
"""Characters of a line that are kept; the rest of a longer one is dropped."""


class Lines:
    """The lines of a file without their ends, once.

    Attributes:
        number: of the line that was given last, from 1.
        too_long: how many lines were longer than `MAX_LINE`.
        ended: whether the line that was given last had an end.
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
