"""Tests and their outcomes as blocks: all tests of one class in three columns.

A block has the sorted and joined names of its tests, one byte of outcome and one float of seconds a test. So a run of a
million passing tests does not need a million objects, and equal blocks compare as fast as two strings.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from fractions import Fraction
from itertools import islice
from operator import eq, itemgetter
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, field

SEPARATOR = "\0"
"""Joins the names of a block. XML cannot contain it, and the parsers of all other formats replace it."""
Number = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]
"""A number of tests, executions or uses; msgspec checks the limits of values that come from outside."""
Seconds = Annotated[float, Meta(ge=0, le=1e18)]
"""A duration or a sum of durations, finite; checked likewise."""


NUMBER = re.compile(r" (\(#[1-9][0-9]*\))\Z")
"""The number of a test among its namesakes at the end of its name. `stable_name` changes a report's own ` (#2)`."""


class Outcome(IntEnum):
    """The outcome of a test, ordered by severity, so that the worst of several is their maximum.

    FLAKY is a pass after a failed attempt in the same report; it counts as passed.
    """

    PASSED = 0
    FLAKY = 1
    SKIPPED = 2
    FAILED = 3
    ERRORED = 4


OUTCOMES = tuple(Outcome)
"""The outcomes by value."""
OVER_LEGS = (Outcome.SKIPPED, Outcome.PASSED, Outcome.FLAKY, Outcome.FAILED, Outcome.ERRORED)
"""The outcomes by rank over legs, where a test that ran on one leg did run."""
EXPECTED_FAILURE = "expected failure"
"""How the reason of a skip begins where the test ran and failed as it should."""
OUTCOME_LETTERS = ".~sFE"
"""A letter for each outcome, by value."""


class Counts(Struct, frozen=True, kw_only=True):
    """The numbers of tests, or of executions, by outcome."""

    passed: Number = 0
    failed: Number = 0
    errored: Number = 0
    skipped: Number = 0
    flaky: Number = 0

    @property
    def total(self) -> int:
        """Return the number of all; flaky ones are included in the passed."""
        return self.passed + self.failed + self.errored + self.skipped

    @property
    def failing(self) -> int:
        """Return the number of failed and errored ones."""
        return self.failed + self.errored

    @property
    def pass_rate(self) -> Fraction | None:
        """Return the exact share of those that ran and passed; None if none ran."""
        ran = self.passed + self.failing
        return Fraction(self.passed, ran) if ran else None

    def by_outcome(self) -> dict[str, int]:
        """Return the total and the number of each outcome, by their names in files and outputs."""
        return {
            "tests": self.total,
            "passed": self.passed,
            "failed": self.failed,
            "errored": self.errored,
            "skipped": self.skipped,
        }

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            errored=self.errored + other.errored,
            skipped=self.skipped + other.skipped,
            flaky=self.flaky + other.flaky,
        )


def count_outcomes(outcomes: bytes | bytearray) -> Counts:
    """Count a column of outcomes, one byte each."""
    flaky = outcomes.count(Outcome.FLAKY)
    return Counts(
        passed=outcomes.count(Outcome.PASSED) + flaky,
        failed=outcomes.count(Outcome.FAILED),
        errored=outcomes.count(Outcome.ERRORED),
        skipped=outcomes.count(Outcome.SKIPPED),
        flaky=flaky,
    )


