"""How long tests take: the slowest, and those that take longer than on the base.

Tests are looked at as columns of seconds, one for each leg: a name is taken out of them only where it is told.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import nlargest
from itertools import accumulate, compress, count
from operator import ne, truediv
from struct import unpack

from readygate.model.once import once
from readygate.model.parts import SharedTime, Timed
from readygate.model.snapshot import Snapshot
from readygate.model.tests import SEPARATOR, ClassBlock, TestId, columns, joined
from readygate.model.value import dataclass

Legs = Mapping[tuple[str, str], Mapping[str, ClassBlock]]

SHOWN = 10
"""Tests that documents tell of."""
SLOWER_BY = Fraction(1, 2)
SLOWER_TIMES = Fraction(3, 2)
"""To documents a test got slower if it takes this many seconds longer, and this many times as long: below is noise."""
LEAST = 0.005
"""Seconds below which a test has no time worth showing."""
STEADY = 0.125
"""Seconds from which a test says something of the speed of the machine; the exponent alone tells which do."""
ENOUGH = 5
"""So many such tests are needed to say it."""

_SAMPLE = 20_000
"""Tests of a leg from which on every second, third and so on is asked for the speed of the machine."""
_RARE = 8
"""One of so many is found faster by a search than by looking at all."""
_CLOSE = 1e-9
"""How far, as a share, two times must be apart to be told apart by arithmetic that rounds."""


@once
def slowest(head: Snapshot, base: Snapshot | None, most: int = 10) -> tuple[Timed, ...]:
    """Return the tests that took longest, the slowest first; of several legs the slowest is told."""
    rows: list[_Row] = []
    for leg in head.legs:
        names, outcomes, times = columns(leg.blocks.values())
        seconds, tests = joined(times), _Tests(list(leg.blocks), names, list(map(len, outcomes)))
        # a leg has each test once
        rows += [(-seconds[at], (leg.group, *tests.named(at)), leg.leg) for at in _longest(seconds, most)]
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
    found: dict[TestId, Timed] = {}
    for row in _named(_slower(head, base, factor, seconds)):
        if row.test not in found or _gain(row) > _gain(found[row.test]):
            found[row.test] = row
    return tuple(sorted(found.values(), key=_rank))


@once
def slower_first(
    head: Snapshot, base: Snapshot, *, factor: Fraction, seconds: Fraction, most: int
) -> tuple[int, tuple[Timed, ...]]:
    """How many tests `slower` returns, and the first of them: only these are taken out of the columns."""
    found = _slower(head, base, factor, seconds)
    if len({leg.group for leg in head.legs}) < len(head.legs):  # a test can be among them twice
        rows = slower(head, base, factor=factor, seconds=seconds)
        return len(rows), rows[:most]
    gains = nlargest(most, (both.now[at] - both.then[at] for both, at in found))
    first = [(both, at) for both, at in found if both.now[at] - both.then[at] >= gains[-1]]
    return len(found), tuple(sorted(_named(first), key=_rank)[:most])


def _slower(head: Snapshot, base: Snapshot, factor: Fraction, seconds: Fraction) -> list[tuple[_Both, int]]:
    """The places of the tests that got slower, on each leg."""
    least, found = float(seconds), []
    beyond, much = _beyond(factor), None
    for both in _shared(head, base):
        for at in _at_least(both.now, least):  # no time is below zero
            after, before = both.now[at], both.then[at]
            if after - before < least or not beyond(after, before):
                continue
            much = much or _beyond(factor * machine_pace(head, base))
            if much(after, before):
                found.append((both, at))
    return found


def _named(places: Iterable[tuple[_Both, int]]) -> Iterator[Timed]:
    for both, at in places:
        test = TestId(both.group, *both.tests.named(at))
        yield Timed(test=test, leg=both.leg, seconds=both.now[at], before=both.then[at])


def _rank(row: Timed) -> tuple[float, TestId]:
    """The largest difference first."""
    return -_gain(row), row.test


def _beyond(factor: Fraction) -> Callable[[float, float], bool]:
    """Tells whether a time is more than so many times another one; exact only where it is close: that takes long."""
    high, low = float(factor) * (1 + _CLOSE), float(factor) * (1 - _CLOSE)

    def beyond(after: float, before: float) -> bool:
        if after > high * before:
            return True
        return after > low * before and Fraction(after) > factor * Fraction(before)

    return beyond


@once
def machine_pace(head: Snapshot, base: Snapshot) -> Fraction:
    """How many times as long most tests take as on the base, at least 1; 1 where too few say so.

    Of a leg with very many tests some are asked, from all parts of it.
    """
    ratios: list[float] = []
    for both in _shared(head, base):
        now, then = both.now, both.then
        if len(then) > _SAMPLE:
            step = len(then) // _SAMPLE + 1
            now, then = now[::step], then[::step]
        flags = _flags(then, STEADY)
        ratios += map(truediv, compress(now, flags), compress(then, flags))
    if len(ratios) < ENOUGH:
        return Fraction(1)
    ratios.sort()
    middle = (ratios[(len(ratios) - 1) // 2] + ratios[len(ratios) // 2]) / 2  # `statistics` takes as long to load
    return max(Fraction(1), Fraction(middle))


@once
def shared_time(head: Snapshot, base: Snapshot) -> SharedTime:
    """Add up the seconds of all tests that both sides have: an added test makes no other slower."""
    shared = _shared(head, base)
    return SharedTime(
        now=sum(sum(both.now) for both in shared),
        before=sum(sum(both.then) for both in shared),
        tests=sum(len(both.now) for both in shared),
    )


def _at_least(seconds: array[float], least: float) -> list[int]:
    """The places of the tests that take at least so long."""
    flags = _flags(seconds, least)
    if _RARE * flags.count(1) < len(flags):
        return [at for at in (found.start() for found in re.finditer(b"\1", flags)) if seconds[at] >= least]
    told = zip(compress(range(len(seconds)), flags), compress(seconds, flags), strict=True)
    return [at for at, time in told if time >= least]


def _flags(seconds: array[float], least: float) -> bytes:
    """1 for each test that may take at least so long, else 0: told by one byte, so that no number is made."""
    first = _tops(array("f", (least,)))[0]
    return _tops(seconds).translate(bytes(top >= first for top in range(256)))


def _longest(seconds: array[float], most: int) -> list[int]:
    """The places of the tests that take longest, with all that take as long as the last of them."""
    tops, top, above = _tops(seconds), 0, 128
    while above - top > 1:  # between them lies the highest byte that enough of them have, or a higher one
        middle = (top + above) // 2
        enough = len(tops.translate(None, bytes(range(middle)))) >= most
        top, above = (middle, above) if enough else (top, middle)
    few = _at_least(seconds, unpack(">f", bytes((top, 0, 0, 0)))[0])
    longest = nlargest(most, (seconds[at] for at in few))
    floor = max(LEAST, longest[-1]) if longest else LEAST
    return [at for at in few if seconds[at] >= floor]


def _tops(seconds: array[float]) -> bytes:
    """The byte of each number that holds most of its exponent: of numbers that are not negative it grows with them.

    https://en.wikipedia.org/wiki/Single-precision_floating-point_format
    """
    return seconds.tobytes()[3 if sys.byteorder == "little" else 0 :: seconds.itemsize]


class _Tests:
    """The tests of some classes, one behind the other, by their places."""

    def __init__(self, classes: Sequence[str], names: Sequence[str], sizes: Iterable[int]) -> None:
        """Take classes, the joined names of the tests of each, and their number."""
        self._classes, self._names = classes, names
        self._starts = [0, *accumulate(sizes)]
        self._known = (-1, [""])

    def named(self, at: int) -> tuple[str, str]:
        """Class and name of a test."""
        number = bisect_right(self._starts, at) - 1
        if self._known[0] != number:
            self._known = (number, self._names[number].split(SEPARATOR))
        return self._classes[number], self._known[1][at - self._starts[number]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """The tests that both sides have on one leg, with their seconds on each side."""

    group: str
    leg: str
    tests: _Tests
    now: array[float]
    then: array[float]


@once
def _shared(head: Snapshot, base: Snapshot) -> tuple[_Both, ...]:
    known = _legs_of(base)
    found = []
    for leg in head.legs:
        others = known.get((leg.group, leg.leg), {})
        classes = list(leg.blocks)
        mine, its = list(leg.blocks.values()), list(others.values())
        if classes != list(others):
            classes = [name for name in classes if name in others]
            mine, its = [leg.blocks[name] for name in classes], [others[name] for name in classes]
        (names, outcomes, now), (their_names, _, then) = columns(mine), columns(its)
        differing = list(compress(count(), map(ne, names, their_names)))
        if differing:
            for at in differing:
                mine[at], its[at] = _of_both(mine[at], its[at])
            (names, outcomes, now), (_, _, then) = columns(mine), columns(its)
        tests = _Tests(classes, names, map(len, outcomes))
        found.append(_Both(group=leg.group, leg=leg.leg, tests=tests, now=joined(now), then=joined(then)))
    return tuple(found)


def _of_both(one: ClassBlock, other: ClassBlock) -> tuple[ClassBlock, ClassBlock]:
    """The tests that two blocks have, of each; without any, blocks of nothing."""
    shared = set(one.names.split(SEPARATOR)).intersection(other.names.split(SEPARATOR))
    return _only(one, shared), _only(other, shared)


def _only(block: ClassBlock, names: Container[str]) -> ClassBlock:
    every = block.names.split(SEPARATOR)
    kept = list(map(names.__contains__, every))
    if all(kept):
        return block
    return ClassBlock(
        names=SEPARATOR.join(compress(every, kept)),
        outcomes=bytes(compress(block.outcomes, kept)),
        seconds=array("f", compress(block.durations(), kept)).tobytes(),
    )


def _gain(row: Timed) -> float:
    return row.seconds - (row.before or 0.0)


def _legs_of(snapshot: Snapshot | None) -> Legs:
    return {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs} if snapshot else {}


def _before(base: Legs, test: TestId, leg: str) -> float | None:
    block = base.get((test.group, leg), {}).get(test.class_name)
    names = block.names.split(SEPARATOR) if block else []
    return block.durations()[names.index(test.name)] if block and test.name in names else None
