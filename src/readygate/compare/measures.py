"""What a run measured of all that a policy names, for those who tell it."""

from __future__ import annotations

from readygate.compare.categories import category_results
from readygate.compare.components import component_results
from readygate.compare.goals import next_goal
from readygate.model.comparison import Comparison
from readygate.model.measures import Excuse, NamedParts
from readygate.model.policy import Policy, tests_fit


def named_parts(comparison: Comparison, policy: Policy) -> NamedParts:
    """Measure the components, categories and goals of a policy, and look up what excuses quarantined failures."""
    return NamedParts(
        components=component_results(comparison, policy),
        categories=category_results(comparison, policy, with_base=True),
        goal=next_goal(comparison, policy),
        goals=len(policy.goals),
        excuses=_excuses(comparison, policy),
    )


def _excuses(comparison: Comparison, policy: Policy) -> tuple[Excuse | None, ...]:
    """Of several entries that fit the one that holds longest: at least that one is in force."""
    tests = comparison.tests.quarantined
    if not tests:
        return ()
    entries = sorted(policy.quarantine, key=lambda entry: entry.expires, reverse=True)
    known = [(tests_fit(entry.tests), Excuse(reason=entry.reason, expires=entry.expires)) for entry in entries]
    return tuple(next((excuse for fits, excuse in known if fits(change.id)), None) for change in tests)
