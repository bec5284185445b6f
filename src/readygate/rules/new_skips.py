"""new-skips: no test is skipped that ran on the base."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import count
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _evidence, one_sided, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for tests that ran on the base and are skipped now."""
    if comparison.baseline is None:
        return NO_BASELINE
    apart = one_sided(comparison)
    if apart:
        return apart
    number = len(comparison.tests.newly_skipped)
    if not number:
        return passes("0 tests")
    they = "It" if number == 1 else "They"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{count(number, 'test')} ran on the base and {'is' if number == 1 else 'are'} skipped now",),
        title=(f"{count(number, 'test')} no longer {'runs' if number == 1 else 'run'}.",),
        detail=(f"{they} ran on the base and {'is' if number == 1 else 'are'} skipped now.",),
        todo=(f"check that this change means to skip {'it' if number == 1 else 'them'}.",),
        short=f"{number:,} newly skipped",
        evidence=_evidence.tests(comparison.tests.newly_skipped, comparison),
    )


RULE = Rule(
    name="new-skips",
    summary="No test that ran on the base is skipped now, on the same leg.",
    description="A skipped test tests nothing. Skipping the test that fails is the quickest way past a gate, so every "
    "test that ran on the base and is skipped now is named, with the reason that it gives.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=80,
    points=10,
)
