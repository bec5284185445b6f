"""The slowest tests, and those that got slower."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from operator import sub

from readygate.figures import seconds_delta, seconds_text
from readygate.model.once import once
from readygate.model.phrase import count
from readygate.model.snapshot import Snapshot
from readygate.model.tests import SEPARATOR, ClassBlock, TestId
from readygate.model.value import dataclass
from readygate.render.blocks import Table, by
from readygate.render.page import Page
from readygate.render.sections import plain_name
from readygate.render.text import code

SHOWN = 10
LEAST = 0.005
"""Seconds below which a test has no time worth showing."""
SLOWER_BY = 0.5
SLOWER_TIMES = 1.5
"""A test got slower if it takes this much longer, and this many times as long: below that it is noise."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Timed:
    """One execution of a test: of namesakes and of attempts the sum."""

    seconds: float
    before: float | None
    test: TestId
    leg: str


@once
def slowest(page: Page, most: int = SHOWN) -> tuple[Timed, ...]:
    """The slowest tests of all legs, a test of several legs once, the slowest first."""
    base = _legs_of(page.comparison.baseline.snapshot if page.comparison.baseline else None)
    found: list[tuple[float, TestId, str]] = []
    floor = LEAST
    for (group, leg), class_name, block in _blocks(page.comparison.head.snapshot):
        durations = block.durations()
        if max(durations) < floor:
            continue
        names = block.names.split(SEPARATOR)
        found += [
            (seconds, TestId(group=group, class_name=class_name, name=names[i]), leg)
            for i, seconds in enumerate(durations)
            if seconds >= floor
        ]
        if len(found) > 50 * most:
            found = heapq.nlargest(10 * most, found)
            floor = max(floor, found[-1][0]) if len({row[1] for row in found}) >= most else floor
    rows: dict[TestId, Timed] = {}
    for seconds, test, leg in sorted(found, key=lambda row: (-row[0], row[1], row[2])):
        if test not in rows and len(rows) < most:
            rows[test] = Timed(seconds=seconds, before=_before(base, test, leg), test=test, leg=leg)
    return tuple(rows.values())


@once
def slower(page: Page, most: int = SHOWN) -> tuple[Timed, ...]:
    """Tests that take longer than on the base on the same leg, the largest difference first."""
    base = _legs_of(page.comparison.baseline.snapshot if page.comparison.baseline else None)
    found: dict[TestId, Timed] = {}
    for (group, leg), class_name, block in _blocks(page.comparison.head.snapshot):
        other = base.get((group, leg), {}).get(class_name)
        if other is None:
            continue
        now = block.durations()
        if other.names == block.names:
            then = other.durations()
            if max(map(sub, now, then)) < SLOWER_BY:
                continue
            pairs = zip(block.names.split(SEPARATOR), now, then, strict=True)
        else:
            known = dict(zip(other.names.split(SEPARATOR), other.durations(), strict=True))
            named = zip(block.names.split(SEPARATOR), now, strict=True)
            pairs = ((name, seconds, known[name]) for name, seconds in named if name in known)  # type: ignore[assignment]
        for name, seconds, before in pairs:
            if seconds - before >= SLOWER_BY and seconds >= before * SLOWER_TIMES:
                test = TestId(group=group, class_name=class_name, name=name)
                row = Timed(seconds=seconds, before=before, test=test, leg=leg)
                known_row = found.get(test)
                if known_row is None or _gain(row) > _gain(known_row):
                    found[test] = row
    return tuple(heapq.nlargest(most, found.values(), key=lambda row: (_gain(row), row.test)))


def _gain(row: Timed) -> float:
    return row.seconds - (row.before or 0.0)


def _blocks(snapshot: Snapshot) -> Iterator[tuple[tuple[str, str], str, ClassBlock]]:
    for leg in snapshot.legs:
        for class_name, block in leg.blocks.items():
            yield (leg.group, leg.leg), class_name, block


Legs = Mapping[tuple[str, str], Mapping[str, ClassBlock]]


def _legs_of(snapshot: Snapshot | None) -> Legs:
    return {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs} if snapshot else {}


def _before(base: Legs, test: TestId, leg: str) -> float | None:
    block = base.get((test.group, leg), {}).get(test.class_name)
    names = block.names.split(SEPARATOR) if block else []
    return block.durations()[names.index(test.name)] if block and test.name in names else None


def slowest_table(page: Page) -> tuple[str, Table, str] | None:
    """The title with the answer, the table and a note on its sum; None if no test took any time."""
    rows = slowest(page)
    if not rows:
        return None
    total, own = page.comparison.head.snapshot.seconds, sum(round(row.seconds, 2) for row in rows)
    shown = f"these {len(rows)} take" if len(rows) > 1 else "this one takes"
    return f"Slowest tests: {shown} {own:,.2f} of {seconds_text(total)}", _table(page, rows), ""


def slower_table(page: Page) -> tuple[str, Table, str] | None:
    """Tests that got slower; None if none did, or there is no base."""
    rows = slower(page)
    if not rows:
        return None
    note = f"Told are tests that take at least {SLOWER_BY} s longer than on the base, and {SLOWER_TIMES} times as long."
    return f"Slower than on the base: {count(len(rows), 'test')}", _table(page, rows), note


def _table(page: Page, rows: tuple[Timed, ...]) -> Table:
    legs = any(row.leg for row in rows)
    compared = page.comparison.baseline is not None
    columns = ["Test", *(["Leg"] if legs else []), ">Time", *([">Difference"] if compared else [])]
    return Table(
        columns=by(*columns),
        rows=tuple(
            (
                plain_name(row.test),
                *((code(row.leg) if row.leg else "–",) if legs else ()),
                seconds_text(row.seconds),
                *((("new" if row.before is None else seconds_delta(row.seconds, row.before)),) if compared else ()),
            )
            for row in rows
        ),
    )
