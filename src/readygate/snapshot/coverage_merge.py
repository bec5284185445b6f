"""Merge the coverage of a run: map each file to its path in the repository, and merge the reports that measured it."""

from collections.abc import Iterable

from readygate.model.coverage import Coverage, FileCoverage, merge_files
from readygate.model.paths import PathRules, Placed, Placer
from readygate.model.reports import MeasuredFile


def place_all(files: Iterable[MeasuredFile], rules: PathRules, *, has_branches: bool = False) -> Coverage:
    """Place and merge the files of all reports of a run; their order has no influence."""
    placer = Placer(rules)
    known: dict[tuple[str, ...], Placed] = {}
    unplaced: set[str] = set()
    placed_files = []
    for file in files:
        placed = known.get(file.candidates)
        if placed is None:
            placed = known[file.candidates] = placer.place(file.candidates)
        if not placed.placed:
            unplaced.add(placed.path)
        coverage = file.coverage
        placed_files.append(FileCoverage(path=placed.path, lines=coverage.lines, branches=coverage.branches))
    merged = merge_files(placed_files)
    return Coverage(
        files=merged,
        unplaced=tuple(sorted(unplaced)),
        has_branches=has_branches or any(file.branches for file in merged),
    )
