"""Android's compatibility tests: results, modules that did not end, damage."""

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut, damages, figures, named_tests, only, read, rows

from readygate.formats import FileSample
from readygate.formats.results.android_cts import FORMAT

WORDS = {"p": "pass", "f": "fail", "s": "IGNORED"}


def run(*cases: tuple[str, str], inside: str = "", done: str = "true") -> str:
    tests = "".join(f'<Test result="{word}" name={quoteattr(name)}>{inside}</Test>' for name, word in cases)
    module = f'<Module name="Cts" done="{done}"><TestCase name="a.B">{tests}</TestCase></Module>'
    return f'<Result suite_plan="cts"><Summary/>{module}</Result>'


@pytest.mark.parametrize(
    ("word", "letter"), [("pass", "p"), ("fail", "f"), ("IGNORED", "s"), ("ASSUMPTION_FAILURE", "s"), ("x", "e")]
)
def test_results(word: str, letter: str) -> None:
    assert rows(read(FORMAT, run(("c", word)))) == {("Cts > a.B", "c"): letter}


def test_details() -> None:
    failure = '<Failure message="no"><StackTrace>at a.B.c</StackTrace></Failure>'
    detail = only(read(FORMAT, run(("c", "fail"), inside=failure)))
    assert (detail.message, detail.text) == ("no", "at a.B.c")


def test_a_module_that_did_not_end_is_damage() -> None:
    assert damages(read(FORMAT, run(("c", "pass"), done="false"))) == ["modules that did not end: 1"]


def test_another_result() -> None:
    assert FORMAT.matches(FileSample.read("x", b"<Result><Item/></Result>")) is None


@given(named_tests(), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = run(*((name, WORDS[letter]) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    assert damages(check_cut(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1))))


@pytest.mark.parametrize(("stated", "expected"), [("3", (1, 1, 1, 0)), ("1", (1, 1, 0, 0)), ("0", (1, 1, 0, 0))])
def test_a_summary_that_states_more_failures_is_an_error(stated: str, expected: tuple[int, int, int, int]) -> None:
    whole = run(("a", "pass"), ("b", "fail")).replace("<Summary/>", f'<Summary pass="1" failed="{stated}"/>')
    assert figures(read(FORMAT, whole)) == expected
