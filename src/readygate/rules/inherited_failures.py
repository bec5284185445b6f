"""inherited-failures: nothing fails that the base fails too."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import Name, count
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Broken by every test that fails now and failed on the base, on the same leg."""
    if comparison.baseline is None:
        return NO_BASELINE
    number = len(comparison.tests.still_failing)
    if not number:
        return passes("0 tests")
    branch = comparison.baseline.branch
    where: tuple[str | Name, ...] = ("on ", Name(branch)) if branch else ("on the base branch",)
    return Judgement(
        result=Result.BROKEN,
        summary=(f"{count(number, 'test')} {'fails' if number == 1 else 'fail'} on the base too",),
        title=(f"{count(number, 'test')} still {'fails' if number == 1 else 'fail'}.",),
        detail=(f"{'It fails' if number == 1 else 'They fail'} on the base too.",),
        todo=(f"nothing in this change. Fix {'it' if number == 1 else 'them'} ", *where, "."),
        short=f"{count(number, 'test')} still {'fails' if number == 1 else 'fail'}",
    )


RULE = Rule(
    name="inherited-failures",
    asks="No test fails that failed on the base too, on the same leg.",
    explains="A test that fails on the base too is shown with what failed, since which commit, and for how many runs; "
    "it blocks nothing, because it is for the base branch to mend. A failure on one leg of a matrix excuses "
    "no failure on another.",
    levels=(Level.WARN, Level.WARN, Level.WARN),
    judge=judge,
    weight=45,
    points=20,
)
