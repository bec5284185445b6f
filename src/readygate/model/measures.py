"""Parts of what was measured that the policy or a reader asks for: components, categories, goals, slow tests."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from readygate.model.coverage import Ratio
from readygate.model.results import Counts, TestId


class ComponentResult(Struct, frozen=True, kw_only=True):
    """The coverage of a named part of the repository.

    Attributes:
        minimum: the least share of its lines to be covered; None for no minimum.
        maximum_drop: by how much its share may fall; None if it may fall.
        critical: missing its goals blocks, and is not only told.
        files: how many measured files belong to it.
        lines: its lines now.
        base: its lines on the base, without those that the change removes; None without a base that measured coverage.
        gone: files of it that the base measured, that still exist, and that this run does not measure; while there are
            any, the sides do not compare.
    """

    name: str
    minimum: Fraction | None
    maximum_drop: Fraction | None
    critical: bool
    files: int
    lines: Ratio
    base: Ratio | None = None
    gone: tuple[str, ...] = ()

    @property
    def unmeasured(self) -> bool:
        """Whether no line of it is measured, so that nothing is known of its goals."""
        return not self.lines.total

    @property
    def lost(self) -> bool:
        """Whether the base measured lines of it that are still there, and this run measures none."""
        return self.unmeasured and self.base is not None and self.base.total > 0

    @property
    def fell(self) -> Fraction | None:
        """By how much its share fell, negative if it rose; None where the sides do not compare."""
        before = self.base.fraction if self.base else None
        after = self.lines.fraction
        return None if before is None or after is None or self.gone else before - after

    @property
    def below(self) -> bool:
        """Whether it is measured and misses its minimum."""
        share = self.lines.fraction
        return share is not None and self.minimum is not None and share < self.minimum

    @property
    def dropped(self) -> bool:
        """Whether its share fell by more than it may."""
        return self.fell is not None and self.maximum_drop is not None and self.fell > self.maximum_drop


class CategoryResult(Struct, frozen=True, kw_only=True):
    """The tests of a named set, each identity once, of several legs the worst outcome.

    Attributes:
        minimum: the least share of those that ran to pass; None for no minimum.
        lost: none of them ran, and some did on the base.
        base: the same tests on the base; None without one, or where it was not asked for.
    """

    name: str
    minimum: Fraction | None
    counts: Counts
    lost: bool = False
    base: Counts | None = None

    @property
    def empty(self) -> bool:
        """Whether none of its tests ran, so that nothing is known of its pass rate."""
        return self.counts.pass_rate is None

    @property
    def below(self) -> bool:
        """Whether some ran and too few of them passed."""
        rate = self.counts.pass_rate
        return rate is not None and self.minimum is not None and rate < self.minimum


class UncoveredFile(Struct, frozen=True, kw_only=True):
    """A file and how many of its measured lines are not covered."""

    path: str
    lines: int


class NextGoal(Struct, frozen=True, kw_only=True):
    """The distance to the next step of the ladder of coverage goals.

    Attributes:
        goal: the share that is wanted.
        by: the day it is wanted by, as YYYY-MM-DD; empty for none.
        lines: covered and measured lines now.
        needed: how many more lines must be covered.
        largest: the files with most lines that are not covered, the largest first.
        reached: how many steps of the ladder are reached.
        steps: how many there are.
    """

    goal: Fraction
    by: str
    lines: Ratio
    needed: int
    largest: tuple[UncoveredFile, ...]
    reached: int
    steps: int


class Excuse(Struct, frozen=True, kw_only=True):
    """What the policy says of a failing test in quarantine.

    Attributes:
        expires: the last day, in UTC, as YYYY-MM-DD.
    """

    reason: str
    expires: str


class NamedParts(Struct, frozen=True, kw_only=True):
    """What a run measured of all that the policy names.

    Attributes:
        components: in the order of the policy; empty without coverage.
        categories: in the order of the policy.
        goal: the next step of the ladder; None if every step is reached, or there is none, or nothing was measured.
        goals: how many steps the ladder has.
        excuses: for each quarantined failure, in the order of the comparison, what excuses it; None if that is unknown.
    """

    components: tuple[ComponentResult, ...] = ()
    categories: tuple[CategoryResult, ...] = ()
    goal: NextGoal | None = None
    goals: int = 0
    excuses: tuple[Excuse | None, ...] = ()


class Timed(Struct, frozen=True, kw_only=True):
    """How long a test took on one leg.

    Attributes:
        seconds: now; of namesakes and of attempts the sum.
        before: on the base, on the same leg; None if that is unknown.
    """

    test: TestId
    leg: str
    seconds: float
    before: float | None = None


class SharedTime(Struct, frozen=True, kw_only=True):
    """The seconds of all tests that both sides have, on the legs that both have.

    Attributes:
        tests: how many.
    """

    now: float
    before: float
    tests: int
