"""Dart and Flutter JSON: results, hidden tests, retries, the end of the run."""

import json
from typing import Any

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

from readygate.formats.results.dart import FORMAT

WORDS = {"p": "success", "f": "failure", "e": "error", "s": "success"}
Events = list[dict[str, Any]]


def begin(count: int, platform: str = "vm") -> Events:
    """The start of a run with one file and so many tests."""
    return [
        {"protocolVersion": "0.1.1", "type": "start", "time": 0},
        {"suite": {"id": 0, "platform": platform, "path": "test/cart_test.dart"}, "type": "suite", "time": 0},
        {"count": 1, "type": "allSuites", "time": 1},
        {"group": {"id": 2, "suiteID": 0, "parentID": None, "testCount": count}, "type": "group", "time": 1},
        {"group": {"id": 3, "suiteID": 0, "parentID": 2, "testCount": count}, "type": "group", "time": 1},
    ]


def start(number: int, name: str, groups: tuple[int, ...] = (2,), **more: Any) -> dict[str, Any]:
    test = {
        "id": number,
        "name": name,
        "suiteID": 0,
        "groupIDs": groups,
        "line": 5,
        "url": "file:///src/test/cart_test.dart",
    }
    return {"test": {**test, **more}, "type": "testStart", "time": 1000}


def done(number: int, result: str, **more: Any) -> dict[str, Any]:
    return {
        "testID": number,
        "result": result,
        "skipped": False,
        "hidden": False,
        "type": "testDone",
        "time": 1500,
        **more,
    }


def error(number: int, text: str = "no", trace: str = "") -> dict[str, Any]:
    return {"testID": number, "error": text, "stackTrace": trace, "isFailure": True, "type": "error", "time": 1200}


END = {"success": True, "type": "done", "time": 2000}


def stream(*events: dict[str, Any] | str) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in events)


@pytest.mark.parametrize(
    ("end", "letter"),
    [
        (done(9, "success"), "p"),
        (done(9, "failure"), "f"),
        (done(9, "error"), "e"),
        (done(9, "success", skipped=True), "s"),
        (done(9, "odd"), "e"),
    ],
)
def test_results(end: dict[str, Any], letter: str) -> None:
    report = read(FORMAT, stream(*begin(1), start(9, "adds"), end, END))
    assert rows(report)["test/cart_test.dart", "adds"] == letter
    assert report.seconds == 0.5


def test_hidden_tests_count_only_if_they_fail() -> None:
    loads = [start(1, "loading a", ()), done(1, "success", hidden=True), start(4, "loading b", ()), done(4, "error")]
    assert by_name(read(FORMAT, stream(*begin(0), *loads, END))) == {"loading b": "e"}


def test_a_pass_after_an_error_is_a_retry() -> None:
    report = read(FORMAT, stream(*begin(1), start(9, "adds"), error(9), done(9, "success"), END))
    assert by_name(report) == {"adds": "k"}


def test_details() -> None:
    trace = "package:test_api expect\ntest/cart_test.dart:7:3 main.<fn>\n"
    report = read(FORMAT, stream(*begin(1), start(9, "adds"), error(9, "Expected: 1", trace), done(9, "failure"), END))
    detail = only(report)
    assert (detail.message, detail.file, detail.line) == ("Expected: 1", "/src/test/cart_test.dart", 7)
    assert "package:test_api" in detail.text


def test_the_place_of_a_widget_test_is_where_it_is_declared() -> None:
    own: dict[str, Any] = {"root_url": "file:///src/test/a_test.dart", "root_line": 3}
    detail = only(read(FORMAT, stream(*begin(1), start(9, "a", **own), done(9, "error"), END)))
    assert (detail.file, detail.line) == ("/src/test/a_test.dart", 3)


def test_the_reason_of_a_skip() -> None:
    begun = start(9, "a", metadata={"skip": True, "skipReason": "later"})
    assert only(read(FORMAT, stream(*begin(1), begun, done(9, "success", skipped=True), END))).message == "later"


def test_platforms_are_distinct() -> None:
    report = read(FORMAT, stream(*begin(1, "chrome"), start(9, "a"), done(9, "success"), END))
    assert list(rows(report)) == [("test/cart_test.dart [chrome]", "a")]


class TestEnd:
    def test_a_test_that_did_not_end_is_an_error(self) -> None:
        report = read(FORMAT, stream(*begin(1), start(9, "a"), {**END, "success": False}))
        assert by_name(report) == {"a": "e"}
        assert not damages(report)

    def test_a_run_that_fails_without_a_failing_test_is_an_error(self) -> None:
        report = read(FORMAT, stream(*begin(1), start(9, "a"), done(9, "success"), {**END, "success": False}))
        assert figures(report) == (1, 0, 1, 0)

    def test_an_interrupted_run_is_damage(self) -> None:
        assert damages(read(FORMAT, stream(*begin(0), {**END, "success": None})))

    def test_without_an_end_the_announced_counts_decide(self) -> None:
        whole = read(FORMAT, stream(*begin(1), start(9, "a"), done(9, "success")))
        short = read(FORMAT, stream(*begin(2), start(9, "a"), done(9, "success")))
        running = read(FORMAT, stream(*begin(1), start(9, "a"), done(9, "success"), start(10, "b", ())))

        assert (damages(whole), notes(whole)) == ([], ["the event `done` is missing"])
        assert figures(short) == figures(running) == (1, 0, 0, 0)
        assert damages(short) == damages(running) == ["the file ends before the run does"]


def test_lines_that_are_no_events() -> None:
    text = stream(
        '[{"event":"test.startedProcess"}]', "Downloading", *begin(1), start(9, "a"), "x", done(9, "success"), END
    )
    assert figures(read(FORMAT, text)) == (1, 0, 0, 0)


def test_values_of_any_kind() -> None:
    odd: Events = [
        {"type": []},
        {"type": "testStart", "test": 5},
        {"type": "testDone", "testID": "x"},
        {"type": "group"},
    ]
    assert by_name(parse(FORMAT, stream(*begin(1), *odd, start(9, "a"), done(9, "success"), END))) == {
        "": "e",
        "a": "p",
    }


@given(named_tests("pfse"), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    events: Events = []
    for at, (name, letter) in enumerate(named, start=10):
        events += [start(at, name), done(at, WORDS[letter], skipped=letter == "s")]
    success = all(letter in "ps" for _, letter in named)
    whole = stream(*begin(len(named)), *events, {**END, "success": success}).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)

    at = data.draw(st.integers(0, len(whole) - 2))
    left = check_cut(FORMAT, whole, at)
    assert damages(left) or left.executions.total == len(named)
