"""Read coverage reports for tests of single formats."""

from pathlib import Path

from readygate.formats import FileSample, Format, Source, choose
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import CoverageReport


def parse_coverage(fmt: Format, data: bytes | str | Path) -> CoverageReport:
    """Parse whatever it is, from memory or from a file."""
    if isinstance(data, Path):
        report = fmt.parse(Source(name=data.name, path=data))
    else:
        report = fmt.parse(Source(name="report", data=data.encode() if isinstance(data, str) else data))
    assert isinstance(report, CoverageReport)
    return report


def states(report: CoverageReport, at: int = 0) -> dict[int, int]:
    """Return the states of the measured lines of a file."""
    return {number: state for number, state in enumerate(report.files[at].coverage.lines) if state}


def damages(report: CoverageReport) -> list[str]:
    """Return what is damaged."""
    return [problem.what for problem in report.problems if problem.is_damage]


def is_chosen(fmt: Format, data: bytes | str) -> bool:
    """Return whether this format, and no other, matches a file."""
    data = data.encode() if isinstance(data, str) else data
    chosen = choose(FileSample.read("x", data[:HEAD_BYTES]))
    return isinstance(chosen, tuple) and chosen[0] is fmt
