"""Count skipped tests by the reason that their reports give."""

from collections import Counter

from readygate.compare.results import outcomes_of
from readygate.model.measures import SkipReason
from readygate.model.results import Outcome, TestId
from readygate.model.snapshot import HeadRun


def count_skip_reasons(head: HeadRun, skipped: int) -> tuple[SkipReason, ...]:
    """Return the reasons of skipped tests, the most frequent first; tests without a reason come last.

    A test that is skipped on several legs counts once, with the reason of the first. A test that ran on another leg
    does not count as skipped.
    """
    reasons: dict[TestId, str] = {}
    for (test, _), detail in head.details.items():
        if detail.outcome is Outcome.SKIPPED:
            lines = (line.strip() for line in (detail.message or detail.text).splitlines())
            reasons.setdefault(test, next(filter(None, lines), ""))
    outcomes = outcomes_of(reasons, head.snapshot.headline())
    numbers = Counter(reason for test, reason in reasons.items() if outcomes.get(test) is Outcome.SKIPPED)
    numbers[""] += max(0, skipped - sum(numbers.values()))
    rows = sorted(numbers.items(), key=lambda row: (row[0] == "", -row[1], row[0]))
    return tuple(SkipReason(text=text, tests=tests) for text, tests in rows if tests)
