"""Classify the failures of a run: each is new, inherited, known to be flaky on the base, or quarantined."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from readygate.compare.flakiness import FlakinessRecord
from readygate.model.attempts import Attempts, test_key
from readygate.model.comparison import Rename, TestChange, TestComparison
from readygate.model.history import History, Past
from readygate.model.results import Outcome, TestId
from readygate.model.snapshot import HeadRun

Names = Mapping[tuple[str, str], tuple[str, str]]
"""(group, leg) of the head by (group, leg) of the base, where they differ."""


class FailureCriteria(Struct, frozen=True, kw_only=True):
    """When a failure counts as flaky or quarantined, from the policy.

    Attributes:
        flips: the isolated failures on the base that make a test likely to be flaky; 0 if no failure is excused.
        runs: the number of newest base runs that count.
        excuse_likely: excuse tests that are likely to be flaky, too, and not only those that are proven to be.
        limit: the number of failures that may be excused in one run; with more none is.
        quarantined: returns whether a test is in quarantine today; None if none is.
    """

    flips: int = 2
    runs: int = 50
    excuse_likely: bool = False
    limit: int = 3
    quarantined: Callable[[TestId], bool] | None = None


def classify_failures(
    tests: TestComparison,
    head: HeadRun,
    history: History | None,
    names: Names,
    criteria: FailureCriteria,
    attempts: Attempts,
    moved: Mapping[TestId, TestId] | None = None,
) -> TestComparison:
    """Add the past of every test, and separate known flaky and quarantined failures from new ones."""
    known = _renamed(history, names, tests.renamed, moved or {}) if history else None
    new = [_with_merged(change, known) for change in with_past(tests.new_failures, known)]
    still = [*with_past(tests.still_failing, known), *(change for change in new if change.merged)]
    still.sort(key=lambda change: change.id)
    new = [change for change in new if not change.merged]
    # a test that the change adds is not in quarantine
    old = [change for change in new if change.before is not None or tests.base is None]
    quarantined = [change for change in (*old, *still) if criteria.quarantined and criteria.quarantined(change.id)]
    out = {change.id for change in quarantined}
    record = FlakinessRecord(known, criteria.runs, criteria.flips) if known and criteria.flips and new else None
    new = _with_flakiness(new, record)
    flaky = _excused((change for change in new if change.id not in out), criteria)
    out |= {change.id for change in flaky}
    return replace(
        tests,
        new_failures=tuple(change for change in new if change.id not in out),
        still_failing=tuple(change for change in still if change.id not in out),
        fixed=with_past(tests.fixed, known),
        known_flaky=tuple(flaky),
        quarantined=tuple(sorted(quarantined, key=lambda change: change.id)),
        flaky=with_past(_flaky(head, attempts, known.attempts if known else {}), known),
    )


def _with_merged(change: TestChange, history: History | None) -> TestChange:
    """Return a new failure with the merged commit at which it failed too, on every leg on which it is new."""
    found = [history.merged.get((change.id, leg), "") for leg in change.legs or ("",)] if history else [""]
    return replace(change, merged=found[0]) if all(found) else change


def _with_flakiness(changes: Iterable[TestChange], record: FlakinessRecord | None) -> list[TestChange]:
    """Add what the base branch says about whether each test is flaky: one leg does not excuse another."""
    if record is None:
        return list(changes)
    return [
        replace(change, flakiness=record.of(change.id, change.legs or ("",))) if change.past else change
        for change in changes
    ]


def _excused(changes: Iterable[TestChange], criteria: FailureCriteria) -> list[TestChange]:
    """Return the failures that the evidence excuses; none if there are more than the policy allows in one run."""
    classes = ("proven", "likely") if criteria.excuse_likely else ("proven",)
    found = [change for change in changes if change.flakiness and change.flakiness.evidence in classes]
    return found if len(found) <= criteria.limit else []


def with_past(changes: Iterable[TestChange], history: History | None) -> tuple[TestChange, ...]:
    """Add the past of each test on the base, on the leg with the worst record."""
    if history is None or not history.tests:
        return tuple(changes)
    found = ((change, _worst(change, history)) for change in changes)
    return tuple(change if past is None else replace(change, past=past) for change, past in found)


def _worst(change: TestChange, history: History) -> Past | None:
    records = [past for leg in change.legs or ("",) if (past := history.of(change.id, leg)) is not None]
    if len(records) < 2:
        return records[0] if records else None
    return max(records, key=lambda past: (past.failed, past.retried))


def _flaky(
    head: HeadRun, remembered: Attempts, recorded: Mapping[tuple[TestId, str], tuple[int, ...]]
) -> tuple[TestChange, ...]:
    """Return the tests that passed on retry in this run, or failed in an earlier attempt of it and pass now."""
    retried: dict[TestId, list[str]] = {}
    earlier: dict[TestId, tuple[int, ...]] = {}
    known = bool(remembered or recorded)
    for leg in head.snapshot.legs:
        for class_name, block in leg.blocks.items() if leg.executions.flaky or known else ():
            for name, outcome in block.items():
                if outcome > Outcome.FLAKY or (outcome is Outcome.PASSED and not known):
                    continue
                test = TestId(group=leg.group, class_name=class_name, name=name)
                failed = (*recorded.get((test, leg.leg), ()), *remembered.get(test_key(test, leg.leg), ()))
                if failed or outcome is Outcome.FLAKY:
                    retried.setdefault(test, []).append(leg.leg)
                if failed:
                    earlier[test] = tuple(sorted({*earlier.get(test, ()), *failed}))
    return tuple(
        TestChange(
            id=test,
            before=None,
            after=Outcome.FLAKY,
            legs=tuple(leg for leg in legs if leg),
            all_legs=len(legs),
            detail=next((head.details[test, leg] for leg in legs if (test, leg) in head.details), None),
            attempts=earlier.get(test, ()),
        )
        for test, legs in sorted(retried.items())
    )


def _renamed(history: History, names: Names, renamed: Iterable[Rename], moved: Mapping[TestId, TestId]) -> History:
    """Return the history in the head's names of groups, legs and tests."""
    after = {**moved, **{pair.before: pair.after for pair in renamed}}
    if not names and not after:
        return history

    def name(test: TestId, leg: str) -> tuple[TestId, str]:
        group, new_leg = names.get((test.group, leg), (test.group, leg))
        known = test._replace(group=group)
        return after.get(known, known), new_leg

    return replace(
        history,
        tests={name(*test): letters for test, letters in history.tests.items()},
        merged={name(*test): commit for test, commit in history.merged.items()},
        attempts={name(*test): attempts for test, attempts in history.attempts.items()},
    )
