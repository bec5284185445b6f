"""gcovr's JSON: lines of several functions, exclusions, branches, and its summary."""

import json
from typing import Any

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.gcovr_json import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import EXCLUDED, HIT, MEASURED, Ratio
from readygate.model.reports import CoverageReport, Severity, StatedReport


def line(number: Any, count: Any = 1, branches: Any = (), **others: Any) -> dict[str, Any]:
    ways = [{"count": taken, "fallthrough": False, "throw": False} for taken in branches]
    return {"line_number": number, "function_name": "f", "count": count, "branches": ways, **others}


def document(*lines: Any) -> dict[str, Any]:
    return {"gcovr/format_version": "0.15", "files": [{"file": "a.cpp", "lines": list(lines), "functions": []}]}


def read(value: Any) -> CoverageReport:
    return parse_coverage(FORMAT, json.dumps(value))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(document()),
        '{"files": [{"file": "a", "lines": [{"branches": [], "count": 1, "gcovr/noncode": false',
        '{"root": ".", "gcovr/summary_format_version": "0.6"',
    ],
)
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize("text", ['{"files": [], "format_version": "1"}', '{"source_files": []}', '["gcovr/md5"]'])
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("x", text.encode())) is None


class TestLines:
    def test_hit_excluded_and_no_code(self) -> None:
        lines = (
            line(1),
            line(2, 0),
            line(3, 0, [0, 1], **{"gcovr/excluded": True}),
            line(4, **{"gcovr/noncode": True}),
        )
        report = read(document(*lines))

        assert states(report) == {1: HIT, 2: MEASURED, 3: EXCLUDED}
        assert not report.has_branches
        assert report.problems == ()

    @pytest.mark.parametrize("order", [1, -1])
    def test_a_line_of_several_functions(self, order: int) -> None:
        report = read(document(*[line(1, 0, [0, 1]), line(1, 2, [1, 0, 0])][::order]))

        assert states(report) == {1: HIT}
        assert report.files[0].coverage.branches == {1: (2, 3)}

    def test_an_excluded_branch(self) -> None:
        record = line(1, 1, [1, 0])
        record["branches"][1]["gcovr/excluded"] = True

        assert read(document(record)).files[0].coverage.branches == {1: (1, 1)}

    def test_a_negative_count(self) -> None:
        report = read(document(line(1, -4)))

        assert states(report) == {1: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize("record", [None, [], {}, line("1"), line(None)])
    def test_no_line(self, record: Any) -> None:
        report = read(document(record, line(2)))

        assert states(report) == {2: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]

    @pytest.mark.parametrize("value", [{"files": [{"lines": []}]}, {"files": [3]}, {"files": None}, []])
    def test_no_file(self, value: Any) -> None:
        assert Severity.DAMAGE in {problem.severity for problem in read(value).problems}


class TestSummary:
    def value(self, **fields: Any) -> dict[str, Any]:
        entry = {"filename": "a.c", "line_total": 9, "line_covered": 4, "branch_total": 2, "branch_covered": 1}
        return {"gcovr/summary_format_version": "0.6", "root": ".", "files": [{**entry, **fields}]}

    def test_totals_are_stated_and_no_line_is_measured(self) -> None:
        report = read(self.value())

        assert isinstance(report, StatedReport)
        assert (report.lines(), report.branches()) == (Ratio(covered=4, total=9), Ratio(covered=1, total=2))
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize("covered", [10, None, "4", -1])
    def test_no_totals(self, covered: Any) -> None:
        assert Severity.DAMAGE in {problem.severity for problem in read(self.value(line_covered=covered)).problems}
