"""TAP: directives, plans, subtests, bail out, YAML, damage."""

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

from readygate.formats import FileSample
from readygate.formats.results.tap import FORMAT

NAMES = ("a", "adds two", "naïve 😀", "f(1.5, 'x')", "a/b", "with: colon", "ok then", "1..2 of them")


def tap(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("TAP version 14", *lines))


class TestPoints:
    @pytest.mark.parametrize(
        ("line", "name", "letter"),
        [
            ("ok 1 - adds", "adds", "p"),
            ("ok 1 adds", "adds", "p"),
            ("ok - adds", "adds", "p"),
            ("ok adds", "adds", "p"),
            ("not ok 1 - adds", "adds", "f"),
            ("ok 1 - adds # SKIP no net", "adds", "s"),
            ("ok 1 - adds # skipped: no net", "adds", "s"),
            ("not ok 1 - adds # TODO later", "adds", "s"),
            ("ok 1 - adds # todo", "adds", "s"),
            ("not ok 1 - adds # SKIP no net", "adds", "s"),
            ("ok 1 # SKIP no net", "#1", "s"),
            ("ok 1 - issue \\#7", "issue #7", "p"),
            ("ok 1 - see #7 todo", "see #7 todo", "p"),
            ("ok 1 - adds # time=12.5ms", "adds", "p"),
            ("ok 1 - opens {", "opens", "p"),
            ("ok 1", "#1", "p"),
        ],
    )
    def test_names_and_directives(self, line: str, name: str, letter: str) -> None:
        report = read(FORMAT, tap(line, "1..1"))
        assert by_name(report) == {name: letter}
        assert not report.problems

    def test_a_point_without_number_and_name_is_noted(self) -> None:
        report = read(FORMAT, tap("ok", "1..1"))
        assert (figures(report), notes(report)) == ((1, 0, 0, 0), ["tests without a name: 1"])

    def test_lines_that_are_none_are_passed_over(self) -> None:
        assert by_name(read(FORMAT, tap("1..1", "okay", "  ok, odd", "pragma +x", "ok 1 - a"))) == {"a": "p"}

    def test_durations(self) -> None:
        text = tap(
            "ok 1 - a # time=250ms", "ok 2 - b # time=1.5s", "ok 3 - c", "  ---", "  duration_ms: 250", "  ...", "1..3"
        )
        assert read(FORMAT, text).seconds == 2.0


class TestDetails:
    def test_yaml(self) -> None:
        lines = ["not ok 1 - a", "  ---", "  message: 'no luck'", "  at: /src/a.js:3:1", "  ok: 1", "  ..."]
        detail = only(read(FORMAT, tap(*lines, "1..1")))
        assert (detail.message, detail.file, detail.line) == ("no luck", "/src/a.js", 3)

    def test_a_block_of_text_in_yaml(self) -> None:
        lines = ["not ok 1 - a", "  ---", "  error: |-", "    first", "    second", "  file: a.t", "  line: 4", "  ..."]
        detail = only(read(FORMAT, tap(*lines, "1..1")))
        assert (detail.message, detail.file, detail.line) == ("first", "a.t", 4)
        assert "second" in detail.text

    def test_yaml_that_does_not_end(self) -> None:
        assert by_name(read(FORMAT, tap("not ok 1 - a", "  ---", "  x: 1", "ok 2 - b", "1..2"))) == {"a": "f", "b": "p"}

    def test_comments_under_a_failure(self) -> None:
        detail = only(read(FORMAT, tap("not ok 1 - a", "#   Failed test 'a'", "#   at t/a.t line 4.", "1..1")))
        assert detail.message == "Failed test 'a'"
        assert detail.text == "#   Failed test 'a'\n#   at t/a.t line 4."

    def test_the_reason_of_a_skip(self) -> None:
        assert only(read(FORMAT, tap("ok 1 - a # SKIP no net", "1..1"))).message == "no net"