class ClassBlock(NamedTuple):
    """The distinct tests of one class (or suite): three columns in the order of the names.

    A tuple, so that thousands of blocks are created and split into columns at once. Blocks are equal if their names
    and outcomes are.

    Attributes:
        names: sorted distinct names, joined by `SEPARATOR`; a block is never empty of tests. Tests of one name have
            numbers: `x`, `x (#2)`.
        outcomes: one `Outcome` a test.
        seconds: one native 32-bit float a test, as bytes (see `durations`).
    """

    names: str
    outcomes: bytes
    seconds: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassBlock) and self[:2] == other[:2]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:2])

    @property
    def size(self) -> int:
        """Return the number of tests."""
        return len(self.outcomes)

    @classmethod
    def build(cls, names: list[str], outcomes: bytes | bytearray, seconds: array[float]) -> ClassBlock:
        """Sort the columns by name; namesakes are numbered, the worst outcome first: `x`, `x (#2)`, `x (#3)`.

        Names that have a number already are numbered anew, so any split and any order give the same block.
        """
        order = sorted(range(len(names)), key=names.__getitem__)
        pick = itemgetter(*order) if len(order) > 1 else tuple
        ordered = pick(names)
        joined_names = SEPARATOR.join(ordered)
        if any(map(eq, ordered, islice(ordered, 1, None))) or "(#" in joined_names:
            numbered, worst, times = zip(*sorted(_numbered(names, outcomes, seconds)), strict=True)
            return cls(SEPARATOR.join(numbered), bytes(worst), array("f", times).tobytes())
        return cls(joined_names, bytes(pick(outcomes)), array("f", pick(seconds)).tobytes())

    @classmethod
    def merge(cls, blocks: Iterable[ClassBlock]) -> ClassBlock:
        """Merge blocks of the same class from several reports of one leg, as `build` numbers namesakes."""
        several = tuple(blocks)
        if len(several) == 1:
            return several[0]
        names: list[str] = []
        outcomes = bytearray()
        seconds: array[float] = array("f")
        for block in several:
            names += block.names.split(SEPARATOR)
            outcomes += block.outcomes
            seconds.frombytes(block.seconds)
        return cls.build(names, outcomes, seconds)

    def durations(self) -> array[float]:
        """Return the seconds of each test, in the order of the names."""
        return joined((self.seconds,))

    def namesakes(self) -> Iterator[str]:
        """Yield the names of the tests that share one."""
        if "(#" in self.names:
            names = self.names.split(SEPARATOR)
            shared = {raw_name(name) for name in names if NUMBER.search(name)}
            yield from (name for name in names if raw_name(name) in shared)

    def items(self) -> Iterator[tuple[str, Outcome]]:
        """Return each name with its outcome."""
        return zip(self.names.split(SEPARATOR), map(OUTCOMES.__getitem__, self.outcomes), strict=True)


def _numbered(
    names: Iterable[str], outcomes: Iterable[int], seconds: Iterable[float]
) -> Iterator[tuple[str, int, float]]:
    """Yield each row with its number among its namesakes in its name; the worst outcome has no number."""
    rows = sorted(
        (raw_name(name), -outcome, time) for name, outcome, time in zip(names, outcomes, seconds, strict=True)
    )
    last, number = None, 1
    for name, outcome, time in rows:
        number = number + 1 if name == last else 1
        last = name
        yield (numbered_name(name, number), -outcome, time)


def numbered_name(name: str, number: int) -> str:
    """Return the name of one of several tests that share a name; the first keeps it."""
    return name if number == 1 else f"{name} (#{number})"


def raw_name(name: str) -> str:
    """Return the name that a test shares with others, as its report states it."""
    return NUMBER.sub("", name) if name.endswith(")") else name


def joined(columns: Iterable[bytes]) -> array[float]:
    """Return the seconds of several blocks, joined."""
    values: array[float] = array("f")
    values.frombytes(b"".join(columns))
    return values


class TestId(NamedTuple):
    """One identity: the suite's group, the class or suite path, and the name.

    A tuple, as failing tests are often looked up and sorted by it.
    """

    group: str = ""
    class_name: str = ""
    name: str = ""


TestId.__test__ = False  # type: ignore[attr-defined]  # not a pytest class


class FailureDetail(Struct, frozen=True, kw_only=True):
    """What a report says about one execution that did not simply pass. Untrusted text of bounded length.

    Attributes:
        type: the exception or failure type, empty if the report names none.
        message: the message, or the reason of a skip.
        text: the trace, as the report holds it.
        file: the test's source file as the report names it; empty if unknown.
        line: its line from 1, 0 if unknown.
    """

    class_name: str
    name: str
    outcome: Outcome
    type: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


class Leg(Struct, frozen=True, kw_only=True):
    """One suite under one matrix value.

    Attributes:
        group: the suite that the reports belong to; empty if a run has only one.
        leg: the matrix value; empty without a matrix.
        path: the path of its reports: the key by which another run's leg is matched.
        blocks: the tests by class, in the order of the class names.
        executions: outcomes of all executions, namesakes counted each.
        seconds: the sum of all durations.
        causes: a short hash of the failure of failing tests, by class and name, where it is known.
        has_coverage: a coverage report lies beside its test reports, and nearer to them than to those of other legs.
    """

    group: str = ""
    leg: str = ""
    path: str = ""
    blocks: Mapping[str, ClassBlock]
    executions: Counts
    seconds: Seconds
    causes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    has_coverage: bool = False

    def counts(self) -> Counts:
        """Count the leg's tests, each identity once."""
        return count_outcomes(b"".join([block.outcomes for block in self.blocks.values()]))
