"""test-count: the number of tests that ran reaches a minimum."""

from math import ceil

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import count
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, not_evaluated, passes

NAME = "test-count"


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation if fewer tests ran than the minimum. The missing part of a damaged report could only add."""
    minimum = ceil(policy.option(NAME, "minimum"))
    counts = comparison.tests.head
    ran = counts.passed + counts.failing
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report")
    if ran >= minimum:
        return passes(f"{count(ran, 'test')} ran; {minimum:,} asked")
    skipped = f" {counts.skipped:,} {'is' if counts.skipped == 1 else 'are'} skipped." if counts.skipped else ""
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{count(ran, 'test')} ran; {minimum:,} asked, {count(minimum - ran, 'more test')} needed",),
        title=(f"{count(ran, 'test')} ran.",),
        detail=(f"The policy asks for {minimum:,}.{skipped}",),
        todo=(f"check that every suite runs and reports: {count(minimum - ran, 'more test')} must run.",),
        short=f"only {count(ran, 'test')} ran",
    )


RULE = Rule(
    name=NAME,
    summary="At least `minimum` tests ran.",
    description="A fixed floor below the number of tests, for suites that are found by a pattern: if the pattern stops "
    "to match, or a job stops early, the few that are left are all green. Each test counts once, on however many legs "
    "it ran; skipped tests did not run. It needs no baseline, where vanished-tests does.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=18,
    options={
        "minimum": Option(default=None, unit="whole", description="least number of tests to run", more_is_stricter=True)
    },
    points=20,
)
