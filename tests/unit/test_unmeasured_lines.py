"""Added lines of a measured file, none of which is measured."""

import pytest
from msgspec.structs import replace
from tests.support.builders import BASE, change, changes, compared, cover, measure, numbered, policy, report

from readygate.compare.unmeasured_lines import is_statement
from readygate.judge.verdict import judge
from readygate.model.changes import FileChange
from readygate.model.policy import PRESETS
from readygate.model.verdict import Status, Verdict


@pytest.mark.parametrize(
    "line",
    [
        "x = 1",
        "return total",
        "print(x)",
        "if (a) {",
        "for a in b:",
        "let y = f(1);",
        "raise",
    ],
)
def test_statements(line: str) -> None:
    assert is_statement("".join(line.split()))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# x = 1",
        "// f(x);",
        " * @param x the value (in points)",
        "The answer is given below",
        "}",
        "});",
        "} else {",
        "else:",
        "import os",
        'import x from "x";',
        "export interface A {",
        '"key": f(1),',
        "@cached(1)",
        '"""Return f(x)."""',
        "function f() {",
    ],
)
def test_no_statements(line: str) -> None:
    assert not is_statement("".join(line.split()))


def judged(head: str, base: str | None, edit: FileChange, preset: str = "strict") -> Verdict:
    suite = report({"A": numbered("p")})
    known = None if base is None else measure(suite, cover({"a.py": base}), commit=BASE)
    return judge(compared(measure(suite, cover({"a.py": head})), known, diff=changes(edit)), policy(preset))


def status(verdict: Verdict) -> Status:
    (found,) = [finding for finding in verdict.findings if finding.rule == "patch-coverage"]
    return found.status


FIVE = replace(
    change("a.py", range(3, 8), range(3, 8)),
    added_text=tuple(f"x={number}" for number in range(5)),
    removed_text=tuple(f"y={number}" for number in range(5)),
)


def test_leaving_out_the_lines_that_replace_measured_ones_blocks_under_strict() -> None:
    assert status(judged("hhmmmmmhh", "hh.hhhhhh", FIVE)) is Status.BLOCK
    assert status(judged("hh.....hh", "hhhhhhhhh", FIVE)) is Status.BLOCK
    assert status(judged("hh.....hh", "hhhhhhhhh", FIVE, "standard")) is Status.WARN


@pytest.mark.parametrize("preset", PRESETS)
def test_leaving_out_lines_that_replace_measured_ones_makes_no_preset_milder(preset: str) -> None:
    honest = judged("h" * 2 + "m" * 5 + "h" * 13, "h" * 20, FIVE, preset)
    less = judged("h" * 2 + "." * 5 + "h" * 13, "h" * 20, FIVE, preset)
    assert honest.ready or not less.ready


def test_added_statements_that_are_not_measured_warn() -> None:
    assert status(judged("hh.....hh", "hhhh", replace(FIVE, removed=(), removed_text=()))) is Status.WARN
    assert status(judged("hh.....hh", None, FIVE)) is Status.WARN


def test_the_rest_of_a_statement_that_was_not_measured_either_passes() -> None:
    assert status(judged("hh.....hh", "hh.....hh", FIVE)) is Status.PASS


def test_one_measured_line_shows_that_the_file_is_measured_as_it_is() -> None:
    assert status(judged("hhh....hh", "hhhhhhhhh", FIVE)) is Status.PASS


def test_comments_and_entries_of_lists_need_no_coverage() -> None:
    texts = ("#a=1", '"a":f(1),', "}", "", "Prose")
    assert status(judged("hh.....hh", "hhhhhhhhh", replace(FIVE, added_text=texts))) is Status.PASS


def test_excluded_lines_are_left_to_new_exclusions() -> None:
    assert status(judged("hhxxxxxhh", "hhhhhhhhh", FIVE)) is Status.PASS
