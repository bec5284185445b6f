"""score: the readiness score reaches a minimum."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, not_evaluated, passes
from readygate.support.number_format import decimal, limit


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a score below `minimum`."""
    score, minimum = comparison.score, policy.option("score", "minimum")
    if score is None:
        return not_evaluated("No rule could be evaluated")
    whole, asked = int(score * 100), limit(minimum).removesuffix("%")
    # a score that reaches a minimum of 49.5 must not be shown as 49
    shown = f"{whole}" if (score < minimum) or whole >= minimum * 100 else decimal(score * 100, least=minimum * 100)
    if score >= minimum:
        return passes(f"{shown} of 100; {asked} asked")
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{shown} of 100; {asked} asked",),
        title=(f"The readiness score is {shown} of 100.",),
        detail=(f"The policy asks for {asked}.",),
        todo=("fix the findings that took points off; they are listed with the score.",),
        short=f"the readiness score is {shown}",
    )


RULE = Rule(
    name="score",
    summary="The readiness score is at least `minimum`.",
    description="The score begins at 100. A rule that blocks takes off its points, one that warns half of them, out of "
    "the points of all rules that were evaluated; a rule that could not tell counts for neither side. The score "
    "informs. It decides only where the policy turns this rule on.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=900,
    options={
        "minimum": Option(default=None, unit="percent", description="least score, of 100", more_is_stricter=True),
    },
    points=0,
    coverage=True,
    last=True,
)
