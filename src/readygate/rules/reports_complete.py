"""reports-complete: every suite and every leg that the base had reported again."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import Phrase, count, listed
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _exhibits, not_evaluated, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
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
            return _files_gone(delta.gone)
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


def _files_gone(names: tuple[str, ...]) -> Judgement:
    """Files that are still there and no longer measured: nothing may be wrong with that, but somebody should see it."""
    fact = f"{count(len(names), 'file')} {'is' if len(names) == 1 else 'are'} no longer measured"
    return Judgement(
        result=Result.BROKEN,
        summary=(f"{fact}: ", *listed(names, 5)),
        title=(f"{fact}.",),
        detail=(
            "The base measured ",
            *listed(names, 5),
            "; the repository still has " + ("it." if len(names) == 1 else "them."),
        ),
        todo=(
            "check that this change means to leave " + ("it" if len(names) == 1 else "them") + " out of the coverage.",
        ),
        short=fact,
        ceiling=Level.WARN,
        evidence=_exhibits.named("file", names),
    )


RULE = Rule(
    name="reports-complete",
    asks="Every suite and every leg of a matrix that the base had left a report in this run, too. It only warns if "
    "files that the base measured are still there and no longer measured.",
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
