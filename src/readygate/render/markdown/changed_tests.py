"""Write the lists of tests that were fixed, added, renamed or removed, and of flaky and quarantined tests."""

from collections import Counter

from readygate.model.comparison import Rename, TestChange
from readygate.model.history import FAILING, FLAKY, PASSED, Past
from readygate.model.load_errors import load_errors
from readygate.model.measures import Excuse
from readygate.model.results import Outcome
from readygate.model.rich_text import count
from readygate.render.escaping import code, inline_or_code
from readygate.render.markdown.elements import TESTS_SHOWN, Fold, Section, Table, columns_from, more_note, paragraphs
from readygate.render.markdown.result_cells import (
    OUTCOME_WORDS,
    has_messages,
    message_cell,
    named_tests,
    plain_name,
    test_name,
)
from readygate.render.report_view import ReportView

LINES_SHOWN = 100
"""Lines in the list of fixed tests by cause, headings and empty lines included."""
RECENT_RUNS = 20
"""Runs of the base branch that the record of a flaky test shows."""
SCALE = "One bar a run, the oldest first: ▁ passed, ▄ failed first and passed then, █ failed, · did not run."


def fixed(view: ReportView) -> Section | None:
    """Return the fixed tests: by cause if the baseline's messages are known, else by name; None if there are none."""
    changes, causes = view.comparison.tests.fixed, view.comparison.causes.fixed
    known = [cause for cause in causes if cause.has_message]
    title = f"{count(len(changes), 'fixed test')}"
    if not known or len(changes) < 2:
        return named_tests(view, changes, title, "Fixed test")
    shown = known[:TESTS_SHOWN]
    rows = tuple((f"{len(cause.tests):,}", code(cause.message or cause.kind, 160)) for cause in shown)
    lines: list[str] = []
    omitted = len(changes)
    for cause in shown:
        names = [f"- {plain_name(changes[index].id)}" for index in cause.tests[: max(0, LINES_SHOWN - len(lines))]]
        omitted -= len(names)
        if names:
            lines += ["", code(cause.message or cause.kind, 160), "", *names]
    body = paragraphs("\n".join(lines).strip(), more_note(view, omitted, "test"))
    return Section(
        title=f"{title}, {count(len(known), 'cause')} gone",
        table=Table(columns=columns_from(">Tests", "Failed on the base with"), rows=rows),
        rest=more_note(view, len(known) - len(shown), "cause"),
        folds=(Fold(title=f"The {len(changes):,} fixed tests by name", body=body),),
    )


def added(view: ReportView) -> Fold | None:
    """Return the added tests with their outcomes, under a title that counts the outcomes; None if there are none."""
    tests = view.comparison.tests.added
    if not tests:
        return None
    blocks = view.comparison.head.snapshot.headline()
    classes = {(test.group, test.class_name) for test in tests}
    by_class = {key: dict(blocks[key].items()) for key in classes if key in blocks}
    outcomes = [by_class.get((test.group, test.class_name), {}).get(test.name) for test in tests]
    rows = tuple(
        (plain_name(test), OUTCOME_WORDS.get(outcome, "–"))
        for test, outcome in zip(tests[:TESTS_SHOWN], outcomes, strict=False)
    )
    return Fold(
        title=f"{count(len(tests), 'added test')}: {_count_outcomes(outcomes)}",
        body=Table(columns=columns_from("Added test", "Outcome"), rows=rows),
        rest=more_note(view, len(tests) - TESTS_SHOWN),
    )


def _count_outcomes(outcomes: list[Outcome | None]) -> str:
    """Return the number of tests by outcome: "all 60 passed", "58 passed, 2 skipped"."""
    numbers = Counter(outcome for outcome in outcomes if outcome is not None)
    total = numbers.total()
    if len(numbers) == 1 and total > 1:
        return f"all {total:,} {OUTCOME_WORDS[next(iter(numbers))]}"
    words = ((OUTCOME_WORDS[outcome], numbers[outcome]) for outcome in Outcome if numbers[outcome])
    return ", ".join(f"{number:,} {word}" if total > 1 else word for word, number in words)


def flaky(view: ReportView) -> Section | None:
    """Return the tests that passed on retry, with their record on the base branch; None if there are none."""
    tests = view.comparison.tests.flaky
    return _flaky_section(view, tests, f"{count(len(tests), 'flaky test')}: failed first, then passed", "Flaky test")


def known_flaky(view: ReportView) -> Section | None:
    """Return the failing tests that their record on the base branch excuses as flaky; None if there are none."""
    tests = view.comparison.tests.known_flaky
    title = f"{count(len(tests), 'known flaky test')} {'fails' if len(tests) == 1 else 'fail'}"
    return _flaky_section(view, tests, title, "Known flaky test")


