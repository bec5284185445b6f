"""How long tests take: the slowest, and those that take longer than on the base.

Blocks are looked at as columns: most are passed over by their longest test, without a name being taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import compress
from operator import sub
from statistics import median

from readygate.model.once import once
from readygate.model.parts import SharedTime, Timed
from readygate.model.snapshot import Snapshot
from readygate.model.tests import SEPARATOR, ClassBlock, TestId

Legs = Mapping[tuple[str, str], Mapping[str, ClassBlock]]

LEAST = 0.005
"""Seconds below which a test has no time worth showing."""
STEADY = 0.1
"""Seconds from which a test says something of the speed of the machine."""
ENOUGH = 5
"""So many such tests are needed to say it."""


@once
def slowest(head: Snapshot, base: Snapshot | None, most: int = 10) -> tuple[Timed, ...]:
    """Return the tests that took longest, the slowest first; of several legs the slowest is told."""
    floor = LEAST
    rows: list[_Row] = []
    for (group, leg), class_name, block in _blocks(head):
        durations = block.durations()
        if max(durations) < floor:
            continue
        names = block.names.split(SEPARATOR)
        rows += [
            (-seconds, (group, class_name, names[i]), leg) for i, seconds in enumerate(durations) if seconds >= floor
        ]
        if len(rows) > 100 * most:
            rows = _best(rows, most)
            floor = max(floor, -rows[-1][0]) if len(rows) == most else floor
    known = _legs_of(base)
    told = [
        (-seconds, TestId(group=group, class_name=class_name, name=name), leg)
        for seconds, (group, class_name, name), leg in _best(rows, most)
    ]
    return tuple(
        Timed(test=test, leg=leg, seconds=seconds, before=_before(known, test, leg)) for seconds, test, leg in told
    )


_Row = tuple[float, tuple[str, str, str], str]
"""Seconds, negative for the order, identity, and leg: plain values, as there are many."""


def _best(rows: list[_Row], most: int) -> list[_Row]:
    """The first rows of as many different tests."""
    found: dict[tuple[str, str, str], _Row] = {}
    for row in sorted(rows):
        found.setdefault(row[1], row)
        if len(found) == most:
            break
    return list(found.values())


@once
def slower(head: Snapshot, base: Snapshot, *, factor: Fraction, seconds: Fraction) -> tuple[Timed, ...]:
    """Return the tests that take longer than on the base on the same leg, the largest difference first.

    Args:
        head: what this run measured.
        base: the base in the head's names.
        factor: how many times as long a test may take; where most tests take longer, as on a slower machine, the
            factor is taken of that.
        seconds: how much longer a test must at least take to be told.
    """
    least = float(seconds)
    found: dict[TestId, Timed] = {}
    pace: Fraction | None = None
    for (group, leg), class_name, names, now, then in _pairs(head, base):
        if max(map(sub, now, then)) < least:
            continue
        for name, after, before in zip(names.split(SEPARATOR), now, then, strict=True):
            if after - before < least or Fraction(after) <= factor * Fraction(before):
                continue
            if pace is None:
                pace = machine_pace(head, base)
            if Fraction(after) > factor * pace * Fraction(before):
                test = TestId(group=group, class_name=class_name, name=name)
                row = Timed(test=test, leg=leg, seconds=after, before=before)
                if test not in found or _gain(row) > _gain(found[test]):
                    found[test] = row
    return tuple(sorted(found.values(), key=lambda row: (-_gain(row), row.test)))


@once
def machine_pace(head: Snapshot, base: Snapshot) -> Fraction:
    """How many times as long most tests take as on the base, at least 1; 1 where too few say so."""
    ratios = [
        after / before
        for _, _, _, now, then in _pairs(head, base)
        if max(then) >= STEADY
        for after, before in zip(now, then, strict=True)
        if before >= STEADY
    ]
    return max(Fraction(1), Fraction(median(ratios))) if len(ratios) >= ENOUGH else Fraction(1)


@once
def shared_time(head: Snapshot, base: Snapshot) -> SharedTime:
    """Add up the seconds of all tests that both sides have: an added test makes no other slower."""
    now = before = 0.0
    tests = 0
    for _, _, _, after, then in _pairs(head, base):
        now, before, tests = now + sum(after), before + sum(then), tests + len(after)
    return SharedTime(now=now, before=before, tests=tests)


Pair = tuple[tuple[str, str], str, str, Sequence[float], Sequence[float]]
"""(group, leg), class, and of the tests of both sides the names, joined, and the seconds now and before."""


def _pairs(head: Snapshot, base: Snapshot) -> Iterator[Pair]:
    known = _legs_of(base)
    for key, class_name, block in _blocks(head):
        other = known.get(key, {}).get(class_name)
        if other is None:
            continue
        now, then = block.durations(), other.durations()
        if other.names == block.names:
            yield key, class_name, block.names, now, then
            continue
        names = block.names.split(SEPARATOR)
        before = dict(zip(other.names.split(SEPARATOR), then, strict=True))
        both = [name in before for name in names]
        shared = list(compress(names, both))
        if shared:
            yield key, class_name, SEPARATOR.join(shared), list(compress(now, both)), [before[name] for name in shared]


def _gain(row: Timed) -> float:
    return row.seconds - (row.before or 0.0)


def _blocks(snapshot: Snapshot) -> Iterator[tuple[tuple[str, str], str, ClassBlock]]:
    for leg in snapshot.legs:
        for class_name, block in leg.blocks.items():
            yield (leg.group, leg.leg), class_name, block


def _legs_of(snapshot: Snapshot | None) -> Legs:
    return {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs} if snapshot else {}


def _before(base: Legs, test: TestId, leg: str) -> float | None:
    block = base.get((test.group, leg), {}).get(test.class_name)
    names = block.names.split(SEPARATOR) if block else []
    return block.durations()[names.index(test.name)] if block and test.name in names else None
