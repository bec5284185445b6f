"""Which stored snapshot a change is compared with, and what storing one leaves behind."""

import zlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import leg, snapshot
from tests.support.stores import Memory

from readygate.baseline.record import KEPT, record
from readygate.baseline.select import MOST_PASSED_OVER, BaselineChoice, choose
from readygate.baseline.snapshot_codec import MAGIC, encode
from readygate.baseline.store_keys import store_key
from readygate.model.rich_text import Untrusted
from readygate.model.snapshot import Snapshot
from readygate.support.errors import StoreError


def sha(number: int) -> str:
    return f"{number:040x}"


def made(number: int, *, run_id: int = 0, complete: bool = True, letter: str = "p") -> Snapshot:
    return snapshot(sha(number), leg({"A": {"t": letter}}), run_id=run_id or number, complete=complete)


def memory(*snapshots: Snapshot, gate: str = "readygate") -> Memory:
    known = Memory()
    for each in snapshots:
        record(known.store(), gate, each)
    return known


def nobody() -> Iterable[str]:
    raise AssertionError("the ancestors are not needed")


def chosen(
    known: Memory,
    wanted: int,
    ancestors: Callable[[], Iterable[str]] = nobody,
    *,
    gate: str = "readygate",
    branch: str = "main",
) -> BaselineChoice:
    return choose(
        known.store(), gate, wanted=sha(wanted), relation="the merge base", branch=branch, ancestors=ancestors
    )


def line(*numbers: int) -> Callable[[], list[str]]:
    return lambda: [sha(number) for number in numbers]


