"""What a JUnit report adds up to: its tests by class, its suites, and what is odd in them."""

from __future__ import annotations

import re
from itertools import compress
from operator import itemgetter, ne
from typing import TYPE_CHECKING, Final

from readygate.formats.results._columns import Columns, Details
from readygate.formats.results._durations import LONGEST, MAX_SECONDS, seconds_of
from readygate.formats.results._junit_green import Green
from readygate.formats.results._junit_result import Result, stated
from readygate.formats.results._suite_totals import Suite, Sums, Totals
from readygate.formats.results._timestamps import Clock
from readygate.model.identity import stable_name
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Detail, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Case = dict[str, str]
    """The attributes of a test."""

MAX_PROPERTIES: Final = 200
"""Properties of suites that are kept, and the characters of each name and value."""

_EXIT_CODE: Final = re.compile(r"Dubious, test returned (\d{1,3}) ")
_SAYS_NOTHING: Final = frozenset(("", "test", "suite"))
"""Class names that are the same for all tests of a run (node:test)."""

_CLASS, _NAME, _TIME = itemgetter("classname"), itemgetter("name"), itemgetter("time")
_STATES: Final = frozenset(("status", "result"))
_MOST_TIMES: Final = 10_000
_PILE: Final = 1_000


class _Times(dict[str, float]):
    """Seconds by the text of a duration, because most durations of a report are the same few.

    Attributes:
        bad: how often a text was no duration; it counts as 0 s.
    """

    bad = 0

    def __missing__(self, text: str) -> float:
        seconds = seconds_of(text) if text else 0.0
        if seconds is None:
            self.bad += 1
            return 0.0
        if len(self) >= _MOST_TIMES:
            self.clear()
        self[text] = seconds
        return seconds


