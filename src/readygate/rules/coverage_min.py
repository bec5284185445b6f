"""coverage-min: the coverage of the project reaches a minimum."""

from readygate.model.comparison import Comparison
from readygate.model.coverage import LINES
from readygate.model.policy import Policy
from readygate.model.rich_text import count
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, missing_text, not_evaluated, passes, uncertain_coverage
from readygate.rules._measure import MEASURE, judge_minimum, measure_of
from readygate.support.number_format import limit, needed, percent

NAME = "coverage-min"


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation if the covered share of all measured lines is below the minimum."""
    minimum = policy.option(NAME, "minimum")
    unknown = uncertain_coverage(comparison)
    if unknown:
        return unknown
    measure = measure_of(policy, NAME)
    if measure != LINES:
        return judge_minimum(comparison.coverage, measure, minimum)
    lines = comparison.coverage.least if comparison.coverage else None
    share = lines.fraction if lines else None
    if lines is None or share is None:
        return not_evaluated("No line was measured")
    shown = percent(share, beside=minimum)
    measured = f"{lines.covered:,} of {count(lines.total, 'line')}{missing_text(comparison)}"
    figures = f"{measured}, {shown}; {limit(minimum)} asked"
    if share >= minimum:
        return passes(figures)
    more = needed(lines.covered, lines.total, minimum)
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{figures}, {count(more, 'more covered line')} needed",),
        title=(f"{shown} of the lines are covered.",),
        detail=(f"The policy asks for {limit(minimum)}.",),
        todo=(f"cover {count(more, 'more line')}.",),
        short=f"{shown} of the lines are covered",
    )


RULE = Rule(
    name=NAME,
    summary="Of all measured lines, at least `minimum` are covered.",
    description="The share of the whole project, whatever the change adds to it. It asks the same of a change that has "
    "nothing to do with coverage, so coverage-drop and patch-coverage are fairer; this rule keeps what was reached. If "
    "a suite or leg of the base left no report, the share is not known. Lines that the base measured, that the change "
    "does not touch, and that are not measured any more count as not covered.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=52,
    options={
        "minimum": Option(
            default=None,
            unit="percent",
            description="least share of all measured lines to be covered",
            more_is_stricter=True,
        ),
        "measure": MEASURE,
    },
    points=20,
    coverage=True,
)
