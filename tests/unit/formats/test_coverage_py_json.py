"""coverage.py's JSON: lines, exclusions, branches by their ends, and values of the wrong kind."""

import json
from typing import Any

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage import coverage_py_json
from readygate.formats.coverage.coverage_py_json import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import EXCLUDED, HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity


def read(data: bytes | str) -> CoverageReport:
    return parse_coverage(FORMAT, data)


def document(entry: Any, **meta: Any) -> dict[str, Any]:
    return {
        "meta": {"format": 3, "version": "7.6", "branch_coverage": True, "show_contexts": False, **meta},
        "files": {"src/a.py": entry},
    }


ENTRY = {
    "executed_lines": [1, 2, 5],
    "missing_lines": [3],
    "excluded_lines": [7],
    "executed_branches": [[2, 3], [5, -1]],
    "missing_branches": [[2, 5]],
}


class TestClaims:
    def test_by_what_meta_says(self) -> None:
        assert is_chosen(FORMAT, json.dumps(document(ENTRY), indent=4))

    def test_sorted_keys_put_meta_last(self) -> None:
        assert FORMAT.matches(FileSample.read("x", b'{"files": {"a": {"executed_lines": [], "missing_lines": []'))

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"{}",
            b"[]",
            b'{"meta": {"version": 1}}',
            b'{"meta": {"simplecov_version": "0.22.0", "branch_coverage": true}}',
            b'{"coverage": {"a.py": [null, 1]}}',
            b'"meta": {"branch_coverage": 1}',
        ],
    )
    def test_nothing_else(self, text: bytes) -> None:
        assert FORMAT.matches(FileSample.read("coverage.json", text)) is None


class TestReading:
    def test_lines_and_branches(self) -> None:
        report = read(json.dumps(document(ENTRY)))

        assert states(report) == {1: HIT, 2: HIT, 3: MEASURED, 5: HIT, 7: EXCLUDED}
        assert report.files[0].coverage.branches == {2: (1, 2), 5: (1, 1)}
        assert report.has_branches
        assert report.problems == ()

    @pytest.mark.parametrize("number", [2, 3, None])
    def test_every_format_number(self, number: int | None) -> None:
        assert read(json.dumps(document(ENTRY, format=number))).problems == ()

    def test_no_branches_when_they_were_not_measured(self) -> None:
        report = read(json.dumps(document(ENTRY, branch_coverage=False)))

        assert not report.has_branches
        assert report.files[0].coverage.branches == {}

    def test_branches_measured_and_none_found(self) -> None:
        report = read(json.dumps(document({"executed_lines": [1], "missing_lines": []})))

        assert report.has_branches
        assert report.problems == ()

    def test_a_branch_taken_and_missed_is_taken(self) -> None:
        entry = {**ENTRY, "executed_branches": [[2, 3], [2, 3]], "missing_branches": [[2, 3]]}

        assert read(json.dumps(document(entry))).files[0].coverage.branches == {2: (1, 1)}

    def test_an_empty_file(self) -> None:
        report = read(json.dumps(document({"executed_lines": [], "missing_lines": [], "excluded_lines": []})))

        assert states(report) == {}

    def test_byte_order_mark_and_utf_16(self) -> None:
        text = json.dumps(document(ENTRY))

        assert states(read(text.encode("utf-8-sig"))) == states(read(text.encode("utf-16"))) == states(read(text))

    def test_totals_that_agree(self) -> None:
        totals = {"covered_lines": 3, "num_statements": 4, "covered_branches": 2, "num_branches": 3}

        assert read(json.dumps({**document(ENTRY), "totals": totals})).problems == ()

    @pytest.mark.parametrize(
        ("key", "text"),
        [("num_statements", "lines 3 of 9 claimed, 3 of 4 counted"), ("num_branches", "branches 2 of 9 claimed")],
    )
    def test_totals_that_do_not(self, key: str, text: str) -> None:
        totals = {"covered_lines": 3, "num_statements": 4, "covered_branches": 2, "num_branches": 3, key: 9}

        (note,) = read(json.dumps({**document(ENTRY), "totals": totals})).problems
        assert note.severity is Severity.NOTE
        assert text in note.what

    def test_totals_that_are_no_numbers(self) -> None:
        (note,) = read(json.dumps({**document(ENTRY), "totals": {"covered_lines": "3"}})).problems

        assert "no number claimed" in note.what