def _flaky_section(view: ReportView, tests: tuple[TestChange, ...], title: str, header: str) -> Section | None:
    if not tests:
        return None
    shown = tests[:TESTS_SHOWN]
    with_record = any(change.past is not None for change in shown)
    with_messages = has_messages(shown)
    rows = tuple(
        (
            test_name(view, change),
            *((message_cell(change),) if with_messages else ()),
            *((_record_cell(change.past),) if with_record else ()),
        )
        for change in shown
    )
    columns = columns_from(
        header,
        *(["Message"] if with_messages else []),
        *([f"Last {RECENT_RUNS} runs of the base"] if with_record else []),
    )
    rest = paragraphs(more_note(view, len(tests) - len(shown)), SCALE if with_record else "")
    return Section(title=title, table=Table(columns=columns, rows=rows), rest=rest)


def _record_cell(past: Past | None) -> str:
    """Return how often a test failed and passed on retry in the recent runs, and below it one bar for each run."""
    if past is None:
        return "always green"
    recent = past.last(RECENT_RUNS)
    retried = f", passed on retry in {recent.retried:,}" if recent.retried else ""
    numbers = f"failed in {recent.failed:,} of {count(recent.ran, 'run')}{retried}"
    return f"{numbers}<br>`{''.join(map(_bar, recent.letters))}`"


def _bar(letter: str) -> str:
    return "█" if letter in FAILING else "▄" if letter == FLAKY else "▁" if letter == PASSED else "·"


def quarantined(view: ReportView) -> Section | None:
    """Return the failing tests in quarantine, with the policy's reason and expiry date; None if there are none."""
    tests = view.comparison.tests.quarantined
    if not tests:
        return None
    shown = tests[:TESTS_SHOWN]
    with_messages = has_messages(shown)
    known = view.comparison.measures.excuses[: len(shown)]
    excuses = (*known, *[None] * (len(shown) - len(known)))
    rows = tuple(
        (test_name(view, change), *((message_cell(change),) if with_messages else ()), _excuse_cell(excuse))
        for change, excuse in zip(shown, excuses, strict=True)
    )
    columns = columns_from("Quarantined test", *(["Message"] if with_messages else []), "Excused until, and why")
    title = f"{count(len(tests), 'quarantined test')} {'fails' if len(tests) == 1 else 'fail'}"
    return Section(title=title, table=Table(columns=columns, rows=rows), rest=more_note(view, len(tests) - len(shown)))


def _excuse_cell(excuse: Excuse | None) -> str:
    return "–" if excuse is None else f"{inline_or_code(excuse.expires)}: {code(excuse.reason, 160)}"


def renamed(view: ReportView) -> Section | None:
    """Return the renamed tests with both names and outcomes; None if there are none."""
    pairs = view.comparison.tests.renamed
    if not pairs:
        return None
    shown = pairs[:TESTS_SHOWN]
    words = {"name": "name, by likeness"}
    rows = tuple(
        (plain_name(pair.before), plain_name(pair.after), words.get(pair.how, pair.how), _outcome_change(pair))
        for pair in shown
    )
    return Section(
        title=count(len(pairs), "renamed test"),
        table=Table(columns=columns_from("On the base", "Now", "What changed", "Outcome"), rows=rows),
        rest=more_note(view, len(pairs) - len(shown)),
    )


def _outcome_change(pair: Rename) -> str:
    was, now = OUTCOME_WORDS[pair.was], OUTCOME_WORDS[pair.now]
    return now if pair.was == pair.now else f"{was}, now {now}"


def vanished(view: ReportView) -> Section | None:
    """Return the missing tests with their outcome in the baseline; None for fewer than two.

    The finding names a single missing test.
    """
    missing = view.comparison.tests.vanished
    if len(missing) < 2 or load_errors(view.comparison.tests):  # they are missing because they were not loaded
        return None
    shown = missing[:TESTS_SHOWN]
    rows = tuple((plain_name(change.id), _outcome_before(change)) for change in shown)
    return Section(
        title=f"{count(len(missing), 'test')} are gone",
        table=Table(columns=columns_from("Test of the base", "On the base"), rows=rows),
        rest=more_note(view, len(missing) - len(shown)),
    )


def _outcome_before(change: TestChange) -> str:
    words = {Outcome.PASSED: "passed", Outcome.FLAKY: "passed", Outcome.SKIPPED: "skipped"}
    outcome = words.get(change.before or Outcome.PASSED, "failed")
    if change.after is None or not change.legs:
        return outcome
    return f"{outcome}; still on other legs"
