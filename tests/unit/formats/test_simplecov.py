"""SimpleCov: the result set with its commands, and the JSON formatter's file."""

import json
from typing import Any

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage import simplecov_json, simplecov_resultset
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import EXCLUDED, HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity

IF = {"[:if, 0, 3, 4, 7, 7]": {"[:then, 1, 4, 6, 4, 10]": 1, "[:else, 2, 6, 6, 6, 10]": 0}}


def resultset(*entries: Any) -> dict[str, Any]:
    return {f"c{at}": {"coverage": {"/r/a.rb": entry}, "timestamp": 1} for at, entry in enumerate(entries)}


def read_set(document: Any) -> CoverageReport:
    return parse_coverage(simplecov_resultset.FORMAT, json.dumps(document))


class TestResultset:
    @pytest.mark.parametrize(
        "document",
        [
            resultset([1]),
            {"RSpec": {"timestamp": 1, "coverage": {}}},
            {'a "b"': {"coverage": None, "timestamp": 1}},
        ],
    )
    def test_matches(self, document: Any) -> None:
        assert is_chosen(simplecov_resultset.FORMAT, json.dumps(document, indent=2))

    @pytest.mark.parametrize("text", ['{"coverage": {"a": {"1": "1/1"}}}', '{"a": {"coverage": [1]}}', "{}", "[]"])
    def test_matches_nothing_else(self, text: str) -> None:
        assert simplecov_resultset.FORMAT.matches(FileSample.read(".resultset.json", text.encode())) is None

    @pytest.mark.parametrize("entry", [[None, 1, 0, 7], {"lines": [None, 1, 0, 7]}])
    def test_lines(self, entry: Any) -> None:
        report = read_set(resultset(entry))

        assert states(report) == {2: HIT, 3: MEASURED, 4: HIT}
        assert report.problems == ()

    @pytest.mark.parametrize("order", [1, -1])
    def test_commands_are_joined_as_simplecov_does(self, order: int) -> None:
        entries: list[Any] = [{"lines": [1, None, 0, 0, None, 0]}, [0, 0, 0, 2, None]][::order]

        assert states(read_set(resultset(*entries))) == {1: HIT, 3: MEASURED, 4: HIT}

    def test_branches_of_all_commands(self) -> None:
        other = {"[:if, 0, 3, 4, 7, 7]": {"[:then, 1, 4, 6, 4, 10]": 0, "[:else, 2, 6, 6, 6, 10]": 5}}
        report = read_set(resultset({"lines": [1], "branches": IF}, {"lines": [1], "branches": other}))

        assert report.files[0].coverage.branches == {3: (2, 2)}

    def test_branches_only(self) -> None:
        report = read_set(resultset({"lines": None, "branches": IF}))

        assert states(report) == {}
        assert report.files[0].coverage.branches == {3: (1, 2)}

    def test_a_condition_of_another_form(self) -> None:
        report = read_set(resultset({"lines": [1], "branches": {"if": {"then": 1}}}))

        assert not report.has_branches
        assert "branches that cannot be counted" in report.problems[0].what

    @pytest.mark.parametrize("value", ["1", 1.5, True, [], {}])
    def test_a_value_of_the_wrong_kind(self, value: Any) -> None:
        report = read_set(resultset([1, value, 0]))

        assert states(report) == {1: HIT, 3: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]
        assert "[1] is" in report.problems[0].place


def document(lines: Any, branches: Any = (), **others: Any) -> dict[str, Any]:
    meta = {"schema_version": "1.0", "simplecov_version": "0.22.0", "root": "/r/app/"}
    return {"meta": meta, "coverage": {"lib/a.rb": {"lines": lines, "branches": list(branches)}}, **others}


def read_json(value: Any) -> CoverageReport:
    return parse_coverage(simplecov_json.FORMAT, json.dumps(value))


class TestJson:
    def test_matches(self) -> None:
        assert is_chosen(simplecov_json.FORMAT, json.dumps(document([1])))

    @pytest.mark.parametrize("text", ['{"meta": {"version": "7"}}', '["meta": {"simplecov_version": 1}]', "{}"])
    def test_matches_nothing_else(self, text: str) -> None:
        assert simplecov_json.FORMAT.matches(FileSample.read("coverage.json", text.encode())) is None

    def test_lines_and_branches(self) -> None:
        ways = [
            {"type": "then", "start_line": 4, "coverage": 0, "report_line": 3},
            {"type": "else", "start_line": 3, "coverage": 2},
            {"type": "then", "start_line": 9, "coverage": "ignored"},
        ]
        report = read_json(document([None, 1, 0, "ignored"], ways))

        assert states(report) == {2: HIT, 3: MEASURED, 4: EXCLUDED}
        assert report.files[0].coverage.branches == {3: (1, 2)}
        assert report.files[0].candidates == ("/r/app/lib/a.rb", "lib/a.rb")
        assert report.problems == ()

    def test_an_absolute_name_and_no_root(self) -> None:
        value = {"meta": {"simplecov_version": "0.20"}, "coverage": {"/r/a.rb": {"lines": [1]}}}

        assert read_json(value).files[0].candidates == ("/r/a.rb",)

    @pytest.mark.parametrize("branch", [{}, 3, {"coverage": 1}, {"coverage": None, "start_line": 1}])
    def test_branches_that_cannot_be_counted(self, branch: Any) -> None:
        assert "branches that cannot be counted" in read_json(document([1], [branch])).problems[0].what

    @pytest.mark.parametrize(("every", "noted"), [(2, False), (3, True)])
    def test_totals(self, every: int, noted: bool) -> None:
        report = read_json(document([1, 0], total={"lines": {"covered": 1, "total": every}, "branches": None}))

        assert bool(report.problems) == noted
