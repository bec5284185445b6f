"""Find what changed between the tests of two runs of a branch, for the history."""

from collections.abc import Iterator, Mapping

from readygate.compare.match_suites import match_suites
from readygate.compare.positions import align_positions
from readygate.compare.renames import match_renames
from readygate.compare.results import compare_tests, outcomes_of
from readygate.model.history import ABSENT
from readygate.model.outcome_changes import OutcomeChanges
from readygate.model.results import OUTCOME_LETTERS, ClassBlock, TestId
from readygate.model.snapshot import HeadRun, InputFiles, Snapshot

_Row = tuple[tuple[TestId, str], str, str]
"""A test on a leg, and its letter before and after."""


def find_outcome_changes(earlier: Snapshot, later: Snapshot) -> OutcomeChanges:
    """Compare the tests of two runs leg by leg, with suites, legs and tests matched as for a verdict."""
    matched = match_suites(earlier, later)
    base, moved = align_positions(matched.base, later)
    renamed = _renames(base, later)
    before = {(leg.group, leg.leg): leg for leg in base.legs}
    after = {(leg.group, leg.leg): leg for leg in later.legs if leg.blocks}
    rows: list[_Row] = []
    for group, leg in sorted(before.keys() | after.keys()):
        old, new = before.get((group, leg)), after.get((group, leg))
        rows += _changed(group, leg, old.blocks if old else {}, new.blocks if new else {})
    groups = {new: old for (old, _), (new, _) in matched.names.items()}
    return OutcomeChanges(
        letters={test: (was, now) for test, was, now in _follow_renames(rows, renamed) if was != now},
        renamed={
            test: old._replace(group=groups.get(old.group, old.group))
            for test, old in (*renamed.items(), *((new, old) for old, new in moved.items()))
        },
        suites={new: old for old, new in matched.names.items()},
    )


def _renames(earlier: Snapshot, later: Snapshot) -> dict[TestId, TestId]:
    """Return the earlier test by the later one, of those that were renamed."""
    tests = compare_tests(HeadRun(snapshot=later, details={}, evidence=InputFiles()), earlier)
    found = match_renames(tests, outcomes_of(tests.added, later.headline())).renamed
    return {pair.after: pair.before for pair in found}


def _follow_renames(rows: list[_Row], renamed: Mapping[TestId, TestId]) -> Iterator[_Row]:
    """Yield the rows with the outcome before a rename as that of the later name.

    A test keeps its legs. Only if it is in another suite now and has none of them any more, as in a suite that was
    split, any of them counts.
    """
    later = {before: after for after, before in renamed.items()}
    old = {(later[test], leg): was for (test, leg), was, now in rows if test in later and now == ABSENT}
    new = {(test, leg) for (test, leg), _, now in rows if test in renamed and now != ABSENT}
    kept = {test for test, _ in old.keys() & new} | {test for test, was in renamed.items() if test.group == was.group}
    elsewhere = {test: was for (test, _), was in old.items() if test not in kept}
    for (test, leg), was, now in rows:
        if test in renamed and was == ABSENT:
            yield (test, leg), old.get((test, leg), elsewhere.get(test, ABSENT)), now
        elif test not in later or now != ABSENT:
            yield (test, leg), was, now
    for (test, leg), was in old.items():
        if (test, leg) not in new and test in kept:
            yield (test, leg), was, ABSENT


def _changed(
    group: str, leg: str, earlier: Mapping[str, ClassBlock], later: Mapping[str, ClassBlock]
) -> Iterator[_Row]:
    """Yield the tests of a leg whose outcome differs, with both letters."""
    for class_name in sorted(earlier.keys() | later.keys()):
        old, new = earlier.get(class_name), later.get(class_name)
        if old == new:
            continue
        before, after = _letters(old), _letters(new)
        for name in sorted(before.keys() | after.keys()):
            was, now = before.get(name, ABSENT), after.get(name, ABSENT)
            if was != now:
                yield (TestId(group=group, class_name=class_name, name=name), leg), was, now


def _letters(block: ClassBlock | None) -> dict[str, str]:
    return {name: OUTCOME_LETTERS[outcome] for name, outcome in block.items()} if block else {}
