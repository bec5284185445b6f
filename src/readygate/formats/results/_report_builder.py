"""Build the test report of any format: collect its executions, and notes about what is odd."""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from readygate.formats.results._block_builder import BlockBuilder, DetailCollector
from readygate.formats.results._durations import MAX_SECONDS, seconds_of
from readygate.formats.results._timestamps import NewestTime
from readygate.formats.results._truncated_text import MAX_TEXT, Excerpt, shorten
from readygate.model.identity import stable_name
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import FailureDetail, Outcome, count_outcomes
from readygate.model.rich_text import count

SUITE_SEPARATOR: Final = " > "
"""Joins the names of nested suites."""

_MAX_PATH: Final = 1_000
_MAX_LINE: Final = 10**8
_UNSAFE: Final = re.compile("[\0\ud800-\udfff]")


class FailureText(Struct, frozen=True, kw_only=True):
    """The text of a report about one execution; untrusted, of any length."""

    type: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


NO_TEXT: Final = FailureText()


def clean(text: str) -> str:
    """Replace NUL and lone surrogates, which JSON can hold and a block or UTF-8 cannot."""
    return _UNSAFE.sub("\ufffd", text) if _UNSAFE.search(text) else text


def joined(*parts: str) -> str:
    """Join the names of nested suites; skip empty ones."""
    return SUITE_SEPARATOR.join(part for part in parts if part)


class ReportBuilder:
    """Builds one report.

    Attributes:
        total: the number of executions.
        failing: the number of those that failed or errored.
        skipped: the number of those that were skipped.
        newest: the newest time that the report states.
    """

    def __init__(self, name: str) -> None:
        self.total = 0
        self.failing = 0
        self.skipped = 0
        self.newest = NewestTime()
        self._name = name
        self._blocks = BlockBuilder()
        self._details = DetailCollector()
        self._nameless = 0
        self._bad_times = 0
        self._words: dict[str, int] = {}
        self._strange: dict[str, int] = {}
        self._attempts = bytearray()
        self._wrong: list[tuple[str, str]] = []
        self._wrong_count = 0
        self._problems: list[Problem] = []

    def add(
        self, class_name: str, name: str, outcome: Outcome, *, seconds: float = 0.0, failure: FailureText = NO_TEXT
    ) -> None:
        """Add one execution."""
        self.total += 1
        self._nameless += not name
        class_name, name = clean(class_name), clean(name)
        self._blocks.add(class_name, name, outcome, seconds)
        if outcome is Outcome.PASSED:
            return
        self.failing += outcome >= Outcome.FAILED
        self.skipped += outcome is Outcome.SKIPPED
        self._details.add(
            FailureDetail(
                class_name=stable_name(class_name),
                name=stable_name(name),
                outcome=outcome,
                type=shorten(clean(failure.type)),
                message=shorten(clean(failure.message).strip()),
                text=_cut(clean(failure.text)) if failure.text and self._details.wants_text() else "",
                file=clean(failure.file)[:_MAX_PATH],
                line=failure.line if 0 < failure.line < _MAX_LINE else 0,
            )
        )

    def outcome(self, table: Mapping[str, Outcome], word: str) -> Outcome:
        """Return the outcome of a word of the report; an unknown word counts as errored, with a note."""
        found = table.get(word)
        if found is not None:
            self._words[word] = self._words.get(word, 0) + 1
            return found
        shown = clean(word)[:40]
        if shown in self._strange or len(self._strange) < 100:
            self._strange[shown] = self._strange.get(shown, 0) + 1
        return Outcome.ERRORED

    def attempt(self, outcome: Outcome) -> None:
        """Record the outcome of one attempt at a test; attempts are listed but not counted as executions."""
        self._attempts.append(outcome)

    def seconds(self, text: str) -> float:
        """Parse a duration in seconds; return 0 and add a note if it is not one."""
        value = seconds_of(text) if text else 0.0
        self._bad_times += value is None
        return value or 0.0

    def valid_seconds(self, value: float) -> float:
        """Return `value` if a test can last so many seconds; otherwise return 0 and add a note."""
        if 0 <= value <= MAX_SECONDS:
            return value
        self._bad_times += 1
        return 0.0

    def compare(self, place: str, what: str, claimed: int | None, counted: int) -> None:
        """Add a note if a total of the report differs from the counted number."""
        if claimed is None or claimed == counted:
            return
        self._wrong_count += 1
        if len(self._wrong) < 1:
            self._wrong.append((place, f"{claimed:,} {what} claimed, {counted:,} counted"))

    def check_totals(
        self,
        *,
        failures: tuple[int | None, int] = (None, 0),
        tests: tuple[int | None, int] = (None, 0),
        unlisted: int = 0,
        suite: tuple[str, str] = ("the run", "the run"),
        place: str = "",
    ) -> None:
        """Compare totals with what the report lists, each as a pair of the stated and the listed number.

        A total that claims more is missing evidence: one errored execution of the suite. One that claims less is
        a note.

        Args:
            failures: failed and errored tests.
            tests: all tests.
            unlisted: stated tests that did not run, and that the report does not list.
            suite: class and name of the execution.
            place: where the totals are, for the note.
        """
        for (stated, listed), what, unknown in (
            (failures, "failure", "what failed is not known"),
            (tests, "test", "the results of the others are not known"),
        ):
            if stated is not None and stated > listed + (unlisted if what == "test" else 0):
                message = f"the report states {count(stated, what)} but lists {listed:,}; {unknown}"
                self.add(*suite, Outcome.ERRORED, failure=FailureText(message=message))
                return
        for (stated, listed), what in ((failures, "failures"), (tests, "tests")):
            self.compare(place, what, stated, listed)

    def problem(self, problem: Problem | None) -> None:
        """Add a problem to the report."""
        if problem is not None:
            self._problems.append(problem)

    def report(self, properties: Mapping[str, str] | None = None) -> TestReport:
        """Return the report with its problems."""
        return TestReport(
            format=self._name,
            blocks=self._blocks.blocks(),
            details=self._details.all(),
            executions=self._blocks.counts(),
            seconds=self._blocks.seconds,
            problems=(*self._problems, *self._notes(), *self._details.problems()),
            repeats=self._blocks.repeats(),
            properties=properties or {},
            written=self.newest.seconds,
            words=self._words | self._strange,
            attempts=count_outcomes(self._attempts) if self._attempts else None,
        )

    def _notes(self) -> list[Problem]:
        found = []
        if self._nameless:
            todo = "they are counted, but only their class distinguishes them"
            found.append(note(f"tests without a name: {self._nameless:,}", todo=todo))
        if self._bad_times:
            todo = "they count as 0 s; outcomes are not touched"
            found.append(note(f"durations that are no numbers of seconds: {self._bad_times:,}", todo=todo))
        if self._strange:
            first, count = next(iter(self._strange.items()))
            others = f", and {len(self._strange) - 1:,} other words" if len(self._strange) > 1 else ""
            found.append(
                note(
                    f"a result that is not one of this format: '{first}' ({count:,} times){others}",
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
    """Return a problem that does not affect the counts."""
    return Problem(severity=Severity.NOTE, what=what, place=place, why=why, todo=todo)


def damage(what: str, *, place: str = "", why: str = "", todo: str = "") -> Problem:
    """Return a problem that makes the counts too low."""
    return Problem(severity=Severity.DAMAGE, what=what, place=place, why=why, todo=todo)


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text.lstrip("\r\n").rstrip()
    excerpt = Excerpt()
    excerpt.add(text)
    return excerpt.text()
