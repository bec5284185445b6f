"""Reconstruct the outcomes of tests in recorded runs from one snapshot and the changes between the runs.

The records form a tree: each counts its changes from an earlier one. Along an edge of the tree a change is undone on
the way to the earlier record, and done on the way to a later one. Names are translated to those of the snapshot, so
that a test keeps its past when it, its class or its suite is renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from readygate.baseline.run_records import RunRecord
from readygate.model.history import ABSENT, NOTABLE, PASSED, RUNS_KEPT, UNKNOWN, History
from readygate.model.outcome_changes import LegKey, OutcomeChanges
from readygate.model.results import OUTCOME_LETTERS, SEPARATOR, Outcome, TestId
from readygate.model.snapshot import Snapshot

TestOnLeg = tuple[TestId, str]


class _Names(Struct, frozen=True):
    """The names of the snapshot by those of a run, where they differ."""

    suites: Mapping[LegKey, LegKey] = field(default_factory=dict)
    tests: Mapping[TestId, TestId] = field(default_factory=dict)

    def leg(self, key: LegKey) -> LegKey:
        return self.suites.get(key, key)

    def test(self, test: TestId, leg: str) -> TestOnLeg:
        group, leg = self.leg((test.group, leg))
        return self.tests.get(test) or test._replace(group=group), leg

    def renamed(self, test: TestId) -> TestId:
        """Return a test whatever its leg: the legs of a suite are renamed together."""
        groups = (new for (group, _), (new, _) in self.suites.items() if group == test.group)
        return self.tests.get(test) or test._replace(group=next(groups, test.group))

    def before(self, changes: OutcomeChanges) -> _Names:
        """Return the names of the run that the changes of this one count from."""
        suites = {old: self.leg(new) for new, old in changes.suites.items()}
        tests = {old: self.renamed(new) for new, old in changes.renamed.items()}
        return _Names(
            {**self.suites, **suites}, {**self._tests_in({n: o for (n, _), (o, _) in changes.suites.items()}), **tests}
        )

    def after(self, changes: OutcomeChanges) -> _Names:
        """Return the names of a run whose changes count from this one."""
        suites = {new: self.leg(old) for new, old in changes.suites.items()}
        tests = {new: self.renamed(old) for new, old in changes.renamed.items()}
        return _Names(
            {**self.suites, **suites}, {**self._tests_in({o: n for (n, _), (o, _) in changes.suites.items()}), **tests}
        )

    def _tests_in(self, suites: Mapping[str, str]) -> dict[TestId, TestId]:
        """Return the renamed tests under other names of their suites."""
        return {test._replace(group=suites.get(test.group, test.group)): name for test, name in self.tests.items()}


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


def past_outcomes(line: Sequence[RunRecord], start: RunRecord, snapshot: Snapshot) -> History:
    """Return the history of the tests of a snapshot.

    Args:
        line: the records on the first-parent line, the newest first.
        start: the record of the snapshot, one of them.
        snapshot: the results of that run.

    Raises:
        ValueError: a record is damaged.
    """
    steps = list(_steps(line, start))
    names, changes = _translate(steps, start)
    failing = _not_passed(snapshot)
    shown = _ever_notable(changes.values(), failing)
    states = {start.key: _states(snapshot, shown, failing)}
    for step in steps:
        side = 0 if step.is_earlier else 1
        changed = {test: letters[side] for test, letters in changes[step.later.key].items() if test in shown}
        states[step.found] = {**states[step.known], **changed}
    runs = [run for run in line if run.key in states][:RUNS_KEPT][::-1]
    columns = [states[run.key] for run in runs]
    unrun = [frozenset(map(names[run.key].leg, run.legs_without_results())) for run in runs]
    return History(runs=tuple(run.past_run() for run in runs), tests=_notable(_rows(columns, unrun, failing)))


def _ever_notable(changes: Iterable[_Letters], failing: Mapping[TestOnLeg, str]) -> set[TestOnLeg]:
    """Return the tests that changed and are in the history: most were only added, removed or renamed."""
    return {
        test
        for found in changes
        for test, letters in found.items()
        if not NOTABLE.isdisjoint(letters) or failing.get(test) in NOTABLE
    }


def _steps(line: Sequence[RunRecord], start: RunRecord) -> Iterator[_Step]:
    """Yield the edges of the tree of records from `start` on, each once."""
    by_key = {run.key: run for run in line}
    later: dict[str, list[RunRecord]] = {}
    for run in line:
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


def _translate(steps: Iterable[_Step], start: RunRecord) -> tuple[dict[str, _Names], dict[str, _Letters]]:
    """Return, by the key of a run, the names of the snapshot by those of the run, and what changed in it."""
    names = {start.key: _Names()}
    found: dict[str, _Letters] = {}
    for step in steps:
        changes, known = step.later.outcome_changes(), names[step.known]
        names[step.found] = known.before(changes) if step.is_earlier else known.after(changes)
        own = names[step.later.key]
        found[step.later.key] = {own.test(*test): letters for test, letters in changes.letters.items()}
    return names, found


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


def _states(snapshot: Snapshot, tests: Iterable[TestOnLeg], failing: Mapping[TestOnLeg, str]) -> dict[TestOnLeg, str]:
    """Return the letters of some tests in a snapshot."""
    legs = {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs}
    names: dict[tuple[LegKey, str], frozenset[str]] = {}
    found = {}
    for test, leg in tests:
        key = ((test.group, leg), test.class_name)
        if key not in names:
            block = legs.get(key[0], {}).get(test.class_name)
            names[key] = frozenset(block.names.split(SEPARATOR)) if block else frozenset()
        found[test, leg] = failing.get((test, leg), PASSED) if test.name in names[key] else ABSENT
    return found


def _rows(
    columns: Sequence[Mapping[TestOnLeg, str]], unrun: Sequence[frozenset[LegKey]], failing: Mapping[TestOnLeg, str]
) -> Iterator[tuple[TestOnLeg, str]]:
    """Yield the letters of each test, one for each run."""
    for test in columns[0]:
        leg = (test[0].group, test[1])
        yield test, "".join(UNKNOWN if leg in legs else state[test] for state, legs in zip(columns, unrun, strict=True))
    constant: dict[tuple[LegKey, str], str] = {}
    for test in failing.keys() - columns[0].keys():
        key = ((test[0].group, test[1]), failing[test])
        if key not in constant:
            constant[key] = "".join(UNKNOWN if key[0] in legs else key[1] for legs in unrun)
        yield test, constant[key]


def _notable(rows: Iterable[tuple[TestOnLeg, str]]) -> dict[TestOnLeg, str]:
    return {test: letters for test, letters in rows if not NOTABLE.isdisjoint(letters)}
