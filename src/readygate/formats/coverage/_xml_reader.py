"""Gathers the lines of one source file while an XML report is read, compactly, and hands them over at its end."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from readygate.formats.coverage._report_builder import BAD_HITS, Anomaly, disagreement, hit_count, share, shown
from readygate.model.coverage import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readygate.formats.coverage._report_builder import CoverageBuilder
    from readygate.model.reports import Problem

_DIGITS: Final = 9


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
        """Take a line."""
        (self.hit if hit else self.missed).append(number)

    def branch(self, number: int, taken: int, total: int) -> None:
        """Take branches of a line; several such records of one line add up."""
        known = self.branches.get(number, (0, 0))
        self.branches[number] = (known[0] + taken, known[1] + total)

    def add_to(self, builder: CoverageBuilder, name: str) -> None:
        """Hand everything over to a file of the builder, which has it even if there is nothing, and forget it."""
        builder.states(name, 0)
        builder.add(name, self.hit, self.missed)
        builder.branches(name, self.branches)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        del self.hit[:], self.missed[:]
        self.branches.clear()


def number(text: str | None) -> int:
    """A line number or count as an attribute holds it; 0 if it is none, and never more than just too much."""
    if text is None or not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text), MAX_LINE + 1) if len(text) <= _DIGITS else MAX_LINE + 1


def ran(builder: CoverageBuilder, name: str, line: int, hits: str | None) -> bool:
    """Whether a count says that the line ran; what is no count is told."""
    told = BAD_HITS if hits is None else hit_count(hits.strip())
    if isinstance(told, Anomaly):
        builder.record(told, f"{shown(name)}, line {line}")
        return False
    return told


def total_disagreement(builder: CoverageBuilder, claimed: Mapping[str, tuple[int, int]], place: str) -> Problem | None:
    """Compare the report's own totals, `lines` and `branches`, with what was counted."""
    counts = builder.totals()
    for what, counted in (("lines", counts[:2]), ("branches", counts[2:])):
        totals = claimed.get(what, counted)
        if totals != counted:
            return disagreement(f"{what} {share(*totals)} claimed, {share(*counted)} counted", place)
    return None
