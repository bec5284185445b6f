"""Tests by suite, as a table."""

from readygate.model.measures import SuiteResult
from readygate.model.reports import TestReport
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.report_view import ReportView, is_complete
from readygate.support.number_format import percent, points, seconds_text

SUITES_SHOWN = 20
SUITES_LISTED = 100
"""In the long form."""


def suite_table(view: ReportView, *, long: bool) -> tuple[str, Table, str] | None:
    """Return a title with the answer, the table, and what it leaves out; None if there is only one suite."""
    rows = view.comparison.suites
    if len(rows) < 2:
        return None
    shown = rows[: SUITES_LISTED if long else SUITES_SHOWN]
    green = sum(1 for row in rows if row.head.total and not row.head.failing)
    compared = is_complete(view, TestReport) and any(row.base is not None for row in rows)
    difference = [">Difference"] if compared else []
    columns = ("Suite", ">Tests", ">Passed", ">Failed", ">Skipped", ">Pass rate", *difference, ">Time")
    total = view.comparison.tests.head
    time = view.comparison.head.snapshot.seconds
    every = SuiteResult(name=(), head=total, base=view.comparison.tests.base if compared else None, seconds=time)
    table = Table(
        columns=columns_from(*columns),
        rows=(
            *(_row(_label(row.name), row, compared) for row in shown),
            tuple(f"**{cell}**" for cell in _row(f"All {len(rows):,} suites", every, compared)),
        ),
    )
    title = f"Tests by suite: {green:,} of {count(len(rows), 'suite')} {'passes' if green == 1 else 'pass'} in full"
    return title, table, more_note(view, len(rows) - len(shown), "suite")


def _label(name: tuple[str, ...]) -> str:
    return code(" / ".join(part for part in name if part)) if any(name) else "(no suite)"


def _row(label: str, row: SuiteResult, compared: bool) -> tuple[str, ...]:
    rate, before = row.head.pass_rate, row.base.pass_rate if row.base else None
    figures = (row.head.total, row.head.passed, row.head.failing, row.head.skipped)
    delta = "–" if row.base is None or rate is None or before is None else points(rate, before)
    shown = ("–" if rate is None else percent(rate), *((delta if row.base else "new",) if compared else ()))
    return (label, *(f"{figure:,}" for figure in figures), *shown, seconds_text(row.seconds))
