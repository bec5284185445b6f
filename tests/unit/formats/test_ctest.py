"""CTest's own XML: statuses, tests that could not be started, damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut, damages, named_tests, only, read, rows

from readygate.formats import FileSample
from readygate.formats.results.ctest import FORMAT

WORDS = {"p": "passed", "f": "failed", "s": "notrun"}


def case(name: str, status: str, completion: str = "", output: str = "") -> str:
    def measured(what: str, value: str) -> str:
        return f'<NamedMeasurement name="{what}"><Value>{value}</Value></NamedMeasurement>' if value else ""

    results = measured("Execution Time", "0.5") + measured("Completion Status", completion)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<Test Status="{status}"><Name>{escaped}</Name><Path>./sub</Path>'
        f"<Results>{results}<Measurement><Value>{output}</Value></Measurement></Results></Test>"
    )


def run(*cases: str) -> str:
    return f"<Site Name='x'><Testing><TestList><Test>./sub/a</Test></TestList>{''.join(cases)}</Testing></Site>"


@pytest.mark.parametrize(
    ("status", "completion", "letter"),
    [
        ("passed", "Completed", "p"),
        ("failed", "Completed", "f"),
        ("notrun", "Disabled", "s"),
        ("notrun", "SKIP_RETURN_CODE=77", "s"),
        ("notrun", "", "s"),
        ("notrun", "Unable to find executable", "e"),
        ("odd", "", "e"),
    ],
)
def test_statuses(status: str, completion: str, letter: str) -> None:
    assert rows(read(FORMAT, run(case("a", status, completion)))) == {("sub", "a"): letter}


def test_details() -> None:
    report = read(FORMAT, run(case("a", "failed", "Timeout", "it said so")))
    assert (only(report).message, only(report).text, report.seconds) == ("Timeout", "it said so", 0.5)


def test_other_files_of_ctest_are_none() -> None:
    assert FORMAT.matches(FileSample.read("Build.xml", b"<Site><Build/></Site>")) is None


@given(named_tests(names=("a", "b<c", "d & e", "f")), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = run(*(case(name, WORDS[letter]) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    assert damages(check_cut(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1))))
