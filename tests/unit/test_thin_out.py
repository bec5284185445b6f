"""What is kept of a record, whatever its history and its limits."""

from collections.abc import Sequence
from zlib import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from readygate.baseline import thin_out as thinning
from readygate.baseline.run_records import Record, RunRecord, StoredFile, encode_record, encoded_size
from readygate.baseline.thin_out import DAY, DAYS, NEWEST, WEEK, WEEKS, thin_out
from readygate.model.history import RUNS_KEPT
from readygate.model.results import Counts

NOW = 1_800_000_000
AMPLE = 10**9
"""A limit that everything fits."""


def sha(number: int) -> str:
    return f"{number:040x}"


def run(number: int, **more: object) -> RunRecord:
    """Return a run of commit `number`, whose parent is the commit before."""
    plain = RunRecord(commit=sha(number), run_id=number, attempt=1, when=NOW + number, branch="main", counts=Counts())
    line = (sha(number - 1),) if number > 1 else ()
    fields: dict[str, object] = {"line": line, "snapshot": {"results": StoredFile(sha(number), 100)}}
    return replace(plain, **(fields | more))


def stored(record: Record) -> list[RunRecord]:
    return [one for one in record.runs if one.snapshot is not None]


def size(record: Record) -> int:
    """Return the compressed size of all files."""
    return sum(record.files().values()) + len(compress(encode_record(record), 1))


@st.composite
def histories(draw: st.DrawFn, most: int = 80) -> tuple[Record, RunRecord]:
    """Return runs of a few branches, late ones and repeated ones among them, and the run that is added."""
    branches = st.sampled_from(["main", "main", "release/1", "topic/1", "topic/2", "topic/3"])
    ages = st.one_of(st.integers(0, 90 * DAY), st.integers(0, 3 * WEEKS * WEEK))
    runs: dict[str, RunRecord] = {}
    one = run(1)
    for number in range(1, draw(st.integers(1, most)) + 1):
        commit = draw(st.integers(1, number))
        files = draw(st.sets(st.integers(0, 30), min_size=1, max_size=3))
        complete = draw(st.sampled_from([True, True, True, False]))
        names = [f"test_{at}" for at in range(draw(st.integers(0, 20)))]
        one = run(
            number,
            branch=draw(branches),
            complete=complete,
            changes=(("", "", {"A": {".F": names}}),) if names else (),
        )
        sizes = {f"names/{at}": StoredFile(sha(file), 50 * file) for at, file in enumerate(sorted(files))}
        one = replace(
            one,
            commit=sha(commit),
            line=(sha(commit - 1),) if commit > 1 else (),
            when=NOW - draw(ages),
            snapshot=sizes if complete else None,
        )
        for known in [known for known in runs.values() if complete and known.commit == one.commit]:
            runs[known.key] = replace(known, snapshot=None)  # a commit has one snapshot
        runs[one.key] = one
    added = replace(one, when=NOW)
    runs[added.key] = added
    return Record(runs=tuple(runs.values())), added


def newest_of_branches(record: Record) -> dict[str, str]:
    """Return the commit of the latest run with a snapshot, by branch."""
    commits = {one.commit for one in stored(record)}
    return {one.branch: one.commit for one in sorted(record.runs, key=lambda one: one.order) if one.commit in commits}


@given(histories(), st.integers(0, 30_000))
def test_nothing_is_made_up_and_the_limit_holds(history: tuple[Record, RunRecord], limit: int) -> None:
    record, added = history
    kept = thin_out(record, added, limit, "main")

    known = {one.key: one for one in record.runs}
    for one in kept.runs:
        whole = known[one.key]
        assert one.snapshot in (whole.snapshot, None)
        if one.unknown:
            whole = replace(whole, unknown=True, changes=())
        assert replace(one, snapshot=None) == replace(whole, snapshot=None)
    assert {one.key: one for one in kept.runs}[added.key].snapshot == added.snapshot
    assert size(kept) <= limit or {one.key for one in stored(kept)} <= {added.key} or not stored(kept)[1:]


@given(histories())
def test_the_newest_of_each_branch_and_of_all_stay(history: tuple[Record, RunRecord]) -> None:
    record, added = history
    kept = {one.commit for one in stored(thin_out(record, added, AMPLE))}

    assert set(newest_of_branches(record).values()) <= kept
    newest = sorted(stored(record), key=lambda one: (one.when, one.run_id), reverse=True)[:NEWEST]
    assert {one.commit for one in newest} <= kept


