"""What a policy says: the level of every rule and its options, the parts it names, and what it excuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from msgspec import Struct, field

from readygate.model.results import TestId
from readygate.model.verdict import Level
from readygate.support.globs import Pattern, any_of, glob, paths_fit, regex

PRESETS = ("standard", "strict", "lenient")
"""Names of the presets, the default first. A rule has a level for each, in this order."""
WAIVER_LABEL = "readygate-accept"
REGEX = "re:"
"""Begins a pattern of test names that is a regular expression and no glob."""


class Component(Struct, frozen=True, kw_only=True):
    """A named part of the repository with a coverage goal of its own.

    Attributes:
        paths: globs of its files; `!` takes files out.
        minimum: the least share of its lines to be covered; None for no minimum.
        maximum_drop: by how much its share may fall; None if it may fall.
        critical: missing its goals blocks, and is not only told.
    """

    name: str
    paths: tuple[str, ...]
    minimum: Fraction | None = None
    maximum_drop: Fraction | None = None
    critical: bool = False


class Category(Struct, frozen=True, kw_only=True):
    """A named set of tests with a pass rate of its own.

    Attributes:
        tests: patterns of test names.
        minimum: the least share of those that ran to pass; None for no minimum.
    """

    name: str
    tests: tuple[str, ...]
    minimum: Fraction | None = None


class Quarantine(Struct, frozen=True, kw_only=True):
    """Tests whose failures are excused until a day.

    Attributes:
        expires: the last day, in UTC, as YYYY-MM-DD.
    """

    tests: tuple[str, ...]
    reason: str
    expires: str


class SuiteGroup(Struct, frozen=True, kw_only=True):
    """Suites that must run only if certain paths change.

    Attributes:
        reports: globs of the paths of their reports, or names of the suites.
        when_changed: globs of paths.
    """

    name: str
    reports: tuple[str, ...]
    when_changed: tuple[str, ...]


class Goal(Struct, frozen=True, kw_only=True):
    """A step of a ladder of coverage goals.

    Attributes:
        coverage: share of the lines.
        by: the day it is wanted by, as YYYY-MM-DD; empty for none.
    """

    coverage: Fraction
    by: str = ""


class Policy(Struct, frozen=True, kw_only=True):
    """The rules in force.

    Attributes:
        preset: the name of the preset it starts from.
        levels: by rule name.
        options: by rule name and option name; shares are fractions of 1, None is an option that has no value.
        waiver: the label that excuses what rules let it excuse; empty for none.
        inform: the verdict is told and never fails a check or a job.
        base_branches: globs of branches, beside the default branch, whose runs are recorded.
        guarded: globs of files whose edits are told as those of workflows are.
        overrides: branches and a text that stands for their settings, of every override, in force or not.
        source: where it stands, for the reader.
        origins: for each setting (`preset`, `rules.NAME.level`, …) where its value comes from.
    """

    preset: str
    levels: Mapping[str, Level]
    options: Mapping[str, Mapping[str, Fraction | None]]
    components: tuple[Component, ...] = ()
    categories: tuple[Category, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    groups: tuple[SuiteGroup, ...] = ()
    goals: tuple[Goal, ...] = ()
    waiver: str = WAIVER_LABEL
    inform: bool = False
    base_branches: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()
    source: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)

    def option(self, rule: str, name: str) -> Fraction:
        """The value of one option.

        Raises:
            KeyError: it has none; a policy in which a rule that is on lacks one is never made.
        """
        value = self.options[rule][name]
        if value is None:
            raise KeyError(f"{rule}.{name}")
        return value


def tests_fit(patterns: tuple[str, ...]) -> Callable[[TestId], bool]:
    """Return a function that says whether a test fits any of some patterns.

    A pattern is a glob, or after `re:` a regular expression. It is held against the class and the name, joined by
    `::`, and with the name of the suite before them where there is one.

    Raises:
        PatternError: a pattern cannot be used.
    """
    fits = names_fit(patterns)

    def fit(test: TestId) -> bool:
        name = f"{test.class_name}::{test.name}" if test.class_name else test.name
        return fits(name) or (bool(test.group) and fits(f"{test.group}::{name}"))

    return fit


def names_fit(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a function that says whether a name, put together as for `tests_fit`, fits any of some patterns.

    Raises:
        PatternError: a pattern cannot be used.
    """
    return any_of(test_patterns(patterns))


def test_patterns(patterns: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Patterns of test names as `tests_fit` reads them.

    Raises:
        PatternError: a pattern cannot be used.
    """
    return tuple(regex(text[len(REGEX) :]) if text.startswith(REGEX) else glob(text) for text in patterns)


def quarantined(policy: Policy, today: str) -> Callable[[TestId], bool] | None:
    """Whether a test is in quarantine on a day (YYYY-MM-DD); None if no entry is in force."""
    patterns = tuple(text for entry in policy.quarantine if entry.expires >= today for text in entry.tests)
    return tests_fit(patterns) if patterns else None


__all__ = [
    "PRESETS",
    "REGEX",
    "WAIVER_LABEL",
    "Category",
    "Component",
    "Goal",
    "Policy",
    "Quarantine",
    "SuiteGroup",
    "names_fit",
    "paths_fit",
    "quarantined",
    "test_patterns",
    "tests_fit",
]
