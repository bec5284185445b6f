"""Lets another process do what needs little of a large run, while this one compares and judges.

It reads what failing tests say, and looks at outcomes and durations of all tests for what documents tell of them. The
names of tests stay here: they are most of what is known of green tests, and only those of a few are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from readygate.compare.duration_columns import legs_of
from readygate.compare.durations import (
    SHOWN,
    SLOWER_BY,
    SLOWER_TIMES,
    Found,
    find_slower,
    find_slowest,
    slower_first,
    slowest,
    tell_slower,
    tell_slowest,
)
from readygate.compare.failure_causes import Readings, read_all
from readygate.compare.suites import Suite, suites
from readygate.model.once import expect
from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, Counts, Leg, Outcome, columns, cut
from readygate.model.snapshot import Evidence, Snapshot

FEWEST: Final = 200
"""Failing executions from which on it pays to hand over what they say."""
MOST: Final = 20_000
"""Failing executions up to which there is memory for that in both processes."""
LARGE: Final = 30_000
"""Executions from which on it pays to hand over their columns."""


Ask = Callable[..., Callable[[], Any] | None]
"""Takes a function and arguments for another process, and whether that is the `last`; gives what waits for the result,
None if there is nobody."""


def begin(ask: Ask, evidence: Evidence) -> Readings:
    """Let what failing tests say be read.

    Args:
        ask: lets another process work.
        evidence: what was read; what is given is true of its very details, as long as they are there.

    Returns:
        what waits for the readings; they are empty if nobody was asked.
    """
    details = [
        detail
        for file in evidence.files
        if isinstance(file.report, TestReport)
        for detail in file.report.details
        if detail.outcome >= Outcome.FAILED
    ]
    if not FEWEST <= len(details) <= MOST:
        return dict
    answer = ask(read_all, [(detail.type, detail.message, detail.text) for detail in details])
    if answer is None:
        return dict
    return cache(lambda: dict(zip(map(id, details), answer(), strict=True)))


def look(ask: Ask, head: Snapshot, base: Snapshot | None) -> None:
    """Let all tests be looked at for the suites, the slowest and the slower ones that documents tell.

    Args:
        ask: lets another process work; it is asked nothing else afterwards.
        head: what the run measured.
        base: what it is compared with, in the head's names. Both must be the very values that documents ask with.
    """
    if base is None or head.executions.total < LARGE or not all(map(_is_plain, (head, base))):
        return
    answer = ask(look_at, *_nameless(head, base), last=True)
    if answer is None:
        return
    told: Callable[[], _Looked] = cache(answer)
    expect(suites, lambda: told()[0], head, base)
    expect(slowest, lambda: tell_slowest(told()[1], head, base, SHOWN), head, base, SHOWN)
    expect(
        slower_first,
        lambda: tell_slower(*told()[2], head, SHOWN),
        head,
        base,
        factor=SLOWER_TIMES,
        seconds=SLOWER_BY,
        most=SHOWN,
    )


_Looked = tuple[tuple[Suite, ...], list[Found], tuple[int, list[Found]]]


def look_at(packed_head: Any, packed_base: Any) -> _Looked:
    """Do what was asked for."""
    head, base = _unpacked(packed_head), _unpacked(packed_base)
    return (
        suites(head, base),
        find_slowest(head, SHOWN),
        find_slower(head, base, SLOWER_TIMES, SLOWER_BY, SHOWN),
    )


def _is_plain(snapshot: Snapshot) -> bool:
    """Whether no group has several legs, so that no test is there twice."""
    return len({leg.group for leg in snapshot.legs}) == len(snapshot.legs)


def _nameless(head: Snapshot, base: Snapshot) -> tuple[object, object]:
    """The tests of both sides as columns; names only of the classes that have not the same on both."""
    first, second = (
        [_packed(leg, others.get((leg.group, leg.leg), {})) for leg in side.legs]
        for side, others in ((head, legs_of(base)), (base, legs_of(head)))
    )
    return first, second


def _packed(leg: Leg, other: Mapping[str, ClassBlock]) -> object:
    names, outcomes, seconds = columns(leg.blocks.values())
    theirs = map(other.get, leg.blocks)
    own = {
        at: told
        for at, (told, block) in enumerate(zip(names, theirs, strict=True))
        if block is None or block.names != told
    }
    sizes = list(map(len, outcomes))
    return leg.group, leg.leg, list(leg.blocks), own, sizes, b"".join(outcomes), b"".join(seconds)


def _unpacked(packed: Any) -> Snapshot:
    legs = []
    for group, leg, classes, own, sizes, outcomes, seconds in packed:
        names = [own.get(at, "") for at in range(len(classes))]
        blocks = dict(zip(classes, cut(names, outcomes, seconds, sizes), strict=True))
        legs.append(Leg(group=group, leg=leg, blocks=blocks, executions=Counts(), seconds=0.0))
    return Snapshot(commit="", legs=tuple(legs))
