"""Write the coverage of the changed lines: those that are not covered, and changed files that no report measures."""

from readygate.model.comparison import PatchFile
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import FILES_SHOWN, Fold, Section, Table, columns_from, more_note, paragraphs
from readygate.render.report_view import ReportView, ratio_cell
from readygate.support.number_format import ranges

RANGES_SHOWN = 20


def uncovered(view: ReportView) -> Section | None:
    """Return the changed lines that are not covered, by file, those with most lines first; None if there are none."""
    coverage = view.comparison.coverage
    patch = coverage.patch if coverage else None
    if patch is None:
        return None
    files = sorted((file for file in patch.files if file.uncovered), key=lambda f: (-len(f.uncovered), f.path))
    if not files:
        return None
    number = sum(len(file.uncovered) for file in files)
    shown = files[:FILES_SHOWN]
    rows = tuple(
        (view.links.file(file.path), _lines_cell(view, file), f"{file.lines.total:,}", ratio_cell(file.lines))
        for file in shown
    )
    without_diff = [code(file.path) for file in files if file.diff_omitted]
    names = ", ".join(without_diff[:3]) + (" and others" if len(without_diff) > 3 else "")
    note = f"The diff of {names} was left out (too large, or not text), so all measured lines there count as changed."
    return Section(
        title=f"{count(number, 'changed line')} {'is' if number == 1 else 'are'} not covered",
        table=Table(columns=columns_from("File", "Lines not covered", ">Changed lines", ">Covered"), rows=rows),
        rest=paragraphs(more_note(view, len(files) - len(shown), "file"), note if without_diff else ""),
    )


def _lines_cell(view: ReportView, file: PatchFile) -> str:
    spans = ranges(file.uncovered)
    cells = [
        view.links.to(f"{a}" if a == b else f"{a}–{b}", view.links.lines(file.path, a, b))
        for a, b in spans[:RANGES_SHOWN]
    ]
    omitted = sum(b - a + 1 for a, b in spans[RANGES_SHOWN:])
    return ", ".join(cells) + (f" and {count(omitted, 'more line')}" if omitted else "")


def unmeasured(view: ReportView) -> Fold | None:
    """Return the changed source files that no report measures; None if there are none."""
    coverage = view.comparison.coverage
    patch = coverage.patch if coverage else None
    if patch is None or not patch.unmeasured:
        return None
    paths = patch.unmeasured
    rows = [f"- {view.links.file(path)}" for path in paths[:FILES_SHOWN]]
    return Fold(
        title=f"{count(len(paths), 'changed source file')} {'is' if len(paths) == 1 else 'are'} measured by no report",
        body=paragraphs("\n".join(rows), more_note(view, len(paths) - FILES_SHOWN, "file")),
    )
