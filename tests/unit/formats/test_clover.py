"""Clover: which lines count, what branches mean with each writer, names, metrics."""

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats import Source
from readygate.formats.coverage.clover import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity


def read(inner: str, *, root: str = 'generated="1" clover="4.4.1"', project: str = "") -> CoverageReport:
    text = f"<coverage {root}><project {project}>{inner}</project></coverage>"
    return parse_coverage(FORMAT, text)


def file(lines: str, names: str = "name='a.php' path='/r/src/a.php'") -> str:
    return f"<file {names}><class name='A'><metrics statements='9'/></class>{lines}<metrics statements='7'/></file>"


@pytest.mark.parametrize(
    "text",
    [
        "<coverage generated='1'><project timestamp='1'><metrics/></project></coverage>",
        "<coverage generated='1' clover='3.2.0'/>",
        "<coverage clover='3.2.0'><project><file",
    ],
)
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize(
    "text",
    [
        "<coverage line-rate='1'><packages/></coverage>",
        "<coverage version='1'><file path='a'/></coverage>",
        "<coverage clover='1' line-rate='1'/>",
        "<report><project/></report>",
        "project",
    ],
)
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("clover.xml", text.encode())) is None


class TestLines:
    def test_statements_and_conditions_count_and_methods_do_not(self) -> None:
        report = read(
            file(
                "<line num='1' type='method' count='3'/><line num='2' type='stmt' count='3'/>"
                "<line num='4' type='stmt' count='0'/><line num='5' type='cond' truecount='0' falsecount='2'/>"
            )
        )

        assert states(report) == {2: HIT, 4: MEASURED, 5: HIT}
        assert report.files[0].coverage.branches == {5: (1, 2)}
        assert report.problems == ()

    def test_methods_count_where_a_file_has_nothing_else(self) -> None:
        assert states(read(file("<line num='1' type='method' count='0'/>"))) == {1: MEASURED}

    def test_not_in_a_file_that_was_cut(self) -> None:
        text = "<coverage clover='4'><project><file path='a'><line num='1' type='method' count='1'/>"
        report = FORMAT.parse(Source(name="x", data=text.encode()))

        assert isinstance(report, CoverageReport)
        assert states(report) == {}

    def test_a_line_twice(self) -> None:
        lines = "<line num='2' type='stmt' count='0'/><line num='2' type='stmt' count='1'/>"

        assert states(read(file(lines))) == {2: HIT}

    def test_tests_do_not_count(self) -> None:
        inner = file("<line num='2' type='stmt' count='1'/>")
        tests = "</project><testproject>" + file("<line num='9' type='stmt' count='1'/>", "path='t.php'")
        report = read(inner + tests.replace("</file>", "</file></testproject><project>"))

        assert states(report) == {2: HIT}

    @pytest.mark.parametrize("attribute", ["count='-1'", "count='x'", "count=''", ""])
    def test_counts_that_are_none(self, attribute: str) -> None:
        report = read(file(f"<line num='2' type='stmt' {attribute}/>"))

        assert states(report) == {2: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize("number", ["num='0'", "num='x'", "", "num='-4'"])
    def test_no_line_number(self, number: str) -> None:
        report = read(file(f"<line {number} type='stmt' count='1'/><line num='2' type='stmt' count='1'/>"))

        assert states(report) == {2: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_a_line_outside_of_a_file(self) -> None:
        assert "belongs to no file" in read("<line num='2' type='stmt' count='1'/>").problems[0].what

    def test_a_file_without_lines(self) -> None:
        assert states(read(file(""))) == {}


class TestBranches:
    lines = "<line num='3' type='cond' count='1' truecount='1' falsecount='2'/>"

    def test_outcomes(self) -> None:
        assert read(file(self.lines)).files[0].coverage.branches == {3: (2, 2)}

    def test_two_conditions_on_a_line(self) -> None:
        other = "<line num='3' type='cond' truecount='0' falsecount='2'/>"

        assert read(file(self.lines + other)).files[0].coverage.branches == {3: (3, 4)}

    def test_istanbul_writes_taken_and_missed_branches(self) -> None:
        report = read(file(self.lines), root="generated='1' clover='3.2.0'", project="name='All files'")

        assert report.files[0].coverage.branches == {3: (1, 3)}
        assert states(report) == {3: HIT}

    @pytest.mark.parametrize("counts", ["", "truecount='1'", "truecount='x' falsecount='1'"])
    def test_none(self, counts: str) -> None:
        report = read(file(f"<line num='3' type='cond' count='1' {counts}/>"))

        assert report.files[0].coverage.branches == {}
        assert "branches that cannot be counted" in report.problems[0].what


class TestNames:
    @pytest.mark.parametrize(
        ("names", "candidates"),
        [
            ("name='a.ts' path='/r/src/a.ts'", ("/r/src/a.ts",)),
            ("name='/r/src/a.php'", ("/r/src/a.php",)),
            ("name='C:\\r\\a.java'", ("C:\\r\\a.java",)),
            ("name='A.java'", ("org/acme/A.java", "A.java")),
            ("name='{a}.js' path='b/{a}.js'", ("b/{a}.js",)),
            ("", ("",)),
        ],
    )
    def test_path_then_name_then_package(self, names: str, candidates: tuple[str, ...]) -> None:
        report = read(f"<package name='org.acme'>{file('', names)}</package>")

        assert report.files[0].candidates == candidates

    def test_a_file_behind_a_package_is_not_in_it(self) -> None:
        report = read("<package name='org.acme'></package>" + file("", "name='A.java'"))

        assert report.files[0].candidates == ("A.java",)


class TestMetrics:
    lines = "<line num='1' type='stmt' count='1'/>"

    @pytest.mark.parametrize("metrics", ["statements='1' coveredstatements='1'", "", "statements='x'"])
    def test_agree(self, metrics: str) -> None:
        assert read(file(self.lines) + f"<metrics {metrics}/>").problems == ()

    def test_differ(self) -> None:
        (note,) = read(f"<metrics statements='9' coveredstatements='8'/>{file(self.lines)}").problems

        assert note.severity is Severity.NOTE
        assert "lines 8 of 9 claimed, 1 of 1 counted" in note.what
