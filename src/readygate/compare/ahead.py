"""Lets another process work out what documents tell of all tests of a large run, whatever changed in it.

Comparing and judging need none of it, and take as long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from readygate.compare.durations import SHOWN, SLOWER_BY, SLOWER_TIMES, slower, slowest
from readygate.compare.suites import Suite, suites
from readygate.model.once import expect
from readygate.model.parcel import pack_tests, unpack_tests
from readygate.model.parts import Timed
from readygate.model.snapshot import Snapshot

FEWEST: Final = 30_000
"""Executions from which on it pays to hand them over."""
MOST: Final = 400_000
"""Executions of either side up to which there is memory for them in both processes."""

Ask = Callable[..., Callable[[], Any] | None]
"""Takes a function and arguments for another process, and gives what waits for the result; None if there is none."""

_Told = tuple[tuple[Suite, ...], tuple[Timed, ...], tuple[Timed, ...]]


def begin(ask: Ask, head: Snapshot, base: Snapshot | None) -> None:
    """Begin.

    Args:
        ask: lets another process work.
        head: what the run measured.
        base: what it is compared with, in the head's names. Both must be the very values that documents ask with.
    """
    if base is None or head.executions.total < FEWEST or max(head.executions.total, base.executions.total) > MOST:
        return
    answer = ask(work_out, pack_tests(head), pack_tests(base, head))
    if answer is None:
        return
    told: Callable[[], _Told] = cache(answer)
    expect(suites, lambda: told()[0], head, base)
    expect(slowest, lambda: told()[1], head, base, SHOWN)
    expect(slower, lambda: told()[2], head, base, factor=SLOWER_TIMES, seconds=SLOWER_BY)


def work_out(packed_head: object, packed_base: object) -> _Told:
    """Do what was asked for."""
    head = unpack_tests(packed_head)
    base = unpack_tests(packed_base, head)
    return (
        suites(head, base),
        slowest(head, base, SHOWN),
        slower(head, base, factor=SLOWER_TIMES, seconds=SLOWER_BY),
    )
