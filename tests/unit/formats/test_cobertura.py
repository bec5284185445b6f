"""Cobertura: the quirks of its many producers, sources and file names, and damage."""

import pytest
from tests.support.coverage_reading import damages, is_chosen, parse_coverage, states

from readygate.formats.coverage.cobertura import FORMAT, MAX_SOURCES
from readygate.formats.sniffing import HEAD_BYTES, FileSample
from readygate.model.coverage import HIT, MEASURED, FileCoverage
from readygate.model.reports import CoverageReport, Severity

LINE = "<line number='1' hits='1'/>"


def read(data: bytes | str) -> CoverageReport:
    return parse_coverage(FORMAT, data)


def document(classes: str, *, sources: str = "", attributes: str = 'line-rate="1"') -> str:
    return (
        f"<?xml version='1.0'?>\n<coverage {attributes}><sources>{sources}</sources><packages><package name='p'>"
        f"<classes>{classes}</classes></package></packages></coverage>\n"
    )


def of_class(lines: str, *, name: str = "a.py", methods: str = "<methods/>") -> str:
    return f"<class name='A' filename='{name}'>{methods}<lines>{lines}</lines></class>"


def only(report: CoverageReport) -> FileCoverage:
    (file,) = report.files
    return file.coverage


class TestClaims:
    @pytest.mark.parametrize(
        "text",
        [
            document(""),
            '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://x/coverage-04.dtd"><coverage line-rate="0.5"/>',
            "<coverage><packages/></coverage>",
            "<coverage version='1'><sources/><packages/></coverage>",
            "<coverage branch-rate='0'><packages><pack",
        ],
    )
    def test_cobertura(self, text: str) -> None:
        assert is_chosen(FORMAT, text)

    @pytest.mark.parametrize(
        "text",
        [
            "<coverage generated='1' clover='4'><project timestamp='1'><metrics/></project></coverage>",
            "<coverage generated='1' line-rate='1'><project/></coverage>",
            "<coverage version='1'><file path='a.py'><lineToCover lineNumber='1' covered='true'/></file></coverage>",
            "<report name='jacoco'><package name='p'/></report>",
            "<coverage/>",
            "",
            "line-rate packages",
        ],
    )
    def test_nothing_else(self, text: str) -> None:
        assert FORMAT.matches(FileSample.read("cobertura.xml", text.encode()[:HEAD_BYTES])) is None


