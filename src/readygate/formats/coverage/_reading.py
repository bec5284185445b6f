"""How the XML formats of coverage are read: one reader an attempt, and its doubts only if the file is whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from readygate.formats.xml_stream import feed
from readygate.model.reports import Problem, Severity

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

    from readygate.formats import Source


class Reader(Protocol):
    """Keeps what a file says."""

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers."""


R = TypeVar("R", bound=Reader)


def read_xml(source: Source, make: Callable[[], R]) -> tuple[R, Problem | None]:
    """Read a file through a reader; a second attempt at a file that must be mended has a new one.

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


def unless_damaged(problem: Problem | None, doubt: Callable[[], Problem | None]) -> Problem | None:
    """What contradicts the totals that a file claims; of a damaged file nobody expects that they fit."""
    return None if problem is not None and problem.severity is Severity.DAMAGE else doubt()
