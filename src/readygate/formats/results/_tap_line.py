"""Parse single lines of TAP, and the YAML block below a test point."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from readygate.formats.decimals import parse_decimal
from readygate.formats.results._durations import seconds_of
from readygate.formats.results._report_builder import FailureText
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.results import EXPECTED_FAILURE, Outcome

VERSION: Final = re.compile(r"(?:TAP version 1[234]|KTAP version 1)\s*", re.IGNORECASE)
NUMBERED: Final = re.compile(r"(?:not )?ok\s+\d")
"""The beginning of a numbered test point."""
PLAN: Final = re.compile(r"1\.\.(\d{1,9})\s*(?:#\s*(.*))?")
BAIL: Final = re.compile(r"Bail out!\s*(.*)", re.IGNORECASE)
_TEST: Final = re.compile(r"(not )?ok(?:\s+(\d+))?(?:\s+-)?(?:\s+(.*))?")
_DIRECTIVE: Final = re.compile(r"(?:^|\s)#\s*(todo|skip)\w*\b:?\s*(.*)", re.IGNORECASE)
_TIME: Final = re.compile(r"\s*#\s*time=([0-9.]{1,20})\s*(ms|s)?\s*")
_FIELD: Final = re.compile(r"\s*(message|error|at|location|file|fileName|line|lineNumber|duration_ms|type):\s*(.*)")
_PLACE: Final = re.compile(r"(?:file://)?(.{1,1000}?):(\d{1,8})(?::\d{1,8})?\)?")
_BLOCKS: Final = frozenset(("|", "|-", "|+", ">", ">-", ">+", ""))


class Point(Struct, kw_only=True):
    """One test point, as far as it was read.

    Attributes:
        path: names of the enclosing subtests, outermost first.
        opens: whether its line ends with a brace, so that its subtests follow it.
        todo: whether it is expected to fail.
        output: the lines below it, only if it did not pass.
        fields: the fields of the YAML block below it.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    reason: str = ""
    opens: bool = False
    todo: bool = False
    path: tuple[str, ...] = ()
    output: Excerpt | None = None
    fields: dict[str, str] | None = None

    def explain(self) -> FailureText:
        """Return its message, output and location."""
        fields = self.fields or {}
        place = _PLACE.fullmatch(_bare(fields.get("location") or fields.get("at") or ""))
        line = _bare(fields.get("line") or fields.get("lineNumber") or "")
        text = self.output.text() if self.output else ""
        message = _bare(fields.get("message") or fields.get("error") or "") or text.partition("\n")[0].lstrip("# ")
        return FailureText(
            type=_bare(fields.get("type") or ""),
            message=self.reason or message,
            text=text,
            file=place[1] if place else _bare(fields.get("file") or fields.get("fileName") or ""),
            line=int(place[2]) if place else parse_decimal(line, 8) or 0,
        )


def point(line: str) -> Point | None:
    """Parse a line without its indentation; return None if it is not a test point."""
    found = _TEST.fullmatch(line)
    if found is None:
        return None
    text = (found[3] or "").strip()
    opens = text.endswith("{")
    text = text[:-1].rstrip() if opens else text
    seconds = 0.0
    timed = _TIME.search(text)
    if timed:
        seconds = seconds_of(f"{timed[1]}{timed[2] or 'ms'}") or 0.0
        text = text[: timed.start()] + text[timed.end() :]
    failed = found[1] is not None
    outcome, reason, todo = Outcome.FAILED if failed else Outcome.PASSED, "", False
    directive = _DIRECTIVE.search(text)
    if directive:
        todo = directive[1].lower() == "todo"
        reason = directive[2].strip()
        if todo and failed:
            reason = f"{EXPECTED_FAILURE}: {reason}" if reason else EXPECTED_FAILURE
        text = text[: directive.start()].rstrip()
        outcome = Outcome.SKIPPED
    name = text.replace("\\#", "#").replace("\\\\", "\\")
    name = name or (f"#{found[2]}" if found[2] else "")
    return Point(name=name, outcome=outcome, seconds=seconds, reason=reason, opens=opens, todo=todo)


def fields_of(lines: Iterable[str]) -> dict[str, str]:
    """Return the known fields of a YAML block; the first of a name wins."""
    found: dict[str, str] = {}
    waiting = ""
    for line in lines:
        if waiting:
            found[waiting] = line.strip()
            waiting = ""
            continue
        match = _FIELD.fullmatch(line)
        if match and match[1] not in found:
            found[match[1]] = match[2].strip()
            if match[2].strip() in _BLOCKS and match[1] in {"message", "error"}:
                waiting = match[1]
    return found


def _bare(value: str) -> str:
    """Remove the quotes of a YAML value."""
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
