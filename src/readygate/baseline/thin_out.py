"""Decide which snapshots and runs of a record are kept."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from readygate.baseline.commit_line import CommitLine, records_on
from readygate.baseline.run_records import Record, RunRecord
from readygate.model.history import RUNS_KEPT

NEWEST = 50
"""Snapshots that are kept whatever their age."""
DAY, DAYS = 86_400, 60
"""Of older ones, one a day is kept for so many days …"""
WEEK, WEEKS = 7 * DAY, 104
"""… and one a week for so many weeks."""
SPARE_RUNS = 10
"""Runs that are kept beyond those of a history, for runs that are recorded late."""


def thin_out(record: Record, added: RunRecord, max_bytes: int) -> Record:
    """Return the record without snapshots and runs that are too old, or too much together.

    The newest complete snapshot of each branch stays, until they alone are too large together.

    Args:
        record: all runs.
        added: the run that is recorded now, whose snapshot always stays.
        max_bytes: limit for the compressed size of all stored files, each counted once.
    """
    stored = sorted((run for run in record.runs if run.snapshot is not None), key=_age)
    by_commit = {run.commit: run for run in stored}
    newest = {run.branch: run.commit for run in sorted(record.runs, key=_age)[::-1] if run.commit in by_commit}
    first = [run for run in stored if run.key == added.key]
    first += [run for run in stored if run.commit in newest.values() and run.key != added.key]
    kept = _within([*first, *_by_age(stored, first, added.when)], max_bytes)
    runs = [run if run.key in kept else replace(run, snapshot=None) for run in record.runs]
    return replace(record, runs=tuple(_on_some_line(runs)))


def _age(run: RunRecord) -> tuple[int, int, int]:
    """Return a key that sorts the newest first."""
    return -run.when, -run.run_id, -run.attempt


def _by_age(stored: Sequence[RunRecord], first: Sequence[RunRecord], now: int) -> Iterator[RunRecord]:
    """Yield the newest snapshots, then one a day, then one a week, the newest first."""
    seen: set[tuple[int, int]] = set()
    for number, run in enumerate(stored):
        age = max(0, now - run.when)
        period = DAY if age < DAYS * DAY else WEEK
        place = (period, run.when // period)
        if number < NEWEST or (place not in seen and age < WEEKS * WEEK):
            seen.add(place)
            if run not in first:
                yield run


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
    """Yield the runs that a history may still need: the last ones on the line of a snapshot, and the newest of all."""
    known = {commit: parent for run in runs for commit, parent in run.parents()}
    needed = {run.key for run in sorted(runs, key=_age)[:RUNS_KEPT]}
    needed |= {run.key for run in runs if run.snapshot is not None}
    tips = {run.branch: run for run in sorted(runs, key=_age, reverse=True) if run.complete}
    for tip in tips.values():
        line = list(records_on(CommitLine(tip.commit, known, tuple).commits(ask=False), runs))
        needed |= {run.key for run in line[: RUNS_KEPT + SPARE_RUNS]}
    return (run for run in runs if run.key in needed)
