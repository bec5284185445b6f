"""Measures of a run: components, categories and goals of the policy, suites, skip reasons and durations."""

from fractions import Fraction
from typing import Final

from msgspec import Struct

from readygate.model.coverage import LINES, Ratio
from readygate.model.results import Counts, TestId


class ComponentResult(Struct, frozen=True, kw_only=True):
    """The coverage of a named part of the repository.

    Attributes:
        minimum: minimum share of covered lines; None without a minimum.
        maximum_drop: maximum drop of its share; None without a limit.
        critical: missing its goals blocks; otherwise it only warns.
        files: the number of its measured files.
        measure: what its goals count; `lines` and `base` count the same.
        lines: its lines now.
        base: its lines on the base, with or without those that the change removes, whichever has the lower share; None
            without a base that measured coverage.
        missing: the number of its lines that the base measured, that the change does not touch, and that this run
            does not measure; its goals count them as not covered.
        gone: its files that the base measured, that still exist, and that this run does not measure; if there are any,
            the two sides are not comparable.
    """

    name: str
    minimum: Fraction | None
    maximum_drop: Fraction | None
    critical: bool
    files: int
    lines: Ratio
    measure: str = LINES
    base: Ratio | None = None
    missing: int = 0
    gone: tuple[str, ...] = ()

    @property
    def least(self) -> Ratio:
        """Its lines, with those that are missing as not covered."""
        return Ratio(covered=self.lines.covered, total=self.lines.total + self.missing)

    @property
    def unmeasured(self) -> bool:
        """Whether none of its lines is measured, so that its goals cannot be checked."""
        return not self.lines.total

    @property
    def no_longer_measured(self) -> bool:
        """Whether the base measured lines of it that are still there, and this run measures none."""
        return self.unmeasured and self.base is not None and self.base.total > 0

    @property
    def fell(self) -> Fraction | None:
        """The drop of its share, negative for a rise; None if the two sides are not comparable."""
        before = self.base.fraction if self.base else None
        after = self.least.fraction
        return None if before is None or after is None or self.gone else before - after

    @property
    def below(self) -> bool:
        """Whether it is measured and misses its minimum."""
        share = self.least.fraction
        return share is not None and self.minimum is not None and share < self.minimum

    @property
    def dropped(self) -> bool:
        """Whether its share fell by more than the maximum."""
        return self.fell is not None and self.maximum_drop is not None and self.fell > self.maximum_drop


# `rename` keeps the key in report.json
class CategoryResult(Struct, frozen=True, kw_only=True, rename={"no_longer_run": "lost"}):
    """The tests of a named set: each identity once, with its worst outcome over all legs.

    Attributes:
        minimum: minimum pass rate of the tests that ran; None without a minimum.
        no_longer_run: none of them ran, and some did on the base.
        base: the same tests on the base; None without a base or if not needed.
    """

    name: str
    minimum: Fraction | None
    counts: Counts
    no_longer_run: bool = False
    base: Counts | None = None

    @property
    def empty(self) -> bool:
        """Whether none of its tests ran, so that it has no pass rate."""
        return self.counts.pass_rate is None

    @property
    def below(self) -> bool:
        """Whether its pass rate is below the minimum."""
        rate = self.counts.pass_rate
        return rate is not None and self.minimum is not None and rate < self.minimum


class UncoveredFile(Struct, frozen=True, kw_only=True):
    """A file and the number of its measured lines that are not covered."""

    path: str
    lines: int


class NextGoal(Struct, frozen=True, kw_only=True):
    """The distance to the next step of the ladder of coverage goals.

    Attributes:
        goal: the share to reach.
        by: the due date as YYYY-MM-DD; empty for none.
        lines: covered and measured lines now.
        needed: the number of lines still to cover.
        largest: the files with the most uncovered lines, the largest first.
        reached: the number of steps of the ladder that are reached.
        steps: the number of all steps.
    """

    goal: Fraction
    by: str
    lines: Ratio
    needed: int
    largest: tuple[UncoveredFile, ...]
    reached: int
    steps: int


