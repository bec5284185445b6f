"""The table of all figures: the base, this change, and the difference of what is shown."""

from __future__ import annotations

from fractions import Fraction

from readygate.figures import MINUS, percent, points, signed
from readygate.model.comparison import Comparison
from readygate.render.page import Page, ratio_cell


def figures_rows(page: Page) -> list[tuple[str, str, str, str]]:
    """Rows (measured, base, this change, difference) of the table of all figures."""
    tests, coverage = page.comparison.tests, page.comparison.coverage
    base = tests.base
    read = bool(page.comparison.head.snapshot.legs)  # a run without a test report has no figures of tests, not zeros
    rows = [_row("Tests", base.total if base else None, tests.head.total if read else None)]
    for label, name in (
        ("Passed", "passed"),
        ("Failed", "failed"),
        ("Errored", "errored"),
        ("Skipped", "skipped"),
    ):
        now, before = getattr(tests.head, name), getattr(base, name) if base else None
        if label != "Errored" or now or before:
            rows.append(_row(label, before, now if read else None))
    rows.append(_share_row("Pass rate", base.pass_rate if base else None, tests.head.pass_rate))
    head_runs = page.comparison.head.snapshot.executions.total
    if head_runs != tests.head.total:
        baseline = page.comparison.baseline
        rows.append(_row("Executions", baseline.snapshot.executions.total if baseline else None, head_runs))
    if coverage is not None:
        delta = coverage.delta
        rows += [
            _row("Lines measured", delta.base.total if delta else None, coverage.lines.total),
            _row("Lines covered", delta.base.covered if delta else None, coverage.lines.covered),
            _share_row("Line coverage", delta.base.fraction if delta else None, coverage.lines.fraction),
        ]
        if coverage.branches is not None:
            before_branches = delta.base_branches.fraction if delta and delta.base_branches else None
            rows.append(_share_row("Branch coverage", before_branches, coverage.branches.fraction))
        if coverage.patch is not None and coverage.patch.lines.total:
            patch = coverage.patch.lines
            shown = f"{ratio_cell(patch)}, {patch.covered:,} of {patch.total:,}"
            rows.append(("Changed lines covered (patch coverage)", "–", shown, "–"))
    return [*rows, _seconds_row(page.comparison)] if read else rows


def _row(label: str, before: int | None, now: int | None) -> tuple[str, str, str, str]:
    delta = "–" if before is None or now is None else signed(now - before)
    return (label, _count(before), _count(now), delta)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _share_row(label: str, before: Fraction | None, now: Fraction | None) -> tuple[str, str, str, str]:
    delta = points(now, before) if now is not None and before is not None else "–"
    return (
        label,
        "–" if before is None else percent(before),
        "–" if now is None else percent(now),
        delta,
    )


def _seconds_row(comparison: Comparison) -> tuple[str, str, str, str]:
    now = comparison.head.snapshot.seconds
    if comparison.baseline is None:
        return ("Time of all tests", "–", f"{now:,.2f} s", "–")
    before = comparison.baseline.snapshot.seconds
    delta = round(now, 2) - round(before, 2)
    sign = "+" if delta > 0 else MINUS
    shown = f"{sign}{abs(delta):,.2f} s" if round(delta, 2) else "±0"
    return ("Time of all tests", f"{before:,.2f} s", f"{now:,.2f} s", shown)
