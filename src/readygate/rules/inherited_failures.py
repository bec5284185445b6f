"""inherited-failures: no test fails that also fails on the base."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _evidence, passes

_TOLD = 3
"""Tests whose record the detail shows."""


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for tests that fail now and failed on the base, on the same leg."""
    if comparison.baseline is None:
        return NO_BASELINE
    failures = comparison.tests.still_failing
    number = len(failures)
    if not number:
        return passes("0 tests")
    branch = comparison.baseline.branch
    where: tuple[str | Untrusted, ...] = ("on ", Untrusted(branch)) if branch else ("on the base branch",)
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{count(number, 'test')} {'fails' if number == 1 else 'fail'} on the base too",),
        title=(f"{count(number, 'test')} still {'fails' if number == 1 else 'fail'}.",),
        detail=(f"{'It fails' if number == 1 else 'They fail'} on the base too.", *_since(comparison)),
        todo=(f"nothing in this change. Fix {'it' if number == 1 else 'them'} ", *where, "."),
        short=f"{count(number, 'test')} still {'fails' if number == 1 else 'fail'}",
        evidence=_evidence.tests(failures, comparison),
    )


def _since(comparison: Comparison) -> RichText:
    """Return since which commit and run the first tests fail, as far as the history goes back."""
    history = comparison.baseline.history if comparison.baseline else None
    told: list[str | Untrusted] = []
    branch = comparison.baseline.branch if comparison.baseline else ""
    for change in comparison.tests.still_failing:
        past = change.past
        since = past.failing_since if past else None
        if change.merged and len(told) < _TOLD * 5:
            told += [" ", Untrusted(change.id.name), " also failed at ", Untrusted(change.merged[:7])]
            told += [", which ", Untrusted(branch) if branch else "the base branch", " merged."]
            continue
        if history is None or past is None or since is None or since >= len(history.runs):
            continue
        if len(told) >= _TOLD * 5:
            told.append(" The evidence names the others.")
            break
        run = history.runs[since]
        before = " or before" if past.may_fail_longer else ""
        number = f" (run {run.run_id})" if run.run_id else ""
        told += [" ", Untrusted(change.id.name), " fails there since ", Untrusted(run.commit[:7])]
        told.append(f"{number}{before}, in {count(past.failing_for, 'run')}.")
    return tuple(told)


RULE = Rule(
    name="inherited-failures",
    summary="No test fails that failed on the base too, on the same leg.",
    description="A test that fails on the base too is shown with what failed, since which commit, and for how many "
    "runs; it blocks nothing, because it is for the base branch to fix. A failure on one leg of a matrix "
    "excuses no failure on another; a test that this leg did not have on the base counts as on the legs "
    "that ran it. Under another name a failure is inherited if only an index or a line number in the name "
    "moved, if git shows the file as renamed, if it moved to another part of a suite that is split, or if the "
    "failure is the same and its old name is gone.",
    levels=(Level.WARN, Level.WARN, Level.WARN),
    judge=judge,
    weight=45,
    points=20,
)