class TestChoose:
    """The exact commit, else its nearest first-parent ancestor, never anything else."""

    def test_results_of_other_gates_are_hinted_at(self) -> None:
        known = memory(made(1), gate="backend")
        known.data["snapshots/<b>|/000000000001-" + sha(1)] = b""
        found = chosen(known, 1, gate="Backend")
        assert found.baseline is None
        assert found.todo.endswith(" There are results of backend; each name of a gate has its own.")

    def test_the_exact_commit(self) -> None:
        found = chosen(memory(made(1), made(2), made(3)), 2)
        assert found.note == ""
        assert found.baseline is not None
        assert found.baseline.snapshot == made(2)
        assert (found.baseline.wanted, found.baseline.behind) == (sha(2), 0)
        assert (found.baseline.branch, found.baseline.relation) == ("main", "the merge base")

    def test_the_nearest_ancestor(self) -> None:
        found = chosen(memory(made(1), made(3), made(9)), 5, line(4, 3, 2, 1))
        assert found.baseline is not None
        assert (found.baseline.snapshot.commit, found.baseline.behind) == (sha(3), 2)
        assert found.baseline.wanted == sha(5)

    def test_ancestors_are_asked_for_one_by_one(self) -> None:
        def ancestors() -> Iterable[str]:
            yield from (sha(4), sha(3))
            raise AssertionError("one too many")

        found = chosen(memory(made(3)), 5, ancestors)
        assert found.baseline is not None
        assert found.baseline.behind == 2

    def test_a_later_or_a_foreign_commit_is_never_chosen(self) -> None:
        known = memory(made(6), made(7), made(100))
        known.loaded.clear()
        found = chosen(known, 5, line(4, 3, 2, 1))
        assert found.baseline is None
        assert found.note == "neither 0000000 nor any commit before it that was looked at has stored results"
        assert known.loaded == []

    def test_an_incomplete_run_is_never_chosen(self) -> None:
        found = chosen(memory(made(2, complete=False), made(1)), 2, line(1))
        assert found.baseline is not None
        assert (found.baseline.snapshot.commit, found.baseline.behind) == (sha(1), 1)
        alone = chosen(memory(made(2, complete=False)), 2, line(1))
        assert (alone.baseline, alone.note) == (None, (Untrusted("main"), " has no stored results yet"))

    def test_an_empty_store(self) -> None:
        found = chosen(Memory(), 1)
        assert (found.baseline, found.note) == (None, (Untrusted("main"), " has no stored results yet"))
        found = chosen(Memory(), 1, branch="")
        assert (found.baseline, found.note) == (None, "there are no stored results yet")

    def test_another_gate_is_another_shelf(self) -> None:
        known = memory(made(1), gate="backend")
        assert chosen(known, 1).baseline is None
        assert chosen(known, 1, gate="backend").baseline is not None
        assert chosen(known, 1, gate="Backend").baseline is None

    def test_what_else_lies_in_the_store_is_passed_over(self) -> None:
        known = memory(made(1))
        for name in (
            "README.md",
            f"snapshots/readygate/{1:012d}-{sha(2)}.txt",
            f"snapshots/readygate/x-{sha(2)}",
            f"snapshots/readygate/deep/{1:012d}-{sha(2)}",
            f"other/readygate/{1:012d}-{sha(2)}",
            f"snapshots/readygate/{1:012d}-{'g' * 40}",
        ):
            known.data[name] = b"nothing of ours"
        assert chosen(known, 2, line(1)).baseline is not None

    @pytest.mark.parametrize("spoil", [lambda d: d[:-3], lambda d: b"", lambda d: b"x" + d, lambda d: d[:40] + d[41:]])
    def test_a_damaged_snapshot_is_named_and_passed_over_for_an_older_one(
        self, spoil: Callable[[bytes], bytes]
    ) -> None:
        known = memory(made(1), made(2))
        (name,) = [name for name in known.data if sha(2) in name]
        known.data[name] = spoil(known.data[name])
        found = chosen(known, 2, line(1))
        assert found.baseline is not None
        assert (found.baseline.snapshot.commit, found.baseline.behind) == (sha(1), 1)
        assert name in found.warning
        assert "Older results were taken in its place." in found.warning

    def test_if_there_is_no_older_one_it_is_an_error_and_not_none(self) -> None:
        known = memory(made(1), made(2))
        (name,) = [name for name in known.data if sha(2) in name]
        known.data[name] = known.data[name][:-3]
        with pytest.raises(StoreError, match="damaged") as caught:
            chosen(known, 2, line(7, 8))
        assert name in caught.value.where

    def test_a_snapshot_of_a_newer_version_is_named(self) -> None:
        known = memory(made(1), made(2))
        (name,) = [name for name in known.data if sha(2) in name]
        body = bytearray(zlib.decompress(known.data[name][len(MAGIC) :]))
        body[0] += 1
        known.data[name] = MAGIC + zlib.compress(bytes(body))
        assert "this Readygate reads version" in chosen(known, 2, line(1)).warning
        with pytest.raises(StoreError, match="this Readygate reads version"):
            chosen(known, 2, line())

    def test_not_more_than_some_are_passed_over(self) -> None:
        known = memory(*(made(number) for number in range(1, 20)))
        for name in known.snapshots:
            known.data[name] = b"nothing of ours"
        with pytest.raises(StoreError, match="no Readygate snapshot"):
            chosen(known, 19, line(*range(18, 0, -1)))
        assert len([name for name in known.loaded if name.startswith("snapshots/")]) == MOST_PASSED_OVER + 1

    def test_a_snapshot_of_another_commit_is_an_error(self) -> None:
        known = memory(made(1))
        known.data[f"snapshots/readygate/{7:012d}-{sha(7)}"] = encode(made(1))
        with pytest.raises(StoreError, match="says it is of 0000000"):
            chosen(known, 7, line())

    def test_a_run_that_was_not_complete_is_no_baseline_under_any_name(self) -> None:
        known = memory(made(1))
        known.data[f"snapshots/readygate/{7:012d}-{sha(7)}"] = encode(made(7, complete=False))
        found = chosen(known, 7, line(1))
        assert found.baseline is not None
        assert found.baseline.snapshot.commit == sha(1)
        assert "was not complete" in found.warning

    def test_a_store_that_does_not_answer_is_an_error(self) -> None:
        with pytest.raises(StoreError):
            chosen(Memory(broken=True), 1)


