"""Reads reports of tests for tests, and tries what happens to a report that is cut off anywhere."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st

from readygate.formats import FileSample, Format, Source, choose
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Counts, FailureDetail, Outcome

Tests = Sequence[tuple[str, str]]
"""Names of tests, each with the letter of its outcome."""

LETTERS = {
    Outcome.PASSED: "p",
    Outcome.FLAKY: "k",
    Outcome.SKIPPED: "s",
    Outcome.FAILED: "f",
    Outcome.ERRORED: "e",
}
ODD_NAMES = (
    "a",
    "test_x",
    'it\'s <ok> & "done"',
    "naïve 😀",
    "a/b",
    "f(1.5, 'x')",
    "with  blanks",
    "} {",
    "]]",
    "ok 1",
)


def named_tests(letters: str = "pfs", names: Sequence[str] = ODD_NAMES) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Some tests with distinct names."""
    one = st.tuples(st.sampled_from(names), st.sampled_from(letters))
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda test: test[0])


def read(fmt: Format, data: bytes | str) -> TestReport:
    """Read what the format, and no other, claims."""
    data = data.encode() if isinstance(data, str) else data
    chosen = choose(FileSample.read("report", data[:HEAD_BYTES]))
    assert not isinstance(chosen, Problem), chosen.what
    assert chosen[0] is fmt
    return parse(fmt, data)


def parse(fmt: Format, data: bytes | str) -> TestReport:
    """Read whatever it is."""
    report = fmt.parse(Source(name="report", data=data.encode() if isinstance(data, str) else data))
    assert isinstance(report, TestReport)
    assert report.format == fmt.name
    return report


def rows(report: TestReport) -> dict[tuple[str, str], str]:
    """Letters by class and name."""
    return {
        (class_name, name): LETTERS[outcome]
        for class_name, block in report.blocks.items()
        for name, outcome in block.items()
    }


def by_name(report: TestReport) -> dict[str, str]:
    """Letters by name only."""
    return {name: letter for (_, name), letter in rows(report).items()}


def figures(report: TestReport) -> tuple[int, int, int, int]:
    """Passed, failed, errored, skipped."""
    counts: Counts = report.executions
    return (counts.passed, counts.failed, counts.errored, counts.skipped)


def only(report: TestReport) -> FailureDetail:
    """The one detail of a report."""
    (detail,) = report.details
    return detail


def damages(report: TestReport) -> list[str]:
    return [problem.what for problem in report.problems if problem.is_damage]


def notes(report: TestReport) -> list[str]:
    return [problem.what for problem in report.problems if problem.severity is Severity.NOTE]


def check_cut(fmt: Format, data: bytes, at: int) -> TestReport:
    """Cut a report that is read without problems: what is left invents nothing and turns no failure into a pass."""
    whole, left = parse(fmt, data), parse(fmt, data[:at])
    assert not damages(whole)

    kept = Counter(rows(left).items())
    assert kept <= Counter(rows(whole).items())
    assert all(now <= before for now, before in zip(figures(left), figures(whole), strict=True))
    return left


def check_cut_document(fmt: Format, data: bytes, at: int) -> None:
    """Cut a JSON document: nothing of it counts, and that is said."""
    left = check_cut(fmt, data, at)
    if data[at:].strip():
        assert not left.executions.total
        assert damages(left)
