"""Select the stored snapshot that a change is compared with, and the history of its line of commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from readygate.baseline._text import escape
from readygate.baseline.commit_line import CommitLine, records_on
from readygate.baseline.load_snapshot import Own, fetch_files, no_files, read_snapshot
from readygate.baseline.merged_runs import MergedRuns, Parents, find_merged_runs
from readygate.baseline.past_outcomes import past_outcomes
from readygate.baseline.run_records import Record, RunRecord, read_record
from readygate.baseline.store_paths import history_path
from readygate.baseline.stores import Store
from readygate.model.history import History
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.snapshot import Baseline, Snapshot
from readygate.support.errors import GoneError, StoreError, UnusableError

MAX_UNUSABLE = 5
"""Unusable snapshots that are passed over for an older one; one more is an error."""

FIRST_RUN = "After the first run of Readygate on a push to the base branch, changes are compared."


class BaselineChoice(Struct, frozen=True, kw_only=True):
    """The selected baseline, or the reason why there is none.

    Attributes:
        run: the record of the baseline; None without a baseline, or if it does not come from a store.
        note: why there is no baseline, part of a sentence.
        todo: what to do about it, a sentence.
        warnings: what could not be used, for the log; one sentence each.
    """

    baseline: Baseline | None
    run: RunRecord | None = None
    note: RichText | str = ""
    todo: str = ""
    warnings: tuple[str, ...] = ()


class WantedBaseline(Struct, frozen=True, kw_only=True):
    """What to look for in a store.

    Attributes:
        commit: the commit that the change starts from.
        relation: what that commit is, for the report.
        branch: the base branch, for the report.
        ancestors: lists the first-parent ancestors, nearest first; called only where the store does not know them.
        between: returns the parents of the commits that the wanted commit contains and an older one does not, those of
            merged branches included, as far as they are known; called only where commits were passed over, and empty
            if none of these is a merge.
        own: returns files of this run's snapshot, which need not be fetched.
        attempt: the measured commit, the workflow run and its attempt, whose earlier attempts are looked up; None for
            none.
        records: this run stores results of its own, which later runs then use in place of unusable ones.
    """

    commit: str
    relation: str = ""
    branch: str = ""
    ancestors: Callable[[], Iterable[str]] = tuple
    between: Callable[[str], Parents] = lambda _older: {}
    own: Own = no_files
    attempt: tuple[str, int, int] | None = None
    records: bool = False


def choose(store: Store, gate: str, wanted: WantedBaseline) -> BaselineChoice:
    """Choose the snapshot of the wanted commit, or else of its nearest first-parent ancestor that has one.

    If the wanted commit merged a run that was built on that ancestor, that run is nearer and is chosen.

    Raises:
        StoreError, ForgeError: the store or its record cannot be read, or every snapshot that fits is unusable and this
            run does not replace them.
    """
    path = history_path(gate)
    commits = CommitLine(wanted.commit, {}, wanted.ancestors).commits
    record = read_record(lambda: store.history(path, commits()), f"{store.where}, {path}")
    if not record.runs:
        return BaselineChoice(
            baseline=None,
            note=(Untrusted(wanted.branch), " has no stored results yet")
            if wanted.branch
            else "there are no stored results yet",
            todo=FIRST_RUN,
        )
    line = CommitLine(wanted.commit, record.first_parents(), wanted.ancestors)
    unusable: list[StoreError] = []
    gone: list[GoneError] = []
    for run, merged in _candidates(wanted, line, record):
        if snapshot := _load(store, gate, run, wanted, unusable, gone):
            return _choice(store, wanted, record, line, merged, run, snapshot, unusable)
        if len(unusable) > MAX_UNUSABLE:
            break
    if unusable and not wanted.records:  # results exist, but none is usable: this must not look like "no baseline"
        raise unusable[-1] if len(unusable) > MAX_UNUSABLE else unusable[0]
    if unusable:
        return BaselineChoice(
            baseline=None,
            note="no stored results can be used",
            todo="Nothing: this run stores new ones.",
            warnings=tuple(map(str, unusable)),
        )
    if gone:
        what, why, todo = gone[0].what, gone[0].why, gone[0].todo
        return BaselineChoice(baseline=None, note=f"{what}, as {why}", todo=f"{todo[:1].upper()}{todo[1:]}.")
    return _none(wanted, record, line)


def _candidates(wanted: WantedBaseline, line: CommitLine, record: Record) -> Iterator[tuple[RunRecord, MergedRuns]]:
    """Yield the runs that can be the baseline, the best first, with the merged runs since the nearest ancestor."""
    merged: MergedRuns | None = None
    for older in records_on(line.commits(), record.runs):
        if not older.is_baseline:
            continue
        if merged is None:
            parents = {} if older.commit == wanted.commit else wanted.between(older.commit)
            merged = find_merged_runs(wanted.commit, older, parents, record) if parents else MergedRuns()
            yield from ((run, merged) for run in merged.built_on(older))
            yield older, merged
        else:  # the nearest is of no use, and what was merged since this one is not searched again
            yield older, MergedRuns()


def _load(
    store: Store,
    gate: str,
    run: RunRecord,
    wanted: WantedBaseline,
    unusable: list[StoreError],
    gone: list[GoneError],
) -> Snapshot | None:
    """Load a snapshot. Return None, and append the reason, if it is damaged, has another version, or is gone.

    Raises:
        StoreError, ForgeError: it cannot be fetched.
    """
    try:
        return read_snapshot(store, run, fetch_files(store, gate, run, wanted.own))
    except GoneError as error:
        gone.append(error)
        return None
    except UnusableError as error:
        unusable.append(error)
        return None


def _choice(
    store: Store,
    wanted: WantedBaseline,
    record: Record,
    line: CommitLine,
    merged: MergedRuns,
    run: RunRecord,
    snapshot: Snapshot,
    unusable: Iterable[StoreError],
) -> BaselineChoice:
    commits = merged.line(run) if run in merged.runs else list(line.commits(ask=False))
    warnings = [f"{error} Older results were taken in its place." for error in unusable]
    history: History | None = None
    recorded = list(records_on(commits, record.runs))
    try:
        others = [records_on(merged.line(other), record.runs) for other in merged.runs if other != run]
        history = past_outcomes(
            recorded, run, snapshot, [list(runs) for runs in others], _earlier_attempts(wanted, record)
        )
    except ValueError as error:
        warnings.append(
            f"{store.where}: the history is damaged ({error}). Without it the report says nothing of earlier runs."
        )
    return BaselineChoice(
        run=run,
        warnings=tuple(warnings),
        baseline=Baseline(
            snapshot=snapshot,
            wanted=wanted.commit,
            behind=merged.distances[run.commit] if run in merged.runs else commits.index(run.commit),
            branch=_branch(wanted.branch, snapshot, recorded),
            relation=wanted.relation,
            history=history,
        ),
    )


def _earlier_attempts(wanted: WantedBaseline, record: Record) -> list[RunRecord]:
    """Return the recorded complete attempts of this workflow run before this one."""
    if wanted.attempt is None:
        return []
    commit, run_id, attempt = wanted.attempt
    own = (run for run in record.runs if run.commit == commit and run.run_id == run_id)
    return [run for run in own if run.attempt < attempt and run.complete]


def _branch(base: str, snapshot: Snapshot, recorded: Iterable[RunRecord]) -> str:
    """Return the branch whose results are shown: the base branch if it was ever recorded, else that of the snapshot.

    The base of a stacked pull request has no results of its own.
    """
    known = any(run.branch == escape(base) for run in recorded)
    return base if known else snapshot.provenance.branch or base


def _none(wanted: WantedBaseline, record: Record, line: CommitLine) -> BaselineChoice:
    """Return why no record of the line is a baseline."""
    runs = list(records_on(line.commits(), record.runs))
    removed = next((run for run in runs if run.complete), None)
    if removed is not None:
        return BaselineChoice(
            baseline=None,
            note=f"the results of {removed.commit[:7]} were removed, as newer ones took their place in the store",
            todo="Run the workflow on the base branch again, or raise `baseline-size` in the policy.",
        )
    if runs:
        return BaselineChoice(
            baseline=None,
            note=f"no run of {runs[0].commit[:7]} or before it was complete",
            todo="Run the workflow on the base branch again.",
        )
    return BaselineChoice(
        baseline=None,
        note=f"neither {wanted.commit[:7]} nor any commit before it that was looked at has stored results",
        todo="Run the workflow on the base branch.",
    )
