"""Cucumber JSON: the worst step, backgrounds, hooks, outlines."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import Tests, by_name, check_cut_document, figures, named_tests, notes, only, read, rows

from readygate.formats.results.cucumber import FORMAT

WORDS = {"p": "passed", "f": "failed", "s": "pending", "e": "undefined"}


def step(status: str, **more: Any) -> dict[str, Any]:
    return {"keyword": "Given ", "name": "a cart", "line": 4, "result": {"status": status, **more}}


def scenario(name: str, *statuses: str, **more: Any) -> dict[str, Any]:
    steps = [step(status) for status in statuses]
    return {"type": "scenario", "keyword": "Scenario", "name": name, "line": 3, "steps": steps, **more}


def document(*elements: dict[str, Any]) -> str:
    return json.dumps([{"uri": "features/a.feature", "keyword": "Feature", "name": "Cart", "elements": elements}])


@pytest.mark.parametrize(
    ("statuses", "letter"),
    [
        (["passed", "passed"], "p"),
        (["passed", "failed", "skipped"], "f"),
        (["passed", "undefined", "skipped"], "e"),
        (["ambiguous"], "e"),
        (["failed", "undefined"], "e"),
        (["pending", "skipped"], "s"),
        (["passed", "skipped"], "s"),
        (["passed", "Passed"], "p"),
        (["untested"], "s"),
        ([], "s"),
        (["passed", "strange"], "e"),
    ],
)
def test_the_worst_step_counts(statuses: list[str], letter: str) -> None:
    report = read(FORMAT, document(scenario("a", *statuses)))
    assert rows(report) == {("features/a.feature > Cart", "a"): letter}
    assert bool(notes(report)) == ("strange" in statuses)


def test_a_background_belongs_to_the_scenario_after_it() -> None:
    background = scenario("", "failed", type="background")
    report = read(FORMAT, document(background, scenario("a", "skipped"), scenario("b", "passed")))
    assert by_name(report) == {"a": "f", "b": "p"}


def test_a_background_without_a_scenario_cannot_be_lost() -> None:
    assert figures(read(FORMAT, document(scenario("", "failed", type="background")))) == (0, 1, 0, 0)


def test_hooks_count() -> None:
    failed = [{"match": {}, "result": {"status": "failed", "error_message": "no browser\n at x"}}]
    report = read(FORMAT, document(scenario("a", "skipped", before=failed), scenario("b", "passed", after=[{}])))

    assert by_name(report) == {"a": "f", "b": "p"}
    assert only(report).message == "no browser"


def test_hooks_of_steps_count() -> None:
    around = {**step("passed"), "after": [{"result": {"status": "failed"}}]}
    element = {**scenario("a"), "steps": [around]}
    assert by_name(read(FORMAT, document(element))) == {"a": "f"}


def test_a_step_without_a_result_did_not_run() -> None:
    element = {**scenario("a"), "steps": [step("passed"), {"name": "x"}]}
    assert by_name(read(FORMAT, document(element))) == {"a": "s"}


def test_rows_of_an_outline_are_tests_of_their_own() -> None:
    rows_ = [scenario("a", status, id=f"cart;a;;{at}") for at, status in ((2, "passed"), (3, "failed"))]
    assert by_name(read(FORMAT, document(*rows_))) == {"a (row 2)": "p", "a (row 3)": "f"}


def test_details_and_durations() -> None:
    element = {
        **scenario("a"),
        "steps": [step("passed", duration=5 * 10**8), step("failed", error_message="1 != 2\nat")],
    }
    report = read(FORMAT, document(element))
    detail = only(report)

    assert (detail.message, detail.text, detail.file, detail.line) == ("1 != 2", "1 != 2\nat", "features/a.feature", 4)
    assert report.seconds == 0.5


def test_an_undefined_step_is_named() -> None:
    assert only(read(FORMAT, document(scenario("a", "undefined")))).message == "undefined: Given a cart"


def test_behave_writes_backgrounds_without_results() -> None:
    steps = [{"keyword": "Given", "name": "x"}]
    background = {"type": "background", "keyword": "Background", "name": "", "steps": steps}
    report = read(FORMAT, document(background, scenario("a", "passed", "passed"), scenario("b", "passed")))
    assert by_name(report) == {"a": "p", "b": "p"}


@pytest.mark.parametrize(
    ("status", "letter"),
    [("passed", "s"), ("failed", "f"), ("error", "e"), ("hook_error", "e"), ("cleanup_error", "e"), ("skipped", "s")],
)
def test_a_hook_of_behave_that_fails_shows_in_the_scenario_alone(status: str, letter: str) -> None:
    steps = [{"keyword": "Given", "name": "x"}]
    assert by_name(read(FORMAT, document(scenario("a", status=status) | {"steps": steps}))) == {"a": letter}


@given(named_tests("pfse"), st.data())
def test_cut_anywhere(named: Tests, data: st.DataObject) -> None:
    whole = document(*(scenario(name, "passed", WORDS[letter]) for name, letter in named)).encode()
    assert by_name(read(FORMAT, whole)) == dict(named)
    check_cut_document(FORMAT, whole, data.draw(st.integers(0, len(whole) - 1)))


@pytest.mark.parametrize(
    ("status", "scenarios", "expected"),
    [
        ("hook_error", [], {"Cart": "e"}),
        ("hook_error", ["passed"], {"Cart": "e", "0": "p"}),
        ("error", ["error"], {"0": "e"}),
        ("failed", ["failed", "passed"], {"0": "f", "1": "p"}),
        ("passed", ["passed"], {"0": "p"}),
    ],
)
def test_a_hook_of_a_feature_of_behave_that_fails(status: str, scenarios: list[str], expected: dict[str, str]) -> None:
    elements = [scenario(str(at), word, status=word) for at, word in enumerate(scenarios)]
    feature = {"keyword": "Feature", "name": "Cart", "location": "a.feature:2", "status": status, "elements": elements}
    assert by_name(read(FORMAT, json.dumps([feature]))) == expected
