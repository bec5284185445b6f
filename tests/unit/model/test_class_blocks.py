"""Blocks of tests: whatever the order and the split of the executions, the same block comes out."""

from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from readygate.model.results import ClassBlock, Counts, Outcome, count_outcomes, raw_name

names = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["x", "x (#2)", "x (#3)", "x (#02)", "x(#2)", "x (#2"]),
)
executions = st.lists(
    st.tuples(names, st.sampled_from(Outcome), st.integers(0, 40).map(lambda eighths: eighths / 8)),
    min_size=1,
    max_size=30,
)


def build(rows: list[tuple[str, Outcome, float]]) -> ClassBlock:
    return ClassBlock.build(
        [name for name, _, _ in rows],
        bytes(outcome for _, outcome, _ in rows),
        array("f", [seconds for _, _, seconds in rows]),
    )


@given(executions)
def test_each_execution_is_a_test_and_namesakes_have_numbers(rows: list[tuple[str, Outcome, float]]) -> None:
    block = build(rows)

    assert block.size == len(rows)
    assert sorted((raw_name(name), outcome) for name, outcome in block.items()) == sorted(
        (raw_name(name), outcome) for name, outcome, _ in rows
    )
    assert block.names.split("\0") == sorted(set(block.names.split("\0")))
    assert sum(block.durations()) == sum(seconds for _, _, seconds in rows)


def test_the_worst_of_namesakes_comes_first() -> None:
    block = build([("x", Outcome.PASSED, 1.0), ("x", Outcome.FAILED, 2.0), ("y", Outcome.PASSED, 4.0)])

    assert list(block.items()) == [("x", Outcome.FAILED), ("x (#2)", Outcome.PASSED), ("y", Outcome.PASSED)]
    assert list(block.durations()) == [2.0, 1.0, 4.0]


def test_more_than_nine_namesakes_are_sorted_as_any_names() -> None:
    block = build([("x", Outcome.PASSED, 0.0)] * 12)

    assert block.names.split("\0") == sorted(["x", *(f"x (#{number})" for number in range(2, 13))])


@given(executions, st.data())
def test_any_order_and_any_split_give_the_same_block(
    rows: list[tuple[str, Outcome, float]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(rows)), max_size=4)))
    edges = [0, *cuts, len(rows)]
    parts = [shuffled[a:b] for a, b in pairwise(edges) if a < b]
    merged = ClassBlock.merge(build(part) for part in parts)
    whole = build(rows)
    assert merged == whole
    assert hash(merged) == hash(whole)
    assert list(merged.durations()) == list(whole.durations())


@given(executions)
def test_merging_counts_each_report(rows: list[tuple[str, Outcome, float]]) -> None:
    block = build(rows)
    assert ClassBlock.merge([block]) == block
    assert ClassBlock.merge([block, block]) == build(rows * 2)


def test_blocks_differ_by_name_and_outcome_and_not_by_time() -> None:
    block = build([("a", Outcome.PASSED, 1.0)])
    assert block == build([("a", Outcome.PASSED, 2.0)])
    assert block != build([("a", Outcome.FLAKY, 1.0)])
    assert block != build([("b", Outcome.PASSED, 1.0)])


def test_the_weight_of_outcomes() -> None:
    assert sorted(Outcome) == [Outcome.PASSED, Outcome.FLAKY, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED]


@given(st.lists(st.sampled_from(Outcome)))
def test_counts_add_up(outcomes: list[Outcome]) -> None:
    counts = count_outcomes(bytes(outcomes))
    assert counts.total == len(outcomes)
    assert counts.passed == outcomes.count(Outcome.PASSED) + outcomes.count(Outcome.FLAKY)
    assert counts.flaky == outcomes.count(Outcome.FLAKY)
    assert counts.failing == counts.failed + counts.errored
    half = len(outcomes) // 2
    assert count_outcomes(bytes(outcomes[:half])) + count_outcomes(bytes(outcomes[half:])) == counts


def test_the_pass_rate_leaves_skipped_tests_out() -> None:
    rate = Counts(passed=1, failed=1, errored=1, skipped=5).pass_rate
    assert rate is not None
    assert (rate.numerator, rate.denominator) == (1, 3)
    assert Counts(skipped=3).pass_rate is None
    assert Counts().pass_rate is None
