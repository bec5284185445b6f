"""vanished-tests: no test of the base is gone."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import Name, Phrase, count
from readygate.model.policy import Policy
from readygate.model.report import TestReport
from readygate.model.verdict import Level
from readygate.rules import INCOMPLETE, NO_BASELINE, Judgement, Result, Rule, damaged, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Broken by every test that the base has and this run lacks."""
    if comparison.baseline is None:
        return NO_BASELINE
    if damaged(comparison, TestReport):
        return INCOMPLETE
    gone = comparison.tests.vanished
    if not gone:
        return passes("0 tests")
    number = len(gone)
    fact = f"{count(number, 'test')} {'is' if number == 1 else 'are'} gone"
    only = gone[0].id
    detail: Phrase = ("It was on the base: ", Name(only.name), ".") if number == 1 else ("The base has them.",)
    return Judgement(
        result=Result.BROKEN,
        summary=(fact,),
        title=(f"{fact}.",),
        detail=detail,
        todo=(f"bring {'it' if number == 1 else 'them'} back, or say in the description why.",),
        short=fact,
    )


RULE = Rule(
    name="vanished-tests",
    asks="No test of the base is missing in this run.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=70,
)
