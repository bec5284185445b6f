"""Find the next coverage goal of a policy, and the distance to it."""

from heapq import nsmallest
from math import ceil

from readygate.model.comparison import Comparison
from readygate.model.measures import NextGoal, UncoveredFile
from readygate.model.policy import Policy

LARGEST = 5
"""Number of files that are named with the goal."""


def next_goal(comparison: Comparison, policy: Policy) -> NextGoal | None:
    """Return the lowest goal that is not reached; None if there is none, or no line was measured."""
    coverage = comparison.coverage
    share = coverage.lines.fraction if coverage else None
    if coverage is None or share is None:
        return None
    unreached = [goal for goal in policy.goals if goal.coverage > share]
    if not unreached:
        return None
    goal = min(unreached, key=lambda step: step.coverage)
    uncovered = [(file.total - file.covered, file.path) for file in coverage.head.files]
    largest = nsmallest(LARGEST, (row for row in uncovered if row[0]), key=lambda row: (-row[0], row[1]))
    return NextGoal(
        goal=goal.coverage,
        by=goal.by,
        lines=coverage.lines,
        needed=ceil(goal.coverage * coverage.lines.total) - coverage.lines.covered,
        largest=tuple(UncoveredFile(path=path, lines=lines) for lines, path in largest),
        reached=len(policy.goals) - len(unreached),
        steps=len(policy.goals),
    )
