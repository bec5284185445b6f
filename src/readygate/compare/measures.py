"""Measure what a policy names: components, categories, coverage goals and quarantined failures."""

from readygate.compare.categories import category_results
from readygate.compare.components import component_results
from readygate.compare.goals import next_goal
from readygate.model.comparison import Comparison
from readygate.model.measures import Excuse, PolicyMeasures
from readygate.model.policy import Policy, tests_fit


def policy_measures(comparison: Comparison, policy: Policy) -> PolicyMeasures:
    """Measure the components, categories and goals of a policy, and find the excuses of quarantined failures."""
    return PolicyMeasures(
        components=component_results(comparison, policy),
        categories=category_results(comparison, policy),
        goal=next_goal(comparison, policy),
        goals=len(policy.goals),
        excuses=_excuses(comparison, policy),
    )


def _excuses(comparison: Comparison, policy: Policy) -> tuple[Excuse | None, ...]:
    """Return the excuse of each quarantined failure; of several matching entries the one that expires last."""
    tests = comparison.tests.quarantined
    if not tests:
        return ()
    entries = sorted(policy.quarantine, key=lambda entry: entry.expires, reverse=True)
    known = [(tests_fit(entry.tests), Excuse(reason=entry.reason, expires=entry.expires)) for entry in entries]
    return tuple(next((excuse for fits, excuse in known if fits(change.id)), None) for change in tests)
