"""The outcomes of tests in the last runs on the line of commits that a change starts from."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Final, Literal

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
    def retried(self) -> int:
        """The number of runs in which it passed on retry."""
        return self.letters.count(FLAKY)

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


EvidenceClass = Literal["proven", "likely", "regressed"]
"""`proven`: both outcomes on one commit; `likely`: isolated failures; `regressed`: other failures, now repaired."""

_Z: Final = 1.6448536269514722
"""95 % quantile of the normal distribution: 5 % lie beyond either end of a 90 % interval."""


class Flakiness(Struct, frozen=True, kw_only=True):
    """What the newest runs of the base branch say about whether a test is flaky, on the leg with the worst record.

    Attributes:
        evidence: the class of evidence on every leg on which the test fails: the weakest of them.
        failed: the number of runs in which it failed.
        retried: the number of runs in which it passed on retry.
        ran: the number of runs in which it ran.
    """

    evidence: EvidenceClass
    failed: int
    retried: int
    ran: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval of the rate at which it fails or needs a retry."""
        return wilson_interval(self.failed + self.retried, self.ran)


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """Return the 90 % interval of a rate, as fractions of 1, by Wilson's score; (0, 1) without trials.

    https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    if not trials:
        return 0.0, 1.0
    rate, weight = hits / trials, _Z * _Z / trials
    center = (rate + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * sqrt(rate * (1 - rate) / trials + weight / (4 * trials))
    return max(0.0, min(rate, center - half)), min(1.0, max(rate, center + half))


class History(Struct, frozen=True, kw_only=True):
    """The last runs whose commits are on the first-parent line of one commit, at most `RUNS_KEPT`.

    What was before the first of them is not known.

    Attributes:
        runs: in the order of their commits, the oldest first; several of one commit in the order of runs and attempts.
        tests: letters by identity and leg, of every test that was ever not green in one of the runs.
        merged: the commit of another branch that is merged into the line, by identity and leg of the tests that failed
            there.
        attempts: the earlier attempts of this workflow run in which a test failed, by identity and leg.
    """

    runs: tuple[PastRun, ...] = ()
    tests: Mapping[tuple[TestId, str], str] = field(default_factory=dict)
    merged: Mapping[tuple[TestId, str], str] = field(default_factory=dict)
    attempts: Mapping[tuple[TestId, str], tuple[int, ...]] = field(default_factory=dict)

    def of(self, test: TestId, leg: str) -> Past | None:
        """Return the outcomes of a test on a leg; None if it was green or absent in all runs."""
        letters = self.tests.get((test, leg))
        return None if letters is None else Past(letters=letters)
