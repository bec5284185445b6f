"""Read an XML report element by element, with text only where a reader asks for it."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from xml.parsers.expat import XMLParserType

from readygate.formats import Source, xml_stream
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.reports import Problem


class Reader(Protocol):
    """Handles elements; tags come without namespace prefixes."""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, tag: str) -> None:
        """Handle the end of an element."""


R = TypeVar("R", bound=Reader)


class TextCollector:
    """Collects the text of an element for a reader, on request."""

    def __init__(self, parser: XMLParserType) -> None:
        self._parser = parser
        self._depth = 0
        self._until = 0  # the depth of the element whose text is collected, 0 if none is

    def collect(self) -> Excerpt:
        """Return an excerpt that will hold the text of the element that just began, its children's included.

        The reader gets no calls for these children.
        """
        excerpt = Excerpt()
        self._parser.CharacterDataHandler = excerpt.add
        self._until = self._depth
        return excerpt

    def attach(self, reader: Reader) -> None:
        """Set the handlers of the parser; they call the reader."""
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
        """Remove the handlers, which reference this object as it references the parser."""
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None


def read_elements(source: Source, make: Callable[[TextCollector], R]) -> tuple[R, Problem | None]:
    """Parse a file with a reader; a second attempt at a file that needs repair gets a new reader.

    Raises:
        OSError: the file cannot be read.
    """
    readers: list[tuple[TextCollector, R]] = []

    def configure(parser: XMLParserType) -> None:
        collector = TextCollector(parser)
        reader = make(collector)
        collector.attach(reader)
        readers[:] = [(collector, reader)]

    problem = xml_stream.feed(source, configure)
    collector, reader = readers[0]
    collector.detach()
    return reader, problem
