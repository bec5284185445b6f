"""SonarQube's generic coverage."""

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.sonarqube import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity


def read(inner: str) -> CoverageReport:
    return parse_coverage(FORMAT, f'<coverage version="1">{inner}</coverage>')


@pytest.mark.parametrize(
    "text", ['<coverage version="1"><file path="a"/></coverage>', "<coverage version='1'/>", '<coverage version="1">\n']
)
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize(
    "text", ['<coverage version="1"><packages/></coverage>', "<coverage/>", '<testExecutions version="1"/>']
)
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("x", text.encode())) is None


def test_lines_and_branches() -> None:
    report = read(
        '<file path="a.c"><lineToCover lineNumber="1" covered="true" branchesToCover="4" coveredBranches="3"/>'
        '<lineToCover lineNumber="2" covered="false"/></file>'
    )

    assert states(report) == {1: HIT, 2: MEASURED}
    assert report.files[0].coverage.branches == {1: (3, 4)}
    assert report.problems == ()


def test_a_line_twice() -> None:
    one = '<lineToCover lineNumber="1" covered="false" branchesToCover="2" coveredBranches="0"/>'
    other = '<lineToCover lineNumber="1" covered="true" branchesToCover="2" coveredBranches="1"/>'

    for report in (read(f'<file path="a">{one}{other}</file>'), read(f'<file path="a">{other}{one}</file>')):
        assert states(report) == {1: HIT}
        assert report.files[0].coverage.branches == {1: (1, 2)}


@pytest.mark.parametrize(
    "line",
    [
        '<lineToCover lineNumber="1" covered="maybe"/>',
        '<lineToCover lineNumber="1"/>',
        '<lineToCover lineNumber="1" covered="false" branchesToCover="1" coveredBranches="2"/>',
    ],
)
def test_anomalies_are_noted(line: str) -> None:
    report = read(f'<file path="a">{line}</file>')

    assert states(report) == {1: MEASURED}
    assert [problem.severity for problem in report.problems] == [Severity.NOTE]


def test_a_line_outside_of_a_file() -> None:
    assert "belongs to no file" in read('<lineToCover lineNumber="1" covered="true"/>').problems[0].what
