"""Robot Framework: statuses, suites that fail as such, damage."""

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut, damages, figures, named_tests, only, read, rows

from readygate.formats import FileSample
from readygate.formats.results.robot import FORMAT

WORDS = {"p": "PASS", "f": "FAIL", "s": "SKIP"}
KEYWORD = '<kw name="x"><test name="no"/><status status="FAIL">inner</status></kw>'


def case(name: str, word: str, message: str = "", attributes: str = "") -> str:
    status = f'<status status="{word}" {attributes}>{message}</status>'
    return f'<test name={quoteattr(name)} line="7">{KEYWORD}{status}</test>'


def run(inside: str, word: str = "PASS", message: str = "") -> str:
    suite = f'<suite name="Cart" source="/src/cart.robot">{inside}<status status="{word}">{message}</status></suite>'
    outer = f'<suite name="Shop">{suite}<status status="{word}"/></suite>'
    return (
        f'<robot generator="Robot 7"><!-- x -->{outer}<statistics><suite><stat name="x"/></suite></statistics></robot>'
    )


@pytest.mark.parametrize(
    ("word", "letter"), [("PASS", "p"), ("FAIL", "f"), ("SKIP", "s"), ("NOT RUN", "s"), ("NOT_RUN", "s"), ("?", "e")]
)
def test_statuses(word: str, letter: str) -> None:
    assert rows(read(FORMAT, run(case("Adds", word)))) == {("Shop > Cart", "Adds"): letter}


def test_details() -> None:
    detail = only(read(FORMAT, run(case("Adds", "FAIL", "1 != 2"), "FAIL")))
    assert (detail.message, detail.file, detail.line) == ("1 != 2", "/src/cart.robot", 7)


@pytest.mark.parametrize(
    "attributes", ['elapsed="1.5"', 'starttime="20260101 10:00:00.250" endtime="20260101 10:00:01.750"']
)
def test_durations_of_all_versions(attributes: str) -> None:
    assert read(FORMAT, run(case("Adds", "PASS", attributes=attributes))).seconds == 1.5


def test_a_suite_that_fails_as_such() -> None:
    report = read(FORMAT, run(case("Adds", "PASS"), "FAIL", "Suite teardown failed: no"))
    assert rows(report) == {("Shop > Cart", "Adds"): "p", ("Shop > Cart", "Cart"): "e"}
    assert only(report).message == "Suite teardown failed: no"


def teardown(word: str, text: str) -> str:
    inner = '<kw name="Log"><status status="FAIL">inner</status></kw>'
    return f'<kw name="Clean Up" type="TEARDOWN">{inner}<status status="{word}">{text}</status></kw>'


def test_a_failing_teardown_fails_all_tests_of_the_suite_that_ran() -> None:
    inside = case("Adds", "PASS") + case("Pays", "FAIL", "no card") + case("Ships", "SKIP")
    report = read(FORMAT, run(inside + teardown("FAIL", "disk full"), "FAIL", "Suite teardown failed:\ndisk full"))
    assert {name: letter for (_, name), letter in rows(report).items()} == {"Adds": "f", "Pays": "f", "Ships": "s"}
    assert [detail.message for detail in report.details][:2] == [
        "Parent suite teardown failed:\ndisk full",
        "no card\n\nAlso parent suite teardown failed:\ndisk full",
    ]


def test_a_failing_teardown_fails_the_tests_of_inner_suites_too() -> None:
    whole = run(case("Adds", "PASS")).replace('</suite><status status="PASS"/></suite>', "</suite>{}</suite>")
    outer = teardown("FAIL", "no") + '<status status="FAIL"/>'
    assert rows(read(FORMAT, whole.format(outer))) == {("Shop > Cart", "Adds"): "f"}


def test_a_skipping_teardown_skips_all_tests_of_the_suite() -> None:
    report = read(FORMAT, run(case("Adds", "PASS") + teardown("SKIP", "later"), "SKIP"))
    assert by_name(report) == {"Adds": "s"}


@pytest.mark.parametrize("kind", ["SETUP", "KEYWORD"])
def test_other_keywords_of_a_suite_leave_its_tests(kind: str) -> None:
    keyword = teardown("FAIL", "no").replace("TEARDOWN", kind)
    assert by_name(read(FORMAT, run(case("Adds", "PASS") + keyword))) == {"Adds": "p"}


def test_the_teardown_of_a_test_leaves_other_tests() -> None:
    failing = case("Pays", "FAIL").replace("</test>", teardown("FAIL", "no") + "</test>")
    assert by_name(read(FORMAT, run(case("Adds", "PASS") + failing, "FAIL"))) == {"Adds": "p", "Pays": "f"}


def test_a_robot_of_another_kind() -> None:
    assert FORMAT.matches(FileSample.read("x", b"<robot><link name='arm'/></robot>")) is None


@given(named_tests(), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = run("".join(case(name, WORDS[letter]) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    assert figures(read(FORMAT, whole))[2] == 0
    assert damages(check_cut(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1))))


@pytest.mark.parametrize(("stated", "expected"), [("3", (1, 1, 1, 0)), ("1", (1, 1, 0, 0)), ("0", (1, 1, 0, 0))])
def test_statistics_that_state_more_failures_are_an_error(stated: str, expected: tuple[int, int, int, int]) -> None:
    stat = f'<total><stat pass="1" fail="{stated}" skip="0">All Tests</stat></total>'
    whole = run(case("Adds", "PASS") + case("Pays", "FAIL"), "FAIL").replace("<statistics>", f"<statistics>{stat}")
    assert figures(read(FORMAT, whole)) == expected