@given(histories())
def test_older_ones_stay_one_a_day_then_one_a_week(history: tuple[Record, RunRecord]) -> None:
    record, added = history
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thinning, "NEWEST", 5)
        kept = stored(thin_out(record, added, AMPLE))

    first = set(newest_of_branches(record).values()) | {added.commit}
    newest = sorted(stored(record), key=lambda one: (one.when, one.run_id), reverse=True)[:5]
    older = [one for one in kept if one not in newest and one.commit not in first]
    assert all(NOW - one.when < WEEKS * WEEK for one in older)
    days = [one.when // DAY for one in older if NOW - one.when < DAYS * DAY]
    weeks = [one.when // WEEK for one in older if NOW - one.when >= DAYS * DAY]
    assert len(set(days)) == len(days)
    assert len(set(weeks)) == len(weeks)
    every = {one.when // DAY for one in stored(record) if NOW - one.when < DAYS * DAY}
    assert {one.when // DAY for one in kept} >= every


@given(histories(), st.integers(0, 30_000))
def test_the_default_branch_goes_last(history: tuple[Record, RunRecord], limit: int) -> None:
    record, added = history
    tip = newest_of_branches(record).get("main")
    kept = thin_out(record, added, limit, "main")

    commits = {one.commit for one in stored(kept)}
    if tip is not None and tip not in commits:
        assert commits <= {added.commit}


def test_many_branches_do_not_push_out_the_default_branch() -> None:
    main = run(1, when=NOW - DAY)
    topics = [run(number, branch=f"topic/{number}") for number in range(2, 60)]

    kept = thin_out(Record(runs=(main, *topics)), topics[-1], 4_000, "main")

    assert main.commit in {one.commit for one in stored(kept)}
    assert len(stored(kept)) < len(topics)


@given(histories(), st.integers(100, 20_000))
def test_the_oldest_lose_their_changes_first(history: tuple[Record, RunRecord], limit: int) -> None:
    record, added = history
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thinning, "HISTORY_BYTES", limit)
        kept = thin_out(record, added, AMPLE)

    assert sum(map(encoded_size, kept.runs)) <= limit or not [one for one in kept.runs if one.changes]
    lost = [one for one in kept.runs if one.unknown]
    whole = [one for one in kept.runs if one.changes]
    assert all(age(old) < age(new) for old in lost for new in whole)
    assert added.key in {one.key for one in kept.runs}


def age(one: RunRecord) -> tuple[int, int, int]:
    return one.when, one.run_id, one.attempt


def test_the_history_is_a_share_of_a_small_limit() -> None:
    names = [f"test_{number:06}" for number in range(1_000)]
    changes = (("", "", {"A": {".F": names}}),)
    runs = [run(number, changes=changes) for number in range(1, 60)]

    kept = thin_out(Record(runs=tuple(runs)), runs[-1], 400_000)

    assert len(encode_record(kept)) <= 100_000 + 1_000
    assert 1 <= len([one for one in kept.runs if one.changes]) < 10
    assert len(kept.runs) == len(runs)


def test_a_file_that_runs_share_counts_once() -> None:
    shared = StoredFile(sha(900), 6_000)
    runs = [run(number, snapshot={"names/0": shared}) for number in range(1, 4)]

    assert len(stored(thin_out(Record(runs=tuple(runs)), runs[-1], 10_000))) == 3


def lines_of(runs: Sequence[RunRecord]) -> set[str]:
    return {one.commit for one in runs}


def test_the_runs_of_a_history_stay_on_every_line() -> None:
    main = [run(number, snapshot=None) for number in range(1, 200)]
    quiet = run(300, branch="quiet", line=(sha(100),), snapshot=None, when=NOW - DAY)

    kept = thin_out(Record(runs=(*main, quiet)), main[-1], AMPLE)

    assert {sha(number) for number in range(200 - RUNS_KEPT, 200)} <= lines_of(kept.runs)
    assert {sha(number) for number in range(102 - RUNS_KEPT, 101)} <= lines_of(kept.runs)
    assert sha(1) not in lines_of(kept.runs)


def test_a_run_without_all_results_stays_when_an_older_one_is_recorded_late() -> None:
    line = [run(number) for number in range(1, 6)]
    cut = run(6, complete=False, snapshot=None)
    others = [run(number, branch="other", line=()) for number in range(100, 200)]
    late = replace(line[2], when=NOW + 10_000)

    kept = thin_out(Record(runs=(*line, cut, *others, late)), late, AMPLE)

    assert cut.commit in lines_of(kept.runs)
