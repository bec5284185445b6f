"""Decide which snapshots, runs and changes of a record are kept."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from readygate.baseline.commit_line import CommitLine, records_on
from readygate.baseline.run_records import Record, RunRecord, encode_record, encoded_size, without_changes
from readygate.model.history import RUNS_KEPT
from readygate.support.git_names import QUEUE_PREFIX

NEWEST: Final = 50
"""Snapshots that are kept whatever their age."""
DAY: Final = 86_400
DAYS: Final = 60
"""Age in days up to which one older snapshot a day is kept."""
WEEK: Final = 7 * DAY
WEEKS: Final = 104
"""Age in weeks up to which one older snapshot a week is kept."""
SPARE_RUNS: Final = 10
"""Runs that are kept beyond those of a history, for runs that are recorded late."""
HISTORY_BYTES: Final = 2_000_000
"""Largest history file: every run downloads it."""
HISTORY_SHARE: Final = 4
"""Divisor of the limit for all files: beyond this share of it, the oldest runs of the history lose their changes."""


def thin_out(record: Record, added: RunRecord, max_bytes: int, default_branch: str = "") -> Record:
    """Return the record without snapshots, runs and changes that are too old, or too much together.

    The newest snapshot of each branch stays while all of these fit the limit; that of the default branch goes last.

    Args:
        record: all runs.
        added: the run that is recorded now, which always stays with its snapshot.
        max_bytes: limit for the compressed size of all stored files, each counted once.
        default_branch: the default branch as records name it, empty if unknown.
    """
    stored = sorted((run for run in record.runs if run.snapshot is not None), key=_age)
    first = _first(record.runs, stored, added, default_branch)
    wanted = [*first, *_by_age(stored, first, added.when)]
    runs = list(_on_some_line(_with_snapshots(record.runs, {run.key for run in wanted})))
    order = list(dict.fromkeys([added.key, *(run.key for run in first), *(run.key for run in sorted(runs, key=_age))]))
    runs = _limit_history(runs, order, min(HISTORY_BYTES, max_bytes // HISTORY_SHARE))
    left = {run.key for run in runs}
    history = len(zlib.compress(encode_record(replace(record, runs=tuple(runs))), 1))
    kept = _within([run for run in wanted if run.key in left], max_bytes - history)
    return replace(record, runs=tuple(_with_snapshots(runs, kept)))


def _age(run: RunRecord) -> tuple[int, int, int]:
    """Return a key that sorts the newest first."""
    return -run.when, -run.run_id, -run.attempt


def _first(
    runs: Iterable[RunRecord], stored: Sequence[RunRecord], added: RunRecord, default_branch: str
) -> list[RunRecord]:
    """Return the snapshots that are kept first: the added one, and the newest of each branch.

    The newest is that of the latest workflow run: a run that was recorded late, or an attempt of an old run, is older.
    """
    by_commit = {run.commit: run for run in stored}
    tips = {run.branch: by_commit[run.commit] for run in sorted(runs, key=_order) if run.commit in by_commit}
    default = [name for name in (default_branch, f"{QUEUE_PREFIX}{default_branch}") if name in tips]
    others = sorted((tip for branch, tip in tips.items() if branch not in default), key=_age)
    found = [run for run in stored if run.key == added.key]
    found += [tips[name] for name in default]
    return list({run.key: run for run in (*found, *others)}.values())


def _order(run: RunRecord) -> tuple[int, int]:
    return run.order


def _by_age(stored: Sequence[RunRecord], first: Sequence[RunRecord], now: int) -> Iterator[RunRecord]:
    """Yield the newest snapshots, then one a day, then one a week, the newest first."""
    seen: set[tuple[int, int]] = set()
    known = {run.key for run in first}
    for number, run in enumerate(stored):
        age = max(0, now - run.when)
        period = DAY if age < DAYS * DAY else WEEK
        place = (period, run.when // period)
        if number < NEWEST or (place not in seen and age < WEEKS * WEEK):
            seen.add(place)
            if run.key not in known:
                yield run


def _with_snapshots(runs: Iterable[RunRecord], keys: Collection[str]) -> list[RunRecord]:
    """Return the runs, and only those of some keys with their snapshots."""
    return [run if run.key in keys or run.snapshot is None else replace(run, snapshot=None) for run in runs]


def _within(runs: Iterable[RunRecord], max_bytes: int) -> set[str]:
    """Return the keys of the first runs whose files fit the limit together; the very first always does."""
    files: set[str] = set()
    size = 0
    kept: set[str] = set()
    for run in runs:
        new = {file.id: file.size for file in (run.snapshot or {}).values() if file.id not in files}
        if kept and size + sum(new.values()) > max_bytes:
            continue
        size += sum(new.values())
        files |= new.keys()
        kept.add(run.key)
    return kept


def _on_some_line(runs: Sequence[RunRecord]) -> Iterator[RunRecord]:
    """Yield the runs that a history may still need: those on the lines of branches and snapshots, and the newest."""
    known = {commit: parent for run in runs for commit, parent in run.parents()}
    needed = {run.key for run in sorted(runs, key=_age)[:RUNS_KEPT]}
    needed |= {run.key for run in runs if run.snapshot is not None}
    latest = sorted(runs, key=_order)
    tips = {(run.branch, complete): run.commit for run in latest for complete in {False, run.complete}}
    for commit in set(tips.values()):
        line = list(records_on(CommitLine(commit, known, tuple).commits(ask=False), runs))
        needed |= {run.key for run in line[: RUNS_KEPT + SPARE_RUNS]}
    return (run for run in runs if run.key in needed)


def _limit_history(runs: Sequence[RunRecord], order: Iterable[str], max_bytes: int) -> list[RunRecord]:
    """Return the runs whose lines fit a limit together: the last ones lose their changes, then they go.

    Args:
        runs: the runs.
        order: their keys, the most useful first; the very first stays in any case.
        max_bytes: limit for the size of all lines; changes are left out to keep it. Lines without changes take at most
            half of `HISTORY_BYTES`.
    """
    by_key = {run.key: run for run in runs}
    plain = {run.key: without_changes(run) for run in runs}
    kept: dict[str, RunRecord] = {}
    size = 0
    for key in order:
        size += encoded_size(plain[key])
        if kept and size > HISTORY_BYTES // 2:
            break
        kept[key] = plain[key]
    left = max_bytes - sum(encoded_size(run) for run in kept.values())
    for run in sorted((by_key[key] for key in kept), key=_age):
        left -= encoded_size(run) - encoded_size(plain[run.key])
        if left < 0:
            break  # older ones stay without changes, too: they could not be reached
        kept[run.key] = run
    return [kept[run.key] for run in runs if run.key in kept]
