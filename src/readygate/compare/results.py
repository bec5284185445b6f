"""Tests of both sides, each by name. Blocks that are equal are never taken apart, unless a test fails in them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import compress
from operator import ne, or_

from readygate.model.comparison import TestChange, TestComparison
from readygate.model.results import OUTCOMES, SEPARATOR, ClassBlock, Detail, Leg, Outcome, TestId, columns
from readygate.model.snapshot import Measured, Snapshot, count_blocks

Blocks = Mapping[tuple[str, str], ClassBlock]
Details = Mapping[tuple[TestId, str], Detail]

_FAILED, _SKIPPED = Outcome.FAILED, Outcome.SKIPPED
_FAILING = re.compile(b"[" + bytes((Outcome.FAILED, Outcome.ERRORED)) + b"]")


def compare_tests(head: Measured, base: Snapshot | None, base_details: Details | None = None) -> TestComparison:
    """Compare the tests of the head with those of the base, if there is one; `base_details` tell of the fixed."""
    now = head.snapshot.headline()
    before: Blocks = base.headline() if base else {}
    index = _Index()
    new, still = _failures(head.snapshot, base, now, before, index)
    counts = count_blocks(now.values())
    if base is None:
        return TestComparison(head=counts, base=None, new_failures=_changes(new, head, index))
    moved = _moves(now, _of_groups(before, head.snapshot, base), index)
    _add_moves_on_legs(moved, head.snapshot, base, now, index)
    return TestComparison(
        head=counts,
        base=count_blocks(before.values()),
        new_failures=_changes(new, head, index),
        still_failing=_changes(still, head, index),
        fixed=_changes(moved["fixed"], head, index, base_details or {}),
        newly_skipped=_changes(moved["skipped"], head, index),
        # where no test report was read nothing is known to be gone
        vanished=_changes(moved["vanished"], head, index) if head.snapshot.legs else (),
        added=tuple(sorted(moved["added"])),
    )


Story = tuple[Outcome | None, Outcome | None, tuple[str, ...]]
"""(before, after, legs) of one test."""


def _failures(
    head: Snapshot, base: Snapshot | None, now: Blocks, before: Blocks, index: _Index
) -> tuple[dict[TestId, Story], dict[TestId, Story]]:
    """Find failing tests leg by leg: inherited only where the same leg of the base failed too."""
    base_legs = {(leg.group, leg.leg): leg for leg in base.legs} if base else {}
    new: dict[TestId, list[str]] = {}
    old: dict[TestId, list[str]] = {}
    alone: tuple[dict[TestId, Story], dict[TestId, Story]] = ({}, {})  # of classes that no other leg has: new, old
    for leg in head.legs:
        base_leg = base_legs.get((leg.group, leg.leg))
        told = (leg.leg,) if leg.leg else ()
        for class_name, block in compress(leg.blocks.items(), map(_FAILING.search, columns(leg.blocks.values())[1])):
            key = (leg.group, class_name)
            known = base_leg.blocks.get(class_name) if base_leg else None
            if now[key] is block and before.get(key) is known:
                for name, was, after in _failing(block, known, index):
                    found = alone[was is not None and was >= _FAILED]
                    found[TestId(leg.group, class_name, name)] = (was, after, told)
                continue
            for name, was, _ in _failing(block, known, index):
                test = TestId(leg.group, class_name, name)
                (new if was is None or was < _FAILED else old).setdefault(test, []).append(leg.leg)

    def story(found: dict[TestId, list[str]]) -> dict[TestId, Story]:
        return {
            test: (index.outcome(before, test), index.outcome(now, test), tuple(filter(None, legs)))
            for test, legs in found.items()
        }

    still = {test: legs for test, legs in old.items() if test not in new} if new else old
    return {**alone[0], **story(new)}, {**alone[1], **story(still)}


def _failing(block: ClassBlock, known: ClassBlock | None, index: _Index) -> list[tuple[str, Outcome | None, Outcome]]:
    """The failing tests of a block, each with what it was in another one and what it is."""
    names, outcomes = index.names(block), block.outcomes
    places = [found.start() for found in _FAILING.finditer(outcomes)]
    if known is not None and known.names == block.names:
        return [(names[at], OUTCOMES[known.outcomes[at]], OUTCOMES[outcomes[at]]) for at in places]
    return [(names[at], index.of(known, names[at]), OUTCOMES[outcomes[at]]) for at in places]


class _Index:
    """Blocks taken apart at most once each, however many of their tests are asked for."""

    def __init__(self) -> None:
        self._known: dict[int, list[str]] = {}

    def names(self, block: ClassBlock) -> list[str]:
        """The names of a block, sorted."""
        known = self._known.get(id(block))
        if known is None:
            known = self._known[id(block)] = block.names.split(SEPARATOR)
        return known

    def of(self, block: ClassBlock | None, name: str) -> Outcome | None:
        """The outcome of one test of a block, None if there is no such test."""
        if block is None:
            return None
        names = self.names(block)
        at = bisect_left(names, name)
        return OUTCOMES[block.outcomes[at]] if at < len(names) and names[at] == name else None

    def outcome(self, blocks: Blocks, test: TestId) -> Outcome | None:
        """The outcome of one test, None if there is no such test."""
        return self.of(blocks.get((test.group, test.class_name)), test.name)


def _of_groups(blocks: Blocks, head: Snapshot, base: Snapshot) -> Blocks:
    """Leave out suites that the head lacks: their tests are not gone, their report is."""
    groups = {leg.group for leg in head.legs if leg.blocks}
    if groups.issuperset(leg.group for leg in base.legs):
        return blocks
    return {key: block for key, block in blocks.items() if key[0] in groups}


def _moves(now: Blocks, before: Blocks, index: _Index) -> dict[str, dict[TestId, Story]]:
    """Sort every test that changed into what became of it."""
    moved: dict[str, dict[TestId, Story]] = {"fixed": {}, "skipped": {}, "vanished": {}, "added": {}}
    changed: list[tuple[tuple[str, str], ClassBlock | None, ClassBlock | None]] = []
    changed += [(key, before.get(key), now[key]) for key in _changed(now, before)]
    changed += [(key, before[key], None) for key in before.keys() - now.keys()]
    for key, was_block, block in changed:
        for name, was, after in _differing(was_block, block, index):
            kind = _kind(was, after)
            if kind:
                moved[kind][TestId(key[0], key[1], name)] = (was, after, ())
    return moved


def _changed(now: Blocks, before: Blocks) -> list[tuple[str, str]]:
    """The classes that are not the same on both sides, or are new: told by columns of all of them."""
    found = [key for key in now if key not in before]
    shared = [key for key in now if key in before] if found else list(now)
    mine, its = columns(map(now.__getitem__, shared)), columns(map(before.__getitem__, shared))
    differs = map(or_, map(ne, mine[0], its[0]), map(ne, mine[1], its[1]))
    return [*found, *compress(shared, differs)]


def _add_moves_on_legs(
    moved: dict[str, dict[TestId, Story]], head: Snapshot, base: Snapshot, now: Blocks, index: _Index
) -> None:
    """Tell what became of tests on single legs that the outcome over all legs does not show.

    A test that is skipped now on the only leg that ran it, or that is gone from the leg on which it failed, is neither
    unchanged nor fixed. A test that fails is told as that. Where as many legs have a test as before it only moved, as
    tests move among the parts of a suite that is split.
    """
    here = {(leg.group, leg.leg): leg for leg in head.legs}
    stories: dict[str, dict[TestId, list[tuple[str, Outcome]]]] = {"skipped": {}, "vanished": {}}
    for old in _of_several(base, head):
        new = here.get((old.group, old.leg))
        for class_name, block in old.blocks.items() if new is not None else ():
            mine = new.blocks.get(class_name) if new is not None else None
            for name, was, after in _differing(block, mine, index):
                kind = _kind(was, after)
                if was is not None and kind in stories:
                    test = TestId(old.group, class_name, name)
                    stories[kind].setdefault(test, []).append((old.leg, was))
    for kind, found in stories.items():
        for test, legs in found.items():
            after = index.outcome(now, test)
            if after is None or after >= Outcome.FAILED or (kind == "vanished" and test in moved["skipped"]):
                continue
            if kind == "vanished" and _homes(head, test, index) >= _homes(base, test, index):
                continue
            moved["fixed"].pop(test, None)
            moved[kind][test] = (max(was for _, was in legs), after, tuple(leg for leg, _ in legs if leg))


def _of_several(base: Snapshot, head: Snapshot) -> Iterator[Leg]:
    """The legs of the base whose suites have several legs, on whichever side."""
    many = {
        group
        for snapshot in (base, head)
        for group, number in Counter(leg.group for leg in snapshot.legs).items()
        if number > 1
    }
    yield from (leg for leg in base.legs if leg.group in many)


def _homes(side: Snapshot, test: TestId, index: _Index) -> int:
    """How many legs have a test."""
    return sum(
        leg.group == test.group and index.of(leg.blocks.get(test.class_name), test.name) is not None
        for leg in side.legs
    )


def _differing(
    old: ClassBlock | None, new: ClassBlock | None, index: _Index
) -> Iterator[tuple[str, Outcome | None, Outcome | None]]:
    """Each test of a class whose outcome is not the same on both sides, with both."""
    if old is not None and new is not None and old.names == new.names:
        names = index.names(new)
        for at, (was, after) in enumerate(zip(old.outcomes, new.outcomes, strict=True)):
            if was != after:
                yield names[at], OUTCOMES[was], OUTCOMES[after]
        return
    before = dict(old.items()) if old else {}
    now = dict(new.items()) if new else {}
    for name in before.keys() | now.keys():
        was_told, told = before.get(name), now.get(name)
        if was_told is not told:
            yield name, was_told, told


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
    stories: Mapping[TestId, Story], head: Measured, index: _Index, details: Details | None = None
) -> tuple[TestChange, ...]:
    """Turn stories into values, in the order of the identities, with what the reports say of each test."""
    known = head.details if details is None else details
    changes = []
    legs_of: dict[str, list[Leg]] = {}
    for leg in head.snapshot.legs:
        legs_of.setdefault(leg.group, []).append(leg)
    for test in sorted(stories):
        was, after, legs = stories[test]
        ran_on = _ran_on(test, after, legs_of.get(test.group, []), index)
        told = legs or tuple(filter(None, ran_on))
        asked = (*legs, *ran_on)
        detail = next(filter(None, (known.get((test, leg)) for leg in asked)), None) if asked else None
        all_legs = len(set(asked))
        changes.append(TestChange(id=test, before=was, after=after, legs=told, all_legs=all_legs, detail=detail))
    return tuple(changes)


def _ran_on(test: TestId, after: Outcome | None, legs: list[Leg], index: _Index) -> list[str]:
    """The legs, of those of its suite, that have a test with this outcome over all of them."""
    if after is None:
        return []
    if len(legs) == 1:
        return [legs[0].leg]
    return [leg.leg for leg in legs if index.of(leg.blocks.get(test.class_name), test.name) is not None]
