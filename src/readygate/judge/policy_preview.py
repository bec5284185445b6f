"""Evaluate a change under the policy in force, and preview what the change's own policy would decide."""

from collections.abc import Callable

from msgspec.structs import replace

from readygate.compare import ComparisonOptions
from readygate.compare.carried_suites import OptionalSuites
from readygate.compare.classify_failures import FailureCriteria
from readygate.judge.verdict import can_be_waived, judge
from readygate.model.comparison import Comparison
from readygate.model.measures import SlowdownLimit
from readygate.model.policy import Policy, paths_fit, quarantined
from readygate.model.policy_change import PolicyChange, Waiver
from readygate.model.verdict import Level, Verdict
from readygate.policy import PolicyPair
from readygate.policy.difference import difference, neutral_changes
from readygate.support.dates import utc_date

_DURATION = "duration"
"""The rule that has a limit for the time of single tests."""


def comparison_options(policy: Policy, now: int) -> ComparisonOptions:
    """Return what a policy contributes to a comparison; `now` is in seconds since 1970."""
    flaky = policy.options["flaky"]
    return ComparisonOptions(
        policy=policy,
        failures=FailureCriteria(
            # if the rule is off, no failure is excused; below 1 the criteria would become stricter
            flips=max(1, int(flaky["flips"] or 0)) if policy.levels["flaky"] is not Level.OFF else 0,
            runs=max(1, int(flaky["runs"] or 0)),
            excuse_likely=bool(flaky["excuse"]),
            limit=int(flaky["limit"] or 0),
            quarantined=quarantined(policy, utc_date(now)),
        ),
        optional_suites=tuple(
            OptionalSuites(
                name=group.name, reports=paths_fit(group.reports), when_changed=paths_fit(group.when_changed)
            )
            for group in policy.groups
        ),
        slowdown=None
        if policy.levels[_DURATION] is Level.OFF
        else SlowdownLimit(
            factor=policy.option(_DURATION, "test-factor"), seconds=policy.option(_DURATION, "test-seconds")
        ),
        now=now,
    )


def evaluate(
    policies: PolicyPair, compare_under: Callable[[Policy], Comparison], find_waiver: Callable[[str], Waiver | None]
) -> tuple[Comparison, Verdict]:
    """Compare and judge under the policy in force.

    Args:
        policies: both policies.
        compare_under: makes the comparison under a policy.
        find_waiver: looks up the label of the waiver; called only if the label could change the verdict.
    """
    policy = policies.policy
    comparison = _with_policy_change(compare_under(policy), policies, compare_under)
    verdict = judge(comparison, policy)
    if policy.waiver and can_be_waived(verdict):
        found = find_waiver(policy.waiver)
        if found is not None:
            comparison = replace(comparison, waiver=found)
            verdict = judge(comparison, policy)
    return comparison, verdict


def _with_policy_change(
    comparison: Comparison, policies: PolicyPair, compare_under: Callable[[Policy], Comparison]
) -> Comparison:
    """Add what the change does to the policy, and the verdict under the change's own policy."""
    if not policies.changed:
        return comparison
    if policies.own is None:
        return replace(comparison, policy_change=PolicyChange(problems=policies.problems))
    loosened, tightened = difference(policies.policy, policies.own)
    preview = judge(compare_under(policies.own), policies.own)
    change = PolicyChange(
        loosened=loosened,
        tightened=tightened,
        neutral=neutral_changes(policies.policy, policies.own),
        ready=preview.ready,
        reason=preview.reason,
    )
    return replace(comparison, policy_change=change)
