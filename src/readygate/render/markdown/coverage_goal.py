"""The next step of the ladder of coverage goals, in one line."""

from __future__ import annotations

from readygate.model.measures import NextGoal
from readygate.model.rich_text import Name, Phrase, count
from readygate.support.number_format import limit, percent

NAMED = 3


def goal_line(goal: NextGoal) -> Phrase:
    """Write "22.90% → 25%: 276 more covered lines; largest uncovered: `routes/chat.py` 684, …"."""
    share = goal.lines.fraction
    now = "nothing" if share is None else percent(share, beside=goal.goal)
    by = f" by {goal.by}" if goal.by else ""
    parts: list[str | Name] = [f"{now} → {limit(goal.goal)}{by}: {count(goal.needed, 'more covered line')}"]
    for file in goal.largest[:NAMED]:
        parts += [", " if len(parts) > 1 else "; largest uncovered: ", Name(file.path), f" {file.lines:,}"]
    return tuple(parts)
