"""How long tests take: the slowest, and those that take longer than on the base.

What looks at all tests is apart from what tells of a few, and needs no names: another process can do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from heapq import nlargest
from itertools import compress
from operator import truediv

from readygate.compare.duration_columns import Both, Legs, Tests, at_least, flags_of, legs_of, longest, shared
from readygate.model.measures import SharedTime, Timed
from readygate.model.once import once
from readygate.model.results import SEPARATOR, TestId, columns, joined
from readygate.model.snapshot import Snapshot

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
_CLOSE = 1e-9
"""How far, as a share, two times must be apart to be told apart by arithmetic that rounds."""

Found = tuple[str, str, str, int | str, float, float]
"""A test that was found: group, leg, class, its number in the class or its name, seconds, and on the base."""


@once
def slowest(head: Snapshot, base: Snapshot | None, most: int = 10) -> tuple[Timed, ...]:
    """Return the tests that took longest, the slowest first; of several legs the slowest is told."""
    return tell_slowest(find_slowest(head, most), head, base, most)


def find_slowest(head: Snapshot, most: int) -> list[Found]:
    """Find the tests of each leg among which the slowest are."""
    rows: list[Found] = []
    for leg in head.legs:
        names, outcomes, times = columns(leg.blocks.values())
        seconds, tests = joined(times), Tests(list(leg.blocks), names, map(len, outcomes))
        rows += [(leg.group, leg.leg, *tests.place(at), seconds[at], 0.0) for at in longest(seconds, most, LEAST)]
    return rows


def tell_slowest(found: Iterable[Found], head: Snapshot, base: Snapshot | None, most: int) -> tuple[Timed, ...]:
    """Tell those of them that are the slowest: each test once."""
    teller, known = _Teller(head), legs_of(base)
    rows = sorted((-row[4], teller.test(row), row[1]) for row in found)
    told: dict[TestId, Timed] = {}
    for seconds, test, leg in rows:
        if test not in told:
            told[test] = Timed(test=test, leg=leg, seconds=-seconds, before=_before(known, test, leg))
            if len(told) == most:
                break
    return tuple(told.values())


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
    teller = _Teller(head)
    told: dict[TestId, Timed] = {}
    for row in (teller.timed(_found(*place)) for place in _slower(head, base, factor, seconds)):
        if row.test not in told or _gain(row) > _gain(told[row.test]):
            told[row.test] = row
    return tuple(sorted(told.values(), key=_rank))


@once
def slower_first(
    head: Snapshot, base: Snapshot, *, factor: Fraction, seconds: Fraction, most: int
) -> tuple[int, tuple[Timed, ...]]:
    """How many tests `slower` returns, and the first of them: only these are taken out of the columns."""
    if len({leg.group for leg in head.legs}) < len(head.legs):  # a test can be among them twice
        rows = slower(head, base, factor=factor, seconds=seconds)
        return len(rows), rows[:most]
    return tell_slower(*find_slower(head, base, factor, seconds, most), head, most)


def find_slower(
    head: Snapshot, base: Snapshot, factor: Fraction, seconds: Fraction, most: int
) -> tuple[int, list[Found]]:
    """How many tests got slower, and those among which the first are; no group may have several legs."""
    found = _slower(head, base, factor, seconds)
    gains = nlargest(most, (both.now[at] - both.then[at] for both, at in found))
    return len(found), [_found(both, at) for both, at in found if both.now[at] - both.then[at] >= gains[-1]]


def tell_slower(number: int, found: Iterable[Found], head: Snapshot, most: int) -> tuple[int, tuple[Timed, ...]]:
    """Tell the first of them."""
    return number, tuple(sorted(map(_Teller(head).timed, found), key=_rank)[:most])


def _slower(head: Snapshot, base: Snapshot, factor: Fraction, seconds: Fraction) -> list[tuple[Both, int]]:
    """The places of the tests that got slower, on each leg."""
    least, found = float(seconds), []
    beyond, much = _beyond(factor), None
    for both in shared(head, base):
        for at in at_least(both.now, least):  # no time is below zero
            after, before = both.now[at], both.then[at]
            if after - before < least or not beyond(after, before):
                continue
            much = much or _beyond(factor * machine_pace(head, base))
            if much(after, before):
                found.append((both, at))
    return found


def _found(both: Both, at: int) -> Found:
    return (both.group, both.leg, *both.tests.place(at), both.now[at], both.then[at])


class _Teller:
    """Tells which tests were found; each class is taken apart at most once."""

    def __init__(self, head: Snapshot) -> None:
        self._legs = legs_of(head)
        self._known: dict[tuple[str, str, str], list[str]] = {}

    def test(self, found: Found) -> TestId:
        group, leg, class_name, where = found[:4]
        if isinstance(where, str):
            return TestId(group, class_name, where)
        key = (group, leg, class_name)
        if key not in self._known:
            self._known[key] = self._legs[group, leg][class_name].names.split(SEPARATOR)
        return TestId(group, class_name, self._known[key][where])

    def timed(self, found: Found) -> Timed:
        return Timed(test=self.test(found), leg=found[1], seconds=found[4], before=found[5])


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
    for both in shared(head, base):
        now, then = both.now, both.then
        if len(then) > _SAMPLE:
            step = len(then) // _SAMPLE + 1
            now, then = now[::step], then[::step]
        flags = flags_of(then, STEADY)
        ratios += map(truediv, compress(now, flags), compress(then, flags))
    if len(ratios) < ENOUGH:
        return Fraction(1)
    ratios.sort()
    middle = (ratios[(len(ratios) - 1) // 2] + ratios[len(ratios) // 2]) / 2  # `statistics` takes as long to load
    return max(Fraction(1), Fraction(middle))


@once
def shared_time(head: Snapshot, base: Snapshot) -> SharedTime:
    """Add up the seconds of all tests that both sides have: an added test makes no other slower."""
    both_have = shared(head, base)
    return SharedTime(
        now=sum(sum(both.now) for both in both_have),
        before=sum(sum(both.then) for both in both_have),
        tests=sum(len(both.now) for both in both_have),
    )


def _gain(row: Timed) -> float:
    return row.seconds - (row.before or 0.0)


def _before(base: Legs, test: TestId, leg: str) -> float | None:
    block = base.get((test.group, leg), {}).get(test.class_name)
    names = block.names.split(SEPARATOR) if block else []
    return block.durations()[names.index(test.name)] if block and test.name in names else None
