"""Track the suites of a JUnit report, and compare their totals with their elements.

Totals count elements as they are written, whatever this reader makes of them.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from readygate.formats.decimals import parse_decimal
from readygate.formats.results._junit_dialects import is_pytest, playwright_project, stable_suite, states_tests
from readygate.formats.results._report_builder import joined
from readygate.model.reports import Problem, Severity
from readygate.model.rich_text import count

Sums = tuple[int, int, int]
"""Counts of failing tests, skipped tests, and result elements beyond the first of a test, attempts included."""

_MAX_DEPTH: Final = 50
"""Maximum depth of suites whose names are part of a path."""
_LARGEST: Final = 10**9
MAX_UNLISTED: Final = 10_000
"""Maximum number of skipped tests without an element that one suite adds."""


class Suite:
    """One open suite.

    Attributes:
        attributes: the attributes of the element.
        parent: the enclosing suite.
        first: the number of tests in the report when the suite began.
        before: `Sums` of the report when the suite began.
        depth: the number of enclosing suites.
        inner: the number of suites directly inside.
        inner_states_tests: whether one of them states its number of tests.
        is_root: whether it is a `testsuites` or `testrun`, not a `testsuite`.
        root: the attributes of the outermost suite.
        project: the project of Playwright that it ran in; usually empty.
        only_status: whether a test in it states `status="run"` and no `result`.
        hook_failed: whether a hook of Mocha failed in it.
        skip_counter: the innermost suite, itself included, that states its number of skipped tests.
        unlisted_skips: skipped tests that totals of inner suites count and that have no element.
    """

    __slots__ = (
        "_path",
        "attributes",
        "before",
        "depth",
        "first",
        "hook_failed",
        "inner",
        "inner_states_tests",
        "is_root",
        "only_status",
        "parent",
        "project",
        "root",
        "skip_counter",
        "unlisted_skips",
    )

    def __init__(self, tag: str, attributes: dict[str, str], parent: Suite | None, first: int, before: Sums) -> None:
        self.attributes = attributes
        self.parent = parent
        self.first = first
        self.before = before
        self.inner = self.unlisted_skips = 0
        self.inner_states_tests = self.only_status = self.hook_failed = False
        self.is_root = tag != "testsuite"
        self._path: str | None = None
        self.root: dict[str, str] = attributes if parent is None else parent.root
        self.project = playwright_project(attributes, self.root) if "hostname" in attributes else ""
        outer = None if parent is None else parent.skip_counter
        self.skip_counter: Suite | None = self if "skipped" in attributes or "skip" in attributes else outer
        if parent is None:
            self.depth = 0
            return
        parent.inner += 1
        parent.inner_states_tests = parent.inner_states_tests or "tests" in attributes
        self.depth = parent.depth + 1
        if self.depth > _MAX_DEPTH:
            self._path = parent.path

    @property
    def name(self) -> str:
        """The name without what changes between runs; empty if it has none."""
        return stable_suite(self.attributes.get("name", ""))

    @property
    def is_pytest(self) -> bool:
        """Whether pytest wrote it."""
        return is_pytest(self.attributes, self.root)

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

    @property
    def failing(self) -> int | None:
        """The stated number of failures and errors; None without either."""
        failures, errors = _number(self.attributes.get("failures")), _number(self.attributes.get("errors"))
        return None if failures is None and errors is None else (failures or 0) + (errors or 0)

    @property
    def tests(self) -> int | None:
        """The stated number of tests."""
        return _number(self.attributes.get("tests"))

    @property
    def skips(self) -> int | None:
        """The stated number of skipped tests."""
        return _number(self.attributes.get("skipped") or self.attributes.get("skip"))


class Missing(Struct, frozen=True, kw_only=True):
    """What the totals of a suite count and the report does not list.

    Attributes:
        failing: failures and errors.
        tests: tests of unknown outcome, beyond those.
        skipped: skipped tests.
        message: what is missing; empty if only skipped tests are.
    """

    failing: int = 0
    tests: int = 0
    skipped: int = 0
    message: str = ""


NOTHING: Final = Missing()


class Totals:
    """Finds suites whose attributes contradict their elements.

    Tools count differently, so a difference is a contradiction only if no known way to count explains it: `tests`
    may exclude skipped tests and, in nested suites, cover direct children only; failures and errors are compared
    together, because tools disagree about which is which; attempts may be included or not.
    """

    def __init__(self) -> None:
        self._wrong = 0
        self._first: tuple[str, str] = ("", "")

    def check(self, suite: Suite, tests: int, after: Sums) -> Missing:
        """Compare a suite that has ended and contains `tests` tests; return what is missing."""
        stated = suite.attributes
        plain = after is suite.before and stated.get("failures", "0") == "0" == stated.get("errors", "0")
        if plain and stated.get("tests") == str(tests):
            return NOTHING  # the common case
        missing = _missing(suite, tests, after)
        what = "" if missing.message else _contradiction(suite, tests, after)
        if what:
            self._wrong += 1
            self._first = self._first if self._wrong > 1 else (suite.name[:80], what)
        return missing

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


def _missing(suite: Suite, tests: int, after: Sums) -> Missing:
    """Return what the totals of a suite count and its elements lack.

    The number of tests is believed where nothing else can explain it: with the innermost suite that states one, if its
    producer counts tests. Missing tests may be skipped ones, which some producers count and do not list.
    """
    failing, skipped, more = (now - then for now, then in zip(after, suite.before, strict=True))
    bad = suite.failing or 0
    lost = max(0, bad - failing - more)
    claimed = _number(suite.attributes.get("tests")) or 0
    excess = max(0, claimed - tests - more - lost)
    if not states_tests(suite.attributes, suite.root, only_status=suite.only_status):
        excess = 0
    explained, unlisted = _unlisted_skips(suite, skipped, excess)
    known = suite.inner_states_tests or suite.hook_failed
    excess = 0 if known else max(0, excess - suite.inner - explained)
    message = ""
    if lost:
        kind, stated, listed = _worst_total(suite, bad, failing)
        message = f"the report states {count(stated, kind)} but lists {listed:,}; what failed is not known"
    elif excess:
        message = f"the report states {count(claimed, 'test')} but lists {tests:,}; the others are not known"
    return Missing(failing=lost, tests=excess, skipped=unlisted, message=message)


def _worst_total(suite: Suite, bad: int, failing: int) -> tuple[str, int, int]:
    """Return the kind of failing tests that a suite states, their number, and how many of them are listed."""
    failures, errors = _number(suite.attributes.get("failures")) or 0, _number(suite.attributes.get("errors")) or 0
    if not errors:
        return "failure", failures, failing
    if not failures:
        return "error", errors, failing
    return "failing test", bad, failing


def _unlisted_skips(suite: Suite, skipped: int, excess: int) -> tuple[int, int]:
    """Return how many tests without an element are skipped ones, and how many of these are to be counted here.

    The nearest suite that states a number of skipped tests decides, and counts them when it ends.
    """
    outer = suite.skip_counter
    if outer is None:
        return 0, 0
    if outer is suite:
        unlisted = min(max(excess, suite.unlisted_skips), max(0, (suite.skips or 0) - skipped))
        return unlisted, min(unlisted, MAX_UNLISTED)
    found = min(excess, max(0, (outer.skips or 0) - outer.unlisted_skips))
    outer.unlisted_skips += found
    return found, 0


def _contradiction(suite: Suite, tests: int, after: Sums) -> str:
    """Describe how the attributes of a suite contradict its elements; return an empty string if they do not."""
    failing, skipped, more = (now - then for now, then in zip(after, suite.before, strict=True))
    partial = suite.inner > 0 and not suite.is_root
    claimed = _number(suite.attributes.get("tests"))
    if claimed is not None:
        fewest = 0 if partial else tests - skipped
        if not fewest <= claimed <= tests + suite.inner + more:
            return f"claims {claimed:,} tests and holds {tests:,}"
    bad = suite.failing
    if bad is not None and bad < failing and not partial:
        return f"claims {bad:,} failures and errors and holds {failing:,}"
    return ""


def _number(text: str | None) -> int | None:
    number = parse_decimal(text, 10)
    return None if number is None else min(number, _LARGEST)
