"""Run `readygate inspect`: print the format and the figures of each file as one JSON object per line."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from readygate.collect.archives import unpack
from readygate.collect.discovery import Found
from readygate.formats import Source, identify, parse
from readygate.model.coverage import merge_files
from readygate.model.reports import Problem, Report, Severity, StatedReport, TestReport
from readygate.support.console import quiet_json
from readygate.support.errors import EXIT_NOT_EVALUATED, EXIT_READY
from readygate.support.redaction import redact

FIELDS = (
    "file",
    "kind",
    "format",
    "tests",
    "passed",
    "failed",
    "errored",
    "skipped",
    "words",
    "attempts",
    "lines_covered",
    "lines_total",
    "branches_covered",
    "branches_total",
    "problems",
    "why",
)


def inspect_files(names: Sequence[str]) -> int:
    """Print a line for each file and for each report in an archive; return 3 if one is damaged or unknown."""
    damaged = False
    for name in names:
        found = Found(source=Source(name=name, path=Path(name)))
        for part in unpack(found):
            row = inspect_file(part)
            damaged = damaged or any(problem["severity"] == Severity.DAMAGE.value for problem in row["problems"])
            sys.stdout.write(quiet_json(json.dumps(row)) + "\n")
    return EXIT_NOT_EVALUATED if damaged else EXIT_READY


def inspect_file(found: Found) -> dict[str, Any]:
    """Return the format of a file, the reason for it, and its figures; None for figures that it lacks.

    Tests are counted as executions. `words` has the counts of the report's own words for outcomes, because several of
    them may be one outcome. `attempts` has the counts of attempts if the report lists each of them.
    """
    row: dict[str, Any] = dict.fromkeys(FIELDS)
    row["file"] = found.source.name
    result = found.problem or parse(found.source)
    problems = (result,) if isinstance(result, Problem) else result.problems
    if not isinstance(result, Problem):
        row |= figures(result)
        row["why"] = _why(found.source)
    row["problems"] = [
        {
            "severity": p.severity.value,
            "what": redact(p.what),
            "place": redact(p.place),
            "why": p.why,
            "todo": p.todo,
        }
        for p in problems
    ]
    return row


def _why(source: Source) -> str:
    chosen = identify(source)
    return "" if isinstance(chosen, Problem) else chosen[1]


def figures(report: Report) -> dict[str, Any]:
    """Return kind, format and counts of a report."""
    row: dict[str, Any] = {"format": report.format}
    if isinstance(report, TestReport):
        return row | {
            "kind": "tests",
            **report.executions.by_outcome(),
            "words": {redact(word): number for word, number in report.words.items()} or None,
            "attempts": report.attempts.by_outcome() if report.attempts else None,
        }
    if isinstance(report, StatedReport):  # totals without lines; a note among the problems states that
        lines, branches = report.lines(), report.branches()
        row |= {"kind": "coverage", "lines_covered": lines.covered, "lines_total": lines.total}
        if branches is not None:
            row |= {"branches_covered": branches.covered, "branches_total": branches.total}
        return row
    files = merge_files(measured.coverage for measured in report.files)
    row |= {
        "kind": "coverage",
        "lines_covered": sum(file.covered for file in files),
        "lines_total": sum(file.total for file in files),
    }
    if report.has_branches:
        row["branches_covered"] = sum(file.branches_covered for file in files)
        row["branches_total"] = sum(file.branches_total for file in files)
    return row
