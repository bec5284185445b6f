"""Istanbul: lines by statements, branches, and the summary that states totals only."""

import json
from typing import Any

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats import Source
from readygate.formats.coverage import istanbul_final, istanbul_summary
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED, Ratio
from readygate.model.reports import CoverageReport, Severity, StatedReport


def at(line: Any, end: int = 0) -> dict[str, Any]:
    return {"start": {"line": line, "column": 0}, "end": {"line": end or line, "column": 9}}


def entry(**fields: Any) -> dict[str, Any]:
    return {"path": "/r/a.js", "statementMap": {}, "fnMap": {}, "branchMap": {}, "s": {}, "f": {}, "b": {}, **fields}


def read(document: Any) -> CoverageReport:
    return parse_coverage(istanbul_final.FORMAT, json.dumps(document))


class TestFinal:
    @pytest.mark.parametrize(
        "document",
        [
            {"/r/a.js": entry()},
            {"C:\\r\\a.js": {"data": entry()}},
            {"/r/a.js": dict(sorted(entry().items()))},
        ],
    )
    def test_matches(self, document: Any) -> None:
        assert is_chosen(istanbul_final.FORMAT, json.dumps(document))

    @pytest.mark.parametrize("document", [{}, [], {"numTotalTests": 1, "coverageMap": {"/r/a.js": entry()}}])
    def test_matches_nothing_else(self, document: Any) -> None:
        assert istanbul_final.FORMAT.matches(FileSample.read("x", json.dumps(document).encode())) is None

    def test_the_line_on_which_a_statement_begins(self) -> None:
        places = {"0": at(1, 9), "1": at(3), "2": at(3), "3": at(4)}
        report = read({"x": entry(statementMap=places, s={"0": 1, "1": 0, "2": 2, "3": 0})})

        assert states(report) == {1: HIT, 3: HIT, 4: MEASURED}
        assert report.files[0].candidates == ("/r/a.js",)
        assert report.problems == ()

    @pytest.mark.parametrize(
        "place", [{"line": 3, "loc": at(9)}, {"loc": at(3)}, {"locations": [at(3), at(4)]}, {"line": 0, "loc": at(3)}]
    )
    def test_branches(self, place: dict[str, Any]) -> None:
        report = read({"x": entry(branchMap={"0": place, "1": {"loc": at(3)}}, b={"0": [1, 0, 2], "1": [0, 0]})})

        assert report.files[0].coverage.branches == {3: (2, 5)}

    @pytest.mark.parametrize(
        ("places", "counts"), [({}, {"0": [1]}), ({"0": {}}, {"0": [1]}), ({"0": at(1)}, {"0": 1})]
    )
    def test_branches_that_cannot_be_counted(self, places: Any, counts: Any) -> None:
        report = read({"x": entry(branchMap=places, b=counts)})

        assert not report.has_branches
        assert "branches that cannot be counted" in report.problems[0].what

    def test_the_older_nesting_and_no_path(self) -> None:
        inner = entry(statementMap={"0": at(1)}, s={"0": 1})
        del inner["path"]

        assert read({"/r/b.js": {"data": inner}}).files[0].candidates == ("/r/b.js",)

    def test_a_statement_without_a_place(self) -> None:
        report = read({"x": entry(statementMap={"0": at(None), "1": at(2)}, s={"0": 1, "1": 1})})

        assert states(report) == {2: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_a_statement_without_a_count(self) -> None:
        report = read({"x": entry(statementMap={"0": at(1), "1": at(2)}, s={"1": 1})})

        assert states(report) == {2: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]


def total(covered: Any, every: Any) -> dict[str, Any]:
    return {"total": every, "covered": covered, "skipped": 0, "pct": 50}


def summary(*entries: tuple[str, Any, Any]) -> dict[str, Any]:
    return {
        name: {"lines": lines, "statements": total(1, 9), "branches": branches} for name, lines, branches in entries
    }


def read_summary(document: Any) -> CoverageReport:
    return parse_coverage(istanbul_summary.FORMAT, json.dumps(document))


class TestSummary:
    document = summary(
        ("total", total(3, 5), total(1, 2)),
        ("/r/a.js", total(1, 2), total(1, 2)),
        ("/r/b.js", total(2, 3), total(0, 0)),
    )

    def test_matches(self) -> None:
        for document in (self.document, dict(sorted(self.document.items()))):
            assert is_chosen(istanbul_summary.FORMAT, json.dumps(document, indent=2))

    @pytest.mark.parametrize("text", ["{}", '{"total": {"lines": {"total": 1}}}', '{"total": 3, "pct": 1}', '["pct"]'])
    def test_matches_nothing_else(self, text: str) -> None:
        assert istanbul_summary.FORMAT.matches(FileSample.read("coverage-summary.json", text.encode())) is None

    def test_totals_are_stated_and_no_line_is_measured(self) -> None:
        report = read_summary(self.document)

        assert isinstance(report, StatedReport)
        assert (report.lines(), report.branches()) == (Ratio(covered=3, total=5), Ratio(covered=1, total=2))
        assert [file.candidates for file in report.stated] == [("/r/a.js",), ("/r/b.js",)]
        assert report.files == ()
        (note,) = report.problems
        assert note.severity is Severity.NOTE
        assert "3 of 5 lines are stated" in note.what

    def test_a_total_that_differs(self) -> None:
        report = read_summary(self.document | summary(("total", total(4, 5), total(1, 2))))

        assert "lines 4 of 5 claimed, 3 of 5 in its files" in report.problems[1].what

    @pytest.mark.parametrize("lines", [None, 3, total(None, 2), total(3, 2), total(-1, 2), total(True, 2)])
    def test_no_totals(self, lines: Any) -> None:
        report = read_summary(summary(("/r/a.js", lines, total(0, 0)), ("/r/b.js", total(1, 1), total(0, 0))))

        assert isinstance(report, StatedReport)
        assert report.lines() == Ratio(covered=1, total=1)
        assert Severity.DAMAGE in {problem.severity for problem in report.problems}

    def test_a_cut_one(self) -> None:
        text = json.dumps(self.document)
        for cut in range(1, len(text)):
            report = istanbul_summary.FORMAT.parse(Source(name="x", data=text[:cut].encode()))
            assert not isinstance(report, StatedReport)
            assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]
