"""Tests and coverage by package, as a table."""

from readygate.model.coverage import Ratio
from readygate.model.measures import PackageResult
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.report_view import ReportView, is_complete, ratio_cell
from readygate.support.number_format import points, signed

PACKAGES_SHOWN = 50


def package_table(view: ReportView) -> tuple[str, Table, str] | None:
    """Return a title, the table, and what it leaves out; None if the run has no packages."""
    packages = view.comparison.packages
    if not packages:
        return None
    tests = is_complete(view, TestReport) and view.comparison.base is not None
    lines = is_complete(view, CoverageReport) and view.comparison.base is not None
    columns = columns_from("Package", ">Tests", ">Passed", ">Failed", ">Skipped", ">Line coverage", ">Lines")
    rows = tuple(_row(package, tests=tests, lines=lines) for package in packages[:PACKAGES_SHOWN])
    title = f"Tests and coverage of {count(len(packages), 'package')}"
    return title, Table(columns=columns, rows=rows), more_note(view, len(packages) - len(rows), "package")


def _row(package: PackageResult, *, tests: bool, lines: bool) -> tuple[str, ...]:
    now, before = package.tests, package.tests_before if tests else None
    figures = ["–"] * 4
    if now is not None:
        figures = [
            _figure(now.total, before.total if before else None),
            _figure(now.passed, before.passed if before else None),
            _figure(now.failing, before.failing if before else None),
            _figure(now.skipped, before.skipped if before else None),
        ]
    return (code(package.folder), *figures, *_coverage(package.lines, package.lines_before if lines else None))


def _figure(now: int, before: int | None) -> str:
    return f"{now:,}" if before is None or now == before else f"{now:,} ({signed(now - before)})"


def _coverage(now: Ratio | None, before: Ratio | None) -> tuple[str, str]:
    if now is None or now.fraction is None:
        return "–", "–"
    moved = before is not None and before.fraction is not None and before.fraction != now.fraction
    delta = f" ({points(now.fraction, before.fraction)})" if moved and before and before.fraction is not None else ""
    return f"{ratio_cell(now)}{delta}", f"{now.covered:,} of {now.total:,}"
