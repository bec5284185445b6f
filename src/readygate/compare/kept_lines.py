"""Pair the lines of a file that a change keeps, as both sides measured them."""

from bisect import bisect_left
from collections import Counter
from itertools import zip_longest

from msgspec import Struct

from readygate.model.changes import FileChange
from readygate.model.coverage import EXCLUDED, HIT, MEASURED, Ratio


class KeptLines:
    """The lines of one side of a change that are on the other side, too."""

    def __init__(self, changed: tuple[int, ...]) -> None:
        # the number of kept lines before the n-th changed one
        self._before = [number - index - 1 for index, number in enumerate(changed)]

    def line(self, number: int) -> int:
        """Return the line number of the n-th kept line; 0 for 0."""
        return number + bisect_left(self._before, number) if number else 0


class LinePairs(Struct, frozen=True, kw_only=True):
    """What both sides measured of the lines of a file that a change keeps.

    Attributes:
        before: the lines that both sides measured, as the base did.
        after: the same lines now.
        missing: the lines that only the base measured, as it did; excluded lines aside.
        missing_lines: their numbers now.
        fresh: the lines that only this run measured.
    """

    before: Ratio
    after: Ratio
    missing: Ratio
    missing_lines: tuple[int, ...]
    fresh: Ratio


def pair_lines(then: bytes, now: bytes, change: FileChange | None) -> LinePairs:
    """Pair the kept lines of the base (`then`) with those of this run."""
    added, removed = (change.added, change.removed) if change else ((), ())
    old, new = _kept(then, removed), _kept(now, added)
    number = Counter(zip_longest(old, new, fillvalue=0))
    both = sum(number[before, after] for before in (MEASURED, HIT) for after in (MEASURED, HIT))
    lost = number[HIT, 0] + number[MEASURED, 0]
    fresh_hit = number[0, HIT] + number[EXCLUDED, HIT]
    fresh_missed = number[0, MEASURED] + number[EXCLUDED, MEASURED]
    places = KeptLines(added)
    return LinePairs(
        before=Ratio(covered=number[HIT, HIT] + number[HIT, MEASURED], total=both),
        after=Ratio(covered=number[HIT, HIT] + number[MEASURED, HIT], total=both),
        missing=Ratio(covered=number[HIT, 0], total=lost),
        missing_lines=tuple(
            places.line(index)
            for index, (before, after) in enumerate(zip_longest(old, new, fillvalue=0))
            if lost and not after and before in (MEASURED, HIT)
        ),
        fresh=Ratio(covered=fresh_hit, total=fresh_hit + fresh_missed),
    )


def is_stale(then: bytes, now: bytes, change: FileChange) -> bool:
    """Return whether a file's coverage is that of the base although the change moves its last measured line down.

    The report is then probably one of the base: in one of this run, that line would have a greater number.
    """
    last = len(then.rstrip(b"\0")) - 1
    if last < 1 or then.rstrip(b"\0") != now.rstrip(b"\0") or last in change.removed:
        return False
    return KeptLines(change.added).line(last - bisect_left(change.removed, last)) > last


def _kept(lines: bytes, changed: tuple[int, ...]) -> bytes:
    """Return the states of the lines that a change keeps, in their order; index 0 stays unused."""
    if not changed:
        return lines
    left_out = set(changed)
    return bytes(state for number, state in enumerate(lines) if number not in left_out)
