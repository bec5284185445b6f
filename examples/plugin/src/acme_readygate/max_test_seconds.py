"""max-test-seconds: no test takes longer than a number of seconds."""

from __future__ import annotations

from array import array
from fractions import Fraction

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import Untrusted, count
from readygate.model.verdict import Evidence, EvidenceItem, Level
from readygate.rules import Judgement, Option, Result, Rule, not_evaluated, passes


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation that names the slowest tests first."""
    legs = comparison.head.snapshot.legs
    if not legs:
        return not_evaluated("There is no test report")
    limit = array("f", [policy.option(RULE.name, "seconds")])[0]  # durations are 32-bit floats
    slow = sorted(
        (
            (seconds, f"{class_name}::{name}")
            for leg in legs
            for class_name, block in leg.blocks.items()
            for (name, _), seconds in zip(block.items(), block.durations(), strict=True)
            if seconds > limit
        ),
        reverse=True,
    )
    if not slow:
        return passes(f"No test takes longer than {limit:g} s")
    seconds, name = slow[0]
    fact = f"{count(len(slow), 'test')} {'takes' if len(slow) == 1 else 'take'} longer than {limit:g} s"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", Untrusted(name), f" {seconds:.2f} s"),
        title=(f"{fact}.",),
        detail=("The slowest is ", Untrusted(name), f" with {seconds:.2f} s."),
        todo=("make it faster, or raise the limit in the policy.",),
        short=fact,
        evidence=Evidence.of(slow, lambda row: EvidenceItem(kind="test", name=row[1], note=f"{row[0]:.2f} s")),
    )


RULE = Rule(
    name="max-test-seconds",
    summary="No test takes longer than `seconds`.",
    description="Slow tests are run less often. The limit holds for each test on each leg of a matrix; a report "
    "without durations passes.",
    levels=(Level.WARN, Level.BLOCK, Level.OFF),
    judge=judge,
    weight=200,
    options={
        "seconds": Option(
            default=Fraction(10), unit="seconds", description="longest time of a test", more_is_stricter=False
        )
    },
)
