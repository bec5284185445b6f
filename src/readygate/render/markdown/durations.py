"""The slowest tests, and the tests that got slower, as tables."""

from readygate.model.measures import SLOWER, Timed
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.markdown.result_cells import plain_name
from readygate.render.report_view import ReportView
from readygate.support.number_format import seconds_delta, seconds_text


def slowest_table(view: ReportView) -> tuple[str, Table, str] | None:
    """Return the title with the answer, the table, and no note; None if no test took any time."""
    rows = view.comparison.durations.slowest
    if not rows:
        return None
    total, own = view.comparison.head.snapshot.seconds, sum(round(row.seconds, 2) for row in rows)
    shown = f"these {len(rows)} take" if len(rows) > 1 else "this one takes"
    return f"Slowest tests: {shown} {own:,.2f} of {seconds_text(total)}", _table(view, rows), ""


def slower_table(view: ReportView) -> tuple[str, Table, str] | None:
    """Return the title, the table, and what it leaves out; None if no test is slower, or there is no base."""
    rows, number = view.comparison.durations.slower, view.comparison.durations.slower_total
    if not rows:
        return None
    note = (
        f"Told are tests that take at least {float(SLOWER.seconds)} s longer than on the base, and more than "
        f"{float(SLOWER.factor)} times as long; where most take longer, as on a slower machine, of that."
    )
    notes = "\n\n".join(filter(None, (more_note(view, number - len(rows), "test"), note)))
    return f"Slower than on the base: {count(number, 'test')}", _table(view, rows), notes


def _table(view: ReportView, rows: tuple[Timed, ...]) -> Table:
    legs = any(row.leg for row in rows)
    compared = view.comparison.base is not None
    columns = ["Test", *(["Leg"] if legs else []), ">Time", *([">Difference"] if compared else [])]
    return Table(
        columns=columns_from(*columns),
        rows=tuple(
            (
                plain_name(row.test),
                *((code(row.leg) if row.leg else "–",) if legs else ()),
                seconds_text(row.seconds),
                *((("new" if row.before is None else seconds_delta(row.seconds, row.before)),) if compared else ()),
            )
            for row in rows
        ),
    )
