"""The outcomes of tests in the last runs on the line of commits that a change starts from."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct, field

from readygate.model.coverage import Ratio
from readygate.model.results import OUTCOME_LETTERS, Counts, TestId

RUNS_KEPT = 50
"""Maximum number of runs in a history."""

ABSENT = " "
"""The letter of a run that did not have the test on that leg."""
UNKNOWN = "?"
"""The letter of a run that has no results of the test's leg at all."""
PASSED, FLAKY, SKIPPED, FAILED, ERRORED = tuple(OUTCOME_LETTERS)
NOT_RUN = frozenset((ABSENT, UNKNOWN, SKIPPED))
FAILING = frozenset((FAILED, ERRORED))
NOTABLE = frozenset((FLAKY, FAILED, ERRORED))
"""A test is in a history if one of its runs has one of these letters."""


class PastRun(Struct, frozen=True, kw_only=True):
    """One run on the line of commits.

    Attributes:
        run_id: the workflow run, 0 outside GitHub.
        attempt: the attempt of the workflow run, 0 outside GitHub.
        when: seconds since 1970, of the time the run was stored; 0 if unknown.
        complete: False if a report was damaged or missing; such a run feeds the history only.
        seconds: the durations of all tests.
        ready: the verdict on that commit; None if unknown.
    """

    commit: str
    run_id: int = 0
    attempt: int = 0
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
        return sum(letter not in NOT_RUN for letter in self.letters)

    @property
    def failed(self) -> int:
        """The number of runs in which it failed."""
        return sum(letter in FAILING for letter in self.letters)

    @property
    def flips(self) -> int:
        """How often it changed from passing to failing or back; each flaky run counts as one more change."""
        ran = [letter for letter in self.letters if letter not in NOT_RUN]
        changes = sum((one in FAILING) != (other in FAILING) for one, other in pairwise(ran))
        return changes + ran.count(FLAKY)

    @property
    def failing_for(self) -> int:
        """The number of the newest runs in a row in which it failed; runs without it do not count."""
        number = 0
        for letter in reversed(self.letters):
            if letter in FAILING:
                number += 1
            elif letter not in NOT_RUN:
                break
        return number

    @property
    def failing_since(self) -> int | None:
        """The index of the first run of its current row of failures; None if it does not fail now."""
        since = None
        for index in range(len(self.letters) - 1, -1, -1):
            if self.letters[index] in FAILING:
                since = index
            elif self.letters[index] not in NOT_RUN:
                break
        return since

    @property
    def may_fail_longer(self) -> bool:
        """Whether its current row of failures may have begun before the first run of the row."""
        since = self.failing_since
        return since is not None and (since == 0 or self.letters[since - 1] == UNKNOWN)


class History(Struct, frozen=True, kw_only=True):
    """The last runs whose commits are on the first-parent line of one commit, at most `RUNS_KEPT`.

    What was before the first of them is not known.

    Attributes:
        runs: in the order of their commits, the oldest first; several of one commit in the order of runs and attempts.
        tests: letters by identity and leg, of every test that was ever not green in one of the runs.
        merged: the commit of another branch that is merged into the line, by identity and leg of the tests that failed
            there.
    """

    runs: tuple[PastRun, ...] = ()
    tests: Mapping[tuple[TestId, str], str] = field(default_factory=dict)
    merged: Mapping[tuple[TestId, str], str] = field(default_factory=dict)

    def of(self, test: TestId, leg: str) -> Past | None:
        """Return the outcomes of a test on a leg; None if it was green or absent in all runs."""
        letters = self.tests.get((test, leg))
        return None if letters is None else Past(letters=letters)
