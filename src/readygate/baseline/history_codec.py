"""Extend the history of a base branch by one run, and encode it as bytes.

A history is limited to `RUNS_KEPT` runs and `MOST_TESTS` tests, so that the cost of a run does not grow with the
number of earlier runs.
"""

import json
import struct
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
"""Tests that a history holds; of more, those that failed in the newest runs are kept."""

_PACKED = b"rgh1"
"""Last bytes of a snapshot with a history, after the length of the history."""

_LETTER = {
    Outcome.PASSED: PASSED,
    Outcome.FLAKY: FLAKY,
    Outcome.SKIPPED: SKIPPED,
    Outcome.FAILED: FAILED,
    Outcome.ERRORED: ERRORED,
}
_NOTABLE = frozenset((FLAKY, FAILED, ERRORED))
"""A test is in the history if one of its runs has one of these outcomes."""
_NOTABLE_OUTCOMES = (Outcome.FLAKY, Outcome.FAILED, Outcome.ERRORED)

Letters = Mapping[tuple[TestId, str], str]


def grow(history: History, snapshot: Snapshot, *, when: int = 0, ready: bool | None = None) -> History:
    """Return the history with one more run; an earlier run of the same commit is replaced, the oldest are removed.

    Args:
        history: the history so far.
        snapshot: the results of the run; its run number gives its place among the others.
        when: time of the run, in seconds since 1970.
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
        if not _NOTABLE.isdisjoint(letters):
            tests[key] = letters
    return History(runs=tuple(runs[-RUNS_KEPT:]), tests=_bounded(tests))


def _letters(snapshot: Snapshot, known: Iterable[tuple[TestId, str]]) -> Letters:
    """Return the letter of every test that has a notable outcome now or is in the history."""
    wanted: dict[tuple[str, str, str], set[str]] = {}
    for test, on in known:
        wanted.setdefault((test.group, on, test.class_name), set()).add(test.name)
    found = {}
    for leg in snapshot.legs:
        for class_name, block in leg.blocks.items():
            names = wanted.get((leg.group, leg.leg, class_name), set())
            if not names and not any(outcome in block.outcomes for outcome in _NOTABLE_OUTCOMES):
                continue
            for name, outcome in block.items():
                letter = _LETTER[outcome]
                if letter in _NOTABLE or name in names:
                    found[TestId(group=leg.group, class_name=class_name, name=name), leg.leg] = letter
    return found


def _bounded(tests: Letters) -> Letters:
    """Remove the tests with the oldest last failure if there are too many."""
    if len(tests) <= MOST_TESTS:
        return tests

    def newest(key: tuple[TestId, str]) -> tuple[int, TestId, str]:
        return (-max(tests[key].rfind(letter) for letter in _NOTABLE), *key)

    return {key: tests[key] for key in sorted(tests, key=newest)[:MOST_TESTS]}


def encode(history: History) -> bytes:
    """Return a history as bytes; equal content gives equal bytes."""
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
    """Return the history that `encode` wrote.

    Raises:
        StoreError: the bytes are damaged, have a newer version, or are not a history.
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


def try_decode(data: bytes, where: str) -> tuple[History | None, str]:
    """Return the history, or None and the reason why it cannot be read; no bytes are no history.

    A history only explains the results, so that a run can continue without it.
    """
    if not data:
        return None, ""
    try:
        return decode(data, where), ""
    except StoreError as error:
        return None, str(error)


def pack(snapshot: bytes, history: bytes) -> bytes:
    """Append the history to its snapshot, so that one request loads both."""
    return snapshot + history + struct.pack("<I", len(history)) + _PACKED


def unpack(data: bytes) -> tuple[bytes, bytes]:
    """Return the snapshot and the history that `pack` joined; the history of a plain snapshot is empty."""
    if len(data) < 8 or not data.endswith(_PACKED):
        return data, b""
    (length,) = struct.unpack("<I", data[-8:-4])
    return data[: -8 - length], data[-8 - length : -8]


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
