"""Parse untrusted JSON documents and events, and name the key path of each wrong value."""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from readygate.formats import Source
from readygate.formats.results._report_builder import ReportBuilder, clean, damage
from readygate.formats.xml_repair import encoding_of
from readygate.model.reports import Problem, TestReport

MAX_BYTES: Final = 1 << 28
"""Maximum bytes of a document: read as a whole, it needs several times as much memory."""

_STOPPED: Final = "the tool that wrote it was stopped, or the disk was full"
_REDO: Final = "look for an error in the log of the job that makes the file, and run it again"


def load(source: Source) -> tuple[Any, Problem | None]:
    """Parse a document; return None and a problem if it is not valid JSON.

    Raises:
        OSError: the file cannot be read.
    """
    if source.size > MAX_BYTES:
        return None, damage(
            f"the file has {source.size:,} bytes, more than the {MAX_BYTES:,} that are read",
            why="it contains attachments or logs of the tests",
            todo="write them to files, or write one report for each part of the tests",
        )
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        text = data.decode(encoding_of(data)).removeprefix("\ufeff")
        del data
        return json.loads(text), None
    except json.JSONDecodeError as error:
        rest = error.doc[error.pos :].strip()
        cut = len(rest) <= 1 or error.msg.startswith("Unterminated")
        return None, damage(
            f"this is not valid JSON ({error.msg})",
            place=f"line {error.lineno:,}, column {error.colno:,}",
            why=_STOPPED if cut else "two programs wrote to it, or the tool prints beside its report",
            todo=_REDO if cut else "let the tool write to a file of its own",
        )
    except ValueError:
        why = "another program changed the file"
        return None, damage("this JSON has text that cannot be decoded, or a number that is too long", why=why)
    except RecursionError:
        return None, damage("this JSON is nested too deeply to be read", why="no tool that is known writes such files")


def event(line: str) -> dict[str, Any] | None:
    """Parse the object of one line; return None if the line is not a JSON object."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


class ValueReader:
    """Reads values of an expected type. A value of another type is skipped and counted as damage.

    Each `place` is the path of keys to the value, such as `results.tests[3].name`.
    """

    def __init__(self) -> None:
        self._wrong = 0
        self._first = ""

    def items(self, value: Any, place: str, *, optional: bool = False) -> list[Any]:
        """Return `value` if it is a list, otherwise an empty list."""
        if isinstance(value, list):
            return value
        if not (optional and value is None):
            self._odd(place, value, "a list")
        return []

    def table(self, value: Any, place: str, *, optional: bool = False) -> dict[str, Any]:
        """Return `value` if it is an object, otherwise an empty one."""
        if isinstance(value, dict):
            return value
        if not (optional and value is None):
            self._odd(place, value, "an object")
        return {}

    def text(self, value: Any, place: str, *, optional: bool = False) -> str:
        """Return `value` if it is a string, otherwise an empty one."""
        if isinstance(value, str):
            return clean(value)
        if not (optional and value is None):
            self._odd(place, value, "a text")
        return ""

    def number(self, value: Any, place: str) -> float:
        """Return `value` if it is a finite number, otherwise 0."""
        if value is None:
            return 0.0
        if type(value) is int and abs(value) < 10**18:
            return float(value)
        if type(value) is float and isfinite(value):
            return value
        self._odd(place, value, "a number")
        return 0.0

    def problem(self) -> Problem | None:
        """Return the damage if a value was skipped."""
        if not self._wrong:
            return None
        others = f"; in all {self._wrong:,} such values" if self._wrong > 1 else ""
        return damage(
            f"a value of the wrong kind was passed over: {self._first}{others}",
            place=self._first.partition(" ")[0],
            why="another program changed the file, or a tool that only resembles the usual one wrote it",
            todo="use the file as the tool writes it; a newer version may write it correctly",
        )

    def _odd(self, place: str, value: Any, wanted: str) -> None:
        self._wrong += 1
        if self._wrong == 1:
            self._first = f"{place} is {_kind(value)}, not {wanted}"


Read = Callable[[Any, ReportBuilder, ValueReader], Mapping[str, str] | None]
"""Adds the content of a document to a report; may return properties of the run."""


def parse_document(source: Source, name: str, read: Read) -> TestReport:
    """Parse a document of the format `name`; the first value of a wrong type becomes a problem.

    Raises:
        OSError: the file cannot be read.
    """
    builder, keys = ReportBuilder(name), ValueReader()
    document, problem = load(source)
    if problem is None:
        properties = read(document, builder, keys)
        builder.problem(keys.problem())
        return builder.report(properties or {})
    builder.problem(problem)
    return builder.report()


def text_of(value: Any) -> str:
    """Return `value` if it is a string, otherwise an empty one, without damage."""
    return value if isinstance(value, str) else ""


def number_of(value: Any) -> float:
    """Return `value` as a float; 0 if it is not a number, -1 if it is not finite or too large."""
    if type(value) is int:
        return float(value) if abs(value) < 10**18 else -1.0
    if type(value) is float:
        return value if isfinite(value) else -1.0
    return 0.0


def total_of(value: Any) -> int | None:
    """Return a total of the report if it is a whole number below 10^9, otherwise None."""
    return value if type(value) is int and 0 <= value < 10**9 else None


def line_number(value: Any) -> int:
    """Return `value` if it is a line number, otherwise 0."""
    return value if type(value) is int and 0 < value < 10**8 else 0


def _kind(value: Any) -> str:
    if isinstance(value, float) and not isfinite(value):
        return "no number that can be counted with"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return names.get(type(value), "a number")
