"""Situations of duration."""

from array import array
from collections.abc import Callable, Sequence

from tests.support.builders import (
    baseline,
    compared,
    with_legs,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short

from readygate.model.comparison import Comparison
from readygate.model.history import History, PastRun
from readygate.model.results import ClassBlock, Counts, Leg
from readygate.model.snapshot import HeadRun


def timed(now: Sequence[float], before: Sequence[float] | None, *runs: float) -> Callable[[], Comparison]:
    """Tests of one class by their seconds, and the seconds of earlier runs of the base."""

    def side(seconds: Sequence[float]) -> HeadRun:
        names = [f"test_{number}" for number in range(len(seconds))]
        made = ClassBlock.build(names, bytes(len(seconds)), array("f", seconds))
        counts = Counts(passed=len(seconds))
        return with_legs(Leg(path="x", blocks={"A": made}, executions=counts, seconds=sum(seconds)))

    past = History(runs=tuple(PastRun(commit=f"{n:040x}", counts=Counts(), seconds=run) for n, run in enumerate(runs)))
    return lambda: compared(side(now), None if before is None else baseline(side(before), history=past))


SITUATIONS = Situations(
    levels="OFF OFF OFF",
    names_evidence=False,
    rows=[
        Row(PASS, timed([10, 20], [10, 20]), ("30.00 s now, 30.00 s on the base, of 2 tests",)),
        Row(PASS, timed([0.9] * 30, [0.1] * 30)),  # nine times as long, and 24 s more, by ones of less than a second
        Row(VIOLATED, timed([2.5, 1], [1, 1]), ("1 test takes longer",)),
        Row(PASS, timed([2, 1], [1, 1])),  # exactly the factor
        Row(PASS, timed([1.5, 1], [0.5625, 1])),  # more than the factor, by less than a second
        Row(PASS, timed([3, 6, 6, 6, 6, 6], [1, 2, 2, 2, 2, 2])),  # the machine is slower: 3 times for all
        Row(VIOLATED, timed([9, 6, 6, 6, 6, 6], [1, 2, 2, 2, 2, 2]), ("1 test takes longer",)),
        Row(VIOLATED, timed([15] * 10, [9] * 10), ("150.00 s now, 90.00 s on the base",)),
        Row(PASS, timed([13.5] * 10, [9] * 10), ("135.00 s now, 90.00 s",)),
        Row(PASS, timed([15] * 10, [9] * 10, 91, 150)),  # it took as long before
        Row(VIOLATED, timed([15] * 10, [9] * 10, *[500] * 1, *[149] * 10), ("150.00 s now",)),  # long ago
        Row(PASS, timed([9] * 10 + [1000], [9] * 10), ("of 10 tests",)),  # an added test
        Row(VIOLATED, timed([90] * 4 + [1] * 6, [1] * 10), ("4 tests take longer",)),
        Row(UNKNOWN, timed([1], None), ("no baseline",)),
        Row(UNKNOWN, timed([1], [0]), ("no durations",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
    ],
)
