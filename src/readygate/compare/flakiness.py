"""Find the evidence that tests are flaky in the runs of the base branch.

Every commit is looked at once for each test and leg. Failures say something about a test alone only if few tests
failed with it: a mass failure has a common cause, such as a broken service or a broken commit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from msgspec import Struct

from readygate.model.history import FAILING, FLAKY, NOT_RUN, EvidenceClass, Flakiness, History, Past, PastRun
from readygate.model.results import TestId

MOST_AT_ONCE: Final = 5
"""Tests that may turn at one commit, at most a tenth of all that ran; of more than 5,000 tests one in a thousand."""
MOST_EVER: Final = 20
"""Tests that may turn at one commit, however many tests there are."""

_PASS: Final = "p"
_FAIL: Final = "f"
_BOTH: Final = "b"
_NONE: Final = " "


class _Commit(Struct, frozen=True):
    """The runs of one commit: their indexes, and the number of tests that may turn."""

    runs: range
    few: int


class _Turns(Struct, frozen=True):
    """The commits at which a test turned, as bits.

    Attributes:
        both: it failed and passed.
        isolated: it failed in the only run, and passed at the commits directly before and after.
        all: it began to fail, or failed and passed.
    """

    both: int
    isolated: int
    all: int


class FlakinessRecord:
    """The evidence for the tests of one history."""

    def __init__(self, history: History, runs: int, flips: int) -> None:
        """Look at every test of the history.

        Args:
            history: the history of the base branch.
            runs: the newest runs that count.
            flips: the isolated failures that make a test likely to be flaky, at least 1.
        """
        self._runs, self._flips = runs, flips
        self._commits = list(_commits(history.runs))
        self._complete = [run.complete for run in history.runs]
        self._history = history
        self._known: dict[str, _Turns] = {}
        first = len(history.runs) - runs
        few = self._turns_by_few(history.tests)
        self._counted = sum(
            1 << index for index, commit in enumerate(self._commits) if few[index] and commit.runs.start >= first
        )

    def of(self, test: TestId, legs: tuple[str, ...]) -> Flakiness | None:
        """Return the weakest evidence of the legs of a test, with the counts of that leg; None if it never failed."""
        found = [self._of_leg(self._history.of(test, leg)) for leg in legs]
        order = (None, "regressed", "likely", "proven")
        return min(found, key=lambda each: order.index(each.evidence if each else None), default=None)

    def _of_leg(self, past: Past | None) -> Flakiness | None:
        recent = past and past.last(self._runs)
        if past is None or not recent or not (recent.failed or recent.retried):
            return None
        turns = self._turns(past.letters)
        evidence: EvidenceClass = "regressed"
        if turns.both & self._counted:
            evidence = "proven"
        elif (turns.isolated & self._counted).bit_count() >= self._flips:
            evidence = "likely"
        return Flakiness(evidence=evidence, failed=recent.failed, retried=recent.retried, ran=recent.ran)

    def _turns_by_few(self, tests: Mapping[tuple[TestId, str], str]) -> list[bool]:
        """Return for each commit whether few tests turned at it; a test counts once, on however many legs."""
        by_test: dict[TestId, int] = {}
        for (test, _), letters in tests.items():
            by_test[test] = by_test.get(test, 0) | self._turns(letters).all
        counts = [0] * len(self._commits)
        for turned, tests_of in Counter(by_test.values()).items():
            for index in range(turned.bit_length()):
                counts[index] += tests_of * (turned >> index & 1)
        return [number <= commit.few for number, commit in zip(counts, self._commits, strict=True)]

    def _turns(self, letters: str) -> _Turns:
        found = self._known.get(letters)
        if found is None:
            found = self._known[letters] = self._read_turns(letters)
        return found

    def _read_turns(self, letters: str) -> _Turns:
        states: list[str] = []
        single: list[bool] = []
        for commit in self._commits:
            ran = [letters[run] for run in commit.runs if self._complete[run] and letters[run] not in NOT_RUN]
            failed = sum(letter in FAILING for letter in ran)
            varies = FLAKY in ran or 0 < failed < len(ran)
            states.append(_NONE if not ran else _BOTH if varies else _FAIL if failed else _PASS)
            single.append(len(ran) == 1)
        both = isolated = turned = 0
        for index, state in enumerate(states):
            before = states[index - 1] if index else _FAIL  # what was before the first commit is not known
            after = states[index + 1] if index + 1 < len(states) else _NONE
            passed = before in (_PASS, _BOTH) and after in (_PASS, _BOTH)
            both |= (state == _BOTH) << index
            turned |= (state == _BOTH or (state == _FAIL and before != _FAIL)) << index
            isolated |= (state == _FAIL and single[index] and passed) << index
        return _Turns(both, isolated, turned)


def _commits(runs: tuple[PastRun, ...]) -> Iterator[_Commit]:
    """Yield the commits of a history, whose runs follow one another."""
    for _, found in groupby(range(len(runs)), key=lambda index: runs[index].commit):
        indexes = list(found)
        tests = max(runs[index].counts.total - runs[index].counts.skipped for index in indexes)
        yield _Commit(range(indexes[0], indexes[-1] + 1), few_tests(tests))


def few_tests(tests: int) -> int:
    """Return how many of the tests that ran may turn at one commit without a common cause."""
    return max(1, min(MOST_AT_ONCE, tests // 10), min(MOST_EVER, tests // 1000))
