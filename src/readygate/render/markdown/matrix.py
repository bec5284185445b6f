"""The table test by leg: what became of the failing tests on each leg of the matrix."""

from __future__ import annotations

from readygate.model.comparison import TestChange
from readygate.model.results import SEPARATOR, Leg, Outcome
from readygate.render.escaping import code
from readygate.render.markdown.tables import TESTS_SHOWN, Table, by
from readygate.render.report_view import Page

LEGS_SHOWN = 8
WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FLAKY: "flaky",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "❌\u00a0failed",
    Outcome.ERRORED: "❌\u00a0errored",
}


def by_leg(page: Page) -> tuple[str, Table, str] | None:
    """The title, the table and what it leaves out; None without a matrix or without failures.

    Columns are the legs on which a listed test fails; the others, on which all of them pass or are not there, are
    counted.
    """
    tests = page.comparison.tests
    changes = [c for c in (*tests.new_failures, *tests.still_failing) if c.all_legs > 1 and c.legs][:TESTS_SHOWN]
    if not changes:
        return None
    legs = {(leg.group, leg.leg): leg for leg in page.comparison.head.snapshot.legs if leg.leg}
    groups = {change.id.group for change in changes}
    names = sorted({name for group, name in legs if group in groups})
    outcomes = {
        (change.id, name): _outcome(legs.get((change.id.group, name)), change) for change in changes for name in names
    }
    worst = [name for name in names if any((outcomes[c.id, name] or 0) >= Outcome.FAILED for c in changes)]
    shown = worst[:LEGS_SHOWN]
    rows = tuple((code(change.id.name), *(_cell(outcomes[change.id, name]) for name in shown)) for change in changes)
    others = len(names) - len(worst)
    where = f"the other {others} legs" if others > 1 else "the other leg"
    rest = [f"On {where} none of them fails."] if others else []
    if len(worst) > len(shown):
        rest.append(f"{len(worst) - len(shown)} more legs on which some of them fail are not shown.")
    number = len(changes)
    what = f"These {number} tests" if number > 1 else "This test"
    total = len(tests.new_failures) + len(tests.still_failing)
    if total > number:
        what = f"{number} of the {total:,} failing tests"
    return (
        f"{what} on each of the {len(names)} legs",
        Table(columns=by("Test", *map(code, shown)), rows=rows),
        " ".join(rest),
    )


def _outcome(leg: Leg | None, change: TestChange) -> Outcome | None:
    block = leg.blocks.get(change.id.class_name) if leg else None
    if block is None:
        return None
    names = block.names.split(SEPARATOR)
    return Outcome(block.outcomes[names.index(change.id.name)]) if change.id.name in names else None


def _cell(outcome: Outcome | None) -> str:
    return "–" if outcome is None else WORDS[outcome]
