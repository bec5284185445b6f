"""go test -json: tests and subtests, packages that fail as such, builds, what was cut off."""

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
    only,
    parse,
    read,
    rows,
)

from readygate.formats import FileSample
from readygate.formats.results import _lines
from readygate.formats.results.go_test import FORMAT

PACKAGE = "example.org/shop/cart"
WORDS = {"p": "pass", "f": "fail", "s": "skip"}


def event(action: str, test: str = "", **more: Any) -> dict[str, Any]:
    named = {"Test": test} if test else {}
    return {"Time": "2026-01-01T00:00:00Z", "Action": action, "Package": PACKAGE, **named, **more}


def stream(*events: dict[str, Any] | str) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in events)


def ran(test: str, outcome: str, output: str = "", seconds: float = 0.5) -> list[dict[str, Any]]:
    says = [event("output", test, Output=line) for line in output.splitlines(keepends=True)]
    return [
        event("run", test),
        event("output", test, Output=f"=== RUN   {test}\n"),
        *says,
        event(outcome, test, Elapsed=seconds),
    ]


class TestOutcomes:
    def test_pass_fail_skip(self) -> None:
        events = (*ran("TestA", "pass"), *ran("TestB", "fail"), *ran("TestC", "skip"), *ran("BenchmarkD", "bench"))
        report = read(FORMAT, stream(event("start"), *events, event("fail")))

        assert by_name(report) == {"TestA": "p", "TestB": "f", "TestC": "s", "BenchmarkD": "p"}
        assert set(report.blocks) == {PACKAGE}
        assert not report.problems

    def test_parents_of_subtests_are_tests(self) -> None:
        inner = (*ran("TestA/x", "pass", seconds=1.0), *ran("TestA/y", "fail", seconds=0.5))
        report = read(
            FORMAT, stream(event("run", "TestA"), *inner, event("fail", "TestA", Elapsed=1.75), event("fail"))
        )

        assert by_name(report) == {"TestA": "f", "TestA/x": "p", "TestA/y": "f"}
        assert report.seconds == 1.75  # that of a parent holds those of its subtests

    def test_repeated_tests_are_executions_of_their_own(self) -> None:
        report = read(FORMAT, stream(*ran("TestA", "fail"), *ran("TestA", "pass"), event("fail")))
        assert figures(report) == (1, 1, 0, 0)
        assert by_name(report) == {"TestA": "f", "TestA (#2)": "p"}

    def test_a_test_that_did_not_end_with_its_package_is_an_error(self) -> None:
        report = read(
            FORMAT, stream(event("run", "TestA"), event("output", "TestA", Output="panic: x\n"), event("fail"))
        )
        assert by_name(report) == {"TestA": "e"}
        assert only(report).message == "the test did not end"
        assert only(report).text == "panic: x"

    def test_a_package_without_tests_is_none(self) -> None:
        report = read(FORMAT, stream(event("start"), event("output", Output="?   [no test files]\n"), event("skip")))
        assert report.executions.total == 0
        assert not report.problems


class TestPackages:
    def test_one_that_fails_without_a_failing_test(self) -> None:
        report = read(FORMAT, stream(*ran("TestA", "pass"), event("output", Output="exit status 3\n"), event("fail")))

        assert rows(report) == {(PACKAGE, "TestA"): "p", (PACKAGE, PACKAGE): "e"}
        assert only(report).message == "the package failed, though no test of it did"
        assert only(report).text == "exit status 3"

    def test_one_that_does_not_build(self) -> None:
        output = {"ImportPath": f"{PACKAGE} [{PACKAGE}.test]", "Action": "build-output", "Output": "a.go:1: broken\n"}
        failed = {"ImportPath": output["ImportPath"], "Action": "build-fail"}
        end = event("fail", FailedBuild=output["ImportPath"])
        report = read(FORMAT, stream(output, failed, event("start"), end))

        assert rows(report) == {(PACKAGE, PACKAGE): "e"}
        assert only(report).message == "the package does not build"
        assert only(report).text == "a.go:1: broken"

    def test_one_that_does_not_build_with_an_older_go(self) -> None:
        text = stream(f"# {PACKAGE}", "a.go:1: broken", event("output", Output="FAIL [build failed]\n"), event("fail"))
        assert only(read(FORMAT, text)).message == "the package does not build"

    def test_a_failed_build_without_a_package(self) -> None:
        text = stream({"ImportPath": "x", "Action": "build-fail"}, event("start"), event("pass"))
        assert rows(read(FORMAT, text)) == {("x", "x"): "e"}

    def test_one_that_never_ends_is_damage(self) -> None:
        report = read(FORMAT, stream(event("start"), *ran("TestA", "fail"), event("run", "TestB")))
        assert by_name(report) == {"TestA": "f"}
        assert damages(report) == ["packages that did not end: 1"]


