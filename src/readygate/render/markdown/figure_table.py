"""Write the table of all figures: the value in the baseline, the value in this run, and the difference."""

from fractions import Fraction

from readygate.model.comparison import Comparison, CoverageComparison
from readygate.model.coverage import BOTH, Ratio, measured_share
from readygate.model.reports import COVERAGE_PY, CoverageReport, TestReport
from readygate.render.report_view import ReportView, is_complete, ratio_cell
from readygate.support.number_format import percent, points, seconds_delta, seconds_text, signed

_TOTAL = "Total of `coverage report`, which counts lines and branches together"

Row = tuple[str, str, str, str]
"""The cells measure, baseline, this run, difference."""


def figure_rows(view: ReportView) -> list[Row]:
    """Return the rows of the table of all figures.

    If reports are missing or damaged there are no differences, because the results are then not comparable. Without
    a test report there are no rows for tests instead of rows with zeros.
    """
    comparison = view.comparison
    complete = is_complete(view, TestReport)
    has_reports = bool(comparison.head.snapshot.legs)
    rows = _test_rows(comparison, complete=complete, has_reports=has_reports)
    if comparison.coverage is not None:
        rows += _coverage_rows(
            comparison.coverage, by_coverage_py=_by_coverage_py(comparison), complete=is_complete(view, CoverageReport)
        )
    return [*rows, _duration_row(comparison, complete)] if has_reports else rows


def _test_rows(comparison: Comparison, *, complete: bool, has_reports: bool) -> list[Row]:
    tests, base = comparison.tests, comparison.tests.base
    rows = [_row("Tests", base.total if base else None, tests.head.total if has_reports else None, complete)]
    for name in ("passed", "failed", "errored", "skipped"):
        now, before = getattr(tests.head, name), getattr(base, name) if base else None
        if name != "errored" or now or before:
            rows.append(_row(name.capitalize(), before, now if has_reports else None, complete))
    rows.append(_share_row("Pass rate", base.pass_rate if base else None, tests.head.pass_rate, complete))
    executions = comparison.head.snapshot.executions.total
    if executions != tests.head.total:
        before = comparison.base.executions.total if comparison.base else None
        rows.append(_row("Executions", before, executions, complete))
    return rows


def _by_coverage_py(comparison: Comparison) -> bool:
    reports = (file.report for file in comparison.head.evidence.files)
    return any(isinstance(report, CoverageReport) and report.producer == COVERAGE_PY for report in reports)


def _coverage_rows(coverage: CoverageComparison, *, by_coverage_py: bool, complete: bool) -> list[Row]:
    delta = coverage.delta
    rows = [
        _row("Lines measured", delta.base.total if delta else None, coverage.lines.total, complete),
        _row("Lines covered", delta.base.covered if delta else None, coverage.lines.covered, complete),
        _share_row("Line coverage", delta.base.fraction if delta else None, coverage.lines.fraction, complete),
    ]
    if coverage.branches is not None:
        before = delta.base_branches.fraction if delta and delta.base_branches else None
        rows.append(_share_row("Branch coverage", before, coverage.branches.fraction, complete))
        total = _total(coverage.lines, coverage.branches)
        if by_coverage_py and total is not None and total != coverage.lines.fraction:
            before = _total(delta.base, delta.base_branches) if delta else None
            rows.append(_share_row(_TOTAL, before, total, complete))
    if coverage.patch is not None and coverage.patch.lines.total:
        patch = coverage.patch.lines
        shown = f"{ratio_cell(patch)}, {patch.covered:,} of {patch.total:,}"
        rows.append(("Changed lines covered (patch coverage)", "–", shown, "–"))
    return rows


def _total(lines: Ratio, branches: Ratio | None) -> Fraction | None:
    """Return the share of lines and branches together, which differs from that of the lines."""
    both = measured_share(BOTH, lines, branches)
    return both.fraction if both else None


def _row(label: str, before: int | None, now: int | None, complete: bool) -> Row:
    delta = "–" if before is None or now is None or not complete else signed(now - before)
    return (label, _count_cell(before), _count_cell(now), delta)


def _count_cell(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _share_row(label: str, before: Fraction | None, now: Fraction | None, complete: bool) -> Row:
    delta = points(now, before) if now is not None and before is not None and complete else "–"
    return (label, _share_cell(before), _share_cell(now), delta)


def _share_cell(share: Fraction | None) -> str:
    return "–" if share is None else percent(share)


def _duration_row(comparison: Comparison, complete: bool) -> Row:
    label, now = "Time of all tests", comparison.head.snapshot.seconds
    if comparison.base is None:
        return (label, "–", seconds_text(now), "–")
    before = comparison.base.seconds
    return (label, seconds_text(before), seconds_text(now), seconds_delta(now, before) if complete else "–")
