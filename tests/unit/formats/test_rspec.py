"""RSpec JSON: statuses, errors outside of examples, totals."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut_document, figures, named_tests, notes, only, read, rows

from readygate.formats.results.rspec import FORMAT

WORDS = {"p": "passed", "f": "failed", "s": "pending"}


def example(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"full_description": name, "status": status, "file_path": "./spec/a_spec.rb", "line_number": 4, **more}


def document(*examples: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "3.13.0", "examples": examples, **more})


@pytest.mark.parametrize(("status", "letter"), [("passed", "p"), ("failed", "f"), ("pending", "s"), ("lost", "e")])
def test_statuses(status: str, letter: str) -> None:
    assert rows(read(FORMAT, document(example("a", status)))) == {("spec/a_spec.rb", "a"): letter}


def test_details() -> None:
    error = {"class": "X::Error", "message": "no", "backtrace": ["./spec/a_spec.rb:5:in `x'", "b"]}
    detail = only(read(FORMAT, document(example("a", "failed", exception=error, run_time=0.5))))

    assert (detail.type, detail.message, detail.text) == ("X::Error", "no", "./spec/a_spec.rb:5:in `x'\nb")
    assert (detail.file, detail.line) == ("spec/a_spec.rb", 4)


def test_the_reason_of_a_pending_example() -> None:
    assert only(read(FORMAT, document(example("a", "pending", pending_message="later")))).message == "later"


def test_errors_outside_of_examples_cannot_be_lost() -> None:
    summary = {"example_count": 0, "errors_outside_of_examples_count": 2}
    report = read(FORMAT, document(summary=summary, messages=["cannot load such file"]))

    assert figures(report) == (0, 0, 2, 0)
    assert by_name(report) == {"errors outside of examples": "e", "errors outside of examples (#2)": "e"}
    assert report.details[0].text == "cannot load such file"
    assert not notes(report)


def test_totals_that_claim_less_are_noted() -> None:
    report = read(FORMAT, document(example("a", "failed"), summary={"example_count": 0, "failure_count": 0}))
    assert figures(report) == (0, 1, 0, 0)
    assert notes(report) == [
        "totals differ from what the file holds: 0 failures claimed, 1 counted; 1 other totals are wrong"
    ]


@given(named_tests(), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = document(*(example(name, WORDS[letter]) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))
