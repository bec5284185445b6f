"""Merge the coverage of a run: place the files of the reports, and merge the reports that measured the same file."""

from collections.abc import Iterable

from msgspec import Struct

from readygate.model.coverage import Coverage, FileCoverage, UnplacedFile, merge_files
from readygate.model.paths import PathRules, RepositoryFiles, is_third_party
from readygate.model.reports import CoverageReport
from readygate.snapshot.place_report import ReportPlacer

MOST_MAYBE = 4
"""Files of the repository that are named for a path that is not placed."""


class PlacedCoverage(Struct, frozen=True, kw_only=True):
    """The merged coverage of a run, and the measured files that are not in it, as in `HeadRun`."""

    coverage: Coverage
    unplaced: tuple[UnplacedFile, ...] = ()
    outside: int = 0


def place_all(reports: Iterable[tuple[str, CoverageReport]], rules: PathRules) -> PlacedCoverage:
    """Place and merge the files of all reports of a run, given with their paths; their order has no influence."""
    known = RepositoryFiles(rules.files or (), rules.links)
    placed_files: list[FileCoverage] = []
    unplaced: set[UnplacedFile] = set()
    outside: set[str] = set()
    has_branches = False
    for name, report in reports:
        has_branches |= report.has_branches
        placer = ReportPlacer(known, rules, f"{rules.folder}/{name}".lstrip("/"), report.format)
        for file, placed in zip(report.files, placer.place([file.candidates for file in report.files]), strict=True):
            if placed.placed or (rules.files is None and not is_third_party(placed.path)):
                coverage = file.coverage
                placed_files.append(FileCoverage(path=placed.path, lines=coverage.lines, branches=coverage.branches))
            elif placed.maybe:
                unplaced.add(UnplacedFile(path=placed.path, report=name, maybe=placed.maybe[:MOST_MAYBE]))
            else:
                outside.add(placed.path)
    merged = merge_files(placed_files)
    return PlacedCoverage(
        coverage=Coverage(files=merged, has_branches=has_branches or any(file.branches for file in merged)),
        unplaced=tuple(sorted(unplaced)),
        outside=len(outside),
    )
