"""vanished-tests: no test of the base is gone."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import Name, Phrase, count
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, one_sided, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Broken by every test that the base has and this run lacks."""
    if comparison.baseline is None:
        return NO_BASELINE
    apart = one_sided(comparison)
    if apart:
        return apart
    gone = comparison.tests.vanished
    if not gone:
        return passes("0 tests")
    number = len(gone)
    fact = f"{count(number, 'test')} {'is' if number == 1 else 'are'} gone"
    detail: Phrase = ("The base has them.",)
    if number == 1:
        only = gone[0].id
        place = (" in ", Name(only.class_name)) if only.class_name else ()
        detail = ("The base has ", Name(only.name), *place, ".")
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
