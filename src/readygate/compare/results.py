"""Compare the tests of both sides by name. Equal blocks are never expanded, unless a test fails in them."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from readygate.compare.namesakes import inherited_by_cause
from readygate.model.comparison import TestChange, TestComparison
from readygate.model.results import OUTCOMES, SEPARATOR, ClassBlock, FailureDetail, Leg, Outcome, TestId
from readygate.model.snapshot import Blocks, HeadRun, Snapshot, count_blocks

Details = Mapping[tuple[TestId, str], FailureDetail]

_FAILED, _SKIPPED = Outcome.FAILED, Outcome.SKIPPED
_FAILING = re.compile(b"[" + bytes((Outcome.FAILED, Outcome.ERRORED)) + b"]")


class Transition(NamedTuple):
    """The change of one test's outcome; None if that side lacks the test. A tuple, as there are many.

    Attributes:
        legs: the legs on which it changed; empty for the outcome over all legs.
    """

    before: Outcome | None
    after: Outcome | None
    legs: tuple[str, ...] = ()


Transitions = dict[TestId, Transition]


def compare_tests(head: HeadRun, base: Snapshot | None, base_details: Details | None = None) -> TestComparison:
    """Compare the tests of both sides. The base is in the head's names; `base_details` explain fixed tests."""
    now = head.snapshot.headline()
    before: Blocks = base.headline() if base else {}
    index = BlockIndex()
    new, still, others = _failures(head.snapshot, base, now, before, index)
    counts = count_blocks(now.values())
    if base is None:
        return TestComparison(head=counts, base=None, new_failures=_changes(new, head, index))
    moved = _moves(now, _of_groups(before, head.snapshot, base), index)
    _add_moves_on_legs(moved, head.snapshot, base, now, index)
    return TestComparison(
        head=counts,
        base=count_blocks(before.values()),
        new_failures=tuple(
            replace(change, other_cause=True) if change.id in others else change
            for change in _changes(new, head, index)
        ),
        still_failing=_changes(still, head, index),
        fixed=_changes(moved["fixed"], head, index, base_details or {}),
        newly_skipped=_changes(moved["skipped"], head, index),
        # without any test report no test is known to be missing
        vanished=_changes(moved["vanished"], head, index) if head.snapshot.legs else (),
        added=tuple(sorted(moved["added"])),
    )


def outcomes_of(tests: Iterable[TestId], blocks: Blocks) -> dict[TestId, Outcome]:
    """Return the outcomes of some tests; each class is expanded once."""
    by_class: dict[tuple[str, str], list[TestId]] = {}
    for test in tests:
        by_class.setdefault((test.group, test.class_name), []).append(test)
    found = {}
    for key, some in by_class.items():
        block = blocks.get(key)
        known = dict(block.items()) if block else {}
        found.update({test: known[test.name] for test in some if test.name in known})
    return found


