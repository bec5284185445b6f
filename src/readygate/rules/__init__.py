"""Rules: one module each, `RULE`. A rule looks at the comparison and says pass, broken, or why it cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib import import_module

from msgspec import Struct, field

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.rich_text import Name, Phrase
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Exhibits, Level
from readygate.support.number_format import limit
from readygate.support.registry import members


class Result(Enum):
    """What a rule found, before its level is looked at."""

    PASS = "passes"
    VIOLATED = "violated"
    NOT_EVALUATED = "not evaluated"


class Judgement(Struct, frozen=True, kw_only=True):
    """What a rule says; `Finding` explains the texts.

    Attributes:
        max_level: the strongest level this case deserves, whatever the policy allows.
        min_level: the weakest level this case deserves, whatever the policy allows.
        evidence: what it rests on, by name.
    """

    result: Result
    summary: Phrase
    title: Phrase = ()
    detail: Phrase = ()
    todo: Phrase = ()
    short: str = ""
    max_level: Level = Level.BLOCK
    min_level: Level = Level.OFF
    needs_baseline: bool = False
    incomplete: bool = False
    evidence: Exhibits = Exhibits()


class Option(Struct, frozen=True, kw_only=True):
    """One option of a rule.

    Attributes:
        default: its value where the policy gives none; None if the policy must give one.
        unit: percent or points (a fraction of 1 inside), whole (a whole number), seconds, factor.
        says: what it is, for the documentation.
        more_is_stricter: whether a greater value asks more.
    """

    default: Fraction | None
    unit: str
    description: str
    more_is_stricter: bool

    def show(self, value: Fraction | None) -> str:
        """A value with its unit: 80%, 0.5 points, 120 s, 1.5 times."""
        if value is None:
            return "none"
        if self.unit == "percent":
            return limit(value)
        shown = limit(value if self.unit == "points" else value / 100).removesuffix("%")
        return shown + {"points": " points", "seconds": " s", "factor": " times"}.get(self.unit, "")


class Rule(Struct, frozen=True, kw_only=True):
    """One rule.

    Attributes:
        name: as the policy calls it.
        asks: one sentence for the documentation: what it asks for.
        explains: for its page: why it is asked, what it cannot tell, what to do when it is broken.
        levels: its level in each of `readygate.model.policy.PRESETS`.
        options: its options.
        judge: looks at a comparison under a policy.
        weight: place among findings of equal status; the smaller comes first.
        evidence: it asks whether there is anything to judge by; on a base branch only these decide the exit code.
        waivable: the policy's label turns its block into a warning.
        key: the part of the policy file whose presence turns it on where the preset leaves it off.
        points: what it takes off the readiness score when it blocks, of as many as all evaluated rules have together;
            half of it when it warns.
        last: it looks at the score, which the other rules make.
        coverage: files that are left out of the measurement could hide what it asks for.
        always: it is asked even where it is off, and told if what it finds has a floor.
    """

    name: str
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
    """Every rule of the folder, by weight."""
    return tuple(sorted(members(import_module(__name__), "RULE", Rule), key=lambda rule: (rule.weight, rule.name)))


def passes(*summary: str | Name, evidence: Exhibits | None = None) -> Judgement:
    """The rule is kept."""
    return Judgement(result=Result.PASS, summary=summary, evidence=evidence or Exhibits())


def not_evaluated(*reason: str | Name, needs_baseline: bool = False, incomplete: bool = False) -> Judgement:
    """The rule cannot tell, and why."""
    return Judgement(result=Result.NOT_EVALUATED, summary=reason, needs_baseline=needs_baseline, incomplete=incomplete)


def one_sided(comparison: Comparison) -> Judgement | None:
    """Why the tests of both sides do not compare: a suite or a leg left no report here; None if they do."""
    if comparison.missing_groups or comparison.missing_legs:
        return not_evaluated("A suite or leg of the base left no report", incomplete=True)
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report", incomplete=True)
    return INCOMPLETE if has_damage(comparison.head.evidence, TestReport) else None


def uncertain_coverage(comparison: Comparison) -> Judgement | None:
    """Why the coverage of this run is not known, or not all of it; None if it is."""
    if comparison.coverage is None:
        return not_evaluated("Coverage was not measured")
    if comparison.missing_groups or comparison.missing_legs:
        return not_evaluated("A suite or leg of the base left no report", incomplete=True)
    return INCOMPLETE if has_damage(comparison.head.evidence, CoverageReport) else None


INCOMPLETE = not_evaluated("A damaged report leaves open what it would have told", incomplete=True)
NO_BASELINE = not_evaluated("There is no baseline to compare with", needs_baseline=True)
