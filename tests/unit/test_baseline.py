"""Which stored results a change is compared with, and what recording a run leaves behind."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

import pytest
from msgspec.structs import replace
from tests.support.builders import leg, snapshot
from tests.support.stores import Memory

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.run_records import Record, decode_record
from readygate.baseline.select import MAX_UNUSABLE, BaselineChoice, WantedBaseline, choose
from readygate.baseline.snapshot_codec import equal_files
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.model.rich_text import Untrusted
from readygate.model.snapshot import Snapshot
from readygate.support.errors import StoreError
from readygate.support.git_names import MAX_ANCESTORS, blob_id

HISTORY = "readygate/history.jsonl"


def sha(number: int) -> str:
    return f"{number:040x}"


def line(*numbers: int) -> Callable[[], list[str]]:
    return lambda: [sha(number) for number in numbers]


def made(number: int, letters: str = "p", *, run_id: int = 0, attempt: int = 1, complete: bool = True) -> Snapshot:
    """Return the results of commit `number`: a test for each letter."""
    tests = {f"t{at}": letter for at, letter in enumerate(letters)}
    one = snapshot(sha(number), leg({"A": tests}), run_id=run_id or number, complete=complete, branch="main")
    return replace(one, provenance=replace(one.provenance, run_attempt=attempt))


def on_quiet(number: int, run_id: int, event: str = "push") -> Snapshot:
    """Return results of another base branch."""
    one = made(number, run_id=run_id)
    return replace(one, provenance=replace(one.provenance, branch="quiet", event=event))


def record(known: Memory, one: Snapshot, *ancestors: int, when: int = 0, **more: object) -> str:
    run = RunToRecord(
        snapshot=one,
        when=when or one.provenance.run_id,
        ancestors=line(*ancestors) if ancestors else line(*range(int(one.commit, 16) - 1, 0, -1)),
        changes=find_outcome_changes,
    )
    return record_run(known.store(), "readygate", replace(run, **more))


def memory(*snapshots: Snapshot) -> Memory:
    known = Memory()
    for one in snapshots:
        record(known, one)
    return known


def runs(known: Memory) -> Record:
    return decode_record(known.data[HISTORY], "here")


def nobody() -> Iterable[str]:
    raise AssertionError("the ancestors are not needed")


def chosen(known: Memory, wanted: int, ancestors: Callable[[], Iterable[str]] = nobody) -> BaselineChoice:
    look = WantedBaseline(commit=sha(wanted), relation="the merge base", branch="main", ancestors=ancestors)
    return choose(known.store(), "readygate", look)


class TestChoose:
    """The exact commit, else its nearest first-parent ancestor, never anything else."""

    def test_the_exact_commit_needs_no_ancestors(self) -> None:
        found = chosen(memory(made(1), made(2), made(3)), 2).baseline
        assert found is not None
        assert (found.snapshot.commit, found.behind, found.branch) == (sha(2), 0, "main")

    def test_else_the_nearest_ancestor(self) -> None:
        found = chosen(memory(made(1), made(2), made(3)), 9, line(8, 2, 1)).baseline
        assert found is not None
        assert (found.snapshot.commit, found.behind) == (sha(2), 2)

    @pytest.mark.parametrize(("behind", "is_found"), [(MAX_ANCESTORS, True), (MAX_ANCESTORS + 1, False)])
    def test_as_many_commits_before_it_as_the_documentation_says(self, behind: int, is_found: bool) -> None:
        newest = 1 + behind
        choice = chosen(memory(made(1)), newest, line(*range(newest - 1, 0, -1)))
        assert (choice.baseline is not None) == is_found

    def test_never_one_that_is_no_ancestor(self) -> None:
        choice = chosen(memory(made(1)), 9, line(8, 7))
        assert choice.baseline is None
        assert "neither 0000000 nor any commit before it" in str(choice.note)

    def test_an_empty_store_says_so(self) -> None:
        choice = chosen(Memory(), 1)
        assert choice.note == (Untrusted("main"), " has no stored results yet")

    def test_a_store_that_does_not_answer_is_an_error(self) -> None:
        known = memory(made(1))
        for lost in known.data:
            known.lost = {lost}
            with pytest.raises(StoreError, match="does not answer"):
                chosen(known, 1)

    def test_a_run_that_was_not_complete_is_no_baseline_and_feeds_the_history(self) -> None:
        known = memory(made(1, "f"), made(2, "f", complete=False))
        found = chosen(known, 2).baseline
        assert found is not None
        assert found.snapshot.commit == sha(1)
        assert found.history is not None
        assert [run.commit for run in found.history.runs] == [sha(1), sha(2)]

    def test_only_runs_that_were_not_complete(self) -> None:
        assert "was complete" in str(chosen(memory(made(1, complete=False)), 1, line()).note)

    def test_a_damaged_snapshot_is_passed_over_and_named(self) -> None:
        known = memory(made(1), made(2))
        damage(known, 2)
        choice = chosen(known, 2)
        assert choice.baseline is not None
        assert choice.baseline.snapshot.commit == sha(1)
        assert "Older results were taken" in choice.warnings[0]

    def test_damage_alone_is_no_missing_baseline(self) -> None:
        known = memory(made(1))
        damage(known, 1)
        with pytest.raises(StoreError, match="damaged"):
            chosen(known, 1, line())

    def test_many_damaged_ones_are_an_error(self) -> None:
        known = memory(*map(made, range(1, MAX_UNUSABLE + 3)))
        for number in range(2, MAX_UNUSABLE + 3):
            damage(known, number)
        with pytest.raises(StoreError, match="damaged"):
            chosen(known, MAX_UNUSABLE + 2)

    @pytest.mark.parametrize("number", [1, MAX_UNUSABLE + 2])
    def test_a_run_that_stores_results_replaces_damaged_ones(self, number: int) -> None:
        known = memory(*map(made, range(1, number + 1)))
        for at in range(1, number + 1):
            damage(known, at)
        look = WantedBaseline(commit=sha(number), branch="main", ancestors=line(*range(number, 0, -1)), records=True)
        choice = choose(known.store(), "readygate", look)
        assert (choice.baseline, choice.note) == (None, "no stored results can be used")
        assert "damaged" in choice.warnings[0]
        record(known, made(number + 1))
        found = chosen(known, number + 1).baseline
        assert found is not None
        assert found.snapshot == made(number + 1)

    def test_a_run_that_stores_results_needs_a_store_that_answers(self) -> None:
        known = memory(made(1), made(2))
        known.lost = {path for path in known.data if "/snapshots/" in path}
        before = dict(known.data)
        with pytest.raises(StoreError, match="does not answer"):
            record(known, made(3))
        assert known.data == before

    def test_a_snapshot_that_is_gone_is_passed_over_without_a_notice(self) -> None:
        known = memory(*map(made, range(1, MAX_UNUSABLE + 5)))
        known.gone = {f"readygate/snapshots/{sha(number)}/results" for number in range(2, MAX_UNUSABLE + 5)}
        choice = chosen(known, MAX_UNUSABLE + 4)
        assert choice.baseline is not None
        assert (choice.baseline.snapshot.commit, choice.warnings) == (sha(1), ())

    def test_if_all_are_gone_the_nearest_says_why_there_is_no_baseline(self) -> None:
        known = memory(made(1), made(2))
        known.gone = set(known.data)
        choice = chosen(known, 2, line(1))
        assert choice.baseline is None
        assert sha(2) in str(choice.note)
        assert "no longer exist, as they expired" in str(choice.note)
        assert choice.todo == "Run it again."

    def test_a_snapshot_whose_files_differ_from_the_history_is_passed_over(self) -> None:
        known = memory(made(1), made(2))
        known.data[f"readygate/snapshots/{sha(2)}/results"] += b"\n"
        choice = chosen(known, 2)
        assert choice.baseline is not None
        assert choice.baseline.snapshot.commit == sha(1)
        assert "does not match its id" in choice.warnings[0]

    @pytest.mark.parametrize("data", [b"", b"x", b"{}\n", b'{"readygate":"history","version":9}\n'])
    def test_a_history_that_cannot_be_read_is_an_error_and_is_left_as_it_is(self, data: bytes) -> None:
        known = memory(made(1))
        known.data[HISTORY] = data
        with pytest.raises(StoreError, match="history"):
            chosen(known, 1)
        with pytest.raises(StoreError, match="history"):
            record(known, made(2))
        assert known.data[HISTORY] == data

    def test_own_files_are_not_fetched(self) -> None:
        known, head = memory(made(1, "pp")), made(9, "pf")
        known.fetched.clear()
        look = WantedBaseline(commit=sha(1), own=partial(equal_files, head))
        assert choose(known.store(), "readygate", look).baseline is not None
        assert [path.rpartition("/")[2] for path in known.fetched] == ["results"]

    def test_results_that_were_removed_are_said(self) -> None:
        known = memory(made(1), made(2))
        record(known, made(3), when=10**9, max_bytes=1)
        assert "were removed" in str(chosen(known, 2, line(1)).note)


class TestMerges:
    """The branch of commits 10 and 11 left main at 2 and merges 4 in 12, which has no results."""

    PARENTS: ClassVar = {12: (11, 4), 11: (10,), 10: (2,), 4: (3,), 3: (2,)}

    def chosen(self, known: Memory, parents: Mapping[int, tuple[int, ...]] = PARENTS) -> BaselineChoice:
        self.asked: list[str] = []

        def between(older: str) -> dict[str, tuple[str, ...]]:
            self.asked.append(older)
            return {sha(number): tuple(map(sha, above)) for number, above in parents.items()}

        look = WantedBaseline(commit=sha(12), branch="release", ancestors=line(11, 10, 2, 1), between=between)
        return choose(known.store(), "readygate", look)

    def main(self, letters: str = "pf") -> Memory:
        return memory(made(1, "pp"), made(2, "pp"), made(3, "pp"), made(4, letters))

    def test_merged_results_that_build_on_the_nearest_ancestor_are_nearer(self) -> None:
        known = self.main()
        found = self.chosen(known).baseline
        assert found is not None
        assert (found.snapshot.commit, found.behind) == (sha(4), 1)
        assert found.history is not None
        assert [run.commit for run in found.history.runs] == [sha(1), sha(2), sha(3), sha(4)]
        assert self.asked == [sha(2)]

    def test_failures_of_a_merged_branch_are_known_where_both_have_results(self) -> None:
        known = self.main("pfp")
        record(known, made(10, "pp", run_id=20), 2, 1)
        found = self.chosen(known).baseline
        assert found is not None
        assert (found.snapshot.commit, found.behind) == (sha(10), 2)
        assert found.history is not None
        assert {test.name: commit for (test, _), commit in found.history.merged.items()} == {"t1": sha(4)}

    def test_a_new_test_that_fails_on_a_merged_branch_is_known(self) -> None:
        known = self.main("ppf")
        record(known, made(10, "pp", run_id=20), 2, 1)
        found = self.chosen(known).baseline
        assert found is not None
        assert found.history is not None
        assert [test.name for test, _ in found.history.merged] == ["t2"]

    def test_a_merged_topic_that_has_no_results_changes_nothing(self) -> None:
        known = memory(made(1), made(2))
        found = self.chosen(known, {12: (11, 8), 11: (10,), 10: (2,), 8: (1,), 2: (1,), 1: ()}).baseline
        assert found is not None
        assert found.snapshot.commit == sha(2)
        assert found.history is not None
        assert found.history.merged == {}

    def test_commits_of_the_change_itself_say_nothing(self) -> None:
        known = self.main()
        found = self.chosen(known, {**self.PARENTS, 12: (11,), 13: (12, 4)}).baseline
        assert found is not None
        assert found.snapshot.commit == sha(2)

    def test_nothing_is_searched_where_the_wanted_commit_has_results(self) -> None:
        known = self.main()
        record(known, made(12, "pf", run_id=30), 11, 10, 2, 1)
        found = self.chosen(known).baseline
        assert found is not None
        assert found.snapshot.commit == sha(12)
        assert self.asked == []

    def test_damaged_merged_results_are_passed_over(self) -> None:
        known = self.main()
        damage(known, 4)
        found = self.chosen(known).baseline
        assert found is not None
        assert found.snapshot.commit == sha(2)


class TestRecord:
    def test_equal_files_are_not_sent_again(self) -> None:
        known = memory(made(1, "pp"))
        record(known, made(2, "pf"))
        assert sorted(path.rpartition("/")[2] for path in known.sent) == ["history.jsonl", "results"]

    def test_another_workflow_is_refused_by_name(self) -> None:
        known = Memory()
        record(known, made(1), workflow=".github/workflows/ci.yml")
        with pytest.raises(
            StoreError, match=r"recorded by \.github/workflows/ci\.yml.* \.github/workflows/nightly\.yml"
        ):
            record(known, made(2), workflow=".github/workflows/nightly.yml")
        assert len(runs(known).runs) == 1

    def test_a_workflow_that_is_gone_is_followed(self) -> None:
        known = Memory()
        record(known, made(1), workflow="old.yml")
        record(known, made(2), workflow="new.yml", workflow_gone=lambda path: path == "old.yml")
        assert runs(known).workflow == "new.yml"

    def test_a_gap_is_filled_and_nothing_else_replaced(self) -> None:
        known = memory(made(1, "p"))
        assert "they stay" in record(known, made(1, "f", run_id=7), gap_only=True)
        record(known, made(2, "f", run_id=8), gap_only=True)
        assert [run.run_id for run in runs(known).runs] == [1, 8]

    def test_another_attempt_replaces_the_snapshot_and_keeps_its_own_line(self) -> None:
        known = memory(made(1, "f"), made(2, "f"))
        record(known, made(2, "p", attempt=2))
        found = chosen(known, 2).baseline
        assert found is not None
        assert found.snapshot.executions.failed == 0
        assert found.history is not None
        assert list(found.history.tests.values()) == ["FF."]

    @pytest.mark.parametrize(("run_id", "attempt"), [(2, 1), (1, 3)], ids=["attempt", "run"])
    def test_an_older_one_that_stores_late_keeps_the_snapshot(self, run_id: int, attempt: int) -> None:
        known = memory(made(1, "f"), made(2, "p", attempt=2))
        record(known, made(2, "f", run_id=run_id, attempt=attempt))
        found = chosen(known, 2).baseline
        assert found is not None
        assert found.snapshot.executions.failed == 0

    def test_another_attempt_without_all_results_keeps_the_snapshot(self) -> None:
        known = memory(made(1, "p"))
        record(known, made(1, "f", attempt=2, complete=False))
        found = chosen(known, 1).baseline
        assert found is not None
        assert found.snapshot.executions.passed == 1
        assert found.history is not None
        assert list(found.history.tests.values()) == [".F"]

    def test_a_snapshot_that_is_gone_does_not_prevent_later_runs(self) -> None:
        known = memory(made(1, "f"), made(2, "p"))
        known.gone = {path for path in known.data if sha(2) in path}
        record(known, made(3, "f"))
        known.gone = set()
        found = chosen(known, 3).baseline
        assert found is not None
        assert found.history is not None
        assert list(found.history.tests.values()) == ["F.F"]

    def test_the_same_run_twice_is_one(self) -> None:
        known = memory(made(1), made(1))
        assert len(runs(known).runs) == 1

    def test_other_results_of_the_same_run_are_refused_by_name(self) -> None:
        known = memory(made(1, "pp"), made(2, "pp"))
        before = dict(known.data)
        with pytest.raises(
            StoreError, match=r"attempt 1 of the workflow run 2 has recorded other results.*jobs.*input `name`"
        ):
            record(known, made(2, "pf"))
        assert known.data == before

    @pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
    def test_complete_results_of_a_run_take_the_place_of_incomplete_ones(self, *, first: bool, second: bool) -> None:
        known = memory(made(1, "pp", complete=first), made(1, "ppp", complete=second))
        (run,) = runs(known).runs
        assert run.complete
        assert run.counts.passed == (2 if first else 3)

    def test_a_late_run_takes_its_place(self) -> None:
        known = memory(made(1, "p"), made(3, "f"))
        record(known, made(2, "f", run_id=9))
        found = chosen(known, 3).baseline
        assert found is not None
        assert found.history is not None
        assert [run.commit for run in found.history.runs] == [sha(1), sha(2), sha(3)]
        assert list(found.history.tests.values()) == [".FF"]

    def test_passed_is_known_from_absent(self) -> None:
        found = chosen(memory(made(1, "p"), made(2, "pp"), made(3, "ff")), 3).baseline
        assert found is not None
        assert found.history is not None
        assert sorted(found.history.tests.values()) == [" .F", "..F"]

    def test_the_newest_of_a_quiet_branch_stays(self) -> None:
        known = Memory()
        record(known, on_quiet(500, 1), 499)
        for number in range(1, 90):
            record(known, made(number, run_id=number + 1), when=10_000 + number)
        kept = {path.split("/")[2] for path in known.snapshots}
        assert sha(500) in kept
        assert {sha(number) for number in range(41, 90)} <= kept

    def test_a_group_that_left_the_queue_is_not_the_newest_of_its_branch(self) -> None:
        known = Memory()
        record(known, on_quiet(500, 1), 499)
        record(known, on_quiet(600, 2, "merge_group"), 500, 499)
        for number in range(1, 90):
            record(known, made(number, run_id=number + 2), when=10_000 + number)
        assert sha(500) in {path.split("/")[2] for path in known.snapshots}

    def test_a_group_that_left_the_queue_does_not_keep_the_badges_of_its_branch_old(self) -> None:
        known = Memory()
        record(known, on_quiet(600, 2, "merge_group"), 500, 499)
        record(known, on_quiet(500, 1), 499, badges={"tests.json": b"{}"})
        assert known.data["readygate/badges/quiet/tests.json"] == b"{}"

    def test_the_limit_holds(self) -> None:
        known = Memory()
        for number in range(1, 30):
            record(known, made(number, "pf" * (number % 5 + 1)), max_bytes=2_000)
        sizes = runs(known).files()
        assert sum(sizes.values()) <= 2_000
        assert chosen(known, 29).baseline is not None


def damage(known: Memory, number: int) -> None:
    """Make the results of a commit unreadable, with the id of the damaged bytes in the record."""
    path = f"readygate/snapshots/{sha(number)}/results"
    old, new = blob_id(known.data[path]), blob_id(b"damaged\n")
    known.data[path] = b"damaged\n"
    known.data[HISTORY] = known.data[HISTORY].replace(old.encode(), new.encode())
    assert json.loads(known.data[HISTORY].split(b"\n")[0])


class TestResetOfABranch:
    """What docs/baseline.md says under "Remove results" about one branch whose commits another branch has, too."""

    @staticmethod
    def without(known: Memory, branch: str) -> set[str]:
        """Delete the lines of a branch, and return the commits of these lines that no other line begins with."""
        lines = known.data[HISTORY].splitlines(keepends=True)
        own = [one for one in lines if f'"branch":"{branch}"'.encode() in one]
        left = [one for one in lines if one not in own]
        known.data[HISTORY] = b"".join(left)
        kept = {json.loads(one).get("commit") for one in left}
        return {json.loads(one)["commit"] for one in own} - kept

    @staticmethod
    def both_branches() -> Memory:
        """Return a store in which `release` was created at the newest commit of `main`, and ran last."""
        known = memory(made(1), made(2))
        again = made(2, run_id=3)
        record(known, replace(again, provenance=replace(again.provenance, branch="release")))
        return known

    @staticmethod
    def delete(known: Memory, commits: set[str]) -> None:
        for path in [path for path in known.data if any(f"/snapshots/{commit}/" in path for commit in commits)]:
            del known.data[path]

    def test_the_other_branch_keeps_its_baseline(self) -> None:
        known = self.both_branches()
        gone = self.without(known, "main")
        self.delete(known, gone)
        assert gone == {sha(1)}
        found = chosen(known, 2, line(1)).baseline
        assert found is not None
        assert found.snapshot.commit == sha(2)
        assert {run.branch for run in runs(known).runs} == {"release"}

    def test_without_the_shared_folder_readers_fail(self) -> None:
        known = self.both_branches()
        self.delete(known, self.without(known, "main") | {sha(2)})
        with pytest.raises(StoreError, match="is missing"):
            chosen(known, 2, line(1))

    def test_a_new_run_stores_what_the_deleted_line_had(self) -> None:
        known = self.both_branches()
        gone = self.without(known, "release")
        self.delete(known, gone)
        assert gone == set()
        before = chosen(known, 2).baseline
        assert before is not None
        assert before.snapshot.commit == sha(1)
        record(known, made(2, run_id=4))
        after = chosen(known, 2).baseline
        assert after is not None
        assert after.snapshot.commit == sha(2)