class BlockIndex:
    """Looks up single tests of blocks; the names of each block are split once."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def names(self, block: ClassBlock) -> list[str]:
        """Return the names of a block, sorted."""
        known = self._names.get(block.names)
        if known is None:
            known = self._names[block.names] = block.names.split(SEPARATOR)
        return known

    def of(self, block: ClassBlock | None, name: str) -> Outcome | None:
        """Return the outcome of one test of a block, None if there is no such test."""
        if block is None:
            return None
        names = self.names(block)
        at = bisect_left(names, name)
        return OUTCOMES[block.outcomes[at]] if at < len(names) and names[at] == name else None

    def outcome(self, blocks: Blocks, test: TestId) -> Outcome | None:
        """Return the outcome of one test, None if there is no such test."""
        return self.of(blocks.get((test.group, test.class_name)), test.name)


def _failures(
    head: Snapshot, base: Snapshot | None, now: Blocks, before: Blocks, index: BlockIndex
) -> tuple[Transitions, Transitions, set[TestId]]:
    """Find failing tests leg by leg: new ones, inherited ones, and new ones whose namesake failed for another cause.

    A failure is inherited only if the test failed on the same leg of the base, too. A test that the same leg of the
    base did not have is inherited if it failed on every other leg that ran it.
    """
    base_legs = {(leg.group, leg.leg): leg for leg in base.legs} if base else {}
    others: dict[str, list[Leg]] = {}
    for leg in base.legs if base else ():
        others.setdefault(leg.group, []).append(leg)
    new: dict[TestId, list[str]] = {}
    old: dict[TestId, list[str]] = {}
    others_failed: set[TestId] = set()
    for leg in head.legs:
        base_leg = base_legs.get((leg.group, leg.leg))
        for class_name, block in leg.blocks.items():
            if not _FAILING.search(block.outcomes):
                continue
            known = base_leg.blocks.get(class_name) if base_leg else None
            by_cause = inherited_by_cause(class_name, leg, base_leg) if base_leg else {}
            for name, was in _failing(block, known, index):
                missing = was is None and base_leg is not None
                known_as = _elsewhere(others[leg.group], class_name, name, index) if missing else was
                failed = known_as is not None and known_as >= _FAILED
                test = TestId(leg.group, class_name, name)
                (old if by_cause.get(name, failed) else new).setdefault(test, []).append(leg.leg)
                if failed and not by_cause.get(name, True):
                    others_failed.add(test)

    def transitions(found: dict[TestId, list[str]]) -> Transitions:
        return {
            test: Transition(index.outcome(before, test), index.outcome(now, test), tuple(filter(None, legs)))
            for test, legs in found.items()
        }

    inherited = {test: legs for test, legs in old.items() if test not in new}
    return transitions(new), transitions(inherited), others_failed


def _elsewhere(legs: list[Leg], class_name: str, name: str, index: BlockIndex) -> Outcome | None:
    """Return the best outcome of a test over the legs that ran it: a part of a split suite may have lost it to another.

    None if none of them has the test.
    """
    found = [index.of(leg.blocks.get(class_name), name) for leg in legs]
    return min((outcome for outcome in found if outcome is not None and outcome is not _SKIPPED), default=None)


def _failing(block: ClassBlock, known: ClassBlock | None, index: BlockIndex) -> list[tuple[str, Outcome | None]]:
    """Return the failing tests of a block, each with its outcome in another one."""
    names = index.names(block)
    failing = [found.start() for found in _FAILING.finditer(block.outcomes)]
    if known is not None and known.names == block.names:
        return [(names[at], OUTCOMES[known.outcomes[at]]) for at in failing]
    return [(names[at], index.of(known, names[at])) for at in failing]


def _of_groups(blocks: Blocks, head: Snapshot, base: Snapshot) -> Blocks:
    """Leave out suites that the head lacks: their report is missing, not their tests."""
    groups = {leg.group for leg in head.legs if leg.blocks}
    if groups.issuperset(leg.group for leg in base.legs):
        return blocks
    return {key: block for key, block in blocks.items() if key[0] in groups}


def _moves(now: Blocks, before: Blocks, index: BlockIndex) -> dict[str, Transitions]:
    """Return every test that changed, by the kind of its change."""
    moved: dict[str, Transitions] = {"fixed": {}, "skipped": {}, "vanished": {}, "added": {}}
    changed: list[tuple[tuple[str, str], ClassBlock | None, ClassBlock | None]] = []
    changed += [(key, before.get(key), block) for key, block in now.items() if block != before.get(key)]
    changed += [(key, before[key], None) for key in before.keys() - now.keys()]
    for (group, class_name), was_block, block in changed:
        for name, was, after in _differing(was_block, block, index):
            kind = _kind(was, after)
            if kind:
                moved[kind][TestId(group, class_name, name)] = Transition(was, after)
    return moved


def _add_moves_on_legs(
    moved: dict[str, Transitions], head: Snapshot, base: Snapshot, now: Blocks, index: BlockIndex
) -> None:
    """Add the tests that changed on single legs only, which the outcome over all legs does not show.

    A test that is skipped now on the only leg that ran it, or that is missing from the leg on which it failed, is
    neither unchanged nor fixed. A failing test is listed as failing only. A test that as many legs have as before only
    moved between the parts of a suite that is split.
    """
    here = {(leg.group, leg.leg): leg for leg in head.legs}
    found: dict[str, dict[TestId, list[tuple[str, Outcome]]]] = {"skipped": {}, "vanished": {}}
    for old in _of_several(base, head):
        new = here.get((old.group, old.leg))
        for class_name, block in old.blocks.items() if new is not None else ():
            mine = new.blocks.get(class_name) if new is not None else None
            for name, was, after in _differing(block, mine, index):
                kind = _kind(was, after)
                if was is not None and kind in found:
                    test = TestId(old.group, class_name, name)
                    found[kind].setdefault(test, []).append((old.leg, was))
    for kind, tests in found.items():
        for test, legs in tests.items():
            after = index.outcome(now, test)
            if after is None or after >= Outcome.FAILED or (kind == "vanished" and test in moved["skipped"]):
                continue
            if kind == "vanished" and _leg_count(head, test, index) >= _leg_count(base, test, index):
                continue
            moved["fixed"].pop(test, None)
            worst = max(was for _, was in legs)
            moved[kind][test] = Transition(worst, after, tuple(leg for leg, _ in legs if leg))


def _of_several(base: Snapshot, head: Snapshot) -> Iterator[Leg]:
    """Return the legs of the base whose suites have several legs, on either side."""
    many = {
        group
        for snapshot in (base, head)
        for group, number in Counter(leg.group for leg in snapshot.legs).items()
        if number > 1
    }
    yield from (leg for leg in base.legs if leg.group in many)


def _leg_count(side: Snapshot, test: TestId, index: BlockIndex) -> int:
    """Return the number of legs that have a test."""
    return sum(
        leg.group == test.group and index.of(leg.blocks.get(test.class_name), test.name) is not None
        for leg in side.legs
    )


def _differing(
    old: ClassBlock | None, new: ClassBlock | None, index: BlockIndex
) -> Iterator[tuple[str, Outcome | None, Outcome | None]]:
    """Yield each test of a class whose outcome differs, with its outcome on both sides."""
    if old is not None and new is not None and old.names == new.names:
        names = index.names(new)
        for at, (was, after) in enumerate(zip(old.outcomes, new.outcomes, strict=True)):
            if was != after:
                yield names[at], OUTCOMES[was], OUTCOMES[after]
        return
    before = dict(old.items()) if old else {}
    now = dict(new.items()) if new else {}
    for name in before.keys() | now.keys():
        if before.get(name) is not now.get(name):
            yield name, before.get(name), now.get(name)


def _kind(was: Outcome | None, after: Outcome | None) -> str:
    if was is None:
        return "added"
    if after is None:
        return "vanished"
    if was >= _FAILED and after < _SKIPPED:
        return "fixed"
    if was is not _SKIPPED and after is _SKIPPED:
        return "skipped"
    return ""


def _changes(
    transitions: Transitions, head: HeadRun, index: BlockIndex, details: Details | None = None
) -> tuple[TestChange, ...]:
    """Return the tests in the order of their identities, with what the reports say of each."""
    known = head.details if details is None else details
    changes = []
    legs_of: dict[str, list[Leg]] = {}
    for leg in head.snapshot.legs:
        legs_of.setdefault(leg.group, []).append(leg)
    for test, (before, after, legs) in sorted(transitions.items()):
        ran_on = _ran_on(test, after, legs_of.get(test.group, []), index)
        shown = legs or tuple(filter(None, ran_on))
        every = (*legs, *ran_on)
        detail = next(filter(None, (known.get((test, leg)) for leg in every)), None)
        all_legs = len(set(every))
        changes.append(TestChange(id=test, before=before, after=after, legs=shown, all_legs=all_legs, detail=detail))
    return tuple(changes)


def _ran_on(test: TestId, after: Outcome | None, legs: list[Leg], index: BlockIndex) -> list[str]:
    """Return the legs of a suite that have a test; none if it is gone."""
    if after is None:
        return []
    if len(legs) == 1:
        return [legs[0].leg]
    return [leg.leg for leg in legs if index.of(leg.blocks.get(test.class_name), test.name) is not None]
