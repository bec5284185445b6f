"""Build reports that state totals of files and no lines.

Such totals cannot be merged with another report, do not cover changed lines, and cannot be verified. They are
therefore kept apart from measured lines: they are shown, with a note, and enter no comparison.
"""

from collections.abc import Iterable

from readygate.formats.coverage._report_builder import share
from readygate.model.coverage import add_ratios
from readygate.model.reports import MeasuredFile, Problem, Severity, StatedFile, StatedReport


def summary_only_report(
    name: str,
    stated: Iterable[StatedFile],
    *,
    todo: str,
    files: tuple[MeasuredFile, ...] = (),
    problems: Iterable[Problem | None] = (),
) -> StatedReport:
    """Return the report, with a note that its totals are not backed by lines.

    Args:
        name: the name of the format.
        stated: the totals by file.
        todo: how to get a report with lines from the tool.
        files: files with measured lines.
        problems: further problems; None is skipped.
    """
    totals = tuple(stated)
    lines = add_ratios(file.lines for file in totals)
    note = Problem(
        severity=Severity.NOTE,
        what=f"totals without lines: {share(lines.covered, lines.total)} lines are stated, none can be counted",
        why="the tool was told to write a summary only, or it does not write which lines ran",
        todo=todo,
    )
    return StatedReport(
        format=name,
        files=files,
        stated=totals,
        has_branches=any(file.coverage.branches for file in files),
        problems=(note, *(problem for problem in problems if problem is not None)),
    )
