"""Reconstruct the outcomes of tests in recorded runs from one snapshot and the changes between the runs.

The records form a tree: each counts its changes from an earlier one. Along an edge of the tree a change is undone on
the way to the earlier record, and done on the way to a later one. Names are translated to those of the snapshot, so
that a test keeps its past when it, its class or its suite is renamed. Only edges on the way to runs of the history are
followed, and each run takes one byte for each test that ever failed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from readygate.baseline._past_names import PastNames, TestOnLeg
from readygate.baseline.run_records import RunRecord
from readygate.model.history import ABSENT, FAILING, NOTABLE, PASSED, RUNS_KEPT, UNKNOWN, History
from readygate.model.outcome_changes import LegKey
from readygate.model.results import OUTCOME_LETTERS, SEPARATOR, Outcome, TestId
from readygate.model.snapshot import Snapshot


class _Step(Struct, frozen=True):
    """An edge of the tree, from the key of a run whose outcomes are known to the key of another.

    Attributes:
        later: the record of the later one of both, which holds the changes. The earlier one may have no record.
    """

    known: str
    found: str
    later: RunRecord

    @property
    def is_earlier(self) -> bool:
        """Return whether the step leads to the earlier run."""
        return self.known == self.later.key


_Letters = Mapping[TestOnLeg, tuple[str, str]]
"""The letters before and after a change, in the names of the snapshot."""


def past_outcomes(
    line: Sequence[RunRecord],
    start: RunRecord,
    snapshot: Snapshot,
    merged: Sequence[Sequence[RunRecord]] = (),
    attempts: Sequence[RunRecord] = (),
) -> History:
    """Return the history of the tests of a snapshot.

    Args:
        line: the records on the first-parent line, the newest first.
        start: the record of the snapshot, one of them.
        snapshot: the results of that run.
        merged: the records of each branch that was merged into the line, the newest first.
        attempts: the records of earlier attempts of the run that asks.

    Raises:
        ValueError: a record is damaged.
    """
    steps = list(_steps(list(chain(line, *merged, attempts)), start))
    found = {start.key, *(step.found for step in steps)}
    runs = [run for run in line if run.key in found][:RUNS_KEPT][::-1]
    tips = [run for run, *_ in merged if run.key in found]
    tries = [run for run in attempts if run.key in found]
    steps = _needed(steps, {run.key for run in (*runs, *tips, *tries)})
    names, changes = _translate(steps, start)
    failing = _not_passed(snapshot)
    tests = _ever_notable(changes.values(), failing)
    columns = _columns(steps, changes, start.key, tests, _letters(snapshot, tests, failing))
    rows = {run.key: _without_unrun(columns[run.key], tests, names[run.key], run) for run in (*runs, *tips, *tries)}
    failed: dict[TestOnLeg, tuple[int, ...]] = {}
    for run in tries:
        for test in _failing(tests, rows[run.key], bytes(columns[start.key]), names[run.key]):
            failed[test] = (*failed.get(test, ()), run.attempt)
    return History(
        runs=tuple(run.past_run() for run in runs),
        tests=_notable(tests, [rows[run.key] for run in runs]),
        merged={
            test: tip.commit
            for tip in tips[::-1]
            for test in _failing(tests, rows[tip.key], bytes(columns[start.key]), names[tip.key])
        },
        attempts=failed,
    )


def _failing(tests: Iterable[TestOnLeg], letters: bytes, in_snapshot: bytes, names: PastNames) -> Iterator[TestOnLeg]:
    """Yield the tests that fail in a run; the run itself says what those are called that the snapshot lacks."""
    failing = [
        (test, known == ord(ABSENT))
        for test, letter, known in zip(tests, letters, in_snapshot, strict=True)
        if chr(letter) in FAILING
    ]
    own = names.own(test for test, is_new in failing if is_new)
    for test, _ in failing:
        here, leg = own.get(test, test)
        group, leg = names.leg((here.group, leg)) if test in own else (here.group, leg)
        yield here._replace(group=group), leg


def _steps(records: Sequence[RunRecord], start: RunRecord) -> Iterator[_Step]:
    """Yield the edges of the tree of records from `start` on, each once."""
    by_key = {run.key: run for run in records}
    later: dict[str, list[RunRecord]] = {}
    for run in by_key.values():
        if run.since and not run.unknown:
            later.setdefault(run.since, []).append(run)
    waiting, seen = [start.key], {start.key}
    while waiting:
        known = waiting.pop()
        found = [_Step(known, run.key, run) for run in later.get(known, ())]
        record = by_key.get(known)
        if record is not None and record.since and not record.unknown:
            found.append(_Step(known, record.since, record))
        for step in found:
            if step.found not in seen:
                seen.add(step.found)
                waiting.append(step.found)
                yield step


def _needed(steps: Sequence[_Step], wanted: Collection[str]) -> list[_Step]:
    """Return the steps that lead to the wanted runs, in the same order."""
    needed = set(wanted)
    found = []
    for step in reversed(steps):  # a step comes after those that lead to it
        if step.found in needed:
            needed.add(step.known)
            found.append(step)
    return found[::-1]


def _translate(steps: Iterable[_Step], start: RunRecord) -> tuple[dict[str, PastNames], dict[str, _Letters]]:
    """Return the names of each run, and what changed in it in the names of the snapshot, by the key of the run."""
    names = {start.key: PastNames()}
    found: dict[str, _Letters] = {}
    for step in steps:
        changes, known = step.later.outcome_changes(), names[step.known]
        names[step.found] = known.before(changes) if step.is_earlier else known.after(changes)
        own = names[step.later.key]
        found[step.later.key] = {own.test(*test): letters for test, letters in changes.letters.items()}
    return names, found


def _ever_notable(changes: Iterable[_Letters], failing: Mapping[TestOnLeg, str]) -> list[TestOnLeg]:
    """Return the tests that are in the history: most that changed were only added, removed or renamed."""
    found = dict.fromkeys(test for test, letter in failing.items() if letter in NOTABLE)
    for letters in changes:
        found.update(dict.fromkeys(test for test, pair in letters.items() if not NOTABLE.isdisjoint(pair)))
    return list(found)


def _not_passed(snapshot: Snapshot) -> dict[TestOnLeg, str]:
    """Return the letters of all tests of a snapshot that did not simply pass."""
    return {
        (TestId(leg.group, class_name, name), leg.leg): OUTCOME_LETTERS[outcome]
        for leg in snapshot.legs
        for class_name, block in leg.blocks.items()
        if block.outcomes.count(Outcome.PASSED) < len(block.outcomes)
        for name, outcome in block.items()
        if outcome is not Outcome.PASSED
    }


def _letters(snapshot: Snapshot, tests: Iterable[TestOnLeg], failing: Mapping[TestOnLeg, str]) -> bytearray:
    """Return the letter of each test in a snapshot."""
    legs = {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs}
    names: dict[tuple[LegKey, str], frozenset[str]] = {}
    found = bytearray()
    for test, leg in tests:
        letter = failing.get((test, leg), "")
        if not letter:
            key = ((test.group, leg), test.class_name)
            if key not in names:
                block = legs.get(key[0], {}).get(test.class_name)
                names[key] = frozenset(block.names.split(SEPARATOR)) if block else frozenset()
            letter = PASSED if test.name in names[key] else ABSENT
        found += letter.encode()
    return found


def _columns(
    steps: Iterable[_Step], changes: Mapping[str, _Letters], start: str, tests: Iterable[TestOnLeg], letters: bytearray
) -> dict[str, bytearray]:
    """Return the letters of the tests in each run, by the key of the run."""
    index = {test: at for at, test in enumerate(tests)}
    columns = {start: letters}
    for step in steps:
        column = columns[step.found] = columns[step.known].copy()
        side = 0 if step.is_earlier else 1
        for test, pair in changes[step.later.key].items():
            if test in index:
                column[index[test]] = ord(pair[side])
    return columns


def _without_unrun(column: bytearray, tests: Iterable[TestOnLeg], names: PastNames, run: RunRecord) -> bytes:
    """Return the letters of a run, unknown for the tests of the suites and legs that have no results of that run."""
    unrun = frozenset(map(names.leg, run.legs_without_results()))
    if not unrun:
        return bytes(column)
    moved = names.moved()
    return bytes(
        ord(UNKNOWN) if (moved.get(test, test.group), leg) in unrun else letter
        for (test, leg), letter in zip(tests, column, strict=True)
    )


def _notable(tests: Iterable[TestOnLeg], columns: Sequence[bytes]) -> dict[TestOnLeg, str]:
    """Return the letters of each test, one for each run, of the tests that are notable in one of the runs."""
    known: dict[bytes, str] = {}  # many tests fail in the same runs
    found = {}
    for test, row in zip(tests, map(bytes, zip(*columns, strict=True)), strict=True):
        letters = known.get(row) or known.setdefault(row, row.decode())
        if not NOTABLE.isdisjoint(letters):
            found[test] = letters
    return found
