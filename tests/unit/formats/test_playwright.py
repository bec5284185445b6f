"""Playwright JSON: attempts, projects, expectations, errors outside of tests."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut_document, figures, named_tests, notes, only, read, rows

from readygate.formats.results.playwright import FORMAT
from readygate.model.results import Counts, Outcome

WORDS = {"p": ("expected", "passed"), "f": ("unexpected", "failed"), "s": ("skipped", "skipped")}


def attempt(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "duration": 500, "errors": [], **more}


def case(status: str, *attempts: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "expectedStatus": "passed", "results": [attempt(each) for each in attempts], **more}


def spec(title: str, *cases: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "tests": cases, "file": "tests/a.spec.ts", "line": 7}


def document(*specs: dict[str, Any], **more: Any) -> str:
    suite = {"title": "Cart", "specs": specs, "suites": []}
    file = {"title": "a.spec.ts", "file": "a.spec.ts", "specs": [], "suites": [suite]}
    return json.dumps({"config": {"rootDir": "/src", "projects": []}, "suites": [file], "errors": [], **more})


@pytest.mark.parametrize(
    ("test", "letter"),
    [
        (case("expected", "passed"), "p"),
        (case("flaky", "failed", "passed"), "k"),
        (case("expected", "failed", "passed"), "k"),
        (case("unexpected", "failed", "timedOut"), "f"),
        (case("expected", "failed"), "f"),
        (case("expected", "failed", expectedStatus="failed"), "p"),
        (case("unexpected", "passed", expectedStatus="failed"), "f"),
        (case("skipped", "skipped", expectedStatus="skipped"), "s"),
        (case("skipped"), "s"),
        (case("skipped", "interrupted"), "e"),
        (case("flaky", "interrupted", "passed"), "k"),
        (case("odd", "passed"), "e"),
    ],
)
def test_one_test_whatever_its_attempts(test: dict[str, Any], letter: str) -> None:
    report = read(FORMAT, document(spec("adds", test)))
    assert rows(report) == {("a.spec.ts > Cart", "adds"): letter}


def test_attempts_are_listed_separately() -> None:
    cases = (
        case("flaky", "failed", "timedOut", "passed"),
        case("expected", "failed", expectedStatus="failed"),
        case("skipped", "skipped"),
        case("skipped", "interrupted"),
    )
    report = read(FORMAT, document(spec("adds", *cases)))

    assert report.attempts == Counts(passed=2, failed=2, errored=1, skipped=1)
    assert report.words == {"flaky": 1, "expected": 1, "skipped": 2}
    assert report.executions.total == 4


def test_projects_are_distinct() -> None:
    cases = (case("expected", "passed", projectName="chromium"), case("unexpected", "failed", projectName="webkit"))
    assert by_name(read(FORMAT, document(spec("adds", *cases)))) == {"adds [chromium]": "p", "adds [webkit]": "f"}


def test_an_error_outside_of_tests_is_an_execution_of_its_own() -> None:
    error = {"message": "no server", "stack": "Error: no server\n at setup", "location": {"file": "/s.ts", "line": 2}}
    report = read(FORMAT, document(spec("adds", case("expected", "passed")), errors=[error]))

    assert figures(report) == (1, 0, 1, 0)
    assert (only(report).message, only(report).file, only(report).line) == ("no server", "/s.ts", 2)


def test_details() -> None:
    error = {"message": "1 is not 2", "stack": "Error: 1 is not 2", "location": {"file": "/src/a.ts", "line": 9}}
    test = {**case("unexpected"), "results": [attempt("failed"), attempt("failed", errors=[error])]}
    report = read(FORMAT, document(spec("adds", test)))
    detail = only(report)

    assert detail.outcome is Outcome.FAILED
    assert (detail.message, detail.text, detail.file, detail.line) == ("1 is not 2", error["stack"], "/src/a.ts", 9)
    assert report.seconds == 1.0


def test_the_reason_of_a_skip() -> None:
    annotations = [{"type": "issue"}, {"type": "fixme", "description": "broken on CI"}]
    assert only(read(FORMAT, document(spec("a", case("skipped", annotations=annotations))))).message == "broken on CI"


def test_stats_that_disagree_are_noted() -> None:
    report = read(FORMAT, document(spec("a", case("expected", "passed")), stats={"expected": 2, "flaky": 0}))
    assert notes(report) == ["totals differ from what the file holds: 2 expected claimed, 1 counted"]


def test_suites_within_suites_without_bound() -> None:
    suite: dict[str, Any] = {"title": "x", "specs": [spec("adds", case("expected", "passed"))]}
    for _ in range(200):
        suite = {"title": "x", "suites": [suite]}
    report = read(FORMAT, json.dumps({"config": {"rootDir": "/src", "projects": []}, "suites": [suite]}))
    assert figures(report) == (1, 0, 0, 0)


@given(named_tests(), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = document(*(spec(name, case(*WORDS[letter])) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))
