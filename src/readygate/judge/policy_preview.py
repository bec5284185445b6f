"""Which rules are in force, and what a change to them would do: a pull request cannot move its own goalposts."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from readygate.compare import Terms
from readygate.compare.carried_suites import Part
from readygate.compare.classify_failures import Triage
from readygate.judge.verdict import can_be_waived, judge
from readygate.model.comparison import Comparison, PolicyChange, Waiver
from readygate.model.policy import Policy, paths_fit, quarantined
from readygate.model.verdict import Level, Verdict
from readygate.policy import Rulebook
from readygate.policy.difference import difference
from readygate.support.dates import utc_date


def terms(policy: Policy, now: int) -> Terms:
    """What a policy says of the comparison itself.

    Args:
        policy: the policy.
        now: seconds since 1970.
    """
    flaky = policy.options["flaky"]
    return Terms(
        triage=Triage(
            # where no rule tells known-flaky failures, none is excused; a smaller number must not suddenly ask more
            flips=max(1, int(flaky["flips"] or 0)) if policy.levels["flaky"] is not Level.OFF else 0,
            runs=max(1, int(flaky["runs"] or 0)),
            quarantined=quarantined(policy, utc_date(now)),
        ),
        parts=tuple(
            Part(name=group.name, reports=paths_fit(group.reports), when_changed=paths_fit(group.when_changed))
            for group in policy.groups
        ),
        now=now,
    )


def judged(
    book: Rulebook, compared: Callable[[Policy], Comparison], ask: Callable[[str], Waiver | None]
) -> tuple[Comparison, Verdict]:
    """Compare and judge under the policy in force.

    Args:
        book: both policies.
        compared: makes the comparison under a policy.
        ask: looks for the label of the waiver; only asked if it could change anything.
    """
    policy = book.policy
    comparison = with_policy_change(compared(policy), book, compared)
    verdict = judge(comparison, policy)
    if policy.waiver and can_be_waived(verdict):
        found = ask(policy.waiver)
        if found is not None:
            comparison = replace(comparison, waiver=found)
            verdict = judge(comparison, policy)
    return comparison, verdict


def with_policy_change(comparison: Comparison, book: Rulebook, again: Callable[[Policy], Comparison]) -> Comparison:
    """Tell what the change does to the policy, and what the verdict would be under its own.

    Args:
        comparison: the comparison under the policy in force.
        book: both policies.
        again: makes the comparison under another policy.
    """
    if not book.changed:
        return comparison
    if book.own is None:
        return replace(comparison, policy_change=PolicyChange(problems=book.problems))
    loosened, tightened = difference(book.policy, book.own)
    preview = judge(again(book.own), book.own)
    told = PolicyChange(loosened=loosened, tightened=tightened, ready=preview.ready, reason=preview.reason)
    return replace(comparison, policy_change=told)
