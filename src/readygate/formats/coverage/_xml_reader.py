"""Collect the lines of one source file of an XML report."""

from array import array
from collections.abc import Mapping
from typing import Final

from readygate.formats.coverage._report_builder import (
    BAD_HITS,
    Anomaly,
    CoverageBuilder,
    disagreement,
    hit_count,
    share,
    shown,
)
from readygate.formats.decimals import parse_decimal
from readygate.model.coverage import MAX_LINE
from readygate.model.reports import Problem

_DIGITS: Final = 9
_TOTAL_DIGITS: Final = 11


class FileLines:
    """The lines and branches of one source file."""

    __slots__ = ("branches", "hit", "missed")

    def __init__(self) -> None:
        self.hit = array("i")
        self.missed = array("i")
        self.branches: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self.hit) + len(self.missed)

    def line(self, number: int, *, hit: bool) -> None:
        """Add a line."""
        (self.hit if hit else self.missed).append(number)

    def branch(self, number: int, taken: int, total: int) -> None:
        """Add branches of a line; several records of one line are summed."""
        known = self.branches.get(number, (0, 0))
        self.branches[number] = (known[0] + taken, known[1] + total)

    def add_to(self, builder: CoverageBuilder, name: str) -> None:
        """Add everything to a file of the builder, also without lines, and clear this object."""
        builder.states(name, 0)
        builder.add(name, self.hit, self.missed)
        builder.branches(name, self.branches)
        self.clear()

    def clear(self) -> None:
        """Remove all lines and branches."""
        del self.hit[:], self.missed[:]
        self.branches.clear()


def number(text: str | None) -> int:
    """Parse a line number or count; return 0 if it is not a number, and at most `MAX_LINE` + 1."""
    if text is None or not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text), MAX_LINE + 1) if len(text) <= _DIGITS else MAX_LINE + 1


def totals_of(attributes: Mapping[str, str], keys: tuple[str, str]) -> tuple[int, int] | None:
    """Return two totals of an element; None unless both are numbers of at most 11 digits."""
    first, second = (parse_decimal(attributes.get(key), _TOTAL_DIGITS) for key in keys)
    return None if first is None or second is None else (first, second)


def line_ran(builder: CoverageBuilder, name: str, line: int, hits: str | None) -> bool:
    """Return whether a hit count is above zero; record an anomaly if it is not a count."""
    told = BAD_HITS if hits is None else hit_count(hits.strip())
    if isinstance(told, Anomaly):
        builder.record(told, f"{shown(name)}, line {line}")
        return False
    return told


def total_disagreement(builder: CoverageBuilder, claimed: Mapping[str, tuple[int, int]], place: str) -> Problem | None:
    """Return a note if the totals of the report, `lines` and `branches`, differ from the counts."""
    counts = builder.totals()
    for what, counted in (("lines", counts[:2]), ("branches", counts[2:])):
        totals = claimed.get(what, counted)
        if totals != counted:
            return disagreement(f"{what} {share(*totals)} claimed, {share(*counted)} counted", place)
    return None
