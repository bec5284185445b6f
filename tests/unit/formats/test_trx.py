"""TRX: outcomes, classes from definitions, rows of data-driven tests, errors of the run, damage."""

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import (
    LETTERS,
    Tests,
    by_name,
    check_cut,
    damages,
    figures,
    named_tests,
    notes,
    only,
    parse,
    read,
    rows,
)

from readygate.formats import FileSample
from readygate.formats.results.trx import FORMAT, OUTCOMES
from readygate.model.results import Outcome

NAMESPACE = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"
WORDS = {"p": "Passed", "f": "Failed", "s": "NotExecuted", "e": "Error"}


def run(results: str, rest: str = "") -> str:
    return f'<TestRun id="1" xmlns="{NAMESPACE}"><Results>{results}</Results>{rest}</TestRun>'


def result(name: str, outcome: str, inside: str = "", test_id: str = "") -> str:
    return f'<UnitTestResult testId="{test_id}" testName="{name}" outcome="{outcome}">{inside}</UnitTestResult>'


def summary(outcome: str, *infos: tuple[str, str]) -> str:
    texts = "".join(f'<RunInfo outcome="{word}"><Text>{text}</Text></RunInfo>' for word, text in infos)
    return f'<ResultSummary outcome="{outcome}"><RunInfos>{texts}</RunInfos></ResultSummary>'


def document(named: Tests, definitions: bool = True) -> bytes:
    results, methods = [], []
    for at, (name, letter) in enumerate(named):
        attribute = quoteattr(f"Shop.Cart.T{at}({name})")
        message = "<Output><ErrorInfo><Message>no</Message><StackTrace>at x</StackTrace></ErrorInfo></Output>"
        results.append(
            f'<UnitTestResult testId="t{at}" testName={attribute} duration="00:00:00.25" outcome="{WORDS[letter]}">'
            f"{message}</UnitTestResult>"
        )
        methods.append(
            f'<UnitTest id="t{at}" storage="shop.dll"><TestMethod className="Shop.Cart" name="T{at}"/></UnitTest>'
        )
    rest = f"<TestDefinitions>{''.join(methods)}</TestDefinitions>" if definitions else ""
    return run("".join(results), rest).encode()


class TestOutcomes:
    @pytest.mark.parametrize(("word", "outcome"), OUTCOMES.items())
    def test_each_word_of_the_schema(self, word: str, outcome: Outcome) -> None:
        assert by_name(read(FORMAT, run(result("T", word)))) == {"T": LETTERS[outcome]}

    @pytest.mark.parametrize("attribute", ['outcome="Marvellous"', 'outcome=""', ""])
    def test_what_is_not_known_to_have_passed_is_an_error_and_noted(self, attribute: str) -> None:
        report = read(FORMAT, run(f'<UnitTestResult testName="T" {attribute}/>'))

        assert by_name(report) == {"T": "e"}
        assert any("not one of this format" in what for what in notes(report))


class TestNames:
    def test_the_class_comes_from_the_definition(self) -> None:
        rest = (
            '<TestDefinitions><UnitTest id="7"><TestMethod className="Shop.Cart, Shop, Version=1.0" name="Adds"/>'
            "</UnitTest></TestDefinitions>"
        )
        assert rows(read(FORMAT, run(result("Adds", "Passed", test_id="7"), rest))) == {("Shop.Cart", "Adds"): "p"}

    def test_a_class_that_the_name_repeats_is_taken_out_of_it(self) -> None:
        assert set(rows(read(FORMAT, document([("x.y", "p")])))) == {("Shop.Cart", "T0(x.y)")}

    def test_without_a_definition_the_qualified_name_tells_the_class(self) -> None:
        report = read(FORMAT, document([("x.y", "p")], definitions=False))
        assert set(rows(report)) == {("Shop.Cart", "T0(x.y)")}

    def test_a_sentence_is_no_qualified_name(self) -> None:
        assert set(rows(read(FORMAT, run(result("Adds. All.", "Passed"))))) == {("", "Adds. All.")}