class TestLines:
    def test_hit_and_missed(self) -> None:
        report = read(document(of_class("<line number='1' hits='1'/><line number='3' hits='0'/>")))

        assert states(report) == {1: HIT, 3: MEASURED}
        assert not report.has_branches
        assert report.problems == ()

    @pytest.mark.parametrize("hits", ["2", "18446744073709551615", "1.5", "1e3", "01"])
    def test_other_hit_counts(self, hits: str) -> None:
        report = read(document(of_class(f"<line number='1' hits='{hits}'/>")))

        assert states(report) == {1: HIT}
        assert report.problems == ()

    @pytest.mark.parametrize("attribute", ["hits='-1'", "hits='many'", "hits=''", ""])
    def test_lines_without_hit_counts(self, attribute: str) -> None:
        report = read(document(of_class(f"<line number='1' {attribute}/>")))

        assert states(report) == {1: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize(
        "attribute", ["number='undefined'", "number='0'", "number='-3'", "", "number='-99999999999'"]
    )
    def test_no_line_number(self, attribute: str) -> None:
        report = read(document(of_class(f"<line {attribute} hits='1'/><line number='2' hits='1'/>")))

        assert states(report) == {2: HIT}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    @pytest.mark.parametrize("number", [1_000_001, 2**31, 10**30])
    def test_a_line_number_too_great(self, number: int) -> None:
        report = read(document(of_class(f"<line number='{number}' hits='1'/><line number='2' hits='1'/>")))

        assert states(report) == {2: HIT}
        assert damages(report) == ["a line number above 1,000,000: passed over"]

    def test_several_classes_in_one_file(self) -> None:
        first = of_class("<line number='1' hits='0'/><line number='2' hits='1'/>")
        second = of_class("<line number='1' hits='3'/><line number='2' hits='0'/><line number='9' hits='0'/>")

        assert states(read(document(first + second))) == {1: HIT, 2: HIT, 9: MEASURED}

    def test_lines_of_methods_count_only_where_the_class_has_none(self) -> None:
        methods = (
            "<methods><method name='m'><lines><line number='8' hits='1'/></lines></method><method name='n'/></methods>"
        )

        with_own = read(document(of_class("<line number='1' hits='0'/>", methods=methods)))
        without = read(document(f"<class name='A' filename='a.py'>{methods}</class>"))

        assert states(with_own) == {1: MEASURED}
        assert states(without) == {8: HIT}

    def test_classes_without_a_package(self) -> None:
        text = f"<coverage line-rate='1'><packages>{of_class(LINE)}</packages></coverage>"

        assert states(read(text)) == {1: HIT}

    def test_a_class_without_lines_was_measured(self) -> None:
        report = read(document(of_class("")))

        assert only(report).total == 0
        assert report.problems == ()

    def test_no_packages(self) -> None:
        assert read("<coverage line-rate='1'/>").files == ()

    def test_classes_without_a_file_name(self) -> None:
        report = read(document(of_class("<line number='1' hits='1'/>", name="")))

        assert only(report).covered == 1
        assert report.files[0].candidates == ("",)
        assert "without a name" in report.problems[0].what

    def test_lines_outside_of_a_class(self) -> None:
        report = read("<coverage line-rate='1'><line number='1' hits='1'/><packages/></coverage>")

        assert report.files == ()
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]


class TestBranches:
    @pytest.mark.parametrize("flag", ["true", "True"])
    def test_the_count_in_parentheses(self, flag: str) -> None:
        report = read(document(of_class(f"<line number='4' hits='1' branch='{flag}' condition-coverage='12% (1/3)'/>")))

        assert only(report).branches == {4: (1, 3)}
        assert report.has_branches

    def test_repeated_lines_the_larger_count(self) -> None:
        lines = "".join(
            f"<line number='4' hits='1' branch='true' condition-coverage='{c}'/>" for c in ("50% (1/2)", "25% (1/4)")
        )

        assert only(read(document(of_class(lines) + of_class(lines)))).branches == {4: (1, 4)}

    @pytest.mark.parametrize("text", ["garbage", "50%", "(3/2)", "(1/9999999999)", ""])
    def test_what_cannot_be_counted(self, text: str) -> None:
        report = read(document(of_class(f"<line number='4' hits='1' branch='true' condition-coverage='{text}'/>")))

        assert only(report).branches == {}

    def test_it_is_noted(self) -> None:
        report = read(document(of_class("<line number='4' hits='1' branch='true'/>")))

        assert "branches that cannot be counted" in report.problems[0].what

    def test_none_of_none(self) -> None:
        report = read(document(of_class("<line number='4' hits='1' branch='false' condition-coverage='100% (0/0)'/>")))

        assert only(report).branches == {}
        assert report.problems == ()


