"""Define the elements of a Markdown document (tables, folds, sections) and write them.

Every string in an element is finished Markdown, unless its docstring says otherwise.
"""

from collections.abc import Iterable

from msgspec import Struct

from readygate.render.report_view import ReportView

TESTS_SHOWN = 20
FILES_SHOWN = 20
MIN_TRACE = 300
"""Characters that a trace needs to be useful."""


class Table(Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        columns: pairs of (header, right-aligned), as `columns_from` returns them.
        rows: the cells.

    `write_table` escapes the bars in headers and cells.
    """

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]


class Fold(Struct, frozen=True, kw_only=True):
    """Content that a click unfolds.

    Attributes:
        title: HTML that summarizes the content.
        rest: a note about what the body leaves out; empty for none.
    """

    title: str
    body: str | Table
    rest: str = ""


class Section(Struct, frozen=True, kw_only=True):
    """A heading with a table, and folds below it.

    Attributes:
        rest: a note about what the table leaves out; empty for none.
    """

    title: str
    table: Table
    rest: str = ""
    folds: tuple[Fold, ...] = ()


class TraceBudget(Struct, kw_only=True):
    """The characters that a document may still spend on traces.

    Attributes:
        per_trace: the maximum number of characters of one trace.
        remaining: the number of characters left for all further traces.
        lines: the maximum number of lines of one trace.
    """

    per_trace: int
    remaining: int
    lines: int = 30

    def next_size(self) -> int:
        """Return the maximum number of characters of the next trace; 0 if too few remain for a useful one."""
        return min(self.per_trace, self.remaining) if self.remaining >= MIN_TRACE else 0


def columns_from(*headers: str) -> tuple[tuple[str, bool], ...]:
    """Return the columns of a table; a column whose header starts with `>` is right-aligned."""
    return tuple((header.removeprefix(">"), header.startswith(">")) for header in headers)


def more_note(view: ReportView, omitted: int, noun: str = "") -> str:
    """Return a note about omitted rows: "… and 4,688 more, in the Readygate report."; empty if none is omitted."""
    if omitted <= 0:
        return ""
    what = f"{omitted:,} more" + (f" {noun}{'s' if omitted > 1 else ''}" if noun else "")
    where = view.links.run()
    return f"… and {what}, in the {where}." if where else f"… and {what}."


def write_header(heading: str, verdict: str, figures: str, provenance: str) -> str:
    """Write the start of a document: the verdict as a heading of the given level ("###"), and two lines below it."""
    return f"{heading} {verdict}\n\n{figures}\n\n{provenance}"


def write_alert(kind: str, text: str) -> str:
    """Write an alert of a kind such as "WARNING".

    https://docs.github.com/en/get-started/writing-on-github/basic-writing-and-formatting-syntax#alerts
    """
    return f"> [!{kind}]\n> {text}"


def write_table(table: Table) -> str:
    """Write a table, with the bars in its headers and cells escaped."""
    rules = "".join(f"{' --:' if right else ' :--'} |" for _, right in table.columns)
    return "\n".join((_row(header for header, _ in table.columns), f"|{rules}", *map(_row, table.rows)))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_piece(piece: Table | str) -> str:
    """Write a table; return Markdown as it is."""
    return piece if isinstance(piece, str) else write_table(piece)


def write_fold(title: str, body: str) -> str:
    """Write content that a click unfolds; the title is HTML."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def write_section(heading: str, section: Section) -> str:
    """Write a section without its folds, one heading level below the given one."""
    return paragraphs(f"{heading}# {section.title}", write_table(section.table), section.rest)


def paragraphs(*texts: str) -> str:
    """Join the texts that are not empty as paragraphs."""
    return "\n\n".join(filter(None, texts))


def append_list(text: str, items: Iterable[str]) -> str:
    """Append a bullet list to a text."""
    return "\n".join((text, "", *(f"- {item}" for item in items)))
