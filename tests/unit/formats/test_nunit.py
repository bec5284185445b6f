"""NUnit 2 and 3: outcomes, classes, suites that fail as such, damage."""

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

from readygate.formats.results import nunit2, nunit3
from readygate.model.results import Outcome

TWO, THREE = nunit2.FORMAT, nunit3.FORMAT


def run3(inside: str) -> str:
    return f'<test-run id="2" result="Passed">{inside}</test-run>'


def suite3(inside: str, attributes: str = 'result="Passed"') -> str:
    return f'<test-suite type="TestFixture" name="Cart" fullname="Shop.Cart" {attributes}>{inside}</test-suite>'


def case3(name: str, attributes: str, inside: str = "") -> str:
    full = quoteattr(f"Shop.Cart.{name}")
    return f"<test-case name={quoteattr(name)} fullname={full} {attributes}>{inside}</test-case>"


def run2(inside: str) -> str:
    return (
        f'<test-results name="shop.dll"><test-suite name="Cart"><results>{inside}</results></test-suite></test-results>'
    )


WORDS3 = {"p": 'result="Passed"', "f": 'result="Failed"', "s": 'result="Skipped"', "e": 'result="Failed" label="Error"'}
WORDS2 = {"p": "Success", "f": "Failure", "s": "Ignored", "e": "Error"}


def document3(named: Tests) -> bytes:
    failure = "<failure><message>no</message><stack-trace>at x</stack-trace></failure>"
    cases = (case3(name, WORDS3[letter], failure if letter in "fe" else "") for name, letter in named)
    return run3(suite3("".join(cases))).encode()


def document2(named: Tests) -> bytes:
    cases = (
        f'<test-case name={quoteattr(f"Shop.Cart.{name}")} executed="True" result="{WORDS2[letter]}" time="0.5"/>'
        for name, letter in named
    )
    return run2("".join(cases)).encode()


class TestNUnit3:
    @pytest.mark.parametrize(
        ("attributes", "letter"),
        [
            ('result="Passed"', "p"),
            ('result="Warning"', "p"),
            ('result="Inconclusive"', "s"),
            ('result="Skipped" label="Ignored"', "s"),
            ('result="Skipped" label="Explicit"', "s"),
            ('result="Skipped" label="Invalid"', "s"),
            ('result="Failed"', "f"),
            ('result="Failed" label="Error"', "e"),
            ('result="Failed:Error"', "e"),
            ('result="Failed" label="Invalid"', "e"),
            ('result="Failed" label="Cancelled"', "e"),
            ('result="Sideways"', "e"),
        ],
    )
    def test_outcomes(self, attributes: str, letter: str) -> None:
        report = read(THREE, run3(suite3(case3("Adds", attributes))))

        assert rows(report) == {("Shop.Cart", "Adds"): letter}
        assert bool(notes(report)) == ("Sideways" in attributes)

    def test_details(self) -> None:
        failure = (
            "<failure><message><![CDATA[Lib.Wrong : 1 is not 2]]></message>"
            "<stack-trace>at Shop.Cart.Adds() in /src/Cart.cs:line 9\n</stack-trace></failure>"
        )
        detail = only(read(THREE, run3(suite3(case3("Adds", 'result="Failed"', failure)))))

        assert (detail.type, detail.message) == ("Lib.Wrong", "Lib.Wrong : 1 is not 2")
        assert (detail.file, detail.line) == ("/src/Cart.cs", 9)

    def test_the_reason_of_a_skip(self) -> None:
        reason = "<reason><message>later</message></reason>"
        assert only(read(THREE, run3(case3("Adds", 'result="Skipped"', reason)))).message == "later"

    def test_a_failing_suite_with_a_failing_test_is_not_counted(self) -> None:
        failed = suite3(case3("Adds", 'result="Failed"'), 'result="Failed" site="Child"')
        assert figures(read(THREE, run3(failed))) == (0, 1, 0, 0)

    def test_a_failing_tear_down_counts_beside_a_failing_test(self) -> None:
        failure = "<failure><message>TearDown : no</message></failure>"
        failed = suite3(failure + case3("Adds", 'result="Failed"'), 'result="Failed" site="TearDown"')
        report = read(THREE, run3(failed))

        assert rows(report) == {("Shop.Cart", "Adds"): "f", ("Cart", "Cart"): "e"}
        assert report.details[-1].message == "TearDown : no"

    def test_an_assembly_that_cannot_be_loaded_is_an_error(self) -> None:
        bad = '<test-suite type="Assembly" name="a.dll" result="Failed" label="Invalid"><failure><message>bad image'
        report = read(THREE, run3(f"{bad}</message></failure></test-suite>"))

        assert rows(report) == {("a.dll", "a.dll"): "e"}
        assert only(report).message == "bad image"

    def test_a_failed_run_without_a_failing_test_is_an_error(self) -> None:
        text = '<test-run result="Failed">' + suite3(case3("Adds", 'result="Passed"')) + "</test-run>"
        assert figures(read(THREE, text)) == (1, 0, 1, 0)

    def test_totals_that_claim_less_are_noted(self) -> None:
        assert (
            "0 tests claimed, 1 counted"
            in notes(read(THREE, '<test-run total="0"><test-case result="Passed" name="a"/></test-run>'))[0]
        )

    def test_the_class_without_a_full_name(self) -> None:
        report = read(THREE, run3(suite3('<test-case name="a" classname="C" result="Passed"/>')))
        assert set(rows(report)) == {("C", "a")}

    def test_a_suite_alone(self) -> None:
        assert figures(read(THREE, suite3(case3("Adds", 'result="Passed"')))) == (1, 0, 0, 0)


