"""The history of a base branch: grown by one run at a time, and as bytes.

It is bounded by `RUNS_KEPT` runs and `MOST_TESTS` tests, so that no run costs more for
the runs before it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from readygate.model.coverage import Ratio
from readygate.model.history import ABSENT, ERRORED, FAILED, FLAKY, PASSED, RUNS_KEPT, SKIPPED, History, PastRun
from readygate.model.results import Counts, Outcome, TestId
from readygate.model.snapshot import Snapshot
from readygate.support.errors import StoreError

MAGIC = b"readygate-history\n"
VERSION = 1
MAX_BYTES = 1 << 28
"""Largest history after decompression, in bytes."""
MOST_TESTS = 20_000
"""Tests that a history holds; where more were not green, those that failed in the newest runs stay."""

_LETTER = {
    Outcome.PASSED: PASSED,
    Outcome.FLAKY: FLAKY,
    Outcome.SKIPPED: SKIPPED,
    Outcome.FAILED: FAILED,
    Outcome.ERRORED: ERRORED,
}
_TOLD = frozenset((FLAKY, FAILED, ERRORED))
"""What earns a test its place: only skipped, or only green, it has no story."""

Letters = Mapping[tuple[TestId, str], str]


def grow(history: History, snapshot: Snapshot, *, when: int = 0, ready: bool | None = None) -> History:
    """Add a run; the same commit's earlier result is replaced, and what is too old falls out.

    Args:
        history: what is known so far.
        snapshot: what the run measured; its run number gives its place among the others.
        when: seconds since 1970.
        ready: the verdict on the commit.
    """
    run = PastRun(
        commit=snapshot.commit,
        run_id=snapshot.provenance.run_id,
        when=when,
        complete=snapshot.provenance.complete,
        counts=snapshot.counts(),
        lines=None if snapshot.coverage is None else snapshot.coverage.lines(),
        seconds=round(snapshot.seconds, 3),
        ready=ready,
    )
    old = next((index for index, known in enumerate(history.runs) if known.commit == run.commit), None)
    runs = [known for index, known in enumerate(history.runs) if index != old]
    place = len(runs)
    while run.run_id and place and runs[place - 1].run_id > run.run_id:
        place -= 1
    runs.insert(place, run)
    now = _letters(snapshot, history.tests)
    blank = ABSENT * (len(runs) - 1)
    tests = {}
    for key in history.tests.keys() | now.keys():
        before = history.tests.get(key, blank if old is None else blank + ABSENT)
        if old is not None:
            before = before[:old] + before[old + 1 :]
        letters = (before[:place] + now.get(key, ABSENT) + before[place:])[-RUNS_KEPT:]
        if not _TOLD.isdisjoint(letters):
            tests[key] = letters
    return History(runs=tuple(runs[-RUNS_KEPT:]), tests=_bounded(tests))


def _letters(snapshot: Snapshot, known: Iterable[tuple[TestId, str]]) -> Letters:
    """One letter for every test that is not green now, or has a story."""
    wanted: dict[tuple[str, str, str], set[str]] = {}
    for test, on in known:
        wanted.setdefault((test.group, on, test.class_name), set()).add(test.name)
    found = {}
    for leg in snapshot.legs:
        for class_name, block in leg.blocks.items():
            names = wanted.get((leg.group, leg.leg, class_name), set())
            if not names and not any(outcome in block.outcomes for outcome in _NOT_GREEN):
                continue
            for name, outcome in block.items():
                letter = _LETTER[outcome]
                if letter in _TOLD or name in names:
                    found[TestId(group=leg.group, class_name=class_name, name=name), leg.leg] = letter
    return found


_NOT_GREEN = (Outcome.FLAKY, Outcome.FAILED, Outcome.ERRORED)


def _bounded(tests: Letters) -> Letters:
    """Drop the tests whose last failure lies farthest back, if there are too many."""
    if len(tests) <= MOST_TESTS:
        return tests

    def newest(key: tuple[TestId, str]) -> tuple[int, TestId, str]:
        return (-max(tests[key].rfind(letter) for letter in _TOLD), *key)

    return {key: tests[key] for key in sorted(tests, key=newest)[:MOST_TESTS]}


def encode(history: History) -> bytes:
    """Write a history; equal content gives equal bytes."""
    data = {
        "version": VERSION,
        "runs": [_run(run) for run in history.runs],
        "tests": [
            [test.group, leg, test.class_name, test.name, letters]
            for (test, leg), letters in sorted(history.tests.items())
        ],
    }
    return MAGIC + zlib.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode(), 6)


def _run(run: PastRun) -> dict[str, Any]:
    counts = run.counts
    return {
        "commit": run.commit,
        "run_id": run.run_id,
        "when": run.when,
        "complete": run.complete,
        "counts": [counts.passed, counts.failed, counts.errored, counts.skipped, counts.flaky],
        "lines": None if run.lines is None else [run.lines.covered, run.lines.total],
        "seconds": run.seconds,
        "ready": run.ready,
    }


def decode(data: bytes, where: str) -> History:
    """Read a history.

    Raises:
        StoreError: the bytes are damaged, of a newer version, or no history at all.
    """
    try:
        if not data.startswith(MAGIC):
            raise ValueError("these bytes are no history")
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data[len(MAGIC) :], MAX_BYTES)
        if not unpacker.eof:
            raise ValueError("the stream is cut short, or too large")
        content = json.loads(text)
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']}, and this Readygate reads version {VERSION}")
        runs = tuple(_read_run(row) for row in content["runs"])
        tests = {}
        for group, leg, class_name, name, letters in content["tests"]:
            if len(letters) != len(runs):
                raise ValueError("a test without a letter for every run")
            tests[TestId(group=group, class_name=class_name, name=name), leg] = letters
        return History(runs=runs, tests=tests)
    except (zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            f"the history is not readable ({error})",
            where=where,
            why="it was cut or changed, or a newer version of Readygate wrote it",
            todo="remove it from the store; the next run on the base branch begins a new one",
        ) from error


def _read_run(row: Mapping[str, Any]) -> PastRun:
    passed, failed, errored, skipped, flaky = row["counts"]
    return PastRun(
        commit=row["commit"],
        run_id=row["run_id"],
        when=row["when"],
        complete=row["complete"],
        counts=Counts(passed=passed, failed=failed, errored=errored, skipped=skipped, flaky=flaky),
        lines=None if row["lines"] is None else Ratio(covered=row["lines"][0], total=row["lines"][1]),
        seconds=row["seconds"],
        ready=row["ready"],
    )
