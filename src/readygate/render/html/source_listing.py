"""The lines of a source file with their state: covered, not covered, excluded, changed."""

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from readygate.model.coverage import EXCLUDED, HIT, MEASURED
from readygate.model.rich_text import count
from readygate.render.escaping import redact, visible

WHOLE_LINES = 600
"""Shorter files are shown whole, longer ones only around the changed lines."""
AROUND = 4
MOST_LINES = 1_500
"""Largest number of lines that are shown of one file."""
LONGEST_LINE = 400
LONGEST_FILE = 2_000_000
"""Characters of a file that are read."""

_END = re.compile(r"\r\n|\r|\n")
_KEY = re.compile(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY(?: BLOCK)?-----")
_STATES = {HIT: "covered", MEASURED: "not covered", EXCLUDED: "excluded"}


class Line(Struct, frozen=True, kw_only=True):
    """One line, or a gap.

    Attributes:
        number: from 1; 0 for a gap, whose text has the number of omitted lines.
        state: `covered`, `not covered`, `excluded`, or empty without coverage data.
        changed: the change added or edited it.
    """

    number: int
    text: str
    state: str = ""
    changed: bool = False

    @property
    def kind(self) -> str:
        """The state as a class of the style sheet."""
        return self.state.replace("not covered", "missed") or "plain"


class Listing(Struct, frozen=True, kw_only=True):
    """A file with its lines.

    Attributes:
        lines: empty if `note` says why.
        note: what is not shown, or why the coverage may not fit the file; empty if neither applies.
        missed: changed lines that are not covered.
    """

    path: str
    lines: tuple[Line, ...] = ()
    note: str = ""
    missed: int = 0
    changed: int = 0


class Sources(Struct, frozen=True, kw_only=True):
    """The changed files of the workspace.

    Attributes:
        listings: the files that are shown.
        notes: sentences about the other files.
    """

    listings: Sequence[Listing] = ()
    notes: Sequence[str] = ()


def annotate(path: str, text: str, states: bytes, changed: Collection[int], *, measured_whole: bool = False) -> Listing:
    """Return the lines of a file with their states.

    Args:
        path: path in the repository.
        text: content of the file.
        states: states by line number, as in `FileCoverage.lines`.
        changed: changed line numbers.
        measured_whole: GitHub omitted the diff of the file, so all of its measured lines count as changed.
    """
    rows = _rows(text[:LONGEST_FILE])
    touched = frozenset(changed)
    if measured_whole:
        touched |= frozenset(at for at, state in enumerate(states) if state in (HIT, MEASURED))
    notes = []
    if len(states) - 1 > len(rows) or any(number > len(rows) for number in touched):
        notes.append("The file in the workspace is shorter than what was measured: it may be of another commit.")
    wanted = range(1, len(rows) + 1) if len(rows) <= WHOLE_LINES else _near(touched, len(rows))
    shown = list(wanted)[:MOST_LINES]
    if len(shown) < len(rows):
        notes.append(f"Of {count(len(rows), 'line')}, {len(shown):,} are shown: those around changed lines.")
    missed = sum(number < len(states) and states[number] == MEASURED for number in touched)
    return Listing(
        path=path,
        lines=tuple(_lines(rows, shown, states, touched)),
        note=" ".join(notes),
        missed=missed,
        changed=len(touched),
    )


def _rows(text: str) -> list[str]:
    """Return the lines as coverage tools count them; secrets are redacted within their lines."""
    rows = _END.split(text)
    if rows[-1] == "":
        rows.pop()
    inside = False
    for at, row in enumerate(rows):
        mark = _KEY.search(row)
        inside = mark[1] == "BEGIN" if mark else inside
        rows[at] = "[redacted]" if inside or mark else redact(row)
    return rows


def _near(touched: frozenset[int], last: int) -> list[int]:
    near = {n for line in touched for n in range(line - AROUND, line + AROUND + 1)}
    return sorted(number for number in near if 1 <= number <= last)


def _lines(rows: list[str], shown: list[int], states: bytes, touched: frozenset[int]) -> Iterator[Line]:
    before = 0
    for number in shown:
        if number > before + 1:
            yield Line(number=0, text=f"{count(number - before - 1, 'line')} not shown")
        state = _STATES.get(states[number] if number < len(states) else 0, "")
        text = visible(rows[number - 1].expandtabs(4).rstrip())
        if len(text) > LONGEST_LINE:
            text = f"{text[:LONGEST_LINE]}…"
        yield Line(number=number, text=text, state=state, changed=number in touched)
        before = number
    if before < len(rows) and shown:
        yield Line(number=0, text=f"{count(len(rows) - before, 'line')} not shown")