class Ledger:
    """The tests of one report, entered suite by suite.

    Attributes:
        batch: the attributes of tests without results of their own, put here as they end; they are worked off
            many at once.
    """

    def __init__(self) -> None:
        self.batch: list[Case] = []
        self._rows = Green()
        self._stable = ("", "")  # the last class with a result, and what it is called
        self._marks: list[tuple[int, int, Suite | None]] = [(0, 0, None)]  # places in both, and whose tests follow
        self._suite: Suite | None = None
        self._columns = Columns()
        self._details = Details()
        self._totals = Totals()
        self._properties: dict[str, str] = {}
        self._odd = True  # whether tests may have attributes that need a look, each before its suite ends
        self._nameless = 0
        self._summed_up = 0
        self._times = _Times()
        self._repeated = True  # whether most durations were met before
        self._clock = Clock()
        self._tests = 0  # those of the batch and results of suites as such not among them
        self._sums: Sums = (0, 0, 0)

    @property
    def in_suite(self) -> bool:
        """Whether a suite has begun that has not ended."""
        return self._suite is not None

    def begin_suite(self, tag: str, attributes: Case) -> None:
        """Enter a suite; what is added from now on belongs to it."""
        if self._odd:
            self.flush()
        if "timestamp" in attributes:
            self._clock.see(attributes["timestamp"])
        self._suite = Suite(tag, attributes, self._suite, self._so_far(), self._sums)
        self._mark()

    def end_suite(self) -> None:
        """Leave the innermost suite and compare what it claims with what it held."""
        if self._odd:
            self.flush()
        suite = self._suite
        if suite is not None:
            self._totals.check(suite, self._so_far() - suite.first, self._sums)
            self._suite = suite.parent
            self._mark()

    def _so_far(self) -> int:
        """How many tests were added."""
        return self._tests + len(self.batch) + len(self._rows)

    def _mark(self) -> None:
        self._marks.append((len(self.batch), len(self._rows), self._suite))

    def add_property(self, attributes: dict[str, str]) -> None:
        """Keep a short property of a suite; the first of a name stays."""
        name, value = attributes.get("name", ""), attributes.get("value", "")
        short = len(name) <= MAX_PROPERTIES and len(value) <= MAX_PROPERTIES
        if name and short and len(self._properties) < MAX_PROPERTIES:
            self._properties.setdefault(name, value)

    def pulse(self) -> None:
        """Work off what has piled up, if it is much."""
        if len(self.batch) + len(self._rows) >= _PILE:
            self.flush()

    def flush(self) -> None:
        """Work off the batch and the rows."""
        batch = self.batch
        if batch:
            self._odd = not self._add_green()
            if self._odd:
                for begin, end, suite in self._stretches(0, len(batch)):
                    for case in batch[begin:end]:
                        self._add_odd(case, suite)
            batch.clear()
        if self._rows:
            self._enter(1, *self._rows.take())
        self._marks[:] = [(0, 0, self._suite)]

    def _add_green(self) -> bool:
        """Add the batch if all its tests have a class, a name and a time, and no attribute of a result."""
        batch = self.batch
        if set(map(len, batch)) != {3} and not all(map(_STATES.isdisjoint, batch)):
            return False
        try:
            self._enter(0, list(map(_CLASS, batch)), list(map(_NAME, batch)), list(map(_TIME, batch)))
        except KeyError:
            return False
        return True

    def add_green(self, columns: list[list[str]], begin: int, end: int) -> None:
        """Add green tests of the suite that is open: those from one place of some columns to another."""
        self._rows.add(columns, begin, end)

    def _enter(self, which: int, classes: list[str], names: list[str], times: list[str]) -> None:
        """Add the green tests of the batch (0) or of the rows (1)."""
        seconds = self._seconds(times)
        self._tests += len(names)
        self._nameless += names.count("")
        starts = [0, *compress(range(1, len(classes)), map(ne, classes[1:], classes))]  # of the runs of one class
        if _SAYS_NOTHING.isdisjoint(map(classes.__getitem__, starts)):
            self._columns.add_runs(classes, names, seconds, starts)
            return
        for begin, end, suite in self._stretches(which, len(names)):
            for at in range(begin, end):
                if classes[at] in _SAYS_NOTHING and suite:
                    classes[at] = suite.class_of(classes[at])
        self._columns.add_runs(classes, names, seconds, range(len(classes)))

    def _seconds(self, times: list[str]) -> list[float]:
        """Read a column of durations: most are the same few, else plain numbers."""
        if self._repeated:
            known = len(self._times)
            seconds = list(map(self._times.__getitem__, times))
            self._repeated = 0 <= 2 * (len(self._times) - known) <= len(times)
            return seconds
        try:
            seconds = list(map(float, times))
            # none is negative, and their sum is neither too large for one nor no number: so all are sane
            if min(seconds) >= 0 and sum(seconds) <= MAX_SECONDS and max(map(len, times)) <= LONGEST:
                return seconds
        except ValueError:
            pass
        return list(map(self._times.__getitem__, times))

    def _stretches(self, which: int, size: int) -> Iterator[tuple[int, int, Suite | None]]:
        """The parts of the batch (0) or the rows (1), so many tests, and the suite that each belongs to."""
        begins = [mark[:2][which] for mark in self._marks]
        for begin, end, mark in zip(begins, [*begins[1:], size], self._marks, strict=True):
            yield begin, end, mark[2]

    def _add_odd(self, case: Case, suite: Suite | None) -> None:
        """Add a test without results whose attributes need a look."""
        class_name, name, outcome = _class_of(case, suite), stable_name(case.get("name", "")), stated(case)
        self._tests += 1
        self._nameless += not name
        self._columns.add(class_name, name, outcome, self._times[case.get("time", "")])
        if outcome is not Outcome.PASSED:
            self._count(outcome, 0)
            self._details.add(Detail(class_name=stable_name(class_name), name=name, outcome=outcome))

    def add_result(self, result: Result) -> None:
        """Add a test, or the innermost suite as such, that has results."""
        suite = self._suite
        if result.depth:
            class_name, name = _class_of(result.case, suite), result.case.get("name", "")
            self._nameless += not name
            self._tests += 1
        elif suite is not None and self._sums_up(result, suite):
            self._summed_up += 1
            return
        else:
            class_name, name = (suite.path, suite.name) if suite else ("", "")
        outcome, name = result.final(), stable_name(name)
        self._count(outcome, result.more)
        self._columns.add(class_name, name, outcome, self._times[result.case.get("time", "")])
        if class_name != self._stable[0]:
            self._stable = (class_name, stable_name(class_name))
        first_line = 0 if suite and suite.name == "pytest" else 1
        with_text = self._details.want_text()
        self._details.add(result.detail(self._stable[1], name, with_text=with_text, first_line=first_line))

    def _sums_up(self, result: Result, suite: Suite) -> bool:
        """Whether a suite's own result only says again how many of its tests failed, as Perl's prove writes it.

        A test program ends with the number of its failed tests: https://metacpan.org/pod/Test::More#EXIT-CODES
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
        """Return all that was added, and what is odd about it."""
        self.flush()
        problems = [] if problem is None else [problem]
        if self._nameless:
            problems.append(
                Problem(
                    severity=Severity.NOTE,
                    what=f"tests without a name: {self._nameless:,}",
                    todo="they are counted, but can be told apart by their class only",
                )
            )
        if self._summed_up:
            problems.append(
                Problem(
                    severity=Severity.NOTE,
                    what=f"results of suites that only sum up their failing tests: {self._summed_up:,}",
                    todo="nothing; they are not counted beside these tests",
                )
            )
        if self._times.bad:
            problems.append(
                Problem(
                    severity=Severity.NOTE,
                    what=f"durations that are no numbers of seconds: {self._times.bad:,}",
                    todo="they count as 0 s; outcomes are not touched",
                )
            )
        return TestReport(
            format="junit",
            blocks=self._columns.blocks(),
            details=self._details.all(),
            executions=self._columns.counts(),
            seconds=self._columns.seconds,
            problems=(*problems, *self._totals.problems(), *self._details.problems()),
            properties=self._properties,
            written=self._clock.newest,
        )


def _class_of(case: Mapping[str, str], suite: Suite | None) -> str:
    """Return the test's class; where there is none, or one that says nothing, the path of suites."""
    name = case.get("classname") or case.get("class") or ""
    return suite.class_of(name) if suite and name in _SAYS_NOTHING else name
