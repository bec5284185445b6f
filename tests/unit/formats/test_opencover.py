"""OpenCover: sequence points, files by number, modules, branch points."""

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.opencover import FORMAT
from readygate.model.coverage import HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity

FILES = '<Files><File uid="1" fullPath="C:\\r\\A.cs"/><File uid="2" fullPath="C:\\r\\B.cs"/></Files>'


def module(points: str, files: str = FILES) -> str:
    return f"<Module>{files}<Classes><Class><Methods><Method>{points}</Method></Methods></Class></Classes></Module>"


def read(modules: str, summary: str = "") -> CoverageReport:
    text = f"<CoverageSession>{summary}<Modules>{modules}</Modules></CoverageSession>"
    return parse_coverage(FORMAT, text)


def point(sl: int | str, vc: int | str = 1, rest: str = 'fileid="1"') -> str:
    return f'<SequencePoint vc="{vc}" sl="{sl}" sc="1" el="{sl}" ec="9" {rest}/>'


def way(sl: int, vc: int, path: int, offset: int = 0) -> str:
    return f'<BranchPoint vc="{vc}" sl="{sl}" path="{path}" offset="{offset}" ordinal="{path}" fileid="1"/>'


def test_matches() -> None:
    assert is_chosen(FORMAT, b"\xef\xbb\xbf<?xml version='1.0'?><CoverageSession><Modules/></CoverageSession>")


class TestLines:
    def test_visited_or_not(self) -> None:
        report = read(module(point(3) + point(4, 0) + point(4, 2) + point(5, 0)))

        assert states(report) == {3: HIT, 4: HIT, 5: MEASURED}
        assert [file.candidates for file in report.files] == [("C:\\r\\A.cs",), ("C:\\r\\B.cs",)]
        assert report.problems == ()

    def test_the_line_on_which_a_point_begins(self) -> None:
        outer = '<SequencePoint vc="1" sl="3" el="6" fileid="1"/>'

        assert states(read(module(outer + point(5, 0)))) == {3: HIT, 5: MEASURED}

    @pytest.mark.parametrize("line", ["16707566", "15732480"])
    def test_code_of_the_compiler(self, line: str) -> None:
        report = read(module(point(line) + point(2)))

        assert states(report) == {2: HIT}
        assert report.problems == ()

    def test_a_method_point_repeats_a_sequence_point(self) -> None:
        again = '<MethodPoint xmlns:xsi="x" xsi:type="SequencePoint" vc="1" sl="9" fileid="1"/>'

        assert states(read(module(point(3) + again))) == {3: HIT}

    def test_the_file_of_the_method(self) -> None:
        report = read(module('<FileRef uid="2"/>' + point(3, rest="")))

        assert states(report, 1) == {3: HIT}

    def test_no_file(self) -> None:
        report = read(module(point(3, rest='fileid="7"')))

        assert "belongs to no file" in report.problems[0].what

    def test_a_count_that_is_none(self) -> None:
        report = read(module(point(3, "x")))

        assert states(report) == {3: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]


class TestModules:
    def test_the_same_file_in_two_modules(self) -> None:
        ways = way(3, 1, 0) + way(3, 0, 1)
        report = read(module(point(3, 0) + point(4, 0) + ways) + module(point(3) + ways))

        assert states(report) == {3: HIT, 4: MEASURED}
        assert report.files[0].coverage.branches == {3: (1, 2)}

    def test_numbers_of_files_belong_to_their_module(self) -> None:
        report = read(module(point(3)) + module(point(4), '<Files><File uid="1" fullPath="C.cs"/></Files>'))

        assert [file.candidates[0] for file in report.files] == ["C:\\r\\A.cs", "C:\\r\\B.cs", "C.cs"]
        assert states(report, 2) == {4: HIT}

    def test_a_skipped_one(self) -> None:
        assert read('<Module skippedDueTo="Filter"><Classes/></Module>').files == ()


class TestBranches:
    def test_ways_out_of_a_line(self) -> None:
        report = read(module(point(3) + way(3, 2, 0) + way(3, 0, 1) + way(3, 1, 0, 8) + way(3, 0, 1, 8)))

        assert report.files[0].coverage.branches == {3: (2, 4)}

    def test_listed_again(self) -> None:
        assert read(module(way(3, 0, 0) + way(3, 2, 0))).files[0].coverage.branches == {3: (1, 1)}

    def test_those_of_no_line_or_file(self) -> None:
        ways = '<BranchPoint vc="1" path="0"/><BranchPoint vc="1" sl="16707566" fileid="1"/>'
        report = read(module(ways))

        assert not report.has_branches
        assert report.problems == ()


class TestSummary:
    text = '<Summary numSequencePoints="{}" visitedSequencePoints="1" numBranchPoints="0" visitedBranchPoints="0"/>'

    def test_agrees(self) -> None:
        assert read(module(point(3)), self.text.format(1)).problems == ()

    def test_differs(self) -> None:
        (note,) = read(module(point(3)), self.text.format(2)).problems

        assert "lines 1 of 2 claimed, 1 of 1 counted" in note.what
