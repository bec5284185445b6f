"""Place the files of coverage reports in the repository, and merge the reports that measured the same file."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from readygate.model.coverage import Coverage, FileCoverage, UnplacedFile, merge_files, without_names
from readygate.model.paths import PathRules, RepositoryFiles, is_third_party
from readygate.model.reports import CoverageReport
from readygate.snapshot.place_report import ReportPlacer

MOST_MAYBE = 4
"""Files of the repository that are named for a path that is not placed."""


class PlacedReport(Struct, frozen=True, kw_only=True):
    """A coverage report whose files are placed.

    Attributes:
        files: by their paths in the repository, each path once.
        unplaced: as in `HeadRun`.
        outside: the paths of measured files that are not in the repository.
        beyond: the number of measured lines beyond the end of a file, by its path; they count nowhere.
    """

    name: str
    format: str
    files: Mapping[str, FileCoverage]
    unplaced: frozenset[UnplacedFile]
    outside: frozenset[str]
    beyond: Mapping[str, int] = {}
    has_branches: bool
    damaged: bool


class PlacedCoverage(Struct, frozen=True, kw_only=True):
    """The merged coverage of a run, and the measured files that are not in it, as in `HeadRun`."""

    coverage: Coverage
    unplaced: tuple[UnplacedFile, ...] = ()
    outside: int = 0


def place_reports(reports: Iterable[tuple[str, CoverageReport]], rules: PathRules) -> list[PlacedReport]:
    """Place the files of reports, which are given with their paths."""
    known = RepositoryFiles(rules.files or (), rules.links)
    return [_place(name, report, known, rules) for name, report in reports]


def _place(name: str, report: CoverageReport, known: RepositoryFiles, rules: PathRules) -> PlacedReport:
    placer = ReportPlacer(known, rules, f"{rules.folder}/{name}".lstrip("/"), report.format)
    files: list[FileCoverage] = []
    unplaced: set[UnplacedFile] = set()
    outside: set[str] = set()
    beyond: dict[str, int] = {}
    for file, placed in zip(report.files, placer.place([file.candidates for file in report.files]), strict=True):
        if placed.placed or (rules.files is None and not is_third_party(placed.path)):
            files.append(_within(replace(file.coverage, path=placed.path), rules, beyond))
        elif placed.maybe:
            unplaced.add(UnplacedFile(path=placed.path, report=name, maybe=placed.maybe[:MOST_MAYBE]))
        else:
            outside.add(placed.path)
    return PlacedReport(
        name=name,
        format=report.format,
        files={file.path: file for file in merge_files(files)},
        unplaced=frozenset(unplaced),
        outside=frozenset(outside),
        beyond=beyond,
        has_branches=report.has_branches,
        damaged=any(problem.is_damage for problem in report.problems),
    )


def _within(file: FileCoverage, rules: PathRules, beyond: dict[str, int]) -> FileCoverage:
    """Return a file without the lines beyond its end, of which `beyond` gets the number."""
    length = rules.lengths(file.path)
    if length is None or len(file.lines) <= length + 1:
        return file
    rest = replace(file, lines=file.lines[length + 1 :])
    if not rest.total:
        return file
    beyond[file.path] = beyond.get(file.path, 0) + rest.total
    branches = {line: counts for line, counts in file.branches.items() if line <= length}
    named = {key: taken for key, taken in file.named.items() if key[0] <= length}
    return replace(file, lines=file.lines[: length + 1], branches=branches, named=named)


def merge_reports(reports: Sequence[PlacedReport]) -> PlacedCoverage:
    """Merge placed reports; their order has no influence."""
    merged = tuple(map(without_names, merge_files(file for report in reports for file in report.files.values())))
    has_branches = any(report.has_branches for report in reports) or any(file.branches for file in merged)
    return PlacedCoverage(
        coverage=Coverage(files=merged, has_branches=has_branches),
        unplaced=tuple(sorted(frozenset().union(*(report.unplaced for report in reports)))),
        outside=len(frozenset().union(*(report.outside for report in reports))),
    )


def place_all(reports: Iterable[tuple[str, CoverageReport]], rules: PathRules) -> PlacedCoverage:
    """Place and merge the files of reports; their order has no influence."""
    return merge_reports(place_reports(reports, rules))
