"""Give tests of the base the names of the head where only a place in the name moved: an index, or a line number.

Some producers put the place of a test into its name, so that a test that is added above changes the names of all
others: `[3] c` of JUnit 5, `4 - d` of Perl's prove, `m:12 d_test` of EUnit, `root:0:a:1:x` of OUnit. What is a place is
found by `places`. Tests that differ in nothing else are compared in their order or, if their numbers differ, as
namesakes: those that fail for the same cause first, then the worst outcomes.
"""

from array import array
from collections.abc import Mapping

from msgspec.structs import replace

from readygate.compare.namesakes import match_causes
from readygate.compare.places import ClassPlaces, Place, place_order
from readygate.model.results import ClassBlock, Leg, Outcome, TestId, numbered_name
from readygate.model.snapshot import Snapshot

_Test = tuple[str, str]
"""The class and the name."""
_Causes = Mapping[_Test, str]


def align_positions(base: Snapshot, head: Snapshot) -> tuple[Snapshot, dict[TestId, TestId]]:
    """Return the base with the names of the head, and the name in the head of each test that has another one there.

    Args:
        base: the base, its suites and legs already with the names of the head.
        head: what it is compared with.
    """
    heads = {(leg.group, leg.leg): leg for leg in head.legs}
    names: dict[TestId, TestId] = {}
    legs = []
    for leg in base.legs:
        other = heads.get((leg.group, leg.leg))
        moved = _moved(leg, other) if other is not None else {}
        names |= {TestId(leg.group, *old): TestId(leg.group, *new) for old, new in moved.items()}
        legs.append(_renamed(leg, moved) if moved else leg)
    return (replace(base, legs=tuple(legs)) if names else base), names


def _moved(base: Leg, head: Leg) -> dict[_Test, _Test]:
    """Return the new class and name of the tests of one leg whose place changed."""
    olds, news = _placed(base.blocks, head.blocks), _placed(head.blocks, base.blocks)
    moved: dict[_Test, _Test] = {}
    for key in olds.keys() & news.keys():
        old, new = olds[key], news[key]
        if old.keys() == new.keys():
            continue
        pairs = _pairs(old, new, base.causes, head.causes, sure=key[2])
        moved |= pairs
        taken = set(new)
        for class_name, name in sorted(old.keys() - pairs.keys(), key=place_order):  # missing now: a name that is free
            number = 1
            while (class_name, numbered_name(name, number)) in taken:
                number += 1
            taken.add((class_name, numbered_name(name, number)))
            moved[class_name, name] = (class_name, numbered_name(name, number))
    return {old: new for old, new in moved.items() if old != new}


def _pairs(
    old: Mapping[_Test, int], new: Mapping[_Test, int], before: _Causes, after: _Causes, *, sure: bool
) -> dict[_Test, _Test]:
    """Pair tests that differ only in their places."""
    olds, news = sorted(old, key=place_order), sorted(new, key=place_order)
    if len(old) == len(new):
        pairs = dict(zip(olds, news, strict=True))
        if sure:
            return pairs
        return {was: now for was, now in pairs.items() if was == now or _same_cause(before.get(was), after.get(now))}
    matched = match_causes(
        {was: before.get(was, "") for was in olds if old[was] >= Outcome.FAILED},
        {now: after.get(now, "") for now in news if new[now] >= Outcome.FAILED},
    )
    found = {was: now for now, was in matched.items()}
    olds, news = [was for was in olds if was not in found], [now for now in news if now not in matched]
    failed = {was for was in olds if old[was] >= Outcome.FAILED}
    if failed and any(new[now] >= Outcome.FAILED for now in news):
        # they fail for other causes: none of them is the successor of another one
        found |= {was: was for was in olds if was in news}
        olds = [was for was in olds if was not in found and was not in failed]
        taken = set(found.values())
        news = [now for now in news if now not in taken]
    olds.sort(key=old.__getitem__, reverse=True)
    news.sort(key=new.__getitem__, reverse=True)
    return found | dict(zip(olds, news, strict=False))


def _same_cause(before: str | None, after: str | None) -> bool:
    return not before or not after or before == after


def _placed(
    blocks: Mapping[str, ClassBlock], others: Mapping[str, ClassBlock]
) -> dict[tuple[str, str, bool], dict[_Test, int]]:
    """Return the tests with a place in their names and their outcomes, by what is left of class and name without it.

    Classes whose tests have the same names on both sides are left out.
    """
    found: dict[tuple[str, str, bool], dict[_Test, int]] = {}
    total = sum(block.size for block in blocks.values())
    for class_name, block in blocks.items():
        other = others.get(class_name)
        if other is not None and other.names == block.names:
            continue
        places = ClassPlaces.of(class_name, block, total)
        if places is None:
            continue
        for name, outcome in block.items():
            place: Place = places.read(name)
            if (places.class_name, place.rest) != (class_name, name):
                key = (places.class_name, place.rest, place.sure)
                found.setdefault(key, {})[class_name, name] = outcome
    return found


def _renamed(leg: Leg, moved: Mapping[_Test, _Test]) -> Leg:
    """Return a leg with other names for some of its tests."""
    touched = {class_name for class_name, _ in (*moved, *moved.values())}
    rows: dict[str, list[tuple[str, int, float]]] = {}
    for class_name in touched & leg.blocks.keys():
        block = leg.blocks[class_name]
        for (name, outcome), seconds in zip(block.items(), block.durations(), strict=True):
            new_class, new_name = moved.get((class_name, name), (class_name, name))
            rows.setdefault(new_class, []).append((new_name, outcome, seconds))
    blocks = {name: block for name, block in leg.blocks.items() if name not in touched}
    blocks |= {name: _block(found) for name, found in rows.items()}
    causes = {moved.get(test, test): cause for test, cause in leg.causes.items()}
    return replace(leg, blocks=dict(sorted(blocks.items())), causes=causes)


def _block(rows: list[tuple[str, int, float]]) -> ClassBlock:
    names, outcomes, seconds = zip(*rows, strict=True)
    return ClassBlock.build(list(names), bytes(outcomes), array("f", seconds))
