"""reports-complete: every suite and every leg that the base had reported again."""

from __future__ import annotations

from fractions import Fraction

from readygate.figures import allowed
from readygate.model.comparison import Comparison, CoverageDelta
from readygate.model.coverage import add_ratios
from readygate.model.phrase import Phrase, count, listed
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _exhibits, not_evaluated, passes


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Broken by every suite, or leg of a suite, that the base has and this run lacks."""
    if comparison.baseline is None:
        return NO_BASELINE
    carried = tuple(_exhibits.carried(comparison))
    if not comparison.head.snapshot.legs and not carried:
        return not_evaluated("There is no test report")
    legs = tuple(f"{group} {leg}".strip() for group, leg in comparison.missing_legs)
    groups = comparison.missing_groups
    if not legs and not groups:
        delta = comparison.coverage.delta if comparison.coverage else None
        if delta is not None and delta.gone:
            return _files_gone(delta, policy)
        number = len(comparison.head.snapshot.legs)
        whole = f"All {number:,} suites and legs reported" if number > 1 else "Nothing is missing"
        if not carried:
            return passes(whole)
        told = f"{count(len(carried), 'suite or leg', 'suites and legs')} that this change does not touch"
        return passes(
            f"{whole}; carried from the base: {told}: ",
            *listed(carried, 5),
            evidence=_exhibits.named("suite", carried, dict.fromkeys(carried, "carried from the base")),
        )
    parts: list[str] = []
    if groups:
        parts.append(f"{count(len(groups), 'suite')} of the base left no report")
    if legs:
        parts.append(f"{count(len(legs), 'leg')} of the base left no report")
    names: Phrase = listed((*groups, *legs), 5)
    fact = "; ".join(parts)
    return Judgement(
        result=Result.BROKEN,
        summary=(f"{fact}: ", *names),
        title=(f"{fact}.",),
        detail=("Missing: ", *names, ". What would stand there is counted nowhere."),
        todo=("read the log of the job that should have written it, then run it again.",),
        short=fact,
        evidence=_exhibits.named("suite", (*groups, *legs)),
    )


def _files_gone(delta: CoverageDelta, policy: Policy) -> Judgement:
    """Files that are still there and no longer measured.

    Nothing may be wrong with that, but somebody should see it; and where coverage-drop blocks, they must not be enough
    to hide what it would block, as it cannot tell without them.
    """
    names = delta.gone
    one = len(names) == 1
    fact = f"{count(len(names), 'file')} {'is' if one else 'are'} no longer measured"
    maximum = policy.option("coverage-drop", "maximum")
    hides = policy.levels["coverage-drop"] is Level.BLOCK and _could_hide(delta) > maximum
    detail: Phrase = (
        "The base measured ",
        *listed(names, 5),
        f"; the repository still has {'it' if one else 'them'}.",
    )
    if hides:
        limit = f"more than {allowed(maximum)} points, which would block."
        detail += (f" {'It holds' if one else 'They hold'} enough covered lines to hide a drop of coverage by {limit}",)
    return Judgement(
        result=Result.BROKEN,
        summary=(f"{fact}: ", *listed(names, 5)),
        title=(f"{fact}.",),
        detail=detail,
        todo=(f"check that this change means to leave {'it' if one else 'them'} out of the coverage.",),
        short=fact,
        ceiling=Level.BLOCK if hides else Level.WARN,
        evidence=_exhibits.named("file", names),
    )


def _could_hide(delta: CoverageDelta) -> Fraction:
    """By how much the lines that the change does not touch could have fallen, as far as anyone can tell."""
    gone = add_ratios(delta.kept[path] for path in delta.gone)
    before = add_ratios((gone, *filter(None, (delta.unchanged_base,))))
    after = add_ratios(filter(None, (delta.unchanged_head,)))
    return Fraction(before.covered, before.total) - Fraction(after.covered, after.total + gone.total)


RULE = Rule(
    name="reports-complete",
    asks="Every suite and every leg of a matrix that the base had left a report in this run, too. Files that the "
    "base measured, that are still there and no longer measured, block if they are enough to hide a drop that "
    "coverage-drop would block; otherwise they only warn.",
    explains="What the base measured and this run did not is not green, it is unknown. A suite that was renamed or "
    "moved is found again by its reports' paths, then by its tests. Suites that need not run for every change "
    "belong into `groups` of the policy; a suite or leg that was removed on purpose is excused by the waiver "
    "label.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=35,
    evidence=True,
    waivable=True,
    points=40,
)
