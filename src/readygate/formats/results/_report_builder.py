"""Takes down the executions of one report, whatever its format, and what is odd about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from readygate.formats.results._columns import Columns, Details
from readygate.formats.results._durations import MAX_SECONDS, seconds_of
from readygate.formats.results._timestamps import Clock
from readygate.formats.results._truncated_text import MAX_TEXT, Excerpt, shorten
from readygate.model.identity import stable_name
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Detail, Outcome, count_outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = " > "
"""Joins the names of suites that stand within one another."""

_BATCH: Final = 10_000
_MAX_PATH: Final = 1_000
_MAX_LINE: Final = 10**8
_UNSAFE: Final = re.compile("[\0\ud800-\udfff]")


class Said(Struct, frozen=True, kw_only=True):
    """What a report says about one execution; untrusted, of any length."""

    type: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


SILENT: Final = Said()


def clean(text: str) -> str:
    """Return the text without NUL and half characters, which JSON can hold and UTF-8 cannot."""
    return _UNSAFE.sub("\ufffd", text) if _UNSAFE.search(text) else text


def joined(*parts: str) -> str:
    """Return the path of suites; parts that are empty are left out."""
    return PATH.join(part for part in parts if part)


class Book:
    """The executions of one report.

    Attributes:
        total: how many there are.
        failing: how many of them failed or errored.
    """

    def __init__(self, name: str) -> None:
        self.total = 0
        self.failing = 0
        self.clock = Clock()
        self._name = name
        self._columns = Columns()
        self._details = Details()
        self._class = ""
        self._green: list[str] = []
        self._seconds: list[float] = []
        self._nameless = 0
        self._bad_times = 0
        self._words: dict[str, int] = {}
        self._strange: dict[str, int] = {}
        self._attempts = bytearray()
        self._wrong: list[tuple[str, str]] = []
        self._wrong_count = 0
        self._problems: list[Problem] = []

    def add(self, class_name: str, name: str, outcome: Outcome, *, seconds: float = 0.0, said: Said = SILENT) -> None:
        """Take down one execution."""
        self.total += 1
        self._nameless += not name
        if outcome is Outcome.PASSED:
            if class_name != self._class or len(self._green) >= _BATCH:
                self._flush()
                self._class = class_name
            self._green.append(name)
            self._seconds.append(seconds)
            return
        self.failing += outcome >= Outcome.FAILED
        class_name, name = clean(class_name), stable_name(clean(name))
        self._columns.add(class_name, name, outcome, seconds)
        self._details.add(
            Detail(
                class_name=stable_name(class_name),
                name=name,
                outcome=outcome,
                type=shorten(clean(said.type)),
                message=shorten(clean(said.message).strip()),
                text=_cut(clean(said.text)) if said.text and self._details.want_text() else "",
                file=clean(said.file)[:_MAX_PATH],
                line=said.line if 0 < said.line < _MAX_LINE else 0,
            )
        )

    def _flush(self) -> None:
        """Work off the green tests of one class that stood together: most tests are such."""
        if self._green:
            names = self._green
            if _UNSAFE.search("\n".join(names)):
                names = [clean(name) for name in names]
            self._columns.add_passed(clean(self._class), names, self._seconds)
            self._green, self._seconds = [], []

    def outcome(self, table: Mapping[str, Outcome], word: str) -> Outcome:
        """Return what a word of the report counts as; one that is not in the table is an error, with a note."""
        found = table.get(word)
        if found is not None:
            self._words[word] = self._words.get(word, 0) + 1
            return found
        shown = clean(word)[:40]
        if shown in self._strange or len(self._strange) < 100:
            self._strange[shown] = self._strange.get(shown, 0) + 1
        return Outcome.ERRORED

    def attempt(self, outcome: Outcome) -> None:
        """Take down how one attempt at a test ended; attempts are told beside the tests and count nowhere."""
        self._attempts.append(outcome)

    def seconds(self, text: str) -> float:
        """Return the seconds that a text means; 0 and a note if it means none."""
        value = seconds_of(text) if text else 0.0
        self._bad_times += value is None
        return value or 0.0

    def sane(self, value: float) -> float:
        """Return a number of seconds; 0 and a note if it is none that a test can last."""
        if 0 <= value <= MAX_SECONDS:
            return value
        self._bad_times += 1
        return 0.0

    def compare(self, place: str, what: str, claimed: int | None, counted: int) -> None:
        """Note it if the report claims another total than it holds."""
        if claimed is None or claimed == counted:
            return
        self._wrong_count += 1
        if len(self._wrong) < 1:
            self._wrong.append((place, f"{claimed:,} {what} claimed, {counted:,} counted"))

    def problem(self, problem: Problem | None) -> None:
        """Keep a problem for the report."""
        if problem is not None:
            self._problems.append(problem)

    def report(self, properties: Mapping[str, str] | None = None) -> TestReport:
        """Return all that was taken down, and what is odd about it."""
        self._flush()
        return TestReport(
            format=self._name,
            blocks=self._columns.blocks(),
            details=self._details.all(),
            executions=self._columns.counts(),
            seconds=self._columns.seconds,
            problems=(*self._problems, *self._notes(), *self._details.problems()),
            properties=properties or {},
            written=self.clock.newest,
            words=self._words | self._strange,
            attempts=count_outcomes(self._attempts) if self._attempts else None,
        )

    def _notes(self) -> list[Problem]:
        found = []
        if self._nameless:
            todo = "they are counted, but can be told apart by their class only"
            found.append(note(f"tests without a name: {self._nameless:,}", todo=todo))
        if self._bad_times:
            todo = "they count as 0 s; outcomes are not touched"
            found.append(note(f"durations that are no numbers of seconds: {self._bad_times:,}", todo=todo))
        if self._strange:
            first, count = next(iter(self._strange.items()))
            others = f", and {len(self._strange) - 1:,} other words" if len(self._strange) > 1 else ""
            found.append(
                note(
                    f"a result that is none of this format: '{first}' ({count:,} times){others}",
                    why="a newer version of the tool, or a tool that only resembles it, wrote the file",
                    todo="such tests count as errored, because they are not known to have passed",
                )
            )
        for place, what in self._wrong:
            others = f"; {self._wrong_count - 1:,} other totals are wrong" if self._wrong_count > 1 else ""
            found.append(
                note(
                    f"totals differ from what the file holds: {what}{others}",
                    place=place,
                    why="the tool adds up differently, or tests were lost while it wrote",
                    todo="nothing for the figures: tests are counted, never the totals",
                )
            )
        return found


def note(what: str, *, place: str = "", why: str = "", todo: str = "") -> Problem:
    """Return a problem that touches no figure."""
    return Problem(severity=Severity.NOTE, what=what, place=place, why=why, todo=todo)


def damage(what: str, *, place: str = "", why: str = "", todo: str = "") -> Problem:
    """Return a problem that makes the figures too low."""
    return Problem(severity=Severity.DAMAGE, what=what, place=place, why=why, todo=todo)


def whole(text: str | None) -> int | None:
    """Return the number that a total in an attribute claims; None if it is none."""
    if not text or not text.isascii() or not text.isdecimal() or len(text) > 9:
        return None
    return int(text)


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text.lstrip("\r\n").rstrip()
    excerpt = Excerpt()
    excerpt.add(text)
    return excerpt.text()