class TestRows:
    ROWS = f"<InnerResults>{result('T (1)', 'Passed')}{result('T (2)', 'Failed')}</InnerResults>"

    def test_rows_count_and_not_the_test_around_them(self) -> None:
        assert by_name(read(FORMAT, run(result("T", "Failed", self.ROWS)))) == {"T (1)": "p", "T (2)": "f"}

    def test_the_test_counts_if_it_fared_worse_than_its_rows(self) -> None:
        assert by_name(read(FORMAT, run(result("T", "Error", self.ROWS)))) == {"T (1)": "p", "T (2)": "f", "T": "e"}

    def test_ordered_tests(self) -> None:
        inner = f"<InnerResults>{result('A', 'Passed')}</InnerResults>"
        text = f'<TestResultAggregation testName="Order" outcome="Passed">{inner}</TestResultAggregation>'
        assert by_name(read(FORMAT, run(text))) == {"A": "p"}


class TestErrorsOfTheRun:
    DEFINITION = '<TestDefinitions><UnitTest id="7" storage="C:\\out\\shop.dll"/></TestDefinitions>'

    def test_a_crash_is_an_execution_named_after_the_assembly(self) -> None:
        rest = self.DEFINITION + summary("Failed", ("Error", "The active test run was aborted. Reason: crash"))
        report = read(FORMAT, run(result("T", "Passed"), rest))

        assert rows(report) == {("", "T"): "p", ("shop.dll", "shop.dll"): "e"}
        assert only(report).message == "The active test run was aborted. Reason: crash"

    def test_a_crash_counts_beside_failing_tests(self) -> None:
        rest = summary("Failed", ("Error", "aborted"))
        assert figures(read(FORMAT, run(result("T", "Failed"), rest))) == (0, 1, 1, 0)

    @pytest.mark.parametrize(
        "echo", ["[xUnit.net 00:00:00.39]     A.B.T [FAIL]", "Exit code indicates failure: &apos;2&apos;. See x."]
    )
    def test_the_echo_of_a_failing_test_is_not_an_error(self, echo: str) -> None:
        failed = run(result("A.B.T", "Failed"), summary("Failed", ("Error", echo)))
        passed = run(result("A.B.T", "Passed"), summary("Failed", ("Error", echo)))

        assert figures(read(FORMAT, failed)) == (0, 1, 0, 0)
        assert figures(read(FORMAT, passed)) == (1, 0, 1, 0)

    def test_an_echo_of_a_test_that_is_not_there_counts(self) -> None:
        rest = summary("Failed", ("Error", "[xUnit.net 00:00:00.39]     A.B.Other [FAIL]"))
        assert figures(read(FORMAT, run(result("A.B.T", "Failed"), rest))) == (0, 1, 1, 0)

    @pytest.mark.parametrize("word", ["Failed", "Aborted", "Error", "Timeout", "PassedButRunAborted"])
    def test_a_bad_run_without_a_reason_is_never_green(self, word: str) -> None:
        assert figures(read(FORMAT, run(result("T", "Passed"), summary(word)))) == (1, 0, 1, 0)

    def test_an_aborted_run_counts_though_a_test_failed(self) -> None:
        assert figures(read(FORMAT, run(result("T", "Failed"), summary("Aborted")))) == (0, 1, 1, 0)

    def test_warnings_are_none(self) -> None:
        rest = summary("Completed", ("Warning", "No test is available"))
        assert figures(read(FORMAT, run("", rest))) == (0, 0, 0, 0)