class TestNUnit2:
    @pytest.mark.parametrize(("word", "outcome"), nunit2.OUTCOMES.items())
    def test_results(self, word: str, outcome: Outcome) -> None:
        report = read(TWO, run2(f'<test-case name="A.B.c" result="{word}"/>'))
        assert rows(report) == {("A.B", "c"): LETTERS[outcome]}

    @pytest.mark.parametrize(
        ("attributes", "inside", "letter"),
        [
            ('executed="True" success="True"', "", "p"),
            ('executed="True" success="False"', "", "f"),
            ('executed="False"', "", "s"),
            ('executed="True"', "", "p"),
            ('executed="True"', "<failure><message>no</message></failure>", "f"),
            ('executed="True" success="True"', "<failure/>", "f"),
            ('result="Success"', "<failure/>", "f"),
            ('result="Unheard"', "", "e"),
        ],
    )
    def test_before_there_was_a_result(self, attributes: str, inside: str, letter: str) -> None:
        report = read(TWO, run2(f'<test-case name="c" {attributes}>{inside}</test-case>'))
        assert rows(report) == {("Cart", "c"): letter}

    def test_dots_in_arguments_are_no_part_of_the_class(self) -> None:
        report = read(TWO, run2('<test-case name="A.B.c(1.5,\'x.y\')" result="Success"/>'))
        assert set(rows(report)) == {("A.B", "c(1.5,'x.y')")}

    def test_a_suite_that_fails_as_such(self) -> None:
        text = (
            '<test-results><test-suite name="Cart" success="False"><failure><message>SetUp : no</message></failure>'
            '<results><test-case name="a" result="Success"/></results></test-suite></test-results>'
        )
        assert rows(read(TWO, text)) == {("Cart", "a"): "p", ("Cart", "Cart"): "e"}

    def test_a_suite_alone(self) -> None:
        text = '<test-suite name="Cart"><results><test-case name="a" result="Error"/></results></test-suite>'
        assert figures(read(TWO, text)) == (0, 0, 1, 0)

    def test_the_total_may_leave_out_what_did_not_run(self) -> None:
        inside = '<test-case name="a" result="Success"/><test-case name="b" result="Ignored"/>'
        assert not notes(read(TWO, f'<test-results total="1" not-run="1">{inside}</test-results>'))
        assert not notes(read(TWO, f'<test-results total="2" not-run="1">{inside}</test-results>'))
        assert figures(read(TWO, f'<test-results total="4" not-run="1">{inside}</test-results>')) == (1, 0, 1, 1)


class TestBoth:
    @given(named_tests("pfse"))
    def test_every_test_is_read(self, named: Tests) -> None:
        expected = sorted(letter for _, letter in named)
        assert sorted(by_name(read(THREE, document3(named))).values()) == expected
        assert sorted(by_name(read(TWO, document2(named))).values()) == expected

    @given(named_tests("pfse"), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        for fmt, whole in ((THREE, document3(named)), (TWO, document2(named))):
            at = data.draw(st.integers(0, len(whole) - 1))
            assert damages(check_cut(fmt, whole, at))

    @pytest.mark.parametrize("data", [b"", b"\0", b"<test-run", b"<test-results></x>", b"{}"])
    def test_other_content_is_damage(self, data: bytes) -> None:
        for fmt in (TWO, THREE):
            assert damages(parse(fmt, data))