class TestRecord:
    """Stored once per commit, pruned at the old end, and never replaced by less."""

    def test_a_history_that_cannot_be_loaded_does_not_begin_anew(self) -> None:
        known = memory(made(1))
        before = dict(known.data)
        known.unloadable = True
        with pytest.raises(StoreError):
            record(known.store(), "readygate", made(2))
        assert known.data == before

    def test_a_damaged_history_begins_anew(self) -> None:
        known = memory(made(1))
        (name,) = [name for name in known.data if name.startswith("history/")]
        known.data[name] = b"nothing of ours"
        record(known.store(), "readygate", made(2))
        found = chosen(known, 2, branch="").baseline
        assert found is not None
        assert found.history is not None

    def test_what_is_stored_is_found_again(self) -> None:
        known = Memory()
        said = record(known.store(), "readygate", made(5, run_id=77))
        (name,) = known.snapshots
        assert name == f"snapshots/readygate/000000000077-{sha(5)}"
        assert said.startswith(f"stored {name} (")
        assert chosen(known, 5).baseline is not None

    def test_a_rerun_replaces_the_snapshot_of_its_commit(self) -> None:
        known = memory(made(1, letter="f"), made(2))
        record(known.store(), "readygate", made(1, run_id=9))
        assert len(known.snapshots) == 2
        found = chosen(known, 1).baseline
        assert found is not None
        assert found.snapshot.executions.failed == 0

    def test_a_complete_snapshot_replaces_an_incomplete_one(self) -> None:
        known = memory(made(1, complete=False))
        record(known.store(), "readygate", made(1, run_id=4))
        assert list(known.snapshots) == [f"snapshots/readygate/000000000004-{sha(1)}"]

    @pytest.mark.parametrize("gap_only", [True, False])
    def test_an_incomplete_snapshot_replaces_no_complete_one(self, gap_only: bool) -> None:
        known = memory(made(1))
        before = dict(known.snapshots)
        said = record(known.store(), "readygate", made(1, run_id=4, complete=False), gap_only=gap_only)
        assert known.snapshots == before
        assert "has stored results already" in said

    def test_gap_only_fills_gaps_only(self) -> None:
        known = memory(made(1), made(2, complete=False))
        before = known.snapshots[f"snapshots/readygate/000000000001-{sha(1)}"]
        assert "they stay" in record(known.store(), "readygate", made(1, run_id=8, letter="f"), gap_only=True)
        assert known.snapshots[f"snapshots/readygate/000000000001-{sha(1)}"] == before
        for number in (2, 3):
            assert record(known.store(), "readygate", made(number, run_id=8), gap_only=True).startswith("stored")
        assert len(known.snapshots) == 3

    def test_the_oldest_go_beyond_what_is_kept(self) -> None:
        known = memory(*(made(number) for number in range(1, KEPT + 1)))
        assert len(known.snapshots) == KEPT
        record(known.store(), "readygate", made(9_999))
        assert len(known.snapshots) == KEPT
        names = sorted(known.snapshots)
        assert sha(1) not in names[0]
        assert sha(2) in names[0]
        assert sha(9_999) in names[-1]

    def test_a_rerun_takes_nothing_away(self) -> None:
        known = memory(*(made(number) for number in range(1, KEPT + 1)))
        record(known.store(), "readygate", made(KEPT, run_id=10_000))
        assert len(known.snapshots) == KEPT
        assert any(sha(1) in name for name in known.snapshots)

    def test_runs_are_ordered_by_number_and_not_by_text(self) -> None:
        known = memory(*(made(n, run_id=run) for n, run in enumerate((9, 10, 100, 10**11), start=1)))
        assert [int(name.split("/")[2].split("-")[0]) for name in sorted(known.snapshots)] == [9, 10, 100, 10**11]

    def test_other_gates_are_not_pruned(self) -> None:
        known = memory(made(1), gate="other")
        for number in range(1, KEPT + 3):
            record(known.store(), "readygate", made(number))
        assert len(known.snapshots) == KEPT + 1

    def test_without_a_run_number_the_order_of_storing_counts(self) -> None:
        known = Memory()
        for number in (3, 1, 2):
            record(known.store(), "readygate", snapshot(sha(number), leg({"A": {"t": "p"}})))
        assert [name.rpartition("-")[2] for name in sorted(known.snapshots)] == [sha(3), sha(1), sha(2)]


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=120))
def test_distinct_gates_have_distinct_shelves(one: str, other: str) -> None:
    for gate in (one, other):
        assert set(store_key(gate)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert 0 < len(store_key(gate)) <= 60
    assert (store_key(one) == store_key(other)) == (one == other)


def test_a_plain_name_stays_readable() -> None:
    assert store_key("readygate") == "readygate"
    assert store_key("Back End (ubuntu, 3.12)").startswith("back-end-ubuntu-3-12-")