class TestDetails:
    def test_message_type_trace_and_place_in_the_own_class(self) -> None:
        trace = (
            "   at Lib.Check.True(Boolean b) in C:\\lib\\Check.cs:line 5&#xD;\n"
            "   at Shop.Cart.Adds() in C:\\src\\Cart Tests\\CartTests.cs:line 12&#xD;\n"
        )
        info = f"<Message>Lib.CheckException : expected 1&#xD;\n</Message><StackTrace>{trace}</StackTrace>"
        inside = f"<Output><StdOut>hello</StdOut><ErrorInfo>{info}</ErrorInfo></Output>"
        rest = '<TestDefinitions><UnitTest id="7"><TestMethod className="Shop.Cart"/></UnitTest></TestDefinitions>'
        detail = only(read(FORMAT, run(result("Adds", "Failed", inside, "7"), rest)))

        assert (detail.class_name, detail.name, detail.outcome) == ("Shop.Cart", "Adds", Outcome.FAILED)
        assert (detail.type, detail.message) == ("Lib.CheckException", "Lib.CheckException : expected 1")
        assert (detail.file, detail.line) == ("C:\\src\\Cart Tests\\CartTests.cs", 12)
        assert "Check.cs:line 5" in detail.text

    def test_the_reason_of_a_skip(self) -> None:
        inside = "<Output><ErrorInfo><Message>needs a printer</Message></ErrorInfo></Output>"
        assert only(read(FORMAT, run(result("T", "NotExecuted", inside)))).message == "needs a printer"

    def test_output_stands_in_for_a_trace(self) -> None:
        inside = "<Output><StdOut>before it broke</StdOut></Output>"
        assert only(read(FORMAT, run(result("T", "Failed", inside)))).text == "before it broke"


class TestFile:
    @pytest.mark.parametrize("text", ["<TestRun><FailedTests/></TestRun>", "<TestRun><Statistics/></TestRun>"])
    def test_reports_of_cppunit_and_aunit_are_none(self, text: str) -> None:
        assert FORMAT.matches(FileSample.read("x", text.encode())) is None

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
    def test_encodings_with_a_byte_order_mark(self, encoding: str) -> None:
        text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + run(result("Größe", "Failed"))
        assert by_name(read(FORMAT, text.encode(encoding))) == {"Größe": "f"}

    def test_totals_that_claim_less_are_noted(self) -> None:
        rest = '<ResultSummary outcome="Completed"><Counters total="0" passed="0" failed="0"/></ResultSummary>'
        report = read(FORMAT, run(result("T", "Passed"), rest))

        assert figures(report) == (1, 0, 0, 0)
        assert notes(report) == ["totals differ from what the file holds: 0 tests claimed, 1 counted"]

    def test_nameless_tests_count_with_a_note(self) -> None:
        report = read(FORMAT, run('<UnitTestResult outcome="Passed"/>'))
        assert figures(report) == (1, 0, 0, 0)
        assert notes(report) == ["tests without a name: 1"]

    def test_a_bad_duration_is_noted(self) -> None:
        report = read(FORMAT, run('<UnitTestResult testName="T" duration="soon" outcome="Passed"/>'))
        assert (report.seconds, notes(report)) == (0.0, ["durations that are no numbers of seconds: 1"])

    @given(named_tests("pfse"))
    def test_every_test_is_read(self, named: Tests) -> None:
        assert sorted(by_name(read(FORMAT, document(named))).values()) == sorted(letter for _, letter in named)

    @given(named_tests("pfse"), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        whole = document(named)
        at = data.draw(st.integers(0, len(whole) - 1))
        assert damages(check_cut(FORMAT, whole, at))

    @given(st.integers(0, 600))
    def test_cut_before_the_classes_tests_keep_their_names_and_outcomes(self, at: int) -> None:
        # the classes are at the end of the file, so a short name has no class
        method = '<UnitTest id="1"><TestMethod className="Shop.Cart" name="Adds"/></UnitTest>'
        rest = f"<TestDefinitions>{method}</TestDefinitions>"
        text = run(result("Adds", "Passed", test_id="1") + result("Fails", "Failed", test_id="2"), rest).encode()
        whole, left = parse(FORMAT, text), parse(FORMAT, text[:at])
        assert by_name(left).items() <= by_name(whole).items()
        assert all(now <= before for now, before in zip(figures(left), figures(whole), strict=True))
        assert damages(left) or at >= len(text)

    @pytest.mark.parametrize("data", [b"", b"\0", b"<TestRun", b"<TestRun></Test>", b"{}"])
    def test_other_content_is_damage(self, data: bytes) -> None:
        report = parse(FORMAT, data)
        assert damages(report)
        assert not report.executions.total
