"""The policy as a value: levels and options of rules, named parts of the repository, and excuses."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from msgspec import Struct, field

from readygate.model.coverage import LINES
from readygate.model.results import TestId, raw_name
from readygate.model.verdict import Level
from readygate.support.globs import NamePattern, any_of, glob, paths_fit, regex

POLICY_PATH = ".github/readygate.yml"
"""Path of the policy file in a repository."""
PRESETS = ("standard", "strict", "lenient")
"""Names of the presets, the default first. A rule has a level for each, in this order."""
WAIVER_LABEL = "readygate-accept"
WORST, LAST = "worst", "last"
"""Which execution counts of a test that one report lists several times: all of them, or the last one."""
BASELINE_MB = 20
"""Default of `Policy.baseline_mb`."""
REGEX = "re:"
"""Prefix of a pattern of test names that is a regular expression; others are globs."""


class Component(Struct, frozen=True, kw_only=True):
    """A named part of the repository with its own coverage goals.

    Attributes:
        paths: globs of its files; `!` excludes.
        minimum: lowest allowed coverage of its lines; None for no minimum.
        maximum_drop: largest allowed drop of its coverage; None for no limit.
        measure: what the goals count: lines, branches or both.
        critical: missing its goals blocks; otherwise it warns.
    """

    name: str
    paths: tuple[str, ...]
    minimum: Fraction | None = None
    maximum_drop: Fraction | None = None
    measure: str = LINES
    critical: bool = False


class Category(Struct, frozen=True, kw_only=True):
    """A named set of tests with its own pass rate.

    Attributes:
        tests: patterns of test names.
        minimum: lowest allowed pass rate of the tests that ran; None for no minimum.
    """

    name: str
    tests: tuple[str, ...]
    minimum: Fraction | None = None


class Quarantine(Struct, frozen=True, kw_only=True):
    """Tests whose failures are excused until a date.

    Attributes:
        expires: the last day in UTC, as YYYY-MM-DD.
    """

    tests: tuple[str, ...]
    reason: str
    expires: str


class SuiteGroup(Struct, frozen=True, kw_only=True):
    """Suites that must run only if certain files change.

    Attributes:
        reports: globs of the paths of the reports, or names of the suites.
        when_changed: globs of the files.
    """

    name: str
    reports: tuple[str, ...]
    when_changed: tuple[str, ...]


class Goal(Struct, frozen=True, kw_only=True):
    """One coverage goal.

    Attributes:
        coverage: share of the lines, as a fraction of 1.
        by: the due date as YYYY-MM-DD; empty for none.
    """

    coverage: Fraction
    by: str = ""


class Policy(Struct, frozen=True, kw_only=True):
    """The policy in force.

    Attributes:
        preset: name of the preset that the policy starts from.
        levels: by rule name.
        options: by rule name and option name; percentages are fractions of 1, None is a missing value.
        waiver: the label that excuses waivable rules; empty for none.
        inform: the verdict never fails a check or a job.
        base_branches: globs of branches whose runs are recorded, in addition to the default branch.
        baseline_mb: limit for the stored results of a gate on the data branch, in MB (10^6 bytes). It judges nothing.
        repeats: `WORST` or `LAST`.
        guarded: globs of files whose edits are reported like those of workflows.
        overrides: the branches of every override, applied or not, with a text that represents its settings.
        source: the file and commit for messages.
        origins: where the value of each setting (`preset`, `rules.NAME.level`, …) comes from.
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
    baseline_mb: int = BASELINE_MB
    repeats: str = WORST
    guarded: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()
    source: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)

    def option(self, rule: str, name: str) -> Fraction:
        """Return the value of an option.

        Raises:
            KeyError: the option has no value, which only rules that are off may lack.
        """
        value = self.options[rule][name]
        if value is None:
            raise KeyError(f"{rule}.{name}")
        return value


def tests_fit(patterns: tuple[str, ...]) -> Callable[[TestId], bool]:
    """Return a function that returns whether a test matches any of the patterns.

    A pattern is a glob, or a regular expression after `re:`. It is matched against `class::name`, and against
    `suite::class::name` if the test has a suite.

    Raises:
        PatternError: a pattern is invalid.
    """
    fits = names_fit(patterns)

    def fit(test: TestId) -> bool:
        name = f"{test.class_name}::{test.name}" if test.class_name else test.name
        return fits(name) or (bool(test.group) and fits(f"{test.group}::{name}"))

    return fit


def class_and_name_fit(patterns: tuple[str, ...]) -> Callable[[TestId], bool]:
    """Return a function that returns whether a test matches any of the patterns, class and name each by itself.

    As `tests_fit`, but a `::` of a glob separates class and name: `a::*` fits no test of the class `a::b`, and no name
    that contains `::` passes for another class. The number of a test among its namesakes may be left out.

    Raises:
        PatternError: a pattern is invalid.
    """
    fits = tests_fit(patterns)
    whole = tests_fit(tuple(text for text in patterns if text.startswith(REGEX) or "::" not in text))
    split = [
        (glob("::".join(parts[:at])), glob("::".join(parts[at:])))
        for parts in (text.split("::") for text in patterns if not text.startswith(REGEX))
        for at in range(1, len(parts))
        if parts[at - 1] and parts[at] and not parts[at - 1].endswith("\\")
    ]

    def fit(test: TestId) -> bool:
        known = test._replace(name=raw_name(test.name))
        if not fits(known):  # as most tests
            return test.name != known.name and whole(test)
        if not test.class_name:
            return True
        places = (test.class_name, f"{test.group}::{test.class_name}")
        return whole(known) or any(
            name.matches(known.name) and any(map(place.matches, places)) for place, name in split
        )

    return fit


def names_fit(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a function that returns whether a name, joined as for `tests_fit`, matches any of the patterns.

    Raises:
        PatternError: a pattern is invalid.
    """
    return any_of(test_patterns(patterns))


def test_patterns(patterns: tuple[str, ...]) -> tuple[NamePattern, ...]:
    """Parse patterns of test names as `tests_fit` does.

    Raises:
        PatternError: a pattern is invalid.
    """
    return tuple(regex(text[len(REGEX) :]) if text.startswith(REGEX) else glob(text) for text in patterns)


def quarantined(policy: Policy, today: str) -> Callable[[TestId], bool] | None:
    """Return a function that returns whether a test is in quarantine on a date; None if no entry is in force."""
    patterns = tuple(text for entry in policy.quarantine if entry.expires >= today for text in entry.tests)
    return class_and_name_fit(patterns) if patterns else None


__all__ = [
    "BASELINE_MB",
    "POLICY_PATH",
    "PRESETS",
    "REGEX",
    "WAIVER_LABEL",
    "Category",
    "Component",
    "Goal",
    "Policy",
    "Quarantine",
    "SuiteGroup",
    "class_and_name_fit",
    "names_fit",
    "paths_fit",
    "quarantined",
    "test_patterns",
    "tests_fit",
]
