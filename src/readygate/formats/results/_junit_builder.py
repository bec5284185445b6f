"""Build the report of a JUnit file: tests by class, suites, and notes about what is odd."""

from collections.abc import Mapping
from typing import Final

from readygate.formats.results import _junit_dialects as dialects
from readygate.formats.results._block_builder import BlockBuilder, DetailCollector
from readygate.formats.results._durations import seconds_of
from readygate.formats.results._junit_names import Identity, Names
from readygate.formats.results._junit_notes import Oddities
from readygate.formats.results._junit_result import Result, outcome_of_attributes
from readygate.formats.results._pytest_reruns import without_reruns
from readygate.formats.results._suite_totals import Suite, Sums, Totals
from readygate.formats.results._timestamps import NewestTime
from readygate.model.identity import stable_name
from readygate.model.reports import Problem, TestReport
from readygate.model.results import FailureDetail, Outcome

Attributes = dict[str, str]

MAX_PROPERTIES: Final = 200
"""Suite properties that are kept, and characters of each name and value."""
MAX_WAITING: Final = 100
"""Results whose text is kept until the rest of their suite is known."""

_UNLISTED: Final = "skipped test that the report does not list"
_NAMELESS_SUITE: Final = "suite without a name"


class JunitBuilder:
    """Builds the report from suites and tests in the order of the file."""

    def __init__(self) -> None:
        self._suite: Suite | None = None
        self._blocks = BlockBuilder()
        self._details = DetailCollector()
        self._totals = Totals()
        self._oddities = Oddities()
        self._properties: dict[str, str] = {}
        self._newest = NewestTime()
        self._tests = 0  # elements, without results of suites
        self._sums: Sums = (0, 0, 0)
        self._names = Names()
        self._classes, self._project = self._names.classes, ""
        self._held: dict[Identity, Result] = {}  # first elements of tests that may have a second one
        self._of_pytest: int | None = 0  # the tests that pytest's suites state; None if there are others
        self._undecided: list[tuple[Identity, Result]] = []  # failures that the totals may leave out

    def begin_suite(self, tag: str, attributes: Attributes) -> None:
        """Open a suite; what is added from now on belongs to it."""
        self._newest.add(attributes.get("timestamp"))
        if self._held:
            self._release()
        self._enter(Suite(tag, attributes, self._suite, self._tests, self._sums))

    def end_suite(self) -> None:
        """Close the innermost suite and compare its totals with its elements."""
        suite = self._suite
        if suite is None:
            return
        if self._held:
            self._release()
        if self._undecided and (suite.failing is not None or suite.parent is None):
            self._decide(suite)
        self._add_missing(suite)
        if not suite.is_root and self._of_pytest is not None:
            stated = suite.tests if suite.is_pytest else None
            self._of_pytest = None if stated is None else self._of_pytest + stated
        self._enter(suite.parent)

    def _enter(self, suite: Suite | None) -> None:
        self._suite = suite
        self._names.enter(suite)
        self._project = self._names.project

    def add_property(self, attributes: Attributes) -> None:
        """Keep a short property of a suite; the first of a name wins."""
        name, value = attributes.get("name", ""), attributes.get("value", "")
        short = len(name) <= MAX_PROPERTIES and len(value) <= MAX_PROPERTIES
        if name and short and len(self._properties) < MAX_PROPERTIES:
            self._properties.setdefault(name, value)

    def add(self, case: Attributes) -> None:
        """Add a test that has no result element."""
        raw = case.get("classname") or case.get("class") or ""
        class_name = self._classes.get(raw) or self._names.class_of(raw, case)
        name = case.get("name", "")
        if not name or "log" in case:
            if self._is_no_test(case):
                return
            self._oddities.nameless += not name
        self._tests += 1
        if self._project:
            name = self._names.with_project(name)
        outcome = self._outcome(case) if "status" in case or "result" in case else Outcome.PASSED
        if self._held and outcome is Outcome.PASSED:
            outcome = self._after_attempt((class_name, name))
        self._blocks.add(class_name, name, outcome, self._seconds(case))
        if outcome is not Outcome.PASSED:
            self._count(outcome, 0)
            self._details.add(
                FailureDetail(class_name=stable_name(class_name), name=stable_name(name), outcome=outcome)
            )

    def _is_no_test(self, case: Attributes) -> bool:
        """Return whether an element without a result is the producer's own, and note it."""
        is_configuration = dialects.is_configuration(case)
        if not is_configuration and not (self._suite and self._suite.is_pytest and dialects.is_remainder(case)):
            return False
        self._tests += is_configuration  # totals count it
        self._oddities.no_tests += 1
        return True

    def _outcome(self, case: Attributes) -> Outcome:
        """Return the outcome that the attributes of a test state."""
        if self._suite is not None and case.get("status") == "run" and "result" not in case:
            self._suite.only_status = True
        outcome, unknown = outcome_of_attributes(case)
        if unknown:
            self._oddities.add_word(unknown)
        return outcome

    def add_result(self, result: Result) -> None:
        """Add a test, or the innermost suite, that has result elements."""
        if result.strange:
            self._oddities.add_word(result.strange)
        if not result.depth:
            self._add_suite_result(result)
            return
        self._tests += 1
        final = result.final()
        if dialects.is_configuration(result.case) and final < Outcome.FAILED:
            self._oddities.no_tests += 1
            self._count(result.written(), 0)
            return
        identity = self._names.identity(result.case)
        self._oddities.nameless += not identity[1]
        suite = self._suite
        if suite is not None and final >= Outcome.FAILED and dialects.is_hook(identity[1]):
            suite.hook_failed = True
        if not self._joins_held(identity, result):
            self._settle(identity, result)

    def _joins_held(self, identity: Identity, result: Result) -> bool:
        """Return whether a result is the second element of a test, or waits for one."""
        suite, outcome = self._suite, result.final()
        first = self._held.pop(identity, None)
        if first is not None:
            if first.final() is Outcome.SKIPPED:  # an attempt that was repeated
                self._count(Outcome.SKIPPED, 1)
            elif dialects.is_teardown_error(result.message):
                first.append(result)
                self._settle(identity, first)
                return True
            else:
                self._settle(identity, first)
        if suite is None:
            return False
        is_retried = (
            outcome is Outcome.SKIPPED
            and result.skip is not None
            and dialects.is_retried(result.skip, suite.attributes)
        )
        if is_retried or (suite.is_pytest and outcome is Outcome.FAILED):
            self._held[identity] = result
            if len(self._held) > MAX_WAITING:
                oldest = next(iter(self._held))
                self._settle(oldest, self._held.pop(oldest))
            return True
        return False

    def _after_attempt(self, identity: Identity) -> Outcome:
        """Return the outcome of a test that passed: flaky if an attempt that was repeated precedes it."""
        first = self._held.get(identity)
        if first is None or first.final() is not Outcome.SKIPPED:
            return Outcome.PASSED
        del self._held[identity]
        self._count(Outcome.SKIPPED, 1)
        return Outcome.FLAKY

    def _release(self) -> None:
        """Add the results that waited for a second element."""
        for identity, result in self._held.items():
            self._settle(identity, result)
        self._held.clear()

    def _settle(self, identity: Identity, result: Result) -> None:
        """Add a result, unless the totals of its suite have to decide about it first."""
        if result.left_out() is None:
            self._add(identity, result, result.final(), result.written())
            return
        if len(self._undecided) >= MAX_WAITING:
            result.without_text()
        self._undecided.append((identity, result))

    def _decide(self, suite: Suite | None) -> None:
        """Add the failures that the totals may leave out, by what the totals say.

        They are left out if the stated number of failures and errors is that of the others.
        """
        waiting, self._undecided = self._undecided, []
        stated = suite.failing if suite is not None else None
        others = self._sums[0] - suite.before[0] if suite is not None else 0
        for identity, result in waiting:
            spared = result.left_out()
            if spared is not None and (stated == others or (stated is None and spared is Outcome.FLAKY)):
                self._add(identity, result, spared, spared)
            else:
                self._add(identity, result, result.final(), result.written())

    def _add(self, identity: Identity, result: Result, outcome: Outcome, written: Outcome) -> None:
        """Add an execution with its detail; totals count it as `written`."""
        class_name, name = identity
        suite = self._suite
        self._count(written, result.more, also_skipped=result.skip is not None)
        self._blocks.add(class_name, name, outcome, self._seconds(result.case))
        detail = result.detail(
            stable_name(class_name),
            stable_name(name),
            outcome,
            with_text=self._details.wants_text(),
            first_line=0 if suite and suite.name == "pytest" else 1,
        )
        self._details.add(detail)

    def _add_suite_result(self, result: Result) -> None:
        """Add what the innermost suite says about itself."""
        suite = self._suite
        if suite is None:
            self._add(("", ""), result, result.final(), result.written())
        elif dialects.failing_of_exit(result.message) == self._sums[0] - suite.before[0] > 0:
            self._oddities.summed_up += 1
            self._count(Outcome.PASSED, 1)
        else:
            name = dialects.suite_error_name(suite.name or _NAMELESS_SUITE, result.message or result.text)
            self._add((suite.path, name), result, result.final(), result.written())

    def _add_missing(self, suite: Suite) -> None:
        """Add what the totals of a suite count and the report does not list."""
        missing = self._totals.check(suite, self._tests - suite.first, self._sums)
        for _ in range(missing.skipped):
            self._blocks.add(suite.path, _UNLISTED, Outcome.SKIPPED, 0)
            self._count(Outcome.SKIPPED, 0)
        self._tests += missing.skipped + missing.tests
        if not missing.message:
            return
        name = suite.name or _NAMELESS_SUITE
        self._blocks.add(suite.path, name, Outcome.ERRORED, 0)
        if missing.failing:
            self._count(Outcome.ERRORED, missing.failing - 1)
        self._details.add(
            FailureDetail(
                class_name=stable_name(suite.path),
                name=stable_name(name),
                outcome=Outcome.ERRORED,
                message=missing.message,
            )
        )

    def _seconds(self, case: Mapping[str, str]) -> float:
        seconds = seconds_of(case.get("time") or "0")
        if seconds is None:
            self._oddities.bad_times += 1
            return 0.0
        return seconds

    def _count(self, outcome: Outcome, more: int, *, also_skipped: bool = False) -> None:
        failing, skipped, others = self._sums
        self._sums = (
            failing + (outcome >= Outcome.FAILED),
            skipped + (also_skipped or outcome is Outcome.SKIPPED),
            others + more,
        )

    def report(self, problem: Problem | None) -> TestReport:
        """Return the report with its problems, `problem` first."""
        self._release()
        self._decide(None)
        report = TestReport(
            format="junit",
            blocks=self._blocks.blocks(),
            details=self._details.all(),
            executions=self._blocks.counts(),
            seconds=self._blocks.seconds,
            problems=(
                *(() if problem is None else (problem,)),
                *self._oddities.notes(),
                *self._totals.problems(),
                *self._details.problems(),
            ),
            repeats=self._blocks.repeats(),
            properties=self._properties,
            written=self._newest.seconds,
        )
        return without_reruns(report, self._of_pytest) if self._of_pytest else report
