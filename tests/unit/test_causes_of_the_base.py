"""A failure is known again by its cause, whether the results of the base are stored or read in the same run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import BASE, baseline, compared, leg, measure, policy, with_legs
from tests.support.reading import parse

from readygate.baseline.snapshot_codec import decode, encode
from readygate.formats import all_formats
from readygate.judge.verdict import judge
from readygate.model.comparison import TestComparison
from readygate.model.snapshot import Baseline, HeadRun
from readygate.snapshot.failure_cause import MOST

JUNIT = next(fmt for fmt in all_formats() if fmt.name == "junit")
CAUSES = ("the cart is not empty", "no such user", "port 80 is in use")
UNKNOWN = "?"
"""Stands for a failure without a type and a message."""

Case = tuple[str, str, str]
"""Class, name and message of a test; an empty message if it passes."""
cases = st.tuples(st.sampled_from(("A", "B")), st.sampled_from(("x", "y")), st.sampled_from(("", "", UNKNOWN, *CAUSES)))
runs = st.lists(cases, min_size=1, max_size=8)


def measured(tests: list[Case], commit: str = "c" * 40) -> HeadRun:
    found = []
    for class_name, name, message in tests:
        inside = f"<failure message='{message}' type='E'/>" if message else ""
        inside = "<failure/>" if message == UNKNOWN else inside
        found.append(f"<testcase classname='{class_name}' name='{name}'>{inside}</testcase>")
    return measure(parse(JUNIT, f"<testsuite>{''.join(found)}</testsuite>"), commit=commit, names=["junit.xml"])


def stored(run: HeadRun) -> Baseline:
    return baseline(decode(encode(run.snapshot), "here"))


def names(tests: TestComparison) -> tuple[list[str], list[str]]:
    """Return the new and the inherited failures."""
    return (
        [f"{change.id.class_name}.{change.id.name}" for change in tests.new_failures],
        [f"{change.id.class_name}.{change.id.name}" for change in tests.still_failing],
    )


@given(base=runs, head=runs)
def test_a_stored_base_is_as_good_as_its_reports(base: list[Case], head: list[Case]) -> None:
    before = measured(base, BASE)
    direct = compared(measured(head), baseline(before, details=before.details))
    from_store = compared(measured(head), stored(before))
    assert names(direct.tests) == names(from_store.tests)
    assert judge(direct, policy()).ready == judge(from_store, policy()).ready


@given(base=runs, head=runs, data=st.data())
def test_the_order_of_the_tests_says_nothing(base: list[Case], head: list[Case], data: st.DataObject) -> None:
    expected = names(compared(measured(head), stored(measured(base, BASE))).tests)
    shuffled = data.draw(st.permutations(head)), data.draw(st.permutations(base))
    assert names(compared(measured(shuffled[0]), stored(measured(shuffled[1], BASE))).tests) == expected


@given(base=runs, head=runs, data=st.data())
def test_one_more_failing_test_never_makes_a_run_ready(base: list[Case], head: list[Case], data: st.DataObject) -> None:
    before = stored(measured(base, BASE))
    passing = [at for at, (_, _, message) in enumerate(head) if not message]
    if passing and not judge(compared(measured(head), before), policy()).ready:
        at = data.draw(st.sampled_from(passing))
        worse = [*head[:at], (*head[at][:2], data.draw(st.sampled_from((UNKNOWN, *CAUSES)))), *head[at + 1 :]]
        assert not judge(compared(measured(worse), before), policy()).ready


ONE, OTHER = CAUSES[0], CAUSES[1]


@pytest.mark.parametrize(
    ("base", "head", "new", "still"),
    [
        ([ONE, ""], [ONE, ""], [], ["A.x"]),
        ([ONE, ""], ["", ONE], [], ["A.x"]),
        ([ONE, ""], [OTHER, ""], ["A.x"], []),
        ([ONE, ONE], [OTHER, UNKNOWN], ["A.x"], ["A.x (#2)"]),
        ([ONE, UNKNOWN], [OTHER, CAUSES[2]], ["A.x (#2)"], ["A.x"]),
        ([UNKNOWN, ""], [OTHER, ""], [], ["A.x"]),
        ([ONE, ""], [OTHER, ONE], ["A.x (#2)"], ["A.x"]),
        ([ONE, ONE], [ONE, ONE], [], ["A.x", "A.x (#2)"]),
        ([ONE, OTHER], [ONE], [], ["A.x"]),
        ([ONE], [ONE, ONE], ["A.x (#2)"], ["A.x"]),
        ([ONE], [OTHER], [], ["A.x"]),
    ],
    ids=[
        "same",
        "moved",
        "another",
        "beside-unknown",
        "base-unknown",
        "unknown",
        "one-more",
        "both",
        "one-less",
        "twice",
        "no-namesake",
    ],
)
def test_namesakes_are_matched_by_their_causes(
    base: list[str], head: list[str], new: list[str], still: list[str]
) -> None:
    sides = [[("A", "x", message) for message in side] for side in (base, head)]
    comparison = compared(measured(sides[1]), stored(measured(sides[0], BASE)))
    found_new, found_still = names(comparison.tests)
    assert len(found_new) == len(new)
    assert len(found_still) == len(still)
    if new == ["A.x"]:  # the number is that of the test that failed on the base
        findings = judge(comparison, policy()).findings
        detail = next("".join(map(str, f.detail)) for f in findings if f.rule == "new-failures")
        assert "for another cause than the test of the same name" in detail


def test_failures_without_a_known_cause_are_matched_by_their_number() -> None:
    head, base = (with_legs(leg({"A": {"x": "f", "x (#2)": "p"}})) for _ in range(2))
    assert names(compared(head, baseline(base)).tests) == ([], ["A.x"])


def test_a_line_that_moved_is_the_same_cause() -> None:
    base, head = ([("A", "x", f"./a_spec.lua:{line}: boom"), ("A", "x", "")] for line in (3, 5))
    assert names(compared(measured(head), stored(measured(base, BASE))).tests)[0] == []


def test_the_causes_of_a_mass_failure_are_bounded() -> None:
    run = measured([("A", f"x{number}", CAUSES[0]) for number in range(MOST + 10)])
    assert len(run.snapshot.legs[0].causes) == MOST
