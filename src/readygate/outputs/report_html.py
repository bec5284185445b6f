"""`report.html`: the whole report as one offline page, with all tests, all files, and the sources of changed files."""

from collections.abc import Iterator
from pathlib import Path

from readygate.context import Published, RunContext
from readygate.model.comparison import Comparison
from readygate.model.coverage import FileCoverage
from readygate.model.rich_text import count
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.render.html.document import webpage
from readygate.render.html.source_listing import LONGEST_FILE, Listing, Sources, annotate
from readygate.render.report_view import ReportView
from readygate.support.workspace_file import read_workspace_file

MOST_FILES = 30
MOST_LINES = 12_000
"""Lines of all files together; a page of some megabytes still opens without delay."""


def read_sources(comparison: Comparison, root: Path) -> Sources:
    """Return the changed files that have coverage data, those with the most uncovered lines first.

    Args:
        comparison: the results.
        root: the workspace. The pull request controls it, so links are not followed.
    """
    coverage = comparison.coverage
    patch = coverage.patch if coverage else None
    if coverage is None or patch is None:
        note = coverage.patch_note if coverage else ""
        return Sources(notes=(f"{note or 'The changed lines are not known'}.",))
    if not patch.files:
        return Sources(notes=("No changed file is measured.",))
    added = {file.path: file.added for file in comparison.changes.files} if comparison.changes else {}
    measured = {file.path: file for file in coverage.head.files}
    wanted = sorted(patch.files, key=lambda file: (-len(file.uncovered), file.path))
    shown: list[Listing] = []
    absent, left, lines = [], 0, 0
    for file in wanted:
        if len(shown) >= MOST_FILES or lines >= MOST_LINES:
            left += 1
            continue
        text = _read(root, file.path)
        if text is None:
            absent.append(file.path)
            continue
        states = measured.get(file.path, FileCoverage(path=file.path, lines=b"")).lines
        listing = annotate(file.path, text, states, added.get(file.path, ()), measured_whole=file.diff_omitted)
        lines += len(listing.lines)
        shown.append(listing)
    return Sources(listings=tuple(shown), notes=tuple(_notes(len(wanted), len(absent), left)))


def _notes(wanted: int, absent: int, left: int) -> Iterator[str]:
    if absent == wanted:
        yield (
            f"{count(wanted, 'changed file')} {'was' if wanted == 1 else 'were'} measured. The sources are not in the "
            "workspace of this step, so they are not shown: check out the measured commit before it."
        )
    elif absent:
        yield f"{count(absent, 'changed file')} cannot be read in the workspace and {_is(absent)} not shown."
    if left:
        yield f"{count(left, 'more changed file')} with fewer lines not covered {_is(left)} not shown."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _read(root: Path, path: str) -> str | None:
    data = read_workspace_file(root, path, LONGEST_FILE)
    return None if data is None or len(data) > LONGEST_FILE else data.decode("utf-8", "replace")


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file."""
    sources = read_sources(view.comparison, context.source_root)
    return write_file(context, "report.html", webpage(view, sources).encode("utf-8", "replace"))


OUTPUT = Output(name="report-html", stage=Stage.FILES, order=6, enabled=writes_files, publish=publish)
