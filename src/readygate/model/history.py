"""The last runs of the base branch: their figures, and the outcomes of each test that was not green in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct, field

from readygate.model.coverage import Ratio
from readygate.model.results import Counts, TestId

RUNS_KEPT = 50
"""Maximum number of runs in a history."""

ABSENT, PASSED, FLAKY, SKIPPED, FAILED, ERRORED = " .~sFE"
"""The outcome of a test in a run, as one letter; ABSENT: the run did not have the test on that leg."""
FAILING = frozenset((FAILED, ERRORED))


class PastRun(Struct, frozen=True, kw_only=True):
    """One run of the base branch.

    Attributes:
        when: seconds since 1970, of the time the run was stored; 0 if unknown.
        complete: False if a report was damaged or missing; such a run feeds the history only.
        seconds: the durations of all tests.
        ready: the verdict on that commit; None if unknown.
    """

    commit: str
    run_id: int = 0
    when: int = 0
    complete: bool = True
    counts: Counts
    lines: Ratio | None = None
    seconds: float = 0.0
    ready: bool | None = None


class Past(Struct, frozen=True, kw_only=True):
    """The outcomes of one test on one leg in the runs of a history, the oldest first.

    Attributes:
        letters: one for each run.
    """

    letters: str

    def last(self, runs: int) -> Past:
        """Return the outcomes in the newest runs only."""
        return Past(letters=self.letters[-runs:])

    @property
    def ran(self) -> int:
        """The number of runs in which it passed or failed."""
        return sum(letter not in (ABSENT, SKIPPED) for letter in self.letters)

    @property
    def failed(self) -> int:
        """The number of runs in which it failed."""
        return sum(letter in FAILING for letter in self.letters)

    @property
    def flips(self) -> int:
        """How often it changed from passing to failing or back; each flaky run counts as one more change."""
        ran = [letter for letter in self.letters if letter not in (ABSENT, SKIPPED)]
        changes = sum((one in FAILING) != (other in FAILING) for one, other in pairwise(ran))
        return changes + ran.count(FLAKY)

    @property
    def failing_for(self) -> int:
        """The number of the newest runs in a row in which it failed; runs without it do not count."""
        number = 0
        for letter in reversed(self.letters):
            if letter in FAILING:
                number += 1
            elif letter not in (ABSENT, SKIPPED):
                break
        return number

    @property
    def failing_since(self) -> int | None:
        """The index of the first run of its current row of failures; None if it does not fail now."""
        since = None
        for index in range(len(self.letters) - 1, -1, -1):
            if self.letters[index] in FAILING:
                since = index
            elif self.letters[index] not in (ABSENT, SKIPPED):
                break
        return since


class History(Struct, frozen=True, kw_only=True):
    """The last runs of a base branch, at most `RUNS_KEPT`.

    Attributes:
        runs: the oldest first.
        tests: letters by identity and leg, of every test that was ever not green in one of the runs.
    """

    runs: tuple[PastRun, ...] = ()
    tests: Mapping[tuple[TestId, str], str] = field(default_factory=dict)

    def of(self, test: TestId, leg: str) -> Past | None:
        """Return the outcomes of a test on a leg; None if it was green or absent in all runs."""
        letters = self.tests.get((test, leg))
        return None if letters is None else Past(letters=letters)
