"""What a report is made of: tables, folds and sections; every string in them is finished Markdown."""

from __future__ import annotations

from msgspec import Struct

from readygate.render.report_view import Page

TESTS_SHOWN = 20
FILES_SHOWN = 20


class Table(Struct, frozen=True, kw_only=True):
    """A table; `columns` are (header, right-aligned)."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]


class Fold(Struct, frozen=True, kw_only=True):
    """Something that opens by a click; the title is HTML and gives the answer."""

    title: str
    body: str | Table
    rest: str = ""


class Section(Struct, frozen=True, kw_only=True):
    """A heading, a table, what was left out of it, and folds below it."""

    title: str
    table: Table
    rest: str = ""
    folds: tuple[Fold, ...] = ()


class Room(Struct, kw_only=True):
    """How much a document spends on traces; what one takes is not there for the next.

    Attributes:
        each: characters of one trace.
        left: characters of all traces that are still to come.
        lines: of one trace.
    """

    each: int
    left: int
    lines: int = 30

    def take(self) -> int:
        """How many characters the next trace may have; 0 if there is no room for one that tells anything."""
        return min(self.each, self.left) if self.left >= 300 else 0


def more(page: Page, left: int, noun: str = "") -> str:
    """What a list left out: "and 4,688 more in the Readygate report"."""
    if left <= 0:
        return ""
    what = f"{left:,} more" + (f" {noun}{'s' if left > 1 else ''}" if noun else "")
    where = page.links.run()
    return f"… and {what}, in the {where}." if where else f"… and {what}."


def by(*columns: str) -> tuple[tuple[str, bool], ...]:
    """Columns by header; those whose header begins with `>` are right-aligned."""
    return tuple((column.removeprefix(">"), column.startswith(">")) for column in columns)
