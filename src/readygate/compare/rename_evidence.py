"""Decide which renames are proven, so that a failure before them excuses the failure after them.

A rename that only looks likely explains no failure: the test that failed may be deleted and another one be new. Proof
is a file that git shows as renamed, the same message of the failure on both sides, or a suite that is split in parts.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from msgspec import Struct

from readygate.model.comparison import Rename
from readygate.model.results import SEPARATOR, Leg, Outcome, TestId

_PARTS = re.compile(r"[/\\.:$>\s]+")
_DIGITS = re.compile(r"\d+")
_SAME_TEST = frozenset(("suite", "file", "class"))
"""Kinds of renames that keep the name of the test."""

_Failure = tuple[Outcome, str]
"""The outcome of a test on a leg, and the cause of its failure if that is known."""


class RenameEvidence(Struct, frozen=True, kw_only=True):
    """What is known about renames besides the names of tests.

    Attributes:
        files: (path before, path after) of the files that git shows as renamed.
        base: the legs of the base in the names of the head.
        head: the legs of the head.
    """

    files: tuple[tuple[str, str], ...] = ()
    base: tuple[Leg, ...] = ()
    head: tuple[Leg, ...] = ()

    def proven(self, renamed: Iterable[Rename], failures: Container[TestId]) -> set[TestId]:
        """Return those of the new failures, in the names of the head, that are inherited by a rename."""
        pairs = [pair for pair in renamed if pair.was >= Outcome.FAILED and pair.after in failures]
        if not pairs:
            return set()
        before = _failures(self.base, {pair.before for pair in pairs})
        after = _failures(self.head, {pair.after for pair in pairs})
        ends = _ends(self.files) if any(pair.how in _SAME_TEST for pair in pairs) else {}
        moved = Counter((pair.before.group, pair.after.group) for pair in renamed if pair.how == "suite")
        found = set()
        split = {
            groups: self._split(*groups)
            for groups in {(pair.before.group, pair.after.group) for pair in pairs if pair.how == "suite"}
        }
        for pair in pairs:
            was, now = before[pair.before], after[pair.after]
            failing = {leg: cause for leg, (outcome, cause) in now.items() if outcome >= Outcome.FAILED}
            known = {cause for outcome, cause in was.values() if outcome >= Outcome.FAILED and cause}
            if all(self._failed_on(leg, pair, was) for leg in failing) and (
                known.issuperset(failing.values())
                or (pair.how in _SAME_TEST and _moved_by_git(pair, ends))
                # tests of a suite that is split in parts keep class and name
                or (pair.how == "suite" and not known and moved[pair.before.group, pair.after.group] > 1)
                or (pair.how == "suite" and split[pair.before.group, pair.after.group])
            ):
                found.add(pair.after)
        return found

    @staticmethod
    def causes(tests: AbstractSet[TestId], legs: Iterable[Leg]) -> dict[TestId, str]:
        """Return the cause for which tests fail; of those only that fail for one known cause on all legs."""
        found = {}
        for test, outcomes in _failures(legs, tests).items():
            causes = {cause for outcome, cause in outcomes.values() if outcome >= Outcome.FAILED}
            if len(causes) == 1 and "" not in causes:
                found[test] = causes.pop()
        return found

    def _failed_on(self, leg: str, pair: Rename, was: Mapping[str, _Failure]) -> bool:
        """Return whether a test failed on a leg of the base, or wherever it ran if that leg did not have it."""
        if leg in was:
            return was[leg][0] >= Outcome.FAILED
        known = pair.before.group != pair.after.group or any(
            each.leg == leg for each in self.base if each.group == pair.before.group
        )
        ran = [outcome for outcome, _ in was.values() if outcome is not Outcome.SKIPPED]
        return known and min(ran, default=Outcome.PASSED) >= Outcome.FAILED

    def _split(self, one: str, other: str) -> bool:
        """Return whether two suites are parts of one: they have no test in common, and share a class or their names.

        So it says nothing about a test that it moved from one to the other, as `pytest-split` and sharding do.
        """
        alike = _DIGITS.sub("#", one) == _DIGITS.sub("#", other)
        for legs in (self.base, self.head):
            mine, theirs = _names(legs, one), _names(legs, other)
            shared = mine.keys() & theirs.keys()
            if any(not mine[name].isdisjoint(theirs[name]) for name in shared):
                return False
            alike = alike or bool(shared)
        return alike


NO_EVIDENCE = RenameEvidence()


def _names(legs: Iterable[Leg], group: str) -> dict[str, set[str]]:
    """Return the names of the tests of a suite, by class."""
    found: dict[str, set[str]] = {}
    for leg in legs:
        for class_name, block in leg.blocks.items() if leg.group == group else ():
            found.setdefault(class_name, set()).update(block.names.split(SEPARATOR))
    return found


def _failures(legs: Iterable[Leg], tests: AbstractSet[TestId]) -> dict[TestId, dict[str, _Failure]]:
    """Return the outcome and the cause of some tests on each leg that has them."""
    places = {(test.group, test.class_name) for test in tests}
    found: dict[TestId, dict[str, _Failure]] = {test: {} for test in tests}
    for leg in legs:
        for class_name, block in leg.blocks.items():
            for name, outcome in block.items() if (leg.group, class_name) in places else ():
                test = TestId(leg.group, class_name, name)
                if test in found:
                    found[test][leg.leg] = (outcome, leg.causes.get((class_name, name), ""))
    return found


def _ends(files: Iterable[tuple[str, str]]) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Return the parts of the paths of renamed files, before and after, by the name of the file before."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for old, new in files:
        for before, after in ((old, new), (_stem(old), _stem(new))):
            parts = tuple(_PARTS.split(before))
            found.setdefault(parts[-1], []).append((parts, tuple(_PARTS.split(after))))
    return found


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _moved_by_git(pair: Rename, ends: Mapping[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]) -> bool:
    """Return whether the class names a renamed file before, its new path after, and is otherwise the same."""
    if pair.before.name != pair.after.name:
        return False
    old, new = _PARTS.split(pair.before.class_name), _PARTS.split(pair.after.class_name)
    for at, part in enumerate(old[:50]):
        for before, after in ends.get(part, ()):
            tail = old[at + 1 :]
            head = new[: len(new) - len(tail)]
            if new[len(head) :] == tail and head and _is_end(head, after) and _is_end(old[: at + 1], before):
                return True
    return False


def _is_end(parts: list[str], path: tuple[str, ...]) -> bool:
    """Return whether the parts of a class are the end of a path, or a path the end of them."""
    number = min(len(parts), len(path))
    return tuple(parts[-number:]) == path[-number:]