class Excuse(Struct, frozen=True, kw_only=True):
    """The quarantine entry of a failing test.

    Attributes:
        expires: the last day, in UTC, as YYYY-MM-DD.
    """

    reason: str
    expires: str


class PolicyMeasures(Struct, frozen=True, kw_only=True):
    """The results of everything that the policy names.

    Attributes:
        components: in the order of the policy; empty without coverage.
        categories: in the order of the policy.
        goal: the next coverage goal; None if every goal is reached, the policy has none, or no line was measured.
        goals: the number of coverage goals.
        excuses: for each quarantined failure, in the order of the comparison, what excuses it; None if unknown.
    """

    components: tuple[ComponentResult, ...] = ()
    categories: tuple[CategoryResult, ...] = ()
    goal: NextGoal | None = None
    goals: int = 0
    excuses: tuple[Excuse | None, ...] = ()


class SuiteResult(Struct, frozen=True, kw_only=True):
    """The tests of one suite.

    Attributes:
        name: parts of its path; empty for tests without a path.
        head: its tests now, each identity once.
        base: its tests on the base; None without a baseline, or if the base has no such suite.
        seconds: now, over all legs.
    """

    name: tuple[str, ...]
    head: Counts
    base: Counts | None
    seconds: float


class PackageResult(Struct, frozen=True, kw_only=True):
    """The tests and lines of one package of a monorepo.

    Attributes:
        folder: its path in the repository.
        tests: its tests now, each identity once; None if it has no test report.
        tests_before: its tests on the base; None without a baseline, or if the base has none.
        lines: the lines of all measured files below it; None if none is measured.
        lines_before: the same on the base.
    """

    folder: str
    tests: Counts | None
    tests_before: Counts | None
    lines: Ratio | None
    lines_before: Ratio | None


class SkipReason(Struct, frozen=True, kw_only=True):
    """A reason for skipped tests.

    Attributes:
        text: the first line of the reason as the reports give it, untrusted; empty for tests without a reason.
        tests: the number of tests with it.
    """

    text: str
    tests: int


class Timed(Struct, frozen=True, kw_only=True):
    """The time that a test took on one leg.

    Attributes:
        seconds: now; the sum of namesakes and attempts.
        before: on the base, on the same leg; None if unknown.
    """

    test: TestId
    leg: str
    seconds: float
    before: float | None = None


class SharedTime(Struct, frozen=True, kw_only=True):
    """The seconds of all tests that both sides have, on the legs that both have.

    Attributes:
        tests: the number of these tests.
    """

    now: float
    before: float
    tests: int


class SlowdownLimit(Struct, frozen=True, kw_only=True):
    """The limit above which a test counts as slower: both values must be reached.

    Attributes:
        factor: the time divided by the time on the base, relative to the pace of the machine; must be exceeded.
        seconds: the smallest difference.
    """

    factor: Fraction
    seconds: Fraction


class Durations(Struct, frozen=True, kw_only=True):
    """The times of a run's tests, compared with the base.

    Attributes:
        slowest: the slowest tests, the slowest first; at most `TIMED_SHOWN`.
        slower: tests above `SLOWER`, the largest difference first; at most `TIMED_SHOWN`.
        slower_total: the number of tests above `SLOWER`.
        above_limit: all tests above the policy's own limit, the largest difference first; empty without a limit.
        shared: the total time of the tests of both sides; None without a baseline.
        pace: the median time of a test divided by its time on the base; at least 1.
    """

    slowest: tuple[Timed, ...] = ()
    slower: tuple[Timed, ...] = ()
    slower_total: int = 0
    above_limit: tuple[Timed, ...] = ()
    shared: SharedTime | None = None
    pace: Fraction = Fraction(1)


TIMED_SHOWN: Final = 10
"""Number of tests in the lists of slow tests that documents show."""
SLOWER: Final = SlowdownLimit(factor=Fraction(3, 2), seconds=Fraction(1, 2))
"""The limit for the list of slower tests in documents; differences below it are noise."""
