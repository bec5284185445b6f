"""Jest JSON, and Vitest's: statuses, retries, files and runs that fail as such."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import (
    Tests,
    by_name,
    check_cut_document,
    damages,
    figures,
    named_tests,
    notes,
    only,
    read,
    rows,
)

from readygate.formats.results.jest import FORMAT

WORDS = {"p": "passed", "f": "failed", "s": "pending"}


def case(title: str, status: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "status": status, "ancestorTitles": ["Cart", "adds"], "failureMessages": [], **more}


def file(*cases: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "/home/runner/work/shop/shop/src/a.test.js", "assertionResults": cases, "status": "passed", **more}


def document(*files: dict[str, Any], **more: Any) -> str:
    total = sum(len(each["assertionResults"]) for each in files)
    return json.dumps({"numTotalTests": total, "numTotalTestSuites": len(files), "testResults": files, **more})


@pytest.mark.parametrize(
    ("status", "letter"),
    [
        ("passed", "p"),
        ("failed", "f"),
        ("pending", "s"),
        ("skipped", "s"),
        ("todo", "s"),
        ("disabled", "s"),
        ("x", "e"),
    ],
)
def test_statuses(status: str, letter: str) -> None:
    report = read(FORMAT, document(file(case("a", status))))
    assert rows(report) == {("src/a.test.js > Cart > adds", "a"): letter}


@pytest.mark.parametrize(
    ("more", "letter"),
    [({"retryReasons": ["Error: no"]}, "k"), ({"invocations": 2}, "k"), ({"invocations": 1, "retryReasons": []}, "p")],
)
def test_retries(more: dict[str, Any], letter: str) -> None:
    assert by_name(read(FORMAT, document(file(case("a", "passed", **more))))) == {"a": letter}


def test_details() -> None:
    failed = case("a", "failed", failureMessages=["TypeError: no\n    at x (a.test.js:3:1)"], location={"line": 3})
    detail = only(read(FORMAT, document(file(failed, status="failed"))))

    assert (detail.type, detail.message, detail.line) == ("TypeError", "TypeError: no", 3)
    assert detail.file.endswith("/src/a.test.js")


def test_a_file_that_cannot_be_run_is_an_execution_of_its_own() -> None:
    report = read(
        FORMAT, document(file(status="failed", message="  ● SyntaxError\n\n here"), file(case("a", "passed")))
    )
    assert figures(report) == (1, 0, 1, 0)
    assert only(report).name == "src/a.test.js"
    assert only(report).message == "● SyntaxError"


def test_a_file_that_fails_for_a_test_is_none() -> None:
    assert figures(read(FORMAT, document(file(case("a", "failed"), status="failed")))) == (0, 1, 0, 0)


def test_a_run_that_fails_without_a_failing_test_is_an_error() -> None:
    assert figures(read(FORMAT, document(file(case("a", "passed")), success=False))) == (1, 0, 1, 0)
    assert figures(read(FORMAT, document(file(case("a", "failed")), success=False))) == (0, 1, 0, 0)


def test_an_interrupted_run_is_damage() -> None:
    assert damages(read(FORMAT, document(file(case("a", "passed")), wasInterrupted=True)))


def test_totals_that_claim_less_are_noted() -> None:
    assert notes(read(FORMAT, document(file(case("a", "passed"), case("b", "passed")), numTotalTests=1)))


def test_a_file_that_does_not_load_is_not_taken_for_a_claimed_failure() -> None:
    broken = file(status="failed", message="Test suite failed to run")
    report = read(FORMAT, document(broken, numTotalTests=1, numFailedTests=1))
    assert [detail.message for detail in report.details] == [
        "Test suite failed to run",
        "the report states 1 failure but lists 0; what failed is not known",
    ]


@given(named_tests(), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = document(file(*(case(name, WORDS[letter]) for name, letter in named))).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))