class TestSubtests:
    def test_they_count_and_not_the_line_that_summarizes_them(self) -> None:
        lines = ["# Subtest: Cart", "    ok 1 - a", "    not ok 2 - b", "    1..2", "not ok 1 - Cart", "1..1"]
        assert rows(read(FORMAT, tap(*lines))) == {("Cart", "a"): "p", ("Cart", "b"): "f"}

    def test_the_line_counts_if_only_it_fails(self) -> None:
        lines = ["    ok 1 - a", "    1..1", "not ok 1 - Cart", "1..1"]
        assert rows(read(FORMAT, tap(*lines))) == {("Cart", "a"): "p", ("", "Cart"): "f"}

    def test_the_first_may_be_two_deep(self) -> None:
        lines = ["        ok 1 - a", "        1..1", "    ok 1 - in", "    1..1", "ok 1 - out", "1..1"]
        report = read(FORMAT, tap("# Subtest: out", "    # Subtest: in", *lines))
        assert rows(report) == {("out > in", "a"): "p"}
        assert not report.problems

    def test_the_first_may_be_three_deep(self) -> None:
        deep = "            "
        lines = [f"{deep}ok 1 - a", f"{deep}not ok 2 - b", f"{deep}1..2", "        not ok 1 - in", "        1..1"]
        lines += ["    not ok 1 - middle", "    ok 2 - c", "    1..2", "not ok 1 - out", "ok 2 - d", "1..2"]
        assert rows(read(FORMAT, tap(*lines))) == {
            ("out > middle > in", "a"): "p",
            ("out > middle > in", "b"): "f",
            ("out", "c"): "p",
            ("", "d"): "p",
        }

    def test_of_the_linux_kernel(self) -> None:
        lines = ["1..1", "  KTAP version 1", "  # Subtest: list", "  1..2", "  ok 1 init", "    1..1", "    ok 1 add"]
        report = read(FORMAT, "KTAP version 1\n" + "\n".join([*lines, "  ok 2 move", "ok 1 list"]) + "\n")
        assert rows(report) == {("list", "init"): "p", ("list > move", "add"): "p"}
        assert not report.problems

    def test_points_of_an_odd_indentation_count_beside_the_point_below_them(self) -> None:
        report = read(FORMAT, tap("   not ok 5 - odd", "ok 1 - a", "1..1"))
        assert rows(report) == {("a", "odd"): "f", ("", "a"): "p"}
        assert not report.problems

    @given(
        st.recursive(
            st.sampled_from(["ok", "not ok"]), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=12
        )
    )
    def test_every_leaf_of_any_tree_counts_once(self, tree: str | list[Any]) -> None:
        leaves: list[str] = []

        def write(node: str | list[Any], depth: int, number: int) -> list[str]:
            pad = "    " * depth
            if isinstance(node, str):
                leaves.append(node)
                return [f"{pad}{node} {number} - t{len(leaves)}"]
            before = leaves.count("not ok")
            inner = [line for at, each in enumerate(node, 1) for line in write(each, depth + 1, at)]
            word = "not ok" if leaves.count("not ok") > before else "ok"
            return [*inner, f"{pad}    1..{len(node)}", f"{pad}{word} {number} - s"]

        report = read(FORMAT, tap(*write(tree, 0, 1), "1..1"))
        assert not report.problems
        assert (report.executions.passed, report.executions.failing) == (leaves.count("ok"), leaves.count("not ok"))

    def test_two_levels(self) -> None:
        lines = ["    ok 1 - x", "        ok 1 - a", "        1..1", "    ok 2 - in", "    1..2", "ok 1 - out", "1..1"]
        assert rows(read(FORMAT, tap(*lines))) == {("out", "x"): "p", ("out > in", "a"): "p"}

    def test_braces(self) -> None:
        lines = ["ok 1 - Cart # time=5ms {", "    ok 1 - a", "    1..1", "}", "ok 2 - b", "1..2"]
        assert rows(read(FORMAT, tap(*lines))) == {("Cart", "a"): "p", ("", "b"): "p"}

    def test_failures_in_a_subtest_that_is_todo_are_expected(self) -> None:
        lines = ["    not ok 1 - a", "    1..1", "not ok 1 - Cart # TODO later", "1..1"]
        assert rows(read(FORMAT, tap(*lines))) == {("Cart", "a"): "s"}

    def test_one_that_skips_all(self) -> None:
        lines = ["    1..0 # SKIP no net", "ok 1 - Cart", "1..1"]
        report = read(FORMAT, tap(*lines))
        assert by_name(report) == {"Cart": "s"}
        assert only(report).message == "SKIP no net"

    def test_a_wrong_plan_within_is_damage(self) -> None:
        assert damages(read(FORMAT, tap("    ok 1 - a", "    1..2", "ok 1 - Cart", "1..1"))) == [
            "the subtest 'Cart' plans 2 tests and holds 1"
        ]


