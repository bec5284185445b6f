"""Skipped tests by the reason that their reports give."""

from __future__ import annotations

from collections import Counter

from readygate.model.once import once
from readygate.model.results import Outcome, TestId
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, more_note
from readygate.render.report_view import Page

SHOWN = 10
NO_REASON = "(no reason given)"


@once
def skip_reasons(page: Page) -> tuple[tuple[str, int], ...]:
    """Reasons with their numbers of tests, the most frequent first; an empty one is that of tests without any.

    A test that is skipped on several legs counts once, with the reason of the first; one that fails on another leg
    is no skipped test.
    """
    reasons: dict[TestId, str] = {}
    failing = set()
    for (test, _), detail in page.comparison.head.details.items():
        if detail.outcome is Outcome.SKIPPED:
            rows = (row.strip() for row in (detail.message or detail.text).splitlines())
            reasons.setdefault(test, next(filter(None, rows), ""))
        elif detail.outcome >= Outcome.FAILED:
            failing.add(test)
    numbers = Counter(reason for test, reason in reasons.items() if test not in failing)
    silent = page.comparison.tests.head.skipped - sum(numbers.values())
    numbers[""] += max(0, silent)
    return tuple(sorted(((r, n) for r, n in numbers.items() if n), key=lambda row: (row[0] == "", -row[1], row[0])))


def skips_table(page: Page) -> tuple[str, Table, str] | None:
    """Title, table, and what it leaves out; None if no test is skipped."""
    reasons = skip_reasons(page)
    if not reasons:
        return None
    shown = reasons[:SHOWN]
    rows = tuple((f"{number:,}", code(reason, 160) if reason else NO_REASON) for reason, number in shown)
    title = "Skipped tests by reason"
    return (
        title,
        Table(columns=columns_from(">Tests", "Reason"), rows=rows),
        more_note(page, len(reasons) - len(shown), "reason"),
    )
