"""Write the outcomes of the failing tests on each leg of the matrix."""

from readygate.model.comparison import TestChange
from readygate.model.results import SEPARATOR, Leg, Outcome
from readygate.render.escaping import code
from readygate.render.markdown.elements import TESTS_SHOWN, Table, columns_from
from readygate.render.report_view import ReportView

LEGS_SHOWN = 8
WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FLAKY: "flaky",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "❌\u00a0failed",
    Outcome.ERRORED: "❌\u00a0errored",
}


def leg_table(view: ReportView) -> tuple[str, Table, str] | None:
    """Return the title, the table and notes about omitted legs; None without a matrix or without failures.

    The columns are the legs on which at least one of the listed tests fails.
    """
    tests = view.comparison.tests
    changes = [c for c in (*tests.new_failures, *tests.still_failing) if c.all_legs > 1 and c.legs][:TESTS_SHOWN]
    if not changes:
        return None
    legs = {(leg.group, leg.leg): leg for leg in view.comparison.head.snapshot.legs if leg.leg}
    groups = {change.id.group for change in changes}
    names = sorted({name for group, name in legs if group in groups})
    outcomes = {
        (change.id, name): _outcome(legs.get((change.id.group, name)), change) for change in changes for name in names
    }
    failing = [name for name in names if any((outcomes[c.id, name] or 0) >= Outcome.FAILED for c in changes)]
    shown = failing[:LEGS_SHOWN]
    rows = tuple((code(change.id.name), *(_cell(outcomes[change.id, name]) for name in shown)) for change in changes)
    green = len(names) - len(failing)
    where = f"the other {green} legs" if green > 1 else "the other leg"
    notes = [f"On {where} none of them fails."] if green else []
    if len(failing) > len(shown):
        notes.append(f"{len(failing) - len(shown)} more legs on which some of them fail are not shown.")
    subject = _subject(len(changes), len(tests.new_failures) + len(tests.still_failing))
    table = Table(columns=columns_from("Test", *map(code, shown)), rows=rows)
    return f"{subject} on each of the {len(names)} legs", table, " ".join(notes)


def _subject(number: int, total: int) -> str:
    if total > number:
        return f"{number} of the {total:,} failing tests"
    return f"These {number} tests" if number > 1 else "This test"


def _outcome(leg: Leg | None, change: TestChange) -> Outcome | None:
    """Return the outcome of a test on a leg; None if the leg did not run it."""
    block = leg.blocks.get(change.id.class_name) if leg else None
    if block is None:
        return None
    names = block.names.split(SEPARATOR)
    return Outcome(block.outcomes[names.index(change.id.name)]) if change.id.name in names else None


def _cell(outcome: Outcome | None) -> str:
    return "–" if outcome is None else WORDS[outcome]
