"""Mocha JSON: outcomes by list, hooks, retries, assertions and errors."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut_document, figures, named_tests, notes, only, read, rows

from readygate.formats import FileSample
from readygate.formats.results.mocha import FORMAT

LISTS = {"p": "passes", "s": "pending", "f": "failures"}
ASSERTION = {"message": "1 is not 2", "name": "AssertionError", "stack": "AssertionError: x\n at f (test/a.js:5:1)"}


def test_of(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "fullTitle": f"Cart {title}", "file": "/src/test/a.js", "err": {}, **more}


test_of.__test__ = False  # type: ignore[attr-defined]


def document(passes: Any = (), pending: Any = (), failures: Any = (), hooks: Any = (), **more: Any) -> str:
    stats = {"suites": 1, "passes": len(passes), "failures": len(failures), "pending": len(pending)}
    root = {"stats": stats, "tests": [*passes, *pending, *failures]}
    return json.dumps({**root, "passes": passes, "pending": pending, "failures": [*failures, *hooks], **more})


class TestOutcomes:
    def test_by_list(self) -> None:
        report = read(FORMAT, document([test_of("a")], [test_of("b")], [test_of("c", err=ASSERTION)]))
        assert rows(report) == {("Cart", "a"): "p", ("Cart", "b"): "s", ("Cart", "c"): "f"}

    @pytest.mark.parametrize(
        ("error", "letter"),
        [
            (ASSERTION, "f"),
            ({"message": "m", "expected": 1, "actual": 2}, "f"),
            ({"message": "m", "code": "ERR_ASSERTION"}, "f"),
            ({"message": "m", "name": "TypeError"}, "e"),
            ({"message": "m", "stack": "Error: m"}, "e"),
            ({}, "f"),
        ],
    )
    def test_assertions_fail_and_what_else_is_thrown_is_an_error(self, error: dict[str, Any], letter: str) -> None:
        assert by_name(read(FORMAT, document(failures=[test_of("a", err=error)]))) == {"a": letter}

    def test_an_error_outweighs_the_list(self) -> None:
        assert by_name(read(FORMAT, document([test_of("a", err=ASSERTION)]))) == {"a": "f"}

    def test_a_hook_that_failed_is_an_execution_of_its_own(self) -> None:
        hook = test_of('"before each" hook for "a"', err={"message": "no db"})
        report = read(FORMAT, document([test_of("a")], hooks=[hook]))
        assert by_name(report) == {"a": "p", '"before each" hook for "a"': "e"}
        assert only(report).message == "no db"

    def test_a_pass_after_a_retry_is_flaky(self) -> None:
        assert by_name(read(FORMAT, document([test_of("a", currentRetry=1), test_of("b", currentRetry=0)]))) == {
            "a": "k",
            "b": "p",
        }

    def test_a_test_in_no_list_is_an_error(self) -> None:
        report = read(FORMAT, document(tests=[test_of("a")]))
        assert by_name(report) == {"a": "e"}
        assert "in none of its lists" in notes(report)[0]

    def test_namesakes_take_one_entry_each(self) -> None:
        report = read(FORMAT, document([test_of("a")], failures=[test_of("a", err=ASSERTION)]))
        assert figures(report) == (1, 1, 0, 0)


class TestRest:
    def test_details(self) -> None:
        detail = only(read(FORMAT, document(failures=[test_of("a", err=ASSERTION, duration=5)])))
        assert (detail.type, detail.message) == ("AssertionError", "1 is not 2")
        assert (detail.file, detail.line) == ("/src/test/a.js", 5)

    def test_without_suites_the_file_is_the_class(self) -> None:
        test = {"title": "a", "fullTitle": "a", "file": "/home/runner/work/shop/shop/test/a.js", "err": {}}
        assert list(rows(read(FORMAT, document([test])))) == [("test/a.js", "a")]

    def test_mochawesome_is_another_format(self) -> None:
        text = '{"stats": {"suites": 1, "passes": 1, "failures": 0, "testsRegistered": 1}, "results": []}'
        assert FORMAT.matches(FileSample.read("m.json", text.encode())) is None

    @given(named_tests(), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        lists: dict[str, list[Any]] = {"passes": [], "pending": [], "failures": []}
        for name, letter in named:
            lists[LISTS[letter]].append(test_of(name))
        whole = document(**lists).encode()
        assert by_name(read(FORMAT, whole)) == dict(named)
        check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))
