"""Line and branch coverage, one byte a line: merging is a bitwise or, counting is counting bytes."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Annotated

from msgspec import Meta, Struct, field

from readygate.model.results import Number

MEASURED = 1
HIT = 3
"""A covered line: measured (1) and hit (2)."""
EXCLUDED = 4

LINES, BRANCHES, BOTH = MEASURES = ("lines", "branches", "both")
"""What a share of coverage may count."""

MAX_LINE = 1_000_000
"""Maximum line number; a greater one is damage, and would need that many bytes."""

MAX_STORED = (1 << 32) - 1
Stored = Annotated[int, Meta(ge=0, le=MAX_STORED)]
"""A number that a snapshot stores in 32 bits; msgspec checks the limits of values that come from outside."""

_MEASURED_WINS = bytes.maketrans(bytes((5, 6, 7)), bytes((1, 3, 3)))


class FileCoverage(Struct, frozen=True, kw_only=True):
    """The coverage of one file, from one or more reports.

    Attributes:
        path: relative to the repository, with `/`; as the report names it where it could not be placed.
        lines: a state for each line, indexed by the line number (index 0 is unused): 0 not measured,
            `MEASURED` and not hit, `HIT`, or `EXCLUDED` from measurement.
        branches: (taken, total) by line, for the lines that have branches.
        named: which branches were taken, by line and the names of all branches of the line, where the format names
            them: bit n is that of name n. Names are sorted and separated by line feeds. Only until reports are merged.
    """

    path: str
    lines: bytes
    branches: Mapping[Stored, tuple[Stored, Stored]] = field(default_factory=dict)
    named: Mapping[tuple[int, str], int] = field(default_factory=dict)

    @property
    def covered(self) -> int:
        """The number of lines that were hit."""
        return self.lines.count(HIT)

    @property
    def total(self) -> int:
        """The number of measured lines."""
        return self.lines.count(HIT) + self.lines.count(MEASURED)

    @property
    def branches_covered(self) -> int:
        """The number of branches that were taken."""
        return sum(taken for taken, _ in self.branches.values())

    @property
    def branches_total(self) -> int:
        """The number of measured branches."""
        return sum(total for _, total in self.branches.values())


class Ratio(Struct, frozen=True, kw_only=True):
    """Covered of total, kept apart so that documents can show both; `fraction` is None if nothing was measured."""

    covered: Number
    total: Number

    @property
    def fraction(self) -> Fraction | None:
        """The exact share."""
        return Fraction(self.covered, self.total) if self.total else None


def add_ratios(ratios: Iterable[Ratio]) -> Ratio:
    """Add covered to covered and total to total."""
    covered = total = 0
    for ratio in ratios:
        covered += ratio.covered
        total += ratio.total
    return Ratio(covered=covered, total=total)


def lower_ratio(one: Ratio, other: Ratio) -> Ratio:
    """Return the lower share of two, the first one if they are equal; a share without lines is the lowest."""
    if one.fraction is None or other.fraction is None:
        return one if one.fraction is None else other
    return other if other.fraction < one.fraction else one


class UnplacedFile(Struct, frozen=True, kw_only=True, order=True):
    """A file of a report that may be one of several files of the repository, or whose path does not prove which.

    Attributes:
        path: the path in the report.
        report: the path of the report.
        maybe: some files that it may be.
    """

    path: str
    report: str
    maybe: tuple[str, ...]


def measured_share(measure: str, lines: Ratio, branches: Ratio | None) -> Ratio | None:
    """Return covered and total of a measure: `LINES`, `BRANCHES`, or `BOTH` together, which coverage.py calls total.

    None if the measure needs branches and none were measured.
    """
    if measure == LINES:
        return lines
    if branches is None:
        return None
    return branches if measure == BRANCHES else add_ratios((lines, branches))


class Coverage(Struct, frozen=True, kw_only=True):
    """The merged coverage of one commit.

    Attributes:
        files: sorted by path, each path once.
        has_branches: whether any report measured branches.
    """

    files: tuple[FileCoverage, ...]
    has_branches: bool = False

    def lines(self) -> Ratio:
        """Return the lines of all files."""
        return Ratio(covered=sum(f.covered for f in self.files), total=sum(f.total for f in self.files))

    def branches(self) -> Ratio | None:
        """Return the branches of all files; None if no report measured branches."""
        if not self.has_branches:
            return None
        return Ratio(
            covered=sum(f.branches_covered for f in self.files),
            total=sum(f.branches_total for f in self.files),
        )


def merge_lines(one: bytes, other: bytes) -> bytes:
    """Merge two measurements of one file: union of the lines, hit if either hit, measured if either measured."""
    size = max(len(one), len(other))
    merged = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return merged.to_bytes(size, "little").translate(_MEASURED_WINS)


def merge_branches(
    one: Mapping[int, tuple[int, int]], other: Mapping[int, tuple[int, int]]
) -> Mapping[int, tuple[int, int]]:
    """Merge by line the larger count of taken and of all branches.

    Many formats state only "1 of 2" for a line, not which one, so only the larger count is certain.
    """
    if not other:
        return one
    merged = dict(one)
    for line, (taken, total) in other.items():
        mine = merged.get(line, (0, 0))
        merged[line] = (max(mine[0], taken), max(mine[1], total))
    return dict(sorted(merged.items()))


def name_branches(branches: Iterable[tuple[int, str, bool]]) -> dict[tuple[int, str], int]:
    """Return `FileCoverage.named` for branches (line, name, taken); of two entries for a branch the taken one wins."""
    named: dict[tuple[int, str], int] = {}
    for line, group in groupby(sorted(branches), itemgetter(0)):
        taken = {name: ran for _, name, ran in group}  # sorted: False before True
        mask = sum(1 << at for at, ran in enumerate(taken.values()) if ran)
        named[line, intern("\n".join(taken))] = mask
    return named


def count_branches(named: Mapping[tuple[int, str], int]) -> dict[int, tuple[int, int]]:
    """Return (taken, total) by line.

    Two measurements name the branches of a line in the same way if one has all names of the other. Else only the larger
    counts are certain.
    """
    by_line: dict[int, list[tuple[str, int]]] = {}
    for (line, names), mask in named.items():
        by_line.setdefault(line, []).append((names, mask))
    return {
        line: (several[0][1].bit_count(), several[0][0].count("\n") + 1) if len(several) == 1 else _joined(several)
        for line, several in by_line.items()
    }


def _joined(several: Iterable[tuple[str, int]]) -> tuple[int, int]:
    sides = [(names.split("\n"), mask) for names, mask in several]
    sets = [
        (frozenset(names), frozenset(name for at, name in enumerate(names) if mask >> at & 1)) for names, mask in sides
    ]
    taken = max(len(frozenset().union(*(ran for other, ran in sets if other <= names))) for names, _ in sets)
    return taken, max(len(names) for names, _ in sets)


def merge_files(files: Iterable[FileCoverage]) -> tuple[FileCoverage, ...]:
    """Merge measurements of the same path; the result is sorted by path."""
    merged: dict[str, FileCoverage] = {}
    for file in files:
        known = merged.get(file.path)
        merged[file.path] = (
            file
            if known is None
            else FileCoverage(
                path=file.path,
                lines=merge_lines(known.lines, file.lines),
                branches=merge_branches(known.branches, file.branches),
                named=merge_named(known.named, file.named),
            )
        )
    return tuple(merged[path] for path in sorted(merged))


def merge_named(
    one: Mapping[tuple[int, str], int], other: Mapping[tuple[int, str], int]
) -> Mapping[tuple[int, str], int]:
    """Merge which branches were taken, by line and names."""
    if not one or not other:
        return one or other
    merged = dict(one)
    for key, mask in other.items():
        merged[key] = merged.get(key, 0) | mask
    return merged


def without_names(file: FileCoverage) -> FileCoverage:
    """Return a merged file with the branches counted, those with names by their names."""
    if not file.named:
        return file
    branches = merge_branches(file.branches, count_branches(file.named))
    return FileCoverage(path=file.path, lines=file.lines, branches=branches)


class BranchDelta(Struct, frozen=True, kw_only=True):
    """The branches of the base, by the path that a file has now, and those of unchanged lines.

    Attributes:
        unchanged_base: branches of lines that the change does not touch, as the base measured them; None where the
            diff is unknown.
        unchanged_head: the same now.
        kept: without those of lines that the change removes; with them where those are unknown.
        removed: those of lines that the change removes.
    """

    unchanged_base: Ratio | None = None
    unchanged_head: Ratio | None = None
    kept: Mapping[str, Ratio] = field(default_factory=dict)
    removed: Mapping[str, Ratio] = field(default_factory=dict)

    @property
    def adjusted(self) -> Ratio:
        """The base without the branches of lines that the change removes."""
        return add_ratios(self.kept.values())


# `rename` keeps the key in report.json
