"""Track the suites of a JUnit report, and compare their totals with their elements."""

from __future__ import annotations

from typing import Final

from readygate.formats.decimals import parse_decimal
from readygate.formats.results._report_builder import joined
from readygate.model.reports import Problem, Severity

Sums = tuple[int, int, int]
"""Counts of failing tests, skipped tests, and result elements beyond the first of a test, attempts included."""

_MAX_DEPTH: Final = 50
"""Maximum depth of suites whose names are part of a path."""
_LARGEST: Final = 10**9


class Suite:
    """One open suite.

    Attributes:
        attributes: the attributes of the element.
        parent: the enclosing suite.
        first: the number of tests in the report when the suite began.
        before: `Sums` of the report when the suite began.
        depth: the number of enclosing suites.
        inner: the number of suites directly inside.
        is_root: whether it is a `testsuites` or `testrun`, not a `testsuite`.
    """

    __slots__ = ("_path", "attributes", "before", "depth", "first", "inner", "is_root", "parent")

    def __init__(self, tag: str, attributes: dict[str, str], parent: Suite | None, first: int, before: Sums) -> None:
        self.attributes = attributes
        self.parent = parent
        self.first = first
        self.before = before
        self.inner = 0
        self.is_root = tag != "testsuite"
        self._path: str | None = None
        if parent is None:
            self.depth = 0
            return
        parent.inner += 1
        self.depth = parent.depth + 1
        if self.depth > _MAX_DEPTH:
            self._path = parent.path

    @property
    def name(self) -> str:
        """The name in the report; empty if it has none."""
        return self.attributes.get("name", "")

    @property
    def path(self) -> str:
        """The names of the enclosing suites and its own, joined."""
        if self._path is None:
            outer = self.parent.path if self.parent else ""
            own = "" if self.is_root else self.name
            self._path = joined(outer, own)
        return self._path

    def class_of(self, name: str) -> str:
        """Return the class of a test in this suite whose class name is empty or generic."""
        return joined(self.path, name)


class Totals:
    """Finds suites whose attributes contradict their elements.

    Tools count differently, so a difference is a contradiction only if no known way to count explains it: `tests`
    may exclude skipped tests and, in nested suites, cover direct children only; failures and errors are compared
    together, because tools disagree about which is which; attempts may be included or not.
    """

    def __init__(self) -> None:
        self._wrong = 0
        self._first: tuple[str, str] = ("", "")

    def check(self, suite: Suite, tests: int, after: Sums) -> None:
        """Compare a suite that has ended and contains `tests` tests."""
        stated = suite.attributes
        plain = after is suite.before and stated.get("failures", "0") == "0" == stated.get("errors", "0")
        if plain and stated.get("tests") == str(tests):
            return  # the common case
        what = _contradiction(suite, tests, after)
        if what:
            self._wrong += 1
            self._first = self._first if self._wrong > 1 else (suite.name[:80], what)

    def problems(self) -> tuple[Problem, ...]:
        """Return one note for all contradictions."""
        if not self._wrong:
            return ()
        name, what = self._first
        others = f"; suites that contradict themselves: {self._wrong:,}" if self._wrong > 1 else ""
        return (
            Problem(
                severity=Severity.NOTE,
                what=f"the suite {what}{others}",
                place=f"testsuite '{name}'",
                why="the tool adds up differently, or tests were lost while it wrote",
                todo="nothing for the figures: elements are counted, never the totals in attributes",
            ),
        )


def _contradiction(suite: Suite, tests: int, after: Sums) -> str:
    """Describe how the attributes of a suite contradict its elements; return an empty string if they do not."""
    failing, skipped, more = (now - then for now, then in zip(after, suite.before, strict=True))
    partial = suite.inner > 0 and not suite.is_root
    claimed = _number(suite.attributes.get("tests"))
    if claimed is not None:
        fewest = 0 if partial else tests - skipped
        if not fewest <= claimed <= tests + suite.inner + more:
            return f"claims {claimed:,} tests and holds {tests:,}"
    failures, errors = _number(suite.attributes.get("failures")), _number(suite.attributes.get("errors"))
    if failures is None and errors is None:
        return ""
    bad = (failures or 0) + (errors or 0)
    if bad > failing + suite.inner + more or (bad < failing and not partial):
        return f"claims {bad:,} failures and errors and holds {failing:,}"
    return ""


def _number(text: str | None) -> int | None:
    number = parse_decimal(text, 10)
    return None if number is None else min(number, _LARGEST)
