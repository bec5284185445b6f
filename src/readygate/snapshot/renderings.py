"""Take one of several reports that one measurement was written as: LCOV beside `coverage-final.json`, for example.

Each form leaves something out, or counts a line differently, so that all of them joined would be the figures of none.
"""

from collections.abc import Sequence
from posixpath import dirname
from typing import Final

from readygate.model.coverage import HIT, MEASURED
from readygate.snapshot.coverage_merge import PlacedReport

_BEST_FIRST: Final = (
    "coverage.py-json",
    "istanbul-final-json",
    "gcovr-json",
    "llvm-cov-json",
    "simplecov-resultset",
    "simplecov-json",
    "opencover",
    "jacoco",
    "lcov",
    "cobertura",
    "clover",
    "sonarqube-generic",
    "coverage.py-sqlite",
)
"""Formats by how much they know: branches by name, then branches, then lines. Other formats come first."""
DATA_FILE: Final = "coverage.py-sqlite"
_OF_DATA_FILE: Final = frozenset(("coverage.py-json", "lcov", "cobertura"))


def find_renderings(reports: Sequence[PlacedReport]) -> dict[str, str]:
    """Return the reports that are not used, each with the report that holds the same measurement.

    A report is not used if a report in another format measures the same files and agrees with it on every line that
    both measure. coverage.py's data file is not used beside a report that coverage.py can make of it: the data file
    does not know which lines the project's configuration excludes.
    """
    used: list[PlacedReport] = []
    found: dict[str, str] = {}
    for report in sorted(reports, key=_rank):
        same = next((other for other in used if _is_rendering(report, other)), None)
        if same is None:
            used.append(report)
        else:
            found[report.name] = same.name
    return found


def _rank(report: PlacedReport) -> tuple[int, str]:
    known = report.format in _BEST_FIRST
    return (_BEST_FIRST.index(report.format) if known else -1, report.name)


def _is_rendering(report: PlacedReport, other: PlacedReport) -> bool:
    if report.format == other.format:
        return False
    if report.format == DATA_FILE and other.format in _OF_DATA_FILE and dirname(report.name) == dirname(other.name):
        return not other.damaged and (report.damaged or _agree(report, other))
    return (
        not report.damaged
        and not other.damaged
        and _measured(report) == _measured(other) != frozenset()
        and _agree(report, other)
    )


def _measured(report: PlacedReport) -> frozenset[str]:
    return frozenset(path for path, file in report.files.items() if file.total)


def _agree(one: PlacedReport, other: PlacedReport) -> bool:
    """Return whether two reports agree on every line that both measure, and both measure some."""
    both = 0
    for path in one.files.keys() & other.files.keys():
        lines, others = one.files[path].lines, other.files[path].lines
        for state, state_of_other in zip(lines, others, strict=False):
            if state in (HIT, MEASURED) and state_of_other in (HIT, MEASURED):
                both += 1
                if state != state_of_other:
                    return False
    return both > 0
