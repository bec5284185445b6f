"""Which of several places of reports hold the same tests, and so run one suite."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct, field

from readygate.model.reports import TestReport
from readygate.model.results import SEPARATOR, ClassBlock

SHARED = 9, 10
"""The share of tests, as a fraction, above which two folders run the same suite."""

_CROWD = 20
"""Above so many suites that use one class name, candidates are found by their tests: pairs would grow as a square."""


class Open(Struct, kw_only=True):
    """Reports of one place whose suite is still to be found.

    Attributes:
        damaged: one of them was cut short, so that tests may lack.
        size: how many tests.
        leg: the matrix value, if something tells it.
        suite: the suite, if a pattern tells it.
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
        """The tests by class."""
        if not self._blocks:
            for report in self.reports:
                for name, block in report.blocks.items():
                    self._blocks.setdefault(name, []).append(block)
        return self._blocks

    @property
    def classes(self) -> AbstractSet[str]:
        """The names of the classes."""
        if len(self.reports) == 1:
            return self.reports[0].blocks.keys()
        return set[str]().union(*(report.blocks for report in self.reports))


def clusters(buckets: list[Open]) -> list[list[Open]]:
    """Put each bucket to the first one, in order of their paths, whose tests it shares."""
    classes = [bucket.classes for bucket in buckets]
    if sum(map(len, classes)) == len(set[str]().union(*classes)):  # no two have one, so no test either
        return [[bucket] for bucket in buckets]
    found: list[list[Open]] = []
    index = _Candidates()
    for bucket in buckets:
        candidates = index.of(bucket)
        home = next((number for number in candidates if _same_suite(found[number][0], bucket)), None)
        if home is None:
            index.add(bucket)
            found.append([bucket])
        else:
            found[home].append(bucket)
    return found


class _Candidates:
    """Finds the clusters that a bucket can belong to at all, by its classes; in a crowd by its tests."""

    def __init__(self) -> None:
        self._firsts: list[Open] = []
        self._by_class: dict[str, list[int]] = {}
        self._by_test: dict[str, dict[str, list[int]]] = {}

    def add(self, first: Open) -> None:
        """Take in the first bucket of a new cluster."""
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

    def of(self, bucket: Open) -> list[int]:
        """The numbers of the clusters, ascending."""
        found: set[int] = set()
        for name, blocks in bucket.blocks.items():
            tests = self._by_test.get(name)
            if tests is None:
                found.update(self._by_class.get(name, ()))
            else:
                found.update(number for test in _names(blocks) for number in tests.get(test, ()))
        return sorted(found)


def _same_suite(one: Open, other: Open) -> bool:
    if not one.size or not other.size:
        return False
    part, whole = SHARED
    needed = min(one.size, other.size) if one.damaged or other.damaged else max(one.size, other.size)
    # both told another matrix value: the same suite even if it differs more from leg to leg
    if one.leg and other.leg and one.leg != other.leg:
        part, whole = 1, 2
    return _shared(one, other) * whole >= needed * part


def _shared(one: Open, other: Open) -> int:
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
