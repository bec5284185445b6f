"""Parse an XML format of coverage, with a new reader for each attempt."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from xml.parsers.expat import XMLParserType

from readygate.formats import Source
from readygate.formats.xml_stream import feed
from readygate.model.reports import Problem


class Reader(Protocol):
    """Collects the content of a file."""

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers of a parser."""


R = TypeVar("R", bound=Reader)


def read_xml(source: Source, make: Callable[[], R]) -> tuple[R, Problem | None]:
    """Parse a file with a reader; a second attempt at a file that needs repair gets a new reader.

    Raises:
        OSError: the file cannot be read.
    """
    reader = make()

    def configure(parser: XMLParserType) -> None:
        nonlocal reader
        reader = make()
        reader.attach(parser)

    problem = feed(source, configure)
    return reader, problem


def unless_damaged(problem: Problem | None, check: Callable[[], Problem | None]) -> Problem | None:
    """Return the result of a check of totals; None for a damaged file, whose totals cannot match."""
    return None if problem is not None and problem.is_damage else check()
