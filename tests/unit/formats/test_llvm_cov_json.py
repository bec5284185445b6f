"""llvm-cov: lines from segments, branches of instantiations, summaries without segments."""

import json
from typing import Any

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.llvm_cov_json import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED, Ratio
from readygate.model.reports import CoverageReport, Severity, StatedReport


def document(*files: Any, **others: Any) -> dict[str, Any]:
    return {"data": [{"files": list(files), **others}], "type": "llvm.coverage.json.export", "version": "2.0.1"}


def file(segments: Any, branches: Any = (), name: str = "/r/a.rs") -> dict[str, Any]:
    return {"branches": list(branches), "expansions": [], "filename": name, "segments": segments, "summary": {}}


def entry(line: int, count: int, column: int = 1) -> list[Any]:
    return [line, column, count, True, True, False]


def skip(line: int, column: int = 1, *, begins: bool = False) -> list[Any]:
    return [line, column, 0, False, begins, False]


def read(value: Any) -> CoverageReport:
    return parse_coverage(FORMAT, json.dumps(value))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(document(file([]))),
        json.dumps({"version": "2", "type": "llvm.coverage.json.export", "data": []}),
        '{"data":[{"files":[{"branches":[],"expansions":[],"filename":"a.c","segments":[[1,2',
        '{"data": [{"files": [], "functions": []',
    ],
)
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize("text", ['{"data": [{"files": 3}]}', '{"data": []}', '["llvm.coverage.json.export"]'])
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("x", text.encode())) is None


class TestLines:
    @pytest.mark.parametrize(
        ("segments", "expected"),
        [
            ([entry(2, 5), skip(4, 2)], {2: HIT, 3: HIT, 4: HIT}),
            ([entry(2, 0), skip(2, 9)], {2: MEASURED}),
            # a region inside that never ran: its lines are missed, the line where it begins has the larger count
            ([entry(1, 3), entry(2, 0, 9), [4, 6, 3, True, False, False], skip(5, 2)],
             {1: HIT, 2: HIT, 3: MEASURED, 4: MEASURED, 5: HIT}),
            # lines 2 to 4 are skipped by the preprocessor: no code
            ([entry(1, 1), skip(2, begins=True), [4, 1, 1, True, False, False], skip(5, 2)],
             {1: HIT, 5: HIT}),
            # a gap between regions does not make a line run
            ([entry(1, 0), [1, 9, 7, True, True, True], skip(2, 1)], {1: MEASURED, 2: HIT}),
            # two regions on a line: the larger count
            ([entry(1, 0), entry(1, 2, 5), skip(1, 9)], {1: HIT}),
            ([skip(1), skip(9)], {}),
            ([], {}),
        ],
    )  # fmt: skip
    def test_from_segments(self, segments: Any, expected: dict[int, int]) -> None:
        report = read(document(file(segments)))

        assert states(report) == expected
        assert report.problems == ()

    def test_segments_of_older_versions(self) -> None:
        assert states(read(document(file([[1, 1, 1, True, True], [2, 2, 0, False, False]])))) == {1: HIT, 2: HIT}

    def test_a_file_twice(self) -> None:
        files = (file([entry(1, 0), skip(2, 1)]), file([entry(1, 1), skip(1, 9)]))

        assert states(read(document(*files))) == {1: HIT, 2: MEASURED}

    @pytest.mark.parametrize("segment", [None, [], [1, 1, 1], [1, 1, "1", True, True, False], [1, 1, 1, 1, 1, 0]])
    def test_no_segment(self, segment: Any) -> None:
        report = read(document(file([segment, entry(3, 1), skip(3, 2)])))

        assert states(report) == {3: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]


def test_branches_of_instantiations_are_joined() -> None:
    branches = [[3, 1, 3, 9, 1, 0, 0, 0, 4], [3, 1, 3, 9, 0, 0, 0, 0, 4], [3, 12, 3, 20, 0, 0, 0, 0, 4]]
    report = read(document(file([entry(3, 1), skip(3, 30)], branches)))

    assert report.files[0].coverage.branches == {3: (1, 4)}


def test_no_branch() -> None:
    report = read(document(file([], [[1, 2], "x"])))

    assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]


def test_totals_that_differ() -> None:
    totals = {"lines": {"count": 9, "covered": 1}, "branches": {"count": 0, "covered": 0}}
    (note,) = read(document(file([entry(1, 1), skip(1, 9)]), totals=totals)).problems

    assert note.severity is Severity.NOTE
    assert "lines 1 of 9 claimed, 1 of 1 counted" in note.what


class TestSummaryOnly:
    def test_totals_are_stated_and_no_line_is_measured(self) -> None:
        summary = {"lines": {"count": 7, "covered": 4}, "branches": {"count": 2, "covered": 1}}
        report = read(document({"filename": "a.rs", "summary": summary}))

        assert isinstance(report, StatedReport)
        assert (report.lines(), report.branches()) == (Ratio(covered=4, total=7), Ratio(covered=1, total=2))
        assert report.files == ()
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize("lines", [None, {}, {"count": 1, "covered": 2}, {"count": "7", "covered": 4}])
    def test_no_totals(self, lines: Any) -> None:
        report = read(document({"filename": "a.rs", "summary": {"lines": lines}}))

        assert [problem.severity for problem in report.problems] == [Severity.DAMAGE]
