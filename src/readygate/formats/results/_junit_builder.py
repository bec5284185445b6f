"""Build the report of a JUnit file: tests by class, suites, and notes about what is odd."""

import re
from collections.abc import Mapping
from typing import Final

from readygate.formats.results._block_builder import BlockBuilder, DetailCollector
from readygate.formats.results._durations import seconds_of
from readygate.formats.results._junit_result import Result, outcome_of_attributes
from readygate.formats.results._report_builder import note
from readygate.formats.results._suite_totals import Suite, Sums, Totals
from readygate.formats.results._timestamps import NewestTime
from readygate.model.identity import stable_name
from readygate.model.reports import Problem, TestReport
from readygate.model.results import FailureDetail, Outcome

Attributes = dict[str, str]

MAX_PROPERTIES: Final = 200
"""Suite properties that are kept, and characters of each name and value."""

_EXIT_CODE: Final = re.compile(r"Dubious, test returned (\d{1,3}) ")
_GENERIC_CLASSES: Final = frozenset(("", "test", "suite"))
"""Class names that are the same for all tests of a run (node:test)."""


class JunitBuilder:
    """Builds the report from suites and tests in the order of the file."""

    def __init__(self) -> None:
        self._suite: Suite | None = None
        self._blocks = BlockBuilder()
        self._details = DetailCollector()
        self._totals = Totals()
        self._properties: dict[str, str] = {}
        self._nameless = 0
        self._summed_up = 0
        self._bad_times = 0
        self._newest = NewestTime()
        self._tests = 0  # without results of suites
        self._sums: Sums = (0, 0, 0)

    def begin_suite(self, tag: str, attributes: Attributes) -> None:
        """Open a suite; what is added from now on belongs to it."""
        self._newest.add(attributes.get("timestamp"))
        self._suite = Suite(tag, attributes, self._suite, self._tests, self._sums)

    def end_suite(self) -> None:
        """Close the innermost suite and compare its totals with its elements."""
        suite = self._suite
        if suite is not None:
            self._totals.check(suite, self._tests - suite.first, self._sums)
            self._suite = suite.parent

    def add_property(self, attributes: Attributes) -> None:
        """Keep a short property of a suite; the first of a name wins."""
        name, value = attributes.get("name", ""), attributes.get("value", "")
        short = len(name) <= MAX_PROPERTIES and len(value) <= MAX_PROPERTIES
        if name and short and len(self._properties) < MAX_PROPERTIES:
            self._properties.setdefault(name, value)

    def add(self, case: Attributes) -> None:
        """Add a test that has no result element."""
        class_name, name = self._class_of(case), case.get("name", "")
        outcome = outcome_of_attributes(case) if "status" in case or "result" in case else Outcome.PASSED
        self._tests += 1
        self._nameless += not name
        self._blocks.add(class_name, name, outcome, self._seconds(case))
        if outcome is not Outcome.PASSED:
            self._count(outcome, 0)
            self._details.add(
                FailureDetail(class_name=stable_name(class_name), name=stable_name(name), outcome=outcome)
            )

    def add_result(self, result: Result) -> None:
        """Add a test, or the innermost suite, that has result elements."""
        suite = self._suite
        if result.depth:
            class_name, name = self._class_of(result.case), result.case.get("name", "")
            self._nameless += not name
            self._tests += 1
        elif suite is not None and self._sums_up(result, suite):
            self._summed_up += 1
            return
        else:
            class_name, name = (suite.path, suite.name) if suite else ("", "")
        outcome = result.final()
        self._count(outcome, result.more)
        self._blocks.add(class_name, name, outcome, self._seconds(result.case))
        detail = result.detail(
            stable_name(class_name),
            stable_name(name),
            with_text=self._details.wants_text(),
            first_line=0 if suite and suite.name == "pytest" else 1,
        )
        self._details.add(detail)

    def _class_of(self, case: Mapping[str, str]) -> str:
        """Return the class of a test; the path of suites if it has none or a generic one."""
        name = case.get("classname") or case.get("class") or ""
        return self._suite.class_of(name) if name in _GENERIC_CLASSES and self._suite else name

    def _seconds(self, case: Mapping[str, str]) -> float:
        seconds = seconds_of(case.get("time") or "0")
        if seconds is None:
            self._bad_times += 1
            return 0.0
        return seconds

    def _sums_up(self, result: Result, suite: Suite) -> bool:
        """Return whether a suite's own result only repeats the number of its failed tests, as Perl's prove writes it.

        A test program exits with the number of its failed tests: https://metacpan.org/pod/Test::More#EXIT-CODES
        """
        message = result.detail("", "", with_text=False, first_line=1).message
        found = _EXIT_CODE.match(message)
        return found is not None and int(found[1]) == self._sums[0] - suite.before[0] > 0

    def _count(self, outcome: Outcome, more: int) -> None:
        failing, skipped, others = self._sums
        self._sums = (
            failing + (outcome >= Outcome.FAILED),
            skipped + (outcome is Outcome.SKIPPED),
            others + more,
        )

    def report(self, problem: Problem | None) -> TestReport:
        """Return the report with its problems, `problem` first."""
        return TestReport(
            format="junit",
            blocks=self._blocks.blocks(),
            details=self._details.all(),
            executions=self._blocks.counts(),
            seconds=self._blocks.seconds,
            problems=(
                *(() if problem is None else (problem,)),
                *self._notes(),
                *self._totals.problems(),
                *self._details.problems(),
            ),
            properties=self._properties,
            written=self._newest.seconds,
        )

    def _notes(self) -> list[Problem]:
        notes = []
        if self._nameless:
            todo = "they are counted, but only their class distinguishes them"
            notes.append(note(f"tests without a name: {self._nameless:,}", todo=todo))
        if self._summed_up:
            todo = "nothing; they are not counted beside these tests"
            notes.append(
                note(f"results of suites that only sum up their failing tests: {self._summed_up:,}", todo=todo)
            )
        if self._bad_times:
            todo = "they count as 0 s; outcomes are not touched"
            notes.append(note(f"durations that are no numbers of seconds: {self._bad_times:,}", todo=todo))
        return notes
