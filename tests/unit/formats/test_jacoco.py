"""JaCoCo: lines, packages and groups, counters, and gcovr's lines without instructions."""

import pytest
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.jacoco import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED, Ratio
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, Severity, StatedReport
from readygate.snapshot.coverage_merge import place_all


def read(inner: str) -> CoverageReport:
    text = f'<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="r">{inner}</report>'
    return parse_coverage(FORMAT, text)


def package(lines: str, *, name: str = "org/acme", file: str = "A.java") -> str:
    counter = '<counter type="LINE" missed="5" covered="5"/>'
    of_class = f'<class name="org/acme/A"><method name="m" line="1">{counter}</method></class>'
    return f'<package name="{name}">{of_class}<sourcefile name="{file}">{lines}</sourcefile></package>'


def line(nr: int, mi: int = 0, ci: int = 1, mb: int = 0, cb: int = 0) -> str:
    return f'<line nr="{nr}" mi="{mi}" ci="{ci}" mb="{mb}" cb="{cb}"/>'


@pytest.mark.parametrize(
    "text",
    [
        '<report name="x"><sessioninfo id="a"/></report>',
        '<report name="x"><group name="m"/></report>',
        '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.0//EN" "report.dtd"><report name="x"/>',
    ],
)
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize(
    "text", ['<report name="x"/>', "<report><package/></report>", '<project name="JaCoCo"/>', "jacoco"]
)
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("jacoco.xml", text.encode())) is None


class TestLines:
    def test_hit_if_any_instruction_ran(self) -> None:
        report = read(package(line(1) + line(2, mi=3, ci=2) + line(3, mi=3, ci=0) + line(4, mi=0, ci=0)))

        assert states(report) == {1: HIT, 2: HIT, 3: MEASURED}
        assert report.problems == ()

    def test_packages_that_gcovr_joins_by_dots(self) -> None:
        report = read(package(line(1), name="src.util", file="list.c"))

        assert report.files[0].coverage.path == "src/util/list.c"

    def test_branches(self) -> None:
        report = read(package(line(1, mb=1, cb=3) + line(2)))

        assert report.files[0].coverage.branches == {1: (3, 4)}

    @pytest.mark.parametrize("attributes", ['nr="0" ci="1" mi="0"', 'nr="x" ci="1" mi="0"', 'ci="1"'])
    def test_no_line_number(self, attributes: str) -> None:
        report = read(package(f"<line {attributes}/>"))

        assert states(report) == {}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_a_line_outside_of_a_file(self) -> None:
        assert "belongs to no file" in read(line(1)).problems[0].what


class TestNames:
    def test_package_and_file(self) -> None:
        assert read(package("")).files[0].candidates == ("org/acme/A.java",)

    def test_no_package(self) -> None:
        assert read(package("", name="")).files[0].candidates == ("A.java",)

    def test_groups(self) -> None:
        inner = f'<group name="all"><group name="core">{package(line(1))}</group></group>'
        inner += f'<group name="web">{package(line(2))}</group>'
        report = read(inner)

        assert [file.candidates for file in report.files] == [
            ("all/core/org/acme/A.java", "core/org/acme/A.java", "org/acme/A.java"),
            ("web/org/acme/A.java", "org/acme/A.java"),
        ]

    def test_where_it_is_unique_it_is_placed(self) -> None:
        rules = PathRules(files=frozenset({"core/src/main/java/org/acme/A.java", "B.java"}))

        assert [file.path for file in place_all([("jacoco.xml", read(package(line(1))))], rules).coverage.files] == [
            "core/src/main/java/org/acme/A.java"
        ]

    def test_a_package_that_is_not_all_a_folder_is_not_placed(self) -> None:
        rules = PathRules(files=frozenset({"src/main/kotlin/util/A.kt"}))
        report = read(package(line(1), name="org/acme/util", file="A.kt"))

        placed = place_all([("jacoco.xml", report)], rules)
        assert placed.coverage.files == ()
        assert placed.unplaced[0].maybe == ("src/main/kotlin/util/A.kt",)


class TestCounters:
    counters = '<counter type="INSTRUCTION" missed="9" covered="9"/><counter type="LINE" missed="{}" covered="1"/>'

    def test_agree(self) -> None:
        assert read(package(line(1) + line(2, mi=1, ci=0)) + self.counters.format(1)).problems == ()

    def test_differ(self) -> None:
        (note,) = read(package(line(1)) + self.counters.format(1)).problems

        assert note.severity is Severity.NOTE
        assert "lines 1 of 2 claimed, 1 of 1 counted" in note.what


class TestLinesWithoutInstructions:
    counters = '<counter type="LINE" missed="1" covered="2"/><counter type="BRANCH" missed="1" covered="1"/>'
    lines = '<line nr="3"/><line nr="4" mb="1" cb="1"/>'

    def test_totals_are_stated_and_no_line_is_measured(self) -> None:
        report = read(package(self.lines + self.counters))

        assert isinstance(report, StatedReport)
        assert (report.lines(), report.branches()) == (Ratio(covered=2, total=3), Ratio(covered=1, total=2))
        assert states(report) == {}
        assert report.files[0].coverage.branches == {4: (1, 2)}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_without_counters_nothing_is_stated(self) -> None:
        report = read(package(self.lines))

        assert not isinstance(report, StatedReport)
        assert "without instructions" in report.problems[0].what
