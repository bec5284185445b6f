"""Rules: one module each, which defines `RULE`, or entry points `readygate.rules` of installed packages.

A rule looks at the comparison of a run with its baseline and returns a `Judgement`. It does no I/O.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Final

from msgspec import Struct, field

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Evidence, Level
from readygate.support.number_format import limit
from readygate.support.registry import Extension, entry_point_members, members

ENTRY_POINTS: Final = "readygate.rules"


class Result(Enum):
    """What a rule finds, before its level applies."""

    PASS = "passes"
    VIOLATED = "violated"
    NOT_EVALUATED = "not evaluated"


class Judgement(Struct, frozen=True, kw_only=True):
    """What a rule found; `readygate.model.verdict.Finding` describes the texts.

    Attributes:
        max_level: the highest level that the finding may have, whatever the policy says.
        min_level: the lowest level that the finding has, whatever the policy says.
        evidence: the named things that the finding is based on.
    """

    result: Result
    summary: RichText
    title: RichText = ()
    detail: RichText = ()
    todo: RichText = ()
    short: str = ""
    max_level: Level = Level.BLOCK
    min_level: Level = Level.OFF
    needs_baseline: bool = False
    incomplete: bool = False
    evidence: Evidence = Evidence()


class Option(Struct, frozen=True, kw_only=True):
    """One option of a rule.

    Attributes:
        default: the value where the policy gives none; None if the policy must give one.
        unit: `percent` or `points` (the value is a fraction of 1), `whole` (an integer), `seconds`, `factor`, or
            `choice` (the value is the position of a word in `choices`).
        description: for the documentation.
        more_is_stricter: whether a greater value requires more; None if any other value may require less.
    """

    default: Fraction | None
    unit: str
    description: str
    more_is_stricter: bool | None
    choices: tuple[str, ...] = ()

    def show(self, value: Fraction | None) -> str:
        """Return a value with its unit: 80%, 0.5 points, 120 s, 1.5 times."""
        if value is None:
            return "none"
        if self.unit == "percent":
            return limit(value)
        if self.unit == "choice":
            return self.choices[min(int(value), len(self.choices) - 1)]
        shown = limit(value if self.unit == "points" else value / 100).removesuffix("%")
        return shown + {"points": " points", "seconds": " s", "factor": " times"}.get(self.unit, "")


class Rule(Extension, frozen=True, kw_only=True):
    """One rule; its `name` is the one in policy files, in lower case with hyphens.

    Attributes:
        summary: one sentence with what the rule requires, for the tables of the documentation.
        description: why, what the rule cannot know, and what to do about a violation, for its own page.
        levels: its level in each of `readygate.model.policy.PRESETS`.
        judge: evaluates a comparison under a policy. It is called once for each verdict.
        weight: position among findings of the same status, the smallest first.
        options: by name.
        evidence: it checks whether there is enough to judge by; on a base branch only such rules fail the step.
        waivable: the label of the policy reduces its block to a warning.
        key: the key of the policy file that enables the rule, at `block`, where the preset has it off.
        points: what a block takes off the readiness score, in proportion to the points of all evaluated rules; a
            warning takes off half.
        last: it needs the score, and therefore runs after all other rules.
        coverage: files that are missing from the measurement could hide a violation.
        always_run: it runs even if it is off, and is reported if its finding has a `min_level`.
    """

    summary: str
    description: str
    levels: tuple[Level, Level, Level]
    judge: Callable[[Comparison, Policy], Judgement]
    weight: int
    options: Mapping[str, Option] = field(default_factory=dict)
    evidence: bool = False
    waivable: bool = False
    key: str = ""
    points: int = 10
    last: bool = False
    coverage: bool = False
    always_run: bool = False


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return Readygate's own rules and those of installed packages, ordered by weight.

    Raises:
        PluginError: a package adds a rule that cannot be used.
    """
    own = members(import_module(__name__), "RULE", Rule)
    foreign = entry_point_members(ENTRY_POINTS, Rule, [rule.name for rule in own])
    return tuple(sorted((*own, *foreign), key=lambda rule: (rule.weight, rule.name)))


def passes(*summary: str | Untrusted, evidence: Evidence | None = None) -> Judgement:
    """Return that the rule passes."""
    return Judgement(result=Result.PASS, summary=summary, evidence=evidence or Evidence())


def not_evaluated(*reason: str | Untrusted, needs_baseline: bool = False, incomplete: bool = False) -> Judgement:
    """Return that the rule cannot be evaluated, with the reason."""
    return Judgement(result=Result.NOT_EVALUATED, summary=reason, needs_baseline=needs_baseline, incomplete=incomplete)


def one_sided(comparison: Comparison) -> Judgement | None:
    """Return why the tests of both sides cannot be compared, such as a suite without a report; None if they can."""
    if comparison.missing_groups or comparison.missing_legs:
        return not_evaluated("A suite or leg of the base left no report", incomplete=True)
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report", incomplete=True)
    return INCOMPLETE if has_damage(comparison.head.evidence, TestReport) else None


def uncertain_coverage(comparison: Comparison) -> Judgement | None:
    """Return why the coverage of this run is unknown or incomplete; None if it is complete."""
    if comparison.coverage is None:
        return not_evaluated("Coverage was not measured")
    if comparison.missing_groups or comparison.missing_legs:
        return not_evaluated("A suite or leg of the base left no report", incomplete=True)
    if comparison.unmeasured_legs:
        return not_evaluated("A leg of the base left no coverage report", incomplete=True)
    return INCOMPLETE if has_damage(comparison.head.evidence, CoverageReport) else None


def missing_text(comparison: Comparison) -> str:
    """Return a note on lines that are no longer measured and count as not covered; empty without such lines."""
    number = comparison.coverage.left_out if comparison.coverage else 0
    verb = "counts" if number == 1 else "count"
    return f" ({count(number, 'line')} no longer measured {verb} as not covered)" if number else ""


INCOMPLETE = not_evaluated("A damaged report leaves open what it would have told", incomplete=True)
NO_BASELINE = not_evaluated("There is no baseline to compare with", needs_baseline=True)