class TestDamage:
    @pytest.mark.parametrize(
        ("entry", "place"),
        [
            ([], "files['src/a.py'] is a list, not an object"),
            ({"executed_lines": {}, "missing_lines": []}, "files['src/a.py'].executed_lines is an object, not a list"),
            ({"executed_lines": []}, "files['src/a.py'].missing_lines is missing, not a list"),
            ({"executed_lines": [1, "2"], "missing_lines": []}, "files['src/a.py'].executed_lines[1] is a text"),
            ({"executed_lines": [], "missing_lines": [1.5]}, "files['src/a.py'].missing_lines[0] is a number"),
            ({"executed_lines": [True], "missing_lines": []}, "files['src/a.py'].executed_lines[0] is true or false"),
            ({**ENTRY, "executed_branches": 3}, "files['src/a.py'].executed_branches is a number, not a list"),
            (
                {**ENTRY, "missing_branches": [[1, 2], [1]]},
                "files['src/a.py'].missing_branches[1] is no pair of line numbers",
            ),
        ],
    )
    def test_a_value_of_the_wrong_type_is_damage_with_its_place(self, entry: Any, place: str) -> None:
        report = read(json.dumps(document(entry)))

        assert report.problems[0].severity is Severity.DAMAGE
        assert report.problems[0].place == place

    def test_the_rest_counts(self) -> None:
        assert states(read(json.dumps(document({"executed_lines": [1, None, 2], "missing_lines": []})))) == {
            1: HIT,
            2: HIT,
        }

    @pytest.mark.parametrize("number", [10**9, 1_000_001])
    def test_a_line_number_too_great(self, number: int) -> None:
        report = read(json.dumps(document({"executed_lines": [4, number], "missing_lines": []})))

        assert states(report) == {4: HIT}
        assert report.problems[0].severity is Severity.DAMAGE

    @pytest.mark.parametrize("number", [0, -1])
    def test_a_line_number_too_small(self, number: int) -> None:
        report = read(json.dumps(document({"executed_lines": [4, number], "missing_lines": []})))

        assert states(report) == {4: HIT}
        assert report.problems[0].severity is Severity.NOTE

    @pytest.mark.parametrize(
        "data",
        [
            b'{"meta": {"branch_coverage": true}, "files": ' + b'{"a":' * 100_000,
            b'{"meta": {"branch_coverage": true}, "files": {"a": ' + b"9" * 5000 + b"}}",
            b'{"meta": {"branch_coverage": true}, "files": {"\xff": 1}}',
            b"{} {}",
            b"",
        ],
    )
    def test_no_json(self, data: bytes) -> None:
        (problem,) = read(data).problems

        assert problem.severity is Severity.DAMAGE
        assert problem.todo

    @pytest.mark.parametrize("data", [b"NaN", b"[]", b'{"meta": {"branch_coverage": NaN}, "files": [NaN]}', b"null"])
    def test_json_of_another_shape(self, data: bytes) -> None:
        report = read(data)

        assert report.files == ()
        assert report.problems[0].severity is Severity.DAMAGE

    def test_cut_anywhere(self) -> None:
        data = json.dumps(document(ENTRY))
        for cut in range(1, len(data)):
            report = read(data[:cut])
            assert report.files == ()
            assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]

    def test_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(coverage_py_json, "MAX_BYTES", 100)

        (problem,) = read(json.dumps(document(ENTRY))).problems
        assert "more than the 100 that are read" in problem.what
