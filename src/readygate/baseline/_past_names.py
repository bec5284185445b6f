"""Translate the names of tests in an earlier or later run to those of a snapshot, through all renames between both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from readygate.model.outcome_changes import LegKey, OutcomeChanges
from readygate.model.results import TestId

TestOnLeg = tuple[TestId, str]


class PastNames(Struct, frozen=True):
    """The names of a run, as a chain of renames that ends at those of the snapshot.

    Each link holds only what was renamed between two runs, so that a chain takes no more memory than the records.

    Attributes:
        tests: the names of tests in the next run on the way to the snapshot, where they differ.
        suites: the same of suites and legs.
        groups: the same of suites whatever their legs.
        then: the names of the next run; None at the snapshot itself.
    """

    tests: Mapping[TestId, TestId] = field(default_factory=dict)
    suites: Mapping[LegKey, LegKey] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    then: PastNames | None = None

    def leg(self, key: LegKey) -> LegKey:
        """Return the suite and leg of the snapshot."""
        names: PastNames | None = self
        while names is not None:
            key = names.suites.get(key) or (names.groups.get(key[0], key[0]), key[1])
            names = names.then
        return key

    def test(self, test: TestId, leg: str) -> TestOnLeg:
        """Return the test and leg of the snapshot."""
        names: PastNames | None = self
        while names is not None:
            known, group = names.tests.get(test), test.group
            if names.suites:
                group, leg = names.suites.get((group, leg)) or (names.groups.get(group, group), leg)
            if known is not None:
                test = known
            elif group != test.group:
                test = TestId(group, test.class_name, test.name)
            names = names.then
        return test, leg

    def own(self, tests: Iterable[TestOnLeg]) -> dict[TestOnLeg, TestOnLeg]:
        """Return what the run calls tests, by what the snapshot calls them or would call them."""
        links = []
        names: PastNames | None = self
        while names is not None:
            links.append(names)
            names = names.then
        found = {test: test for test in tests}
        for link in reversed(links):
            by_test = {known: test for test, known in link.tests.items()}
            by_suite = {known: suite for suite, known in link.suites.items()}
            for key, (test, leg) in found.items():
                group, own_leg = by_suite.get((test.group, leg), (test.group, leg))
                found[key] = by_test.get(test) or test._replace(group=group), own_leg
        return found

    def before(self, changes: OutcomeChanges) -> PastNames:
        """Return the names of the run that the changes of this one count from."""
        return self._next(
            {old: new for new, old in changes.renamed.items()}, {old: new for new, old in changes.suites.items()}
        )

    def after(self, changes: OutcomeChanges) -> PastNames:
        """Return the names of a run whose changes count from this one."""
        return self._next(changes.renamed, changes.suites)

    def _next(self, tests: Mapping[TestId, TestId], suites: Mapping[LegKey, LegKey]) -> PastNames:
        if not tests and not suites:
            return self
        return PastNames(tests, suites, {group: known for (group, _), (known, _) in suites.items()}, self)

    def moved(self) -> dict[TestId, str]:
        """Return the suites of the tests that are in another suite in this run than in the snapshot.

        Both the tests and the suites are in the names of the snapshot.
        """
        found: dict[TestId, str] = {}
        names: PastNames | None = self
        while names is not None:
            for test, known in names.tests.items():
                group = names.groups.get(test.group, test.group)
                if group != known.group and names.then is not None:
                    found.setdefault(names.then.test(known, "")[0], names.then.leg((group, ""))[0])
            names = names.then
        return found
