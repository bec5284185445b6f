"""Walks through an XML report element by element, with text only where a reader asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from readygate.formats import xml_stream
from readygate.formats.results._truncated_text import Excerpt

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.parsers.expat import XMLParserType

    from readygate.formats import Source
    from readygate.model.reports import Problem


class Reader(Protocol):
    """What is told of the elements; their names come without namespace prefixes."""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""


R = TypeVar("R", bound=Reader)


class Ear:
    """Collects text for a reader: from where it asks for it to the end of the innermost open element."""

    def __init__(self, parser: XMLParserType) -> None:
        self._parser = parser
        self._reader: Reader | None = None
        self._depth = 0
        self._until = 0  # the depth of the element whose text is collected, 0 if none is

    def listen(self) -> Excerpt:
        """Return what will hold the text of the element that has just begun, its children's included."""
        excerpt = Excerpt()
        self._parser.CharacterDataHandler = excerpt.add
        self._until = self._depth
        return excerpt

    def attach(self, reader: Reader) -> None:
        """Tell a reader of the elements from now on."""
        self._reader = reader
        begin, end = reader.begin, reader.end

        def start(tag: str, attributes: dict[str, str]) -> None:
            self._depth += 1
            if not self._until:
                begin(xml_stream.local(tag) if ":" in tag else tag, attributes)

        def stop(tag: str) -> None:
            if self._until:
                if self._until < self._depth:
                    self._depth -= 1
                    return
                self._until = 0
                self._parser.CharacterDataHandler = None
            self._depth -= 1
            end(xml_stream.local(tag) if ":" in tag else tag)

        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = stop

    def detach(self) -> None:
        """Let go of the parser, which holds this object as this object holds it."""
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None


def walk(source: Source, make: Callable[[Ear], R]) -> tuple[R, Problem | None]:
    """Read a file through a reader; a second attempt at a file that must be mended has a new one.

    Raises:
        OSError: the file cannot be read.
    """
    readers: list[tuple[Ear, R]] = []

    def configure(parser: XMLParserType) -> None:
        ear = Ear(parser)
        reader = make(ear)
        ear.attach(reader)
        readers[:] = [(ear, reader)]

    problem = xml_stream.feed(source, configure)
    ear, reader = readers[0]
    ear.detach()
    return reader, problem
