"""Blocks of tests: whatever the order and the split of the executions, the same block comes out."""

from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from readygate.model.results import ClassBlock, Counts, Outcome, count_outcomes

names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
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
def test_of_namesakes_the_worst_outcome_and_all_seconds_stay(rows: list[tuple[str, Outcome, float]]) -> None:
    worst: dict[str, Outcome] = {}
    seconds: dict[str, float] = {}
    for name, outcome, time in rows:
        worst[name] = max(outcome, worst.get(name, Outcome.PASSED))
        seconds[name] = seconds.get(name, 0.0) + time
    block = build(rows)
    assert dict(block.items()) == worst
    assert [name for name, _ in block.items()] == sorted(worst)
    assert list(block.durations()) == [seconds[name] for name in sorted(worst)]
    assert block.size == len(worst)


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
def test_merging_is_idempotent(rows: list[tuple[str, Outcome, float]]) -> None:
    block = build(rows)
    assert ClassBlock.merge([block]) == block
    assert ClassBlock.merge([block, block]) == block


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
