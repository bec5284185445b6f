"""Find the packages of a monorepo by the folders of their reports, and count their tests and lines."""

from collections.abc import Collection, Iterable
from posixpath import dirname

from msgspec.structs import replace

from readygate.model.coverage import Coverage, Ratio, add_ratios
from readygate.model.measures import PackageResult
from readygate.model.paths import PathRules
from readygate.model.results import Counts
from readygate.model.snapshot import HeadRun, Snapshot
from readygate.snapshot.place_report import folders_above


def find_packages(head: HeadRun, base: Snapshot | None, paths: PathRules | None) -> tuple[PackageResult, ...]:
    """Return the packages of a run by path; none unless reports lie in two packages that have coverage.

    A report belongs to the nearest folder above it that holds files of the repository. A package has the tests of its
    reports and all measured files below it.
    """
    coverage = head.snapshot.coverage
    if coverage is None:
        return ()
    files = paths.files if paths is not None and paths.files is not None else (file.path for file in coverage.files)
    folders = _with_parents(files)
    start = f"{paths.folder}/" if paths is not None and paths.folder else ""
    reports = (f"{start}{file.name}" for file in head.evidence.files if file.report is not None)
    found = {folder for report in reports if (folder := _package(report, folders))}
    packages = [_package_result(folder, folders, head.snapshot, base, start) for folder in sorted(found)]
    return tuple(packages) if sum(package.lines is not None for package in packages) > 1 else ()


def _with_parents(files: Iterable[str]) -> frozenset[str]:
    """Return all folders that hold files."""
    folders: set[str] = set()
    for file in files:
        folder = dirname(file)
        while folder and folder not in folders:
            folders.add(folder)
            folder = dirname(folder)
    return frozenset(folders)


def _package(report: str, folders: Collection[str]) -> str:
    """Return the nearest folder above a report that holds files of the repository; empty for its root."""
    above = (folder.rstrip("/") for folder in folders_above(report))
    return next((folder for folder in above if folder in folders), "")


def _package_result(
    folder: str, folders: Collection[str], head: Snapshot, base: Snapshot | None, start: str
) -> PackageResult:
    def tests(snapshot: Snapshot | None) -> Counts | None:
        legs = [leg for leg in snapshot.legs if _package(f"{start}{leg.path}/-", folders) == folder] if snapshot else []
        return replace(snapshot, legs=tuple(legs)).counts() if snapshot and legs else None

    return PackageResult(
        folder=folder,
        tests=tests(head),
        tests_before=tests(base),
        lines=_lines(head.coverage, folder),
        lines_before=_lines(base.coverage if base else None, folder),
    )


def _lines(coverage: Coverage | None, folder: str) -> Ratio | None:
    """Return the lines of all files below a folder; None if none is measured."""
    files = coverage.files if coverage else ()
    lines = add_ratios(
        Ratio(covered=file.covered, total=file.total) for file in files if file.path.startswith(f"{folder}/")
    )
    return lines if lines.total else None
