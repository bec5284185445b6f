"""xUnit.net, all versions: outcomes, errors outside of tests, damage."""

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import (
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
from readygate.formats.results.xunit import FORMAT

WORDS = {"p": "Pass", "f": "Fail", "s": "Skip"}


def run(inside: str, attributes: str = "") -> str:
    return f'<assemblies><assembly name="C:\\out\\shop.dll" {attributes}>{inside}</assembly></assemblies>'


def document(named: Tests) -> bytes:
    failure = "<failure><message>no</message><stack-trace>at x</stack-trace></failure>"
    cases = (
        f'<test name={quoteattr(f"Cart.{name}")} type="Cart" time="0.5" result="{WORDS[letter]}">'
        f"{failure if letter == 'f' else ''}</test>"
        for name, letter in named
    )
    return run(f"<errors/><collection>{''.join(cases)}</collection>").encode()


class TestOutcomes:
    @pytest.mark.parametrize(
        ("word", "letter"), [("Pass", "p"), ("Fail", "f"), ("Skip", "s"), ("NotRun", "s"), ("Maybe", "e")]
    )
    def test_words(self, word: str, letter: str) -> None:
        report = read(FORMAT, run(f'<collection><test name="Cart.Adds" type="Cart" result="{word}"/></collection>'))

        assert rows(report) == {("Cart", "Adds"): letter}
        assert bool(notes(report)) == (letter == "e")

    def test_a_failure_within_a_test_that_passed_is_a_failure(self) -> None:
        assert figures(
            read(FORMAT, run('<collection><test name="a" result="Pass"><failure/></test></collection>'))
        ) == (
            0,
            1,
            0,
            0,
        )

    def test_namesakes_are_executions_of_their_own(self) -> None:
        twice = '<test name="a" result="Pass"/><test name="a" result="Fail"/>'
        report = read(FORMAT, run(f"<collection>{twice}</collection>"))
        assert figures(report) == (1, 1, 0, 0)
        assert by_name(report) == {"a": "f", "a (#2)": "p"}


class TestErrors:
    def test_each_is_an_execution_named_after_its_place(self) -> None:
        text = (
            '<errors><error type="test-class-cleanup" name="Cart"><failure exception-type="Bad">'
            "<message>left open</message><stack-trace>at Cart.Dispose() in /src/Cart.cs:line 4</stack-trace>"
            "</failure></error></errors>"
        )
        report = read(FORMAT, run(text + '<collection><test name="a" type="Cart" result="Pass"/></collection>'))
        detail = only(report)

        assert rows(report) == {("Cart", "a"): "p", ("shop.dll", "test-class-cleanup: Cart"): "e"}
        assert (detail.type, detail.message, detail.file, detail.line) == ("Bad", "left open", "/src/Cart.cs", 4)

    def test_a_class_that_fails_as_such_in_version_1(self) -> None:
        text = (
            '<class name="Cart"><failure><message>no fixture</message></failure><test name="a" result="Pass"/></class>'
        )
        report = read(FORMAT, run(text))
        assert figures(report) == (1, 0, 1, 0)
        assert only(report).message == "no fixture"


class TestDetails:
    def test_message_trace_and_place(self) -> None:
        failure = (
            '<failure exception-type="Xunit.TrueException"><message><![CDATA[not true]]></message>'
            "<stack-trace>   at Cart.Adds() in c:\\src\\Cart.cs:line 16</stack-trace></failure>"
        )
        text = f'<collection><test name="Adds" type="Cart" result="Fail">{failure}</test></collection>'
        detail = only(read(FORMAT, run(text)))

        assert (detail.type, detail.message) == ("Xunit.TrueException", "not true")
        assert (detail.file, detail.line) == ("c:\\src\\Cart.cs", 16)

    def test_version_3_names_the_source(self) -> None:
        text = '<collection><test name="a" result="Fail" source-file="/src/A.cs" source-line="7"/></collection>'
        detail = only(read(FORMAT, run(text)))
        assert (detail.file, detail.line) == ("/src/A.cs", 7)

    def test_the_reason_of_a_skip(self) -> None:
        text = '<collection><test name="a" result="Skip"><reason><![CDATA[On purpose]]></reason></test></collection>'
        assert only(read(FORMAT, run(text))).message == "On purpose"


class TestFile:
    def test_version_1_with_one_assembly(self) -> None:
        inside = '<class name="C"><test name="C.x" result="Pass"/></class>'
        text = f'<assembly name="a.dll" test-framework="xUnit.net 1.9">{inside}</assembly>'
        assert set(rows(read(FORMAT, text))) == {("C", "x")}

    def test_an_assembly_descriptor_of_maven_is_none(self) -> None:
        text = b'<assembly xmlns="http://maven.apache.org/ASSEMBLY/2.0.0"><id>bin</id><formats/></assembly>'
        assert FORMAT.matches(FileSample.read("assembly.xml", text)) is None

    def test_totals_that_claim_less_are_noted(self) -> None:
        report = read(FORMAT, run('<collection><test name="a" result="Pass"/></collection>', 'total="0"'))
        assert figures(report) == (1, 0, 0, 0)
        assert "0 tests claimed, 1 counted" in notes(report)[0]

    def test_the_environment_is_a_property(self) -> None:
        assert read(FORMAT, run("", 'environment="64-bit .NET 8"')).properties == {"environment": "64-bit .NET 8"}

    @given(named_tests("pfs"))
    def test_every_test_is_read(self, named: Tests) -> None:
        assert by_name(read(FORMAT, document(named))) == dict(named)

    @given(named_tests("pfs"), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        whole = document(named)
        assert damages(check_cut(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1))))

    @pytest.mark.parametrize("data", [b"", b"\0", b"<assemblies", b"<assemblies></x>", b"{}"])
    def test_other_content_is_damage(self, data: bytes) -> None:
        assert damages(parse(FORMAT, data))