class TestDetails:
    def test_the_first_message_with_its_place(self) -> None:
        detail = only(
            read(FORMAT, stream(*ran("TestA", "fail", "    cart_test.go:12: got 2\n    more\n"), event("fail")))
        )
        assert (detail.message, detail.file, detail.line) == ("got 2", f"{PACKAGE}/cart_test.go", 12)
        assert detail.text == "    cart_test.go:12: got 2\n    more"

    def test_output_without_a_place(self) -> None:
        detail = only(read(FORMAT, stream(*ran("TestA", "skip", "no network\n"), event("pass"))))
        assert (detail.message, detail.file, detail.line) == ("no network", "", 0)

    @pytest.mark.parametrize("elapsed", ["1e400", "-1", "NaN", "9" * 40, '"x"', "true", "[]"])
    def test_an_odd_duration_counts_as_none(self, elapsed: str) -> None:
        text = stream(*ran("TestA", "pass"), event("pass")).replace("0.5", elapsed)
        report = read(FORMAT, text)
        assert (figures(report), report.seconds) == ((1, 0, 0, 0), 0.0)


class TestFile:
    @pytest.mark.parametrize(
        "line",
        ["", '{"Action": "run"}', '{"Action": ["pass"], "Package": "x"}', '{"Action": "x", "Package": "y"}', "[1]"],
    )
    def test_what_is_not_claimed(self, line: str) -> None:
        assert FORMAT.matches(FileSample.read("x", f"{line}\n".encode())) is None

    def test_lines_before_the_first_event(self) -> None:
        assert figures(read(FORMAT, stream("go: downloading x", *ran("TestA", "pass"), event("pass")))) == (1, 0, 0, 0)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_what_powershell_writes(self, encoding: str) -> None:
        text = stream(*ran("TestÄ", "pass"), event("pass")).replace("\n", "\r\n")
        report = read(FORMAT, text.encode(encoding))
        assert by_name(report) == {"TestÄ": "p"}
        assert not report.problems

    def test_values_of_any_kind(self) -> None:
        odd: list[dict[str, Any]] = [
            {"Action": "pass", "Package": [1], "Test": {}},
            {"Action": 5},
            {"Action": "output", "Output": None, "Package": "q"},
        ]
        report = parse(FORMAT, stream(*ran("TestA", "pass"), event("pass"), *odd, {"Action": "pass", "Package": "q"}))
        assert by_name(report) == {"TestA": "p"}

    def test_a_broken_event_is_damage(self) -> None:
        report = read(FORMAT, stream(*ran("TestA", "pass"), '{"Action":"fail","Pack', event("pass")))
        assert figures(report) == (1, 0, 0, 0)
        assert damages(report) == ["a line is a broken event"]

    def test_a_line_that_is_too_long_is_damage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_lines, "MAX_LINE", 1_000)
        text = stream(*ran("TestA", "pass"), event("output", "TestA", Output="x" * 200_000), event("pass"))
        report = read(FORMAT, text)
        assert figures(report) == (1, 0, 0, 0)
        assert "lines that are too long to be read: 1" in damages(report)

    @given(named_tests(), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        events = [each for name, letter in named for each in ran(name, WORDS[letter])]
        last = event("fail" if any(letter == "f" for _, letter in named) else "pass")
        whole = stream(event("start"), *events, last).encode()
        assert by_name(read(FORMAT, whole)) == dict(named)
        at = data.draw(st.integers(0, len(whole) - 2))
        assert damages(check_cut(FORMAT, whole, at))


class TestPlainBuildFailures:
    """Before Go 1.24 a package that does not build is a plain line and no event."""

    def test_all_of_them(self) -> None:
        text = "# example.org/a\na.go:3:2: undefined: x\nFAIL\texample.org/a [build failed]\nFAIL\tb [setup failed]\n"
        report = read(FORMAT, text)
        assert rows(report) == {("example.org/a", "example.org/a"): "e", ("b", "b"): "e"}
        assert {detail.message for detail in report.details} == {"the package does not build"}
        assert not report.problems

    def test_beside_packages_that_ran(self) -> None:
        report = read(FORMAT, stream(*ran("TestA", "pass"), event("pass"), "FAIL\texample.org/b [build failed]"))
        assert rows(report) == {(PACKAGE, "TestA"): "p", ("example.org/b", "example.org/b"): "e"}

    def test_once_where_an_event_says_it_too(self) -> None:
        report = read(FORMAT, stream(event("fail", FailedBuild=PACKAGE), f"FAIL\t{PACKAGE} [build failed]"))
        assert figures(report) == (0, 0, 1, 0)

    def test_not_the_log_of_go_test_without_json(self) -> None:
        text = b"ok  \texample.org/a\t0.1s\nFAIL\texample.org/b [build failed]\n"
        assert FORMAT.matches(FileSample.read("x", text)) is None
