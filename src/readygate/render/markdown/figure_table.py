"""The table of all figures: the base, this change, and the difference of what is shown."""

from __future__ import annotations

from fractions import Fraction

from readygate.model.comparison import Comparison
from readygate.model.reports import CoverageReport, TestReport
from readygate.render.report_view import Page, comparable, ratio_cell
from readygate.support.number_format import percent, points, seconds_delta, seconds_text, signed


def figures_rows(page: Page) -> list[tuple[str, str, str, str]]:
    """Rows (measured, base, this change, difference) of the table of all figures.

    Where reports are missing or damaged there are no differences: they would tell of the reports, not of the change.
    """
    tests, coverage = page.comparison.tests, page.comparison.coverage
    base, told = tests.base, comparable(page, TestReport)
    told_lines = comparable(page, CoverageReport)
    read = bool(page.comparison.head.snapshot.legs)  # a run without a test report has no figures of tests, not zeros
    rows = [_row("Tests", base.total if base else None, tests.head.total if read else None, told)]
    for label, name in (
        ("Passed", "passed"),
        ("Failed", "failed"),
        ("Errored", "errored"),
        ("Skipped", "skipped"),
    ):
        now, before = getattr(tests.head, name), getattr(base, name) if base else None
        if label != "Errored" or now or before:
            rows.append(_row(label, before, now if read else None, told))
    rows.append(_share_row("Pass rate", base.pass_rate if base else None, tests.head.pass_rate, told))
    head_runs = page.comparison.head.snapshot.executions.total
    if head_runs != tests.head.total:
        before = page.comparison.base
        rows.append(_row("Executions", before.executions.total if before else None, head_runs, told))
    if coverage is not None:
        delta = coverage.delta
        rows += [
            _row("Lines measured", delta.base.total if delta else None, coverage.lines.total, told_lines),
            _row("Lines covered", delta.base.covered if delta else None, coverage.lines.covered, told_lines),
            _share_row("Line coverage", delta.base.fraction if delta else None, coverage.lines.fraction, told_lines),
        ]
        if coverage.branches is not None:
            before_branches = delta.base_branches.fraction if delta and delta.base_branches else None
            rows.append(_share_row("Branch coverage", before_branches, coverage.branches.fraction, told_lines))
        if coverage.patch is not None and coverage.patch.lines.total:
            patch = coverage.patch.lines
            shown = f"{ratio_cell(patch)}, {patch.covered:,} of {patch.total:,}"
            rows.append(("Changed lines covered (patch coverage)", "–", shown, "–"))
    return [*rows, _seconds_row(page.comparison, told)] if read else rows


def _row(label: str, before: int | None, now: int | None, told: bool) -> tuple[str, str, str, str]:
    delta = "–" if before is None or now is None or not told else signed(now - before)
    return (label, _count(before), _count(now), delta)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _share_row(label: str, before: Fraction | None, now: Fraction | None, told: bool) -> tuple[str, str, str, str]:
    delta = points(now, before) if now is not None and before is not None and told else "–"
    return (
        label,
        "–" if before is None else percent(before),
        "–" if now is None else percent(now),
        delta,
    )


def _seconds_row(comparison: Comparison, told: bool) -> tuple[str, str, str, str]:
    now = comparison.head.snapshot.seconds
    if comparison.base is None:
        return ("Time of all tests", "–", seconds_text(now), "–")
    before = comparison.base.seconds
    return ("Time of all tests", seconds_text(before), seconds_text(now), seconds_delta(now, before) if told else "–")
