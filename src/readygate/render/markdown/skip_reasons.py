"""Skipped tests by the reason that their reports give, as a table."""

from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.report_view import ReportView

SHOWN = 10
NO_REASON = "(no reason given)"


def skips_table(view: ReportView) -> tuple[str, Table, str] | None:
    """Return title, table, and what it leaves out; None if no test is skipped."""
    reasons = view.comparison.skip_reasons
    if not reasons:
        return None
    shown = reasons[:SHOWN]
    rows = tuple((f"{row.tests:,}", code(row.text, 160) if row.text else NO_REASON) for row in shown)
    title = "Skipped tests by reason"
    return (
        title,
        Table(columns=columns_from(">Tests", "Reason"), rows=rows),
        more_note(view, len(reasons) - len(shown), "reason"),
    )
