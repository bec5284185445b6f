"""The slowest tests, and those that got slower."""

from __future__ import annotations

from readygate.compare.durations import SHOWN, SLOWER_BY, SLOWER_TIMES, slower_first, slowest
from readygate.model.measures import Timed
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.markdown.result_cells import plain_name
from readygate.render.report_view import Page
from readygate.support.number_format import seconds_delta, seconds_text


def slowest_table(page: Page) -> tuple[str, Table, str] | None:
    """The title with the answer, the table and a note on its sum; None if no test took any time."""
    rows = slowest(page.comparison.head.snapshot, page.comparison.base, SHOWN)
    if not rows:
        return None
    total, own = page.comparison.head.snapshot.seconds, sum(round(row.seconds, 2) for row in rows)
    shown = f"these {len(rows)} take" if len(rows) > 1 else "this one takes"
    return f"Slowest tests: {shown} {own:,.2f} of {seconds_text(total)}", _table(page, rows), ""


def slower_table(page: Page) -> tuple[str, Table, str] | None:
    """Tests that got slower; None if none did, or there is no base."""
    head, base = page.comparison.head.snapshot, page.comparison.base
    if base is None:
        return None
    number, rows = slower_first(head, base, factor=SLOWER_TIMES, seconds=SLOWER_BY, most=SHOWN)
    if not rows:
        return None
    note = (
        f"Told are tests that take at least {float(SLOWER_BY)} s longer than on the base, and more than "
        f"{float(SLOWER_TIMES)} times as long; where most take longer, as on a slower machine, of that."
    )
    notes = "\n\n".join(filter(None, (more_note(page, number - SHOWN, "test"), note)))
    return f"Slower than on the base: {count(number, 'test')}", _table(page, rows), notes


def _table(page: Page, rows: tuple[Timed, ...]) -> Table:
    legs = any(row.leg for row in rows)
    compared = page.comparison.base is not None
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
