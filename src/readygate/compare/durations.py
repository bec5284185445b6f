"""Find the slowest tests, and the tests that take longer than on the base."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from heapq import nlargest
from itertools import accumulate
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from readygate.model.measures import SLOWER, TIMED_SHOWN, Durations, SharedTime, SlowdownLimit, Timed
from readygate.model.results import SEPARATOR, ClassBlock, Leg, TestId
from readygate.model.snapshot import Snapshot

LEAST = 0.005
"""Seconds; faster tests are not listed among the slowest."""
STEADY = 0.125
"""Seconds; the times of faster tests on the base say too little about the pace of the machine."""
ENOUGH = 5
"""The smallest number of such tests from which the pace is estimated."""

_SAMPLE = 20_000
"""Above this number of tests of a leg, the pace is estimated from evenly spaced ones."""
_ROUNDING = 1e-9
"""Relative error above that of any float product; closer times are compared exactly."""


class LegTimes(Struct, frozen=True, kw_only=True):
    """Seconds of the tests of one leg, one value a test in the order of the classes and names.

    Attributes:
        classes: each class with the joined names of its tests.
        starts: the index of the first test of each class.
        now: seconds of each test in this run.
        before: seconds of each test on the base; empty for the tests of one side.
    """

    group: str
    leg: str
    classes: Sequence[tuple[str, str]]
    starts: Sequence[int]
    now: array[float]
    before: array[float]

    def timed(self, indices: Iterable[int]) -> list[Timed]:
        """Return the tests at some indices; the names of each class are split once."""
        names: dict[int, list[str]] = {}
        found = []
        for at in indices:
            number = bisect_right(self.starts, at) - 1
            class_name, joined_names = self.classes[number]
            if number not in names:
                names[number] = joined_names.split(SEPARATOR)
            test = TestId(self.group, class_name, names[number][at - self.starts[number]])
            before = self.before[at] if self.before else None
            found.append(Timed(test=test, leg=self.leg, seconds=self.now[at], before=before))
        return found


def compare_durations(head: Snapshot, base: Snapshot | None, limit: SlowdownLimit | None = None) -> Durations:
    """Compare the times of the head and of the base in the head's names; linear in the number of tests."""
    slowest = find_slowest(head, base, TIMED_SHOWN)
    if base is None:
        return Durations(slowest=slowest)
    shared = shared_times(head, base)
    pace = machine_pace(shared)
    slower = find_slower(shared, pace, SLOWER)
    return Durations(
        slowest=slowest,
        slower=slower[:TIMED_SHOWN],
        slower_total=len(slower),
        above_limit=find_slower(shared, pace, limit) if limit else (),
        shared=shared_total(shared),
        pace=pace,
    )


def find_slowest(head: Snapshot, base: Snapshot | None, most: int) -> tuple[Timed, ...]:
    """Return the tests that took longest, the slowest first; a test of several legs is listed with the slowest one."""
    rows: list[Timed] = []
    for leg in head.legs:
        times = _leg_times(leg, [(name, block.names, block.seconds, b"") for name, block in leg.blocks.items()])
        indices = nlargest(most, range(len(times.now)), key=times.now.__getitem__)  # of equal ones the first
        rows += times.timed(at for at in indices if times.now[at] >= LEAST)
    listed: dict[TestId, Timed] = {}
    for row in sorted(rows, key=lambda row: (-row.seconds, row.test, row.leg)):
        listed.setdefault(row.test, row)
    return tuple(replace(row, before=_seconds_of(base, row)) for row in list(listed.values())[:most])


def find_slower(shared: Iterable[LegTimes], pace: Fraction, limit: SlowdownLimit) -> tuple[Timed, ...]:
    """Return the tests above a limit at the pace of the machine, the largest difference first, each test once."""
    factor, least = limit.factor * pace, float(limit.seconds)
    about = float(factor) * (1 - _ROUNDING)
    found: dict[TestId, Timed] = {}
    for times in shared:
        indices = [
            at
            for at, (now, before) in enumerate(zip(times.now, times.before, strict=True))
            if now - before >= least and now > about * before and Fraction(now) > factor * Fraction(before)
        ]
        for row in times.timed(indices):
            known = found.get(row.test)
            if known is None or _difference(row) > _difference(known):
                found[row.test] = row
    return tuple(sorted(found.values(), key=lambda row: (-_difference(row), row.test)))


def machine_pace(shared: Iterable[LegTimes]) -> Fraction:
    """Return the median of time divided by time on the base, at least 1; 1 if too few tests are long enough."""
    ratios: list[float] = []
    for times in shared:
        step = len(times.before) // _SAMPLE + 1 if len(times.before) > _SAMPLE else 1
        sample = zip(times.now[::step], times.before[::step], strict=True)
        ratios += [now / before for now, before in sample if before >= STEADY]
    return max(Fraction(1), Fraction(median(ratios))) if len(ratios) >= ENOUGH else Fraction(1)


def shared_total(shared: Sequence[LegTimes]) -> SharedTime:
    """Add up the seconds of the tests that both sides have: an added test does not slow down others."""
    return SharedTime(
        now=sum((sum(times.now) for times in shared), 0.0),
        before=sum((sum(times.before) for times in shared), 0.0),
        tests=sum(len(times.now) for times in shared),
    )


def shared_times(head: Snapshot, base: Snapshot) -> tuple[LegTimes, ...]:
    """Return the times of the tests that both sides have, by leg."""
    known = {(leg.group, leg.leg): leg.blocks for leg in base.legs}
    found = []
    for leg in head.legs:
        others = known.get((leg.group, leg.leg), {})
        rows = [_of_both(name, block, others[name]) for name, block in leg.blocks.items() if name in others]
        found.append(_leg_times(leg, [row for row in rows if row[2]]))
    return tuple(found)


_Row = tuple[str, str, bytes, bytes]
"""A class with the joined names of its tests, and their seconds on both sides."""


def _of_both(class_name: str, mine: ClassBlock, other: ClassBlock) -> _Row:
    """Return the tests of a class that both sides have."""
    if mine.names == other.names:
        return class_name, mine.names, mine.seconds, other.seconds
    before = dict(zip(other.names.split(SEPARATOR), other.durations(), strict=True))
    now = dict(zip(mine.names.split(SEPARATOR), mine.durations(), strict=True))
    names = [name for name in now if name in before]
    mine_seconds, other_seconds = (array("f", [side[name] for name in names]).tobytes() for side in (now, before))
    return class_name, SEPARATOR.join(names), mine_seconds, other_seconds


def _leg_times(leg: Leg, rows: Sequence[_Row]) -> LegTimes:
    now: array[float] = array("f")
    before: array[float] = array("f")
    now.frombytes(b"".join([row[2] for row in rows]))
    before.frombytes(b"".join([row[3] for row in rows]))
    sizes = [len(row[2]) // now.itemsize for row in rows]
    return LegTimes(
        group=leg.group,
        leg=leg.leg,
        classes=[(class_name, names) for class_name, names, *_ in rows],
        starts=[0, *accumulate(sizes[:-1])],
        now=now,
        before=before,
    )


def _difference(row: Timed) -> float:
    return row.seconds - (row.before or 0.0)


def _seconds_of(side: Snapshot | None, row: Timed) -> float | None:
    """Return the seconds of a test on the leg of a row; None if that leg does not have it."""
    for leg in side.legs if side else ():
        block = leg.blocks.get(row.test.class_name) if (leg.group, leg.leg) == (row.test.group, row.leg) else None
        names = block.names.split(SEPARATOR) if block else []
        if block and row.test.name in names:
            return block.durations()[names.index(row.test.name)]
    return None
