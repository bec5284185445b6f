"""All tests and all measured files as compact data, from which the script of the page builds its lists.

The data are in a `<script>` element that browsers do not run; they must not contain its end tag. The script writes
every value as text. https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from readygate.model.comparison import Comparison, TestChange
from readygate.model.coverage import MEASURED, FileCoverage
from readygate.model.results import SEPARATOR, ClassBlock, FailureDetail, Outcome, TestId
from readygate.render.escaping import LONGEST_MESSAGE, redact, shorten, visible
from readygate.render.markdown.result_cells import first_line
from readygate.render.report_view import ReportView
from readygate.support.number_format import hundredths, lines_text, percent, points

MOST_TESTS = 200_000
"""Tests in the list; of more, only those that did not simply pass are listed. 100,000 tests take about 4 MB."""
MOST_FILES = 20_000
MOST_TRACES = 2_000
TRACE_CHARACTERS = 4_000_000
"""Characters of all traces together; one trace has at most `LONGEST_TEXT`."""
LONGEST_TEXT = 20_000
LONGEST_NAME = 300

_LETTERS = {
    Outcome.PASSED: "p",
    Outcome.FLAKY: "k",
    Outcome.SKIPPED: "s",
    Outcome.FAILED: "f",
    Outcome.ERRORED: "e",
}
_OUTCOMES = bytes.maketrans(bytes(_LETTERS), "".join(_LETTERS.values()).encode())


class FileRow(Struct, frozen=True, kw_only=True):
    """One measured file, as it is shown.

    Attributes:
        share: in hundredths of a percent, for sorting; None without coverage data.
        delta: the difference to the base in points, or a dash.
    """

    path: str
    covered: int
    total: int
    shown: str
    share: int | None
    delta: str
    missed: str

    def data(self) -> list[Any]:
        """Return the row for the data of the page."""
        return [self.path, self.total, self.total - self.covered, self.shown, self.share, self.delta, self.missed]


def file_rows(comparison: Comparison) -> list[FileRow]:
    """Return every measured file, those with the most uncovered lines first."""
    if comparison.coverage is None:
        return []
    stored = comparison.base.coverage if comparison.base else None
    before = {file.path: file for file in stored.files} if stored else {}
    rows = [_file_row(file, before.get(file.path)) for file in comparison.coverage.head.files]
    return sorted(rows, key=lambda row: (row.covered - row.total, row.path))


def _file_row(file: FileCoverage, base: FileCoverage | None) -> FileRow:
    share = _share(file)
    old = _share(base) if base is not None else None
    missed = tuple(number for number, state in enumerate(file.lines) if state == MEASURED)
    return FileRow(
        path=_text(file.path),
        covered=file.covered,
        total=file.total,
        shown="–" if share is None else percent(share),
        share=None if share is None else hundredths(share),
        delta="–" if share is None or old is None else points(share, old),
        missed=shorten(lines_text(missed), 400),
    )


def _share(file: FileCoverage) -> Fraction | None:
    return Fraction(file.covered, file.total) if file.total else None


def page_data(view: ReportView, files: list[FileRow]) -> dict[str, Any]:
    """Return the data of the lists.

    `tests` holds a list for each class: group, class, names, one letter for each outcome, milliseconds, and by the
    index of the test its change (`n` newly failing, `s` still failing, `u` known to be flaky, `q` quarantined, `x`
    fixed, `w` newly skipped, `a` added, `r` renamed) and its detail: message, trace, legs.
    """
    blocks = list(view.comparison.head.snapshot.headline().items())
    everything = sum(block.size for _, block in blocks) <= MOST_TESTS
    notes = _TestNotes(view.comparison)
    rows, left = [], MOST_TESTS
    for (group, name), block in blocks:
        kept = _kept(block, left, everything=everything)
        if kept:
            left -= len(kept)
            rows.append(_block_row(group, name, block, kept, notes))
    return {
        "tests": rows,
        "left_out": sum(block.size for _, block in blocks) - (MOST_TESTS - left),
        "files": [row.data() for row in files[:MOST_FILES]],
        "files_left_out": max(0, len(files) - MOST_FILES),
    }


def _kept(block: ClassBlock, left: int, *, everything: bool) -> list[int]:
    """Return the indexes of the listed tests: all, or those that did not simply pass."""
    if everything:
        return list(range(block.size))
    return [at for at, outcome in enumerate(block.outcomes) if outcome != Outcome.PASSED][:left]


def _block_row(group: str, name: str, block: ClassBlock, kept: list[int], notes: _TestNotes) -> list[Any]:
    originals = block.names.split(SEPARATOR)
    shown = _names(block.names, originals)
    seconds = block.durations()
    letters = block.outcomes.translate(_OUTCOMES).decode()
    marks: dict[int, str] = {}
    details: dict[int, list[Any]] = {}
    known = notes.of(group, name)
    if known:
        for number, at in enumerate(kept):
            mark, detail = known.get(originals[at], ("", None))
            if mark:
                marks[number] = mark
            if detail:
                details[number] = detail
    return [
        _text(group),
        _text(name),
        [shown[at] for at in kept],
        "".join(letters[at] for at in kept),
        [round(max(0.0, min(seconds[at], 1e9)) * 1000) for at in kept],
        marks,
        details,
    ]


def _names(joined: str, names: list[str]) -> list[str]:
    """Return the names as they are shown; one check of the joined names finds that most need no change."""
    plain = joined.replace(SEPARATOR, " ")
    if plain.isascii() and plain.isprintable() and redact(joined) == joined and max(map(len, names)) <= LONGEST_NAME:
        return [name or "(no name)" for name in names]
    return [_text(name) or "(no name)" for name in names]


def _text(text: str, longest: int = LONGEST_NAME) -> str:
    return shorten(visible(redact(text)), longest)


class _TestNotes:
    """Changes and details of single tests, by class."""

    def __init__(self, comparison: Comparison) -> None:
        self._classes: dict[tuple[str, str], dict[str, tuple[str, list[Any] | None]]] = {}
        self._traces, self._room = 0, TRACE_CHARACTERS
        tests = comparison.tests
        marked: Mapping[str, Iterable[TestChange]] = {
            "n": tests.new_failures,
            "s": tests.still_failing,
            "u": tests.known_flaky,
            "q": tests.quarantined,
            "x": tests.fixed,
            "w": tests.newly_skipped,
        }
        for mark, changes in marked.items():
            for change in changes:
                self._put(change.id, mark, self._detail(change))
        unseen = (*((test, "a") for test in tests.added), *((rename.after, "r") for rename in tests.renamed))
        for test, mark in unseen:
            if test.name not in self._classes.get((test.group, test.class_name), {}):
                self._put(test, mark, None)
        for test, change in self._others(comparison.head.details):
            mark, known = self._classes.get((test.group, test.class_name), {}).get(test.name, ("", None))
            if known is None:
                self._put(test, mark, self._detail(change))

    def of(self, group: str, name: str) -> Mapping[str, tuple[str, list[Any] | None]]:
        """Return the change and the detail of the tests of a class, by name."""
        return self._classes.get((group, name), {})

    def _put(self, test: TestId, mark: str, detail: list[Any] | None) -> None:
        self._classes.setdefault((test.group, test.class_name), {})[test.name] = (mark, detail)

    @staticmethod
    def _others(details: Mapping[tuple[TestId, str], FailureDetail]) -> Iterator[tuple[TestId, TestChange]]:
        for (test, _), detail in details.items():
            yield test, TestChange(id=test, before=None, after=detail.outcome, detail=detail)

    def _detail(self, change: TestChange) -> list[Any] | None:
        """Return message, trace and legs; None if all are empty."""
        message = _text(first_line(change), LONGEST_MESSAGE)
        trace = ""
        text = change.detail.text if change.detail else ""
        if text.strip() and self._traces < MOST_TRACES and self._room > 0:
            rows = (visible(row.expandtabs(4)).rstrip()[:500] for row in redact(text).strip("\r\n").splitlines())
            trace = "\n".join(rows)
            if len(trace) > LONGEST_TEXT:
                trace = f"{trace[: LONGEST_TEXT // 4]}\n…\n{trace[-LONGEST_TEXT * 3 // 4 :]}"
            self._traces, self._room = self._traces + 1, self._room - len(trace)
        legs = ", ".join(_text(leg, 60) for leg in change.legs[:20])
        if len(change.legs) > 20:
            legs += f" and {len(change.legs) - 20} more"
        return [message, trace, legs] if message or trace or legs else None


def embedded(data: Mapping[str, Any]) -> str:
    """Return JSON without `<`, so that no tag or comment can start or end in it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