class TestSections:
    """tape (https://github.com/tape-testing/tape) and zora name a test in a comment above its assertions."""

    def test_the_comment_is_the_class(self) -> None:
        lines = ["# adds", "ok 1 should be equal", "# lists", "not ok 2 should be equal", "", "1..2", "# tests 2"]
        assert rows(read(FORMAT, tap(*lines))) == {("adds", "should be equal"): "p", ("lists", "should be equal"): "f"}

    def test_of_zora(self) -> None:
        lines = ["# adds", "ok 1 - is ok", "# lists", "ok 2 - is ok", "1..2", "", "# ok", "# success: 2"]
        assert rows(read(FORMAT, tap(*lines))) == {("adds", "is ok"): "p", ("lists", "is ok"): "p"}

    def test_of_ava_the_comment_repeats_the_name(self) -> None:
        assert rows(read(FORMAT, tap("# a › adds", "ok 1 - a › adds", "1..1"))) == {("", "a › adds"): "p"}

    @pytest.mark.parametrize("text", ["# a note\nok 1 - a\n1..1\n", "TAP version 13\n1..1\n# a note\nok 1 - a\n"])
    def test_other_comments_are_none(self, text: str) -> None:
        assert rows(read(FORMAT, text)) == {("", "a"): "p"}

    def test_a_subtest_ends_them(self) -> None:
        lines = ["# hello", "# Subtest: s", "    ok 1 - a", "    1..1", "ok 1 - s", "ok 2 - b", "1..2"]
        assert rows(read(FORMAT, tap(*lines))) == {("s", "a"): "p", ("", "b"): "p"}


class TestTotals:
    @pytest.mark.parametrize(
        ("comment", "message"),
        [
            ("# fail 3", "the report states 3 failures but lists 1; what failed is not known"),
            ("# fail  2", "the report states 2 failures but lists 1; what failed is not known"),
            ("# cancelled 2", "the report states 2 failures but lists 1; what failed is not known"),
            ("# failure: 2", "the report states 2 failures but lists 1; what failed is not known"),
            ("# tests 4", "the report states 4 tests but lists 2; the results of the others are not known"),
        ],
    )
    def test_those_that_state_more_are_an_error(self, comment: str, message: str) -> None:
        report = read(FORMAT, tap("ok 1 - a", "not ok 2 - b", "1..2", comment))
        assert figures(report) == (1, 1, 1, 0)
        assert message in [detail.message for detail in report.details]

    @pytest.mark.parametrize("comment", ["# tests 2", "# fail 1", "# fail 0", "# tests 1"])
    def test_others_are_nothing(self, comment: str) -> None:
        report = read(FORMAT, tap("ok 1 - a", "not ok 2 - b", "1..2", comment))
        assert (figures(report), notes(report)) == ((1, 1, 0, 0), [])

    def test_ava_counts_tests_to_do_as_failed(self) -> None:
        points = ("ok 1 - a", "not ok 2 - b # TODO", "1..2")
        assert figures(read(FORMAT, tap(*points, "# tests 1", "# fail 1"))) == (1, 0, 0, 1)
        assert figures(read(FORMAT, tap(*points, "# tests 1", "# fail 2"))) == (1, 0, 1, 1)
        assert figures(read(FORMAT, tap(*points, "# tests 1", "# todo 1", "# fail 1"))) == (1, 0, 1, 1)

    def test_parents_count_in_node_and_suites_do_not(self) -> None:
        lines = ["    not ok 1 - a", "    1..1", "not ok 1 - p", "  ---", "  type: '{}'", "  ...", "1..1"]
        parent = "\n".join(lines)
        assert figures(read(FORMAT, tap(parent.format("test"), "# tests 2", "# fail 2"))) == (0, 1, 0, 0)
        assert figures(read(FORMAT, tap(parent.format("suite"), "# tests 1", "# fail 2"))) == (0, 1, 1, 0)


