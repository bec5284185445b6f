"""Group places of reports by the similarity of their tests: similar ones run the same suite."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct, field

from readygate.model.reports import TestReport
from readygate.model.results import SEPARATOR, ClassBlock

SHARED = 9, 10
"""The share of common tests, as numerator and denominator, from which on two places run the same suite."""

_CROWD = 20
"""Above this number of groups with one class name, groups are found by test, or time would grow as a square."""


class SuiteCandidate(Struct, kw_only=True):
    """Reports of one place whose suite is not yet known.

    Attributes:
        damaged: whether one of them is damaged, so that tests may be missing.
        size: the number of tests.
        leg: the matrix value, if known.
        suite: the suite, if a pattern names it.
    """

    path: str
    reports: list[TestReport]
    damaged: bool
    size: int = 0
    leg: str = ""
    suite: str = ""
    _blocks: dict[str, list[ClassBlock]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.size = sum([len(block.outcomes) for report in self.reports for block in report.blocks.values()])

    @property
    def blocks(self) -> Mapping[str, list[ClassBlock]]:
        """Return the tests by class."""
        if not self._blocks:
            for report in self.reports:
                for name, block in report.blocks.items():
                    self._blocks.setdefault(name, []).append(block)
        return self._blocks

    @property
    def classes(self) -> AbstractSet[str]:
        """Return the names of the classes."""
        if len(self.reports) == 1:
            return self.reports[0].blocks.keys()
        return set[str]().union(*(report.blocks for report in self.reports))


def group_by_similarity(candidates: list[SuiteCandidate]) -> list[list[SuiteCandidate]]:
    """Add each candidate to the first group, in their order, whose first member has similar tests."""
    classes = [candidate.classes for candidate in candidates]
    if sum(map(len, classes)) == len(set[str]().union(*classes)):  # no class is there twice, so no test either
        return [[candidate] for candidate in candidates]
    groups: list[list[SuiteCandidate]] = []
    index = _GroupIndex()
    for candidate in candidates:
        numbers = index.of(candidate)
        matched = next((number for number in numbers if _same_suite(groups[number][0], candidate)), None)
        if matched is None:
            index.add(candidate)
            groups.append([candidate])
        else:
            groups[matched].append(candidate)
    return groups


class _GroupIndex:
    """Finds the groups that a candidate may belong to, by its classes; for very common classes by its tests."""

    def __init__(self) -> None:
        self._firsts: list[SuiteCandidate] = []
        self._by_class: dict[str, list[int]] = {}
        self._by_test: dict[str, dict[str, list[int]]] = {}

    def add(self, first: SuiteCandidate) -> None:
        """Add the first member of a new group."""
        number = len(self._firsts)
        self._firsts.append(first)
        for name, blocks in first.blocks.items():
            numbers = self._by_class.setdefault(name, [])
            numbers.append(number)
            if name in self._by_test:
                self._enter(name, blocks, number)
            elif len(numbers) > _CROWD:
                self._by_test[name] = {}
                for known in numbers:
                    self._enter(name, self._firsts[known].blocks[name], known)

    def _enter(self, class_name: str, blocks: list[ClassBlock], number: int) -> None:
        tests = self._by_test[class_name]
        for test in _names(blocks):
            tests.setdefault(test, []).append(number)

    def of(self, candidate: SuiteCandidate) -> list[int]:
        """Return the numbers of the groups, ascending."""
        found: set[int] = set()
        for name, blocks in candidate.blocks.items():
            tests = self._by_test.get(name)
            if tests is None:
                found.update(self._by_class.get(name, ()))
            else:
                found.update(number for test in _names(blocks) for number in tests.get(test, ()))
        return sorted(found)


def _same_suite(one: SuiteCandidate, other: SuiteCandidate) -> bool:
    if not one.size or not other.size:
        return False
    part, whole = SHARED
    needed = min(one.size, other.size) if one.damaged or other.damaged else max(one.size, other.size)
    # with different matrix values a suite may differ more from leg to leg
    if one.leg and other.leg and one.leg != other.leg:
        part, whole = 1, 2
    return _shared(one, other) * whole >= needed * part


def _shared(one: SuiteCandidate, other: SuiteCandidate) -> int:
    shared = 0
    for name, mine in one.blocks.items():
        theirs = other.blocks.get(name)
        if theirs is None:
            continue
        if len(mine) == len(theirs) == 1 and mine[0].names == theirs[0].names:
            shared += mine[0].size
        else:
            shared += len(_names(mine) & _names(theirs))
    return shared


def _names(blocks: list[ClassBlock]) -> set[str]:
    return {name for block in blocks for name in block.names.split(SEPARATOR)}
