"""Reads JSON of unknown origin as a whole: bounded in size and depth, and told by its place where a value is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from readygate.formats.coverage._report_builder import Anomaly, CoverageBuilder
from readygate.model.reports import CoverageReport, Problem, Severity

if TYPE_CHECKING:
    from readygate.formats import Source

MAX_BYTES: Final = 1 << 28
"""Bytes from which on a file is refused: read as a whole it takes about six times as many of memory."""

_REDO: Final = "look for an error in the log of the job that makes the file, and run it again"


class UnreadableError(Exception):
    """A file cannot be read as JSON at all.

    Attributes:
        problem: what is to be told of it.
    """

    def __init__(self, what: str, place: str = "", why: str = "", todo: str = _REDO) -> None:
        super().__init__(what)
        self.problem = Problem(severity=Severity.DAMAGE, what=what, place=place, why=why, todo=todo)

    def report(self, name: str) -> CoverageReport:
        """A report of a format that holds nothing but the problem."""
        return CoverageReport(format=name, files=(), problems=(self.problem,))


def load(
    source: Source,
    *,
    writer: str,
    most: int = MAX_BYTES,
    large: str = "it holds far more than one code base",
    instead: str = "split the report, or let the tool write LCOV, which is read in pieces",
) -> Any:
    """Read a JSON file.

    Args:
        source: the file.
        writer: the tool that writes such files, as problems name it.
        most: bytes from which on it is refused.
        large: why a file is larger, probably.
        instead: what to do with a larger file.

    Raises:
        UnreadableError: it is too large, or no JSON.
        OSError: it cannot be read.
    """
    if source.size > most:
        raise UnreadableError(
            f"the file has {source.size:,} bytes, more than the {most:,} that are read", why=large, todo=instead
        )
    with source.open() as stream:
        data = stream.read(most + 1)
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated")
        raise UnreadableError(
            f"this is not valid JSON ({error.msg})",
            f"line {error.lineno:,}, column {error.colno:,}",
            "the tool that wrote it was stopped, or the disk was full" if cut else "two programs wrote to it",
        ) from None
    except ValueError:
        raise UnreadableError(
            "this is not valid JSON (its text cannot be decoded, or a number is too long)",
            why=f"another program changed the file after {writer} wrote it",
        ) from None
    except RecursionError:
        raise UnreadableError(
            "this JSON is nested too deeply to be read", why=f"{writer} does not write such files"
        ) from None


class Shape:
    """Takes values of a document for what they should be; what is of the wrong kind is told and passed over."""

    def __init__(self, builder: CoverageBuilder, writer: str) -> None:
        self._builder = builder
        self._wrong = Anomaly(
            Severity.DAMAGE,
            "a value of the wrong kind: passed over",
            f"another program changed the file after {writer} wrote it",
            f"use the file as {writer} writes it",
        )

    def wrong(self, place: str, times: int = 1) -> None:
        """Tell that a value is of the wrong kind, and where."""
        self._builder.record(self._wrong, place, times)

    def object(self, value: Any, place: str) -> dict[str, Any]:
        """The value if it is an object, else an empty one."""
        if isinstance(value, dict):
            return value
        self.wrong(f"{place} is {kind(value)}, not an object")
        return {}

    def array(self, value: Any, place: str) -> list[Any]:
        """The value if it is a list, else an empty one."""
        if isinstance(value, list):
            return value
        self.wrong(f"{place} is {kind(value)}, not a list")
        return []

    def numbers(self, value: Any, place: str) -> list[int]:
        """The whole numbers of a list."""
        values = self.array(value, place)
        if set(map(type, values)) <= {int}:
            return values
        usable = [number for number in values if type(number) is int]
        at = next(i for i, number in enumerate(values) if type(number) is not int)
        self.wrong(f"{place}[{at}] is {kind(values[at])}", len(values) - len(usable))
        return usable


def count(value: Any) -> int | None:
    """The value if it is a whole number that can be a total, else None."""
    return value if type(value) is int and 0 <= value < 10**12 else None


def kind(value: Any) -> str:
    """What a JSON value is, in words."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return names.get(type(value), "a number")
