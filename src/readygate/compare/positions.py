"""Give tests of the base the names of the head where only a place in the name moved: an index, or a line number.

Some producers put the place of a test into its name, so that a test that is added above changes the names of all
others: `[3] c` of JUnit 5, `4 - d` of Perl's prove, `m:12 d_test` of EUnit, `root:0:a:1:x` of OUnit. Tests that differ
in nothing else are compared in their order or, if their numbers differ, as namesakes: the worst outcomes first.
"""

import re
from array import array
from collections.abc import Mapping

from msgspec.structs import replace

from readygate.model.results import ClassBlock, Leg, TestId, numbered_name
from readygate.model.snapshot import Snapshot

_MAYBE = re.compile(r"(?:^|\0)(?:\[\d|\d+[.:)]? )|:\d")
_INDEX = re.compile(r"^(?:\[\d+\]|\d+ -|\d+[.:)])\s+(?=\S)")
_MODULE_LINE = re.compile(r"^([A-Za-z_][\w@.]*):\d+(?=\s|_|$)")
_TREE = re.compile(r"\w+(?::\d+(?::[^:\0]+)?)+")
_TREE_INDEX = re.compile(r":\d+(?=:|$)")
_DIGITS = re.compile(r"\d+")

_Test = tuple[str, str]
"""The class and the name."""


def without_place(text: str) -> str:
    """Return a name or a class without an index and without a line number."""
    if _TREE.fullmatch(text) and text.count(":") > 1:
        return _TREE_INDEX.sub(":", text)
    return _MODULE_LINE.sub(r"\1:", _INDEX.sub("", text, count=1))


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
        ordered_old, ordered_new = sorted(old, key=_place), sorted(new, key=_place)
        if len(old) != len(new):
            ordered_old.sort(key=old.__getitem__, reverse=True)
            ordered_new.sort(key=new.__getitem__, reverse=True)
        moved |= dict(zip(ordered_old, ordered_new, strict=False))
        taken = set(new)
        for class_name, name in ordered_old[len(new) :]:  # missing now, under a name that is free
            number = 1
            while (class_name, numbered_name(name, number)) in taken:
                number += 1
            taken.add((class_name, numbered_name(name, number)))
            moved[class_name, name] = (class_name, numbered_name(name, number))
    return {old: new for old, new in moved.items() if old != new}


def _placed(blocks: Mapping[str, ClassBlock], others: Mapping[str, ClassBlock]) -> dict[_Test, dict[_Test, int]]:
    """Return the tests with a place in their names and their outcomes, by what is left of class and name without it.

    Classes whose tests have the same names on both sides are left out.
    """
    found: dict[_Test, dict[_Test, int]] = {}
    for class_name, block in blocks.items():
        other = others.get(class_name)
        if (other is not None and other.names == block.names) or not (
            _MAYBE.search(block.names) or _MAYBE.search(class_name)
        ):
            continue
        bare = without_place(class_name)
        for name, outcome in block.items():
            key = (bare, without_place(name))
            if key != (class_name, name):
                found.setdefault(key, {})[class_name, name] = outcome
    return found


def _place(test: _Test) -> tuple[list[int], _Test]:
    return [int(digits[:18]) for digits in _DIGITS.findall(" ".join(test))], test


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