class TestNames:
    def candidates(self, name: str, *sources: str) -> tuple[str, ...]:
        inner = "".join(f"<source>{source}</source>" for source in sources)
        return read(document(of_class("", name=name), sources=inner)).files[0].candidates

    def test_each_source_then_the_bare_name(self) -> None:
        assert self.candidates("a.py", "/x", "src/") == ("/x/a.py", "src/a.py", "a.py")

    def test_installed_packages_last(self) -> None:
        assert self.candidates("a.py", "/venv/site-packages/p", "/x") == (
            "/x/a.py",
            "/venv/site-packages/p/a.py",
            "a.py",
        )

    @pytest.mark.parametrize(
        "name", ["/x/a.py", "C:\\x\\a.cs", "c:/x/a.cs", "\\\\server\\share\\a.cs", "file:///x/a.py"]
    )
    def test_an_absolute_name_stands_alone(self, name: str) -> None:
        assert self.candidates(name, "/y") == (name,)

    def test_windows_sources(self) -> None:
        assert self.candidates("b\\a.cs", "D:\\") == ("D:\\b\\a.cs", "b\\a.cs")

    def test_empty_and_repeated_sources(self) -> None:
        assert self.candidates("a.py", "", " \n", "/x", "/x") == ("/x/a.py", "a.py")

    def test_sources_behind_the_packages_and_with_entities(self) -> None:
        sources = "<sources><source>/a&amp;b</source></sources>"
        text = f"<coverage line-rate='1'><packages>{of_class('')}</packages>{sources}</coverage>"

        assert read(text).files[0].candidates == ("/a&b/a.py", "a.py")

    def test_many_sources(self) -> None:
        assert len(self.candidates("a.py", *(f"/{i}" for i in range(500)))) == MAX_SOURCES + 1


class TestTotals:
    lines = "<line number='1' hits='1' branch='true' condition-coverage='50% (1/2)'/><line number='2' hits='0'/>"

    def test_agree(self) -> None:
        attributes = "lines-covered='1' lines-valid='2' branches-covered='1' branches-valid='2' line-rate='0.1'"

        assert read(document(of_class(self.lines), attributes=attributes)).problems == ()

    @pytest.mark.parametrize(
        ("attributes", "text"),
        [
            (
                "lines-covered='9' lines-valid='9' branches-covered='9' branches-valid='9'",
                "lines 9 of 9 claimed, 1 of 2 counted",
            ),
            (
                "lines-covered='1' lines-valid='2' branches-covered='0' branches-valid='0'",
                "branches 0 of 0 claimed, 1 of 2 counted",
            ),
        ],
    )
    def test_one_note(self, attributes: str, text: str) -> None:
        (note,) = read(document(of_class(self.lines), attributes=attributes)).problems

        assert note.severity is Severity.NOTE
        assert text in note.what

    def test_unusable(self) -> None:
        assert (
            read(document(of_class(self.lines), attributes="lines-covered='' lines-valid='x' line-rate='nan'")).problems
            == ()
        )


class TestDamage:
    text = document(
        of_class("<line number='1' hits='1'/><line number='2' hits='0'/>")
        + of_class("<line number='3' hits='1'/>", name="b.py"),
        sources="<source>/x</source>",
    )

    def test_cut_anywhere(self) -> None:
        whole = {file.candidates: file.coverage.lines for file in read(self.text).files}
        for cut in range(1, len(self.text.rstrip())):
            report = read(self.text[:cut])
            assert len(damages(report)) == 1
            assert report.problems[0].place
            for file in report.files:
                assert whole[file.candidates].startswith(file.coverage.lines)

    def test_what_was_read_before_counts(self) -> None:
        report = read(self.text[: self.text.index("<line number='3'")])

        assert [file.coverage.total for file in report.files] == [2, 0]

    def test_a_declared_entity_is_refused(self) -> None:
        report = read("<!DOCTYPE coverage [<!ENTITY a 'aaaa'>]><coverage line-rate='1'><packages/></coverage>")

        assert len(damages(report)) == 1

    def test_a_remote_dtd_is_not_loaded(self) -> None:
        assert (
            read('<!DOCTYPE coverage SYSTEM "http://localhost:1/x.dtd">' + self.text.partition("\n")[2]).problems == ()
        )

    def test_a_second_attempt_starts_anew(self) -> None:
        report = read(
            document(of_class("<line number='1' hits='1'/>") + of_class("<line number='1' hits='0'/>", name="b & c.py"))
        )

        assert [file.coverage.path for file in report.files] == ["a.py", "b & c.py"]
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]