class TestPlans:
    @pytest.mark.parametrize(
        ("lines", "what"),
        [
            (["1..3", "ok 1 - a"], "the file plans 3 tests and holds 1"),
            (["1..1", "ok 1 - a", "ok 2 - b"], "the file plans 1 tests and holds 2"),
            (["ok 1 - a"], "the file has no plan and holds 1"),
            ([], "the file has no plan and holds 0"),
            (["    ok 1 - a"], "the file has no plan and holds 1"),
        ],
    )
    def test_damage(self, lines: list[str], what: str) -> None:
        assert damages(read(FORMAT, tap(*lines)))[0].startswith(what)

    def test_all_skipped(self) -> None:
        report = read(FORMAT, "1..0 # SKIP no net\n")
        assert report.executions.total == 0
        assert (damages(report), notes(report)) == ([], ["the plan skips all tests: SKIP no net"])

    def test_the_output_of_several_programs(self) -> None:
        once = tap("ok 1 - a", "1..1")
        assert figures(read(FORMAT, once + once)) == (2, 0, 0, 0)
        assert not damages(read(FORMAT, "1..1\nok 1 - a\n1..1\nok 1 - b\n"))
        assert damages(read(FORMAT, "1..2\nok 1 - a\n1..1\nok 1 - b\n"))


class TestBailOut:
    def test_it_is_an_error_of_its_own(self) -> None:
        report = read(FORMAT, tap("1..5", "ok 1 - a", "Bail out! no database"))
        assert by_name(report) == {"a": "p", "Bail out!": "e"}
        assert only(report).message == "no database"
        assert not damages(report)

    def test_in_a_subtest(self) -> None:
        report = read(FORMAT, tap("    not ok 1 - a", "    Bail out!", "Bail out!"))
        assert report.executions.failed == 1
        assert report.executions.errored


class TestFile:
    @pytest.mark.parametrize(
        "text", ["ok  \texample.org/x\t0.01s\n", "okay\n", "not ok\n", "{}", "1..\n", "# 1..2\nhello\n"]
    )
    def test_what_is_not_claimed(self, text: str) -> None:
        assert FORMAT.matches(FileSample.read("x", text.encode())) is None

    @pytest.mark.parametrize("text", ["1..2\n", "# hi\nnot ok 1 - a\n", "> npm test\n\nTAP version 13\n"])
    def test_what_is_claimed(self, text: str) -> None:
        assert FORMAT.matches(FileSample.read("x", text.encode()))

    def test_a_last_line_without_an_end_may_be_cut_off(self) -> None:
        report = read(FORMAT, "1..2\nok 1 - a\nok 2 - b")
        assert figures(report) == (1, 0, 0, 0)
        assert damages(report)[0].startswith("the last line is cut off")

    @given(named_tests(names=NAMES), st.data())
    def test_cut_anywhere(self, named: Tests, data: st.DataObject) -> None:
        lines = []
        for at, (name, letter) in enumerate(named, start=1):
            lines += [f"{'not ' if letter == 'f' else ''}ok {at} - {name}{' # SKIP no' if letter == 's' else ''}"]
            lines += ["  ---", "  message: no", "  ..."]
        whole = tap(*lines, f"1..{len(named)}").encode()
        assert by_name(read(FORMAT, whole)) == dict(named)
        assert damages(check_cut(FORMAT, whole, data.draw(st.integers(0, len(whole) - 3))))

    @given(
        st.lists(
            st.sampled_from(
                [
                    "ok",
                    "not ok 1 - a",
                    "1..1",
                    "    ok 1 - b {",
                    "}",
                    "  ---",
                    "Bail out!",
                    "    1..0",
                    "TAP version 13",
                ]
            ),
            max_size=12,
        )
    )
    def test_lines_in_any_order(self, lines: list[str]) -> None:
        points = sum(line.strip().startswith(("ok", "not ok")) for line in lines)
        failures = sum(line.startswith("not ok") for line in lines)
        report = parse(FORMAT, "".join(f"{line}\n" for line in lines))
        assert report.executions.total <= points + lines.count("Bail out!")
        assert report.executions.failed == failures or "  ---" in lines
