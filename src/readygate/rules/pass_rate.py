"""pass-rate: the pass rate reaches a minimum."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Level
from readygate.rules import INCOMPLETE, Judgement, Option, Result, Rule, not_evaluated, passes
from readygate.support.number_format import limit, needed, percent

NAME = "pass-rate"


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation if the share of passed tests, of those that ran, is below the minimum."""
    minimum = policy.option(NAME, "minimum")
    counts = comparison.tests.head
    share = counts.pass_rate
    if share is None:
        return not_evaluated("No test ran")
    ran = counts.passed + counts.failing
    shown = percent(share, beside=minimum)
    figures = f"{counts.passed:,} of {count(ran, 'test')} passed, {shown}; {limit(minimum)} asked"
    if share < minimum:
        more = needed(counts.passed, ran, minimum)
        return Judgement(
            result=Result.VIOLATED,
            summary=(f"{figures}, {count(more, 'test')} fewer may fail",),
            title=(f"{shown} of the tests that ran passed.",),
            detail=(f"The policy asks for {limit(minimum)}: at most {counts.failing - more:,} of {ran:,} may fail.",),
            todo=(f"fix the failing tests: {count(more, 'test')} fewer may fail.",),
            short=f"{shown} of the tests passed",
        )
    if has_damage(comparison.head.evidence, TestReport):
        return INCOMPLETE
    return passes(figures)


RULE = Rule(
    name=NAME,
    summary="Of the tests that ran, at least `minimum` passed.",
    description="Passed of passed, failed and errored; each test counts once, and of several legs the worst outcome. "
    "Skipped tests are not in it. Inherited, flaky and quarantined failures count as failed here: the rate tells the "
    "state of the tests, and not who broke them. new-failures asks for more, so this rule is for projects that start "
    "with many failing tests.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=16,
    options={
        "minimum": Option(
            default=None, unit="percent", description="least share of the tests that ran to pass", more_is_stricter=True
        )
    },
    points=20,
)
