"""CTRF: statuses, retries, names, totals."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut_document, figures, named_tests, notes, only, read, rows

from readygate.formats.results.ctrf import FORMAT

WORDS = {"p": "passed", "f": "failed", "s": "skipped"}


def document(*tests: dict[str, Any], **results: Any) -> str:
    return json.dumps({"results": {"tool": {"name": "x"}, "summary": {}, "tests": tests, **results}})


class TestOutcomes:
    @pytest.mark.parametrize(
        ("status", "letter"),
        [("passed", "p"), ("failed", "f"), ("skipped", "s"), ("pending", "s"), ("other", "s"), ("PASSED", "e")],
    )
    def test_statuses(self, status: str, letter: str) -> None:
        report = read(FORMAT, document({"name": "a", "status": status}))
        assert by_name(report) == {"a": letter}
        assert bool(notes(report)) == (letter == "e")

    @pytest.mark.parametrize(
        ("more", "letter"),
        [
            ({"flaky": True}, "k"),
            ({"retries": 2}, "k"),
            ({"retries": 0, "flaky": False}, "p"),
            ({"status": "failed", "flaky": True, "retries": 1}, "f"),
        ],
    )
    def test_attempts(self, more: dict[str, Any], letter: str) -> None:
        report = read(FORMAT, document({"name": "a", "status": "passed", **more}))
        assert by_name(report) == {"a": letter}
        assert report.executions.total == 1


class TestRest:
    def test_the_class_is_the_suite_else_the_file(self) -> None:
        report = read(
            FORMAT,
            document(
                {"name": "a", "status": "passed", "suite": "x > y", "filePath": "f.ts"},
                {"name": "b", "status": "passed", "suite": ["x", "y"]},
                {"name": "c", "status": "passed", "filePath": "f.ts"},
                {"name": "d", "status": "passed"},
            ),
        )
        assert list(rows(report)) == [("", "d"), ("f.ts", "c"), ("x > y", "a"), ("x > y", "b")]

    def test_details(self) -> None:
        test = {"name": "a", "status": "failed", "message": "m", "trace": "t", "filePath": "f.ts", "line": 3}
        detail = only(read(FORMAT, document({**test, "duration": 1500})))
        assert (detail.message, detail.text, detail.file, detail.line) == ("m", "t", "f.ts", 3)

    def test_durations_are_milliseconds(self) -> None:
        assert read(FORMAT, document({"name": "a", "status": "passed", "duration": 1500})).seconds == 1.5

    def test_a_summary_that_disagrees_is_noted(self) -> None:
        report = read(FORMAT, document({"name": "a", "status": "failed"}, summary={"tests": 1, "failed": 0}))
        assert figures(report) == (0, 1, 0, 0)
        assert notes(report) == ["totals differ from what the file holds: 0 failures claimed, 1 counted"]

    def test_properties(self) -> None:
        report = read(FORMAT, document(environment={"osPlatform": "linux", "other": "x", "osRelease": 4}))
        assert report.properties == {"osPlatform": "linux"}

    def test_it_may_only_say_its_format(self) -> None:
        assert figures(read(FORMAT, '{"reportFormat": "CTRF", "results": {"tests": []}}')) == (0, 0, 0, 0)

    @given(named_tests(), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        whole = document(*({"name": name, "status": WORDS[letter]} for name, letter in named)).encode()
        assert by_name(read(FORMAT, whole)) == dict(named)
        check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))
