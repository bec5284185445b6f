"""Tests of both sides, each by name. Blocks that are equal are never taken apart, unless a test fails in them."""

from __future__ import annotations

from collections.abc import Mapping

from readygate.model.comparison import TestChange, TestComparison
from readygate.model.snapshot import Measured, Snapshot, count_blocks
from readygate.model.tests import ClassBlock, Detail, Leg, Outcome, TestId

Blocks = Mapping[tuple[str, str], ClassBlock]
Details = Mapping[tuple[TestId, str], Detail]

_FAILED = bytes((Outcome.FAILED,))
_ERRORED = bytes((Outcome.ERRORED,))


def compare_tests(head: Measured, base: Snapshot | None, base_details: Details | None = None) -> TestComparison:
    """Compare the tests of the head with those of the base, if there is one; `base_details` tell of the fixed."""
    now = head.snapshot.headline()
    before: Blocks = base.headline() if base else {}
    index = _Index()
    new, still = _failures(head.snapshot, base, now, before, index)
    counts = count_blocks(now.values())
    if base is None:
        return TestComparison(head=counts, base=None, new_failures=_changes(new, head, index))
    moved = _moves(now, _of_groups(before, {key[0] for key in now}), index)
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
    for leg in head.legs:
        base_leg = base_legs.get((leg.group, leg.leg))
        for class_name, block in leg.blocks.items():
            if _FAILED not in block.outcomes and _ERRORED not in block.outcomes:
                continue
            known = index.of(base_leg.blocks.get(class_name) if base_leg else None)
            for name, outcome in index.of(block).items():
                if outcome >= Outcome.FAILED:
                    test = TestId(group=leg.group, class_name=class_name, name=name)
                    inherited = known.get(name, Outcome.PASSED) >= Outcome.FAILED
                    (old if inherited else new).setdefault(test, []).append(leg.leg)

    def story(found: dict[TestId, list[str]]) -> dict[TestId, Story]:
        return {
            test: (index.outcome(before, test), index.outcome(now, test), tuple(leg for leg in legs if leg))
            for test, legs in found.items()
        }

    return story(new), story({test: legs for test, legs in old.items() if test not in new})


class _Index:
    """Blocks taken apart at most once each, however many of their tests are asked for."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Outcome]] = {}

    def of(self, block: ClassBlock | None) -> Mapping[str, Outcome]:
        """Outcomes by name; empty for no block."""
        if block is None:
            return {}
        if id(block) not in self._known:
            self._known[id(block)] = dict(block.items())
        return self._known[id(block)]

    def outcome(self, blocks: Blocks, test: TestId) -> Outcome | None:
        """The outcome of one test, None if there is no such test."""
        return self.of(blocks.get((test.group, test.class_name))).get(test.name)


def _of_groups(blocks: Blocks, groups: set[str]) -> Blocks:
    """Leave out suites that the head lacks: their tests are not gone, their report is."""
    return {key: block for key, block in blocks.items() if key[0] in groups}


def _moves(now: Blocks, before: Blocks, index: _Index) -> dict[str, dict[TestId, Story]]:
    """Sort every test that changed into what became of it."""
    moved: dict[str, dict[TestId, Story]] = {"fixed": {}, "skipped": {}, "vanished": {}, "added": {}}
    for key in now.keys() | before.keys():
        new, old = now.get(key), before.get(key)
        if new is not None and old is not None and new.outcomes == old.outcomes and new.names == old.names:
            continue
        after_of, before_of = index.of(new), index.of(old)
        group, class_name = key
        for name in after_of.keys() | before_of.keys():
            after, was = after_of.get(name), before_of.get(name)
            kind = _kind(was, after)
            if kind:
                moved[kind][TestId(group=group, class_name=class_name, name=name)] = (was, after, ())
    return moved


def _kind(was: Outcome | None, after: Outcome | None) -> str:
    if was is None:
        return "added"
    if after is None:
        return "vanished"
    if was >= Outcome.FAILED and after < Outcome.SKIPPED:
        return "fixed"
    if was is not Outcome.SKIPPED and after is Outcome.SKIPPED:
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
        ran_on = [
            leg.leg for leg in legs_of.get(test.group, ()) if test.name in index.of(leg.blocks.get(test.class_name))
        ]
        told = legs or tuple(leg for leg in ran_on if leg)
        detail = next((known[test, leg] for leg in (*legs, *ran_on) if (test, leg) in known), None)
        changes.append(TestChange(id=test, before=was, after=after, legs=told, all_legs=len(ran_on), detail=detail))
    return tuple(changes)
