"""Parse untrusted JSON documents, bounded in size and depth, and name the place of each wrong value."""

import json
from typing import Any, Final

from readygate.formats import Source
from readygate.formats.coverage._report_builder import Anomaly, CoverageBuilder
from readygate.model.reports import CoverageReport, Problem, Severity

MAX_BYTES: Final = 1 << 28
"""Maximum bytes of a file: read as a whole, it needs about six times as much memory."""

_REDO: Final = "look for an error in the log of the job that makes the file, and run it again"


class UnreadableError(Exception):
    """A file cannot be read as JSON at all.

    Attributes:
        problem: the damage.
    """

    def __init__(self, what: str, place: str = "", why: str = "", todo: str = _REDO) -> None:
        super().__init__(what)
        self.problem = Problem(severity=Severity.DAMAGE, what=what, place=place, why=why, todo=todo)

    def report(self, name: str) -> CoverageReport:
        """Return a report of the format that contains only the problem."""
        return CoverageReport(format=name, files=(), problems=(self.problem,))


def load(
    source: Source,
    *,
    writer: str,
    most: int = MAX_BYTES,
    large: str = "it holds far more than one code base",
    instead: str = "split the report, or let the tool write LCOV, which is read in pieces",
) -> Any:
    """Parse a JSON file.

    Args:
        source: the file.
        writer: the tool that writes such files, for problems.
        most: maximum size in bytes.
        large: the probable cause of a larger file.
        instead: what to do with a larger file.

    Raises:
        UnreadableError: the file is too large, or not valid JSON.
        OSError: the file cannot be read.
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
    """Reads values of an expected type. A value of another type is recorded as damage and skipped."""

    def __init__(self, builder: CoverageBuilder, writer: str) -> None:
        self._builder = builder
        self._wrong = Anomaly(
            Severity.DAMAGE,
            "a value of the wrong kind: passed over",
            f"another program changed the file after {writer} wrote it",
            f"use the file as {writer} writes it",
        )

    def wrong(self, place: str, times: int = 1) -> None:
        """Record a value of the wrong type."""
        self._builder.record(self._wrong, place, times)

    def object(self, value: Any, place: str) -> dict[str, Any]:
        """Return `value` if it is an object, otherwise an empty one."""
        if isinstance(value, dict):
            return value
        self.wrong(f"{place} is {kind(value)}, not an object")
        return {}

    def array(self, value: Any, place: str) -> list[Any]:
        """Return `value` if it is a list, otherwise an empty one."""
        if isinstance(value, list):
            return value
        self.wrong(f"{place} is {kind(value)}, not a list")
        return []

    def numbers(self, value: Any, place: str) -> list[int]:
        """Return the integers of a list."""
        values = self.array(value, place)
        if set(map(type, values)) <= {int}:
            return values
        usable = [number for number in values if type(number) is int]
        at = next(i for i, number in enumerate(values) if type(number) is not int)
        self.wrong(f"{place}[{at}] is {kind(values[at])}", len(values) - len(usable))
        return usable


def count(value: Any) -> int | None:
    """Return `value` if it is an integer from 0 to 10^12, otherwise None."""
    return value if type(value) is int and 0 <= value < 10**12 else None


def kind(value: Any) -> str:
    """Describe the type of a JSON value."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return names.get(type(value), "a number")
