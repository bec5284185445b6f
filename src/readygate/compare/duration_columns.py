"""Seconds of tests as columns, one for each leg: a name is taken out of them only where it is told."""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from heapq import nlargest
from itertools import accumulate, compress, count
from operator import ne
from struct import unpack

from msgspec import Struct

from readygate.model.once import once
from readygate.model.results import SEPARATOR, ClassBlock, columns, joined
from readygate.model.snapshot import Snapshot

Legs = Mapping[tuple[str, str], Mapping[str, ClassBlock]]
Place = tuple[str, int | str]
"""A class, and of its tests the number of one, or its name where that is not the place in the whole class."""

_NEGATIVE = 128
"""From here on a number's first byte has the sign: some tools write `-0.000`."""
_RARE = 8
"""One of so many is found faster by a search than by looking at all."""


def at_least(seconds: array[float], least: float) -> list[int]:
    """The places of the tests that take at least so long."""
    flags = flags_of(seconds, least)
    if _RARE * flags.count(1) < len(flags):
        return [at for at in (found.start() for found in re.finditer(b"\1", flags)) if seconds[at] >= least]
    told = zip(compress(range(len(seconds)), flags), compress(seconds, flags), strict=True)
    return [at for at, time in told if time >= least]


def flags_of(seconds: array[float], least: float) -> bytes:
    """1 for each test that may take at least so long, else 0: told by one byte, so that no number is made."""
    first = _tops(array("f", (least,)))[0]
    return _tops(seconds).translate(bytes(first <= top < _NEGATIVE for top in range(256)))


def longest(seconds: array[float], most: int, least: float) -> list[int]:
    """The places of the tests that take longest, with all that take as long as the last of them; none below `least`."""
    tops, top, above = _tops(seconds).translate(None, bytes(range(_NEGATIVE, 256))), 0, _NEGATIVE
    while above - top > 1:  # between them lies the highest byte that enough of them have, or a higher one
        middle = (top + above) // 2
        enough = len(tops.translate(None, bytes(range(middle)))) >= most
        top, above = (middle, above) if enough else (top, middle)
    few = at_least(seconds, unpack(">f", bytes((top, 0, 0, 0)))[0])
    found = nlargest(most, (seconds[at] for at in few))
    floor = max(least, found[-1]) if found else least
    return [at for at in few if seconds[at] >= floor]


def _tops(seconds: array[float]) -> bytes:
    """The byte of each number that holds most of its exponent: of numbers that are not negative it grows with them.

    https://en.wikipedia.org/wiki/Single-precision_floating-point_format
    """
    return seconds.tobytes()[3 if sys.byteorder == "little" else 0 :: seconds.itemsize]


class Tests:
    """The tests of some classes, one behind the other."""

    def __init__(
        self, classes: Sequence[str], names: Sequence[str], sizes: Iterable[int], parts: Container[int] = ()
    ) -> None:
        """Take classes, the joined names of the tests of each, their number, and which classes are not whole."""
        self._classes, self._names, self._parts = classes, names, parts
        self._starts = [0, *accumulate(sizes)]
        self._known: dict[int, list[str]] = {}

    def place(self, at: int) -> Place:
        """Where a test is found again."""
        number = bisect_right(self._starts, at) - 1
        within = at - self._starts[number]
        if number in self._parts:
            if number not in self._known:
                self._known[number] = self._names[number].split(SEPARATOR)
            return self._classes[number], self._known[number][within]
        return self._classes[number], within


class Both(Struct, frozen=True, kw_only=True):
    """The tests that both sides have on one leg, with their seconds on each side."""

    group: str
    leg: str
    tests: Tests
    now: array[float]
    then: array[float]


@once
def shared(head: Snapshot, base: Snapshot) -> tuple[Both, ...]:
    """The tests of each leg that both sides have."""
    known = legs_of(base)
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
        tests = Tests(classes, names, map(len, outcomes), frozenset(differing))
        found.append(Both(group=leg.group, leg=leg.leg, tests=tests, now=joined(now), then=joined(then)))
    return tuple(found)


def _of_both(one: ClassBlock, other: ClassBlock) -> tuple[ClassBlock, ClassBlock]:
    """The tests that two blocks have, of each; without any, blocks of nothing."""
    both = set(one.names.split(SEPARATOR)).intersection(other.names.split(SEPARATOR))
    return _only(one, both), _only(other, both)


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


def legs_of(snapshot: Snapshot | None) -> Legs:
    """The blocks of each leg, by group and leg."""
    return {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs} if snapshot else {}
