"""Tests that got better or stranger: fixed ones, with what they failed with, and flaky ones."""

from __future__ import annotations

from readygate.model.comparison import Rename, TestChange
from readygate.model.history import FAILING, FLAKY, PASSED, Past
from readygate.model.measures import Excuse
from readygate.model.results import Outcome
from readygate.model.rich_text import count
from readygate.render.escaping import aside, code
from readygate.render.markdown.sections import WORDS, message, named, plain_name, test_name
from readygate.render.markdown.tables import TESTS_SHOWN, Fold, Section, Table, by, more
from readygate.render.report_view import Page

NAMES_SHOWN = 100
RECENT = 20
"""Runs of the base branch over which the turns of a flaky test are counted."""
SCALE = "One bar a run, the oldest first: ▁ passed, ▄ failed first and passed then, █ failed, · did not run."


def fixed(page: Page) -> Section | None:
    """Fixed tests: by what they failed with where the base's messages are known, else by name."""
    changes, causes = page.comparison.tests.fixed, page.comparison.causes.fixed
    told = [cause for cause in causes if cause.told]
    title = f"{count(len(changes), 'fixed test')}"
    if not told or len(changes) < 2:
        return named(page, changes, title, "Fixed test")
    shown = told[:TESTS_SHOWN]
    rows = tuple((f"{len(cause.tests):,}", code(cause.message or cause.kind, 160)) for cause in shown)
    names: list[str] = []
    for cause in shown:
        listed = [f"- {plain_name(changes[index].id)}" for index in cause.tests[: max(0, NAMES_SHOWN - len(names))]]
        if listed:
            names += ["", code(cause.message or cause.kind, 160), "", *listed]
    rest = more(page, len(changes) - sum(row.startswith("- ") for row in names), "test")
    body = "\n".join(names).strip() + (f"\n\n{rest}" if rest else "")
    return Section(
        title=f"{title}, {count(len(told), 'cause')} gone",
        table=Table(columns=by(">Tests", "Failed on the base with"), rows=rows),
        rest=more(page, len(told) - len(shown), "cause"),
        folds=(Fold(title=f"The {len(changes):,} fixed tests by name", body=body),),
    )


def flaky(page: Page) -> Section | None:
    """Tests that failed first and passed when they were tried again, with how often they turned on the base lately."""
    tests = page.comparison.tests.flaky
    return _turning(page, tests, f"{count(len(tests), 'flaky test')}: failed first, then passed", "Flaky test")


def known_flaky(page: Page) -> Section | None:
    """Tests that fail now and turned on the base often enough not to count as broken by this change."""
    tests = page.comparison.tests.known_flaky
    title = f"{count(len(tests), 'known flaky test')} {'fails' if len(tests) == 1 else 'fail'}"
    return _turning(page, tests, title, "Known flaky test")


def _turning(page: Page, tests: tuple[TestChange, ...], title: str, header: str) -> Section | None:
    if not tests:
        return None
    shown = tests[:TESTS_SHOWN]
    known = any(change.past is not None for change in shown)
    messages = any(change.detail and change.detail.message for change in shown)
    rows = tuple(
        (
            test_name(page, change),
            *((message(change),) if messages else ()),
            *((_record(change.past),) if known else ()),
        )
        for change in shown
    )
    columns = by(header, *(["Message"] if messages else []), *([f"Last {RECENT} runs of the base"] if known else []))
    rest = (more(page, len(tests) - len(shown)), SCALE if known else "")
    return Section(title=title, table=Table(columns=columns, rows=rows), rest="\n\n".join(filter(None, rest)))


def quarantined(page: Page) -> Section | None:
    """Tests that fail now and that the policy excuses for a time, with its reason and its last day."""
    tests = page.comparison.tests.quarantined
    if not tests:
        return None
    shown = tests[:TESTS_SHOWN]
    messages = any(change.detail and change.detail.message for change in shown)
    excuses = (*page.parts.excuses[: len(shown)], *[None] * (len(shown) - len(page.parts.excuses)))
    rows = tuple(
        (test_name(page, change), *((message(change),) if messages else ()), _excuse(excuse))
        for change, excuse in zip(shown, excuses, strict=True)
    )
    columns = by("Quarantined test", *(["Message"] if messages else []), "Excused until, and why")
    title = f"{count(len(tests), 'quarantined test')} {'fails' if len(tests) == 1 else 'fail'}"
    return Section(title=title, table=Table(columns=columns, rows=rows), rest=more(page, len(tests) - len(shown)))


def _excuse(excuse: Excuse | None) -> str:
    return "–" if excuse is None else f"{aside(excuse.expires)}: {code(excuse.reason, 160)}"


def renamed(page: Page) -> Section | None:
    """Tests of the base that go by another name now."""
    pairs = page.comparison.tests.renamed
    if not pairs:
        return None
    shown = pairs[:TESTS_SHOWN]
    words = {"name": "name, by likeness"}
    rows = tuple((plain_name(p.before), plain_name(p.after), words.get(p.how, p.how), _became(p)) for p in shown)
    return Section(
        title=count(len(pairs), "renamed test"),
        table=Table(columns=by("On the base", "Now", "What changed", "Outcome"), rows=rows),
        rest=more(page, len(pairs) - len(shown)),
    )


def _became(pair: Rename) -> str:
    return WORDS[pair.now] if pair.was == pair.now else f"{WORDS[pair.was]}, now {WORDS[pair.now]}"


def _record(past: Past | None) -> str:
    """How often a test turned and failed lately, and below it the same as one bar a run."""
    if past is None:
        return "always green"
    recent = past.last(RECENT)
    told = f"{count(recent.flips, 'turn')}, failed in {recent.failed:,} of {count(recent.ran, 'run')}"
    return f"{told}<br>`{''.join(map(_bar, recent.letters))}`"


def _bar(letter: str) -> str:
    return "█" if letter in FAILING else "▄" if letter == FLAKY else "▁" if letter == PASSED else "·"


def vanished(page: Page) -> Section | None:
    """Tests that are gone, with what they did on the base."""
    gone = page.comparison.tests.vanished
    if len(gone) < 2:  # a single one is named by its finding
        return None
    shown = gone[:TESTS_SHOWN]
    rows = tuple((plain_name(change.id), _before(change)) for change in shown)
    return Section(
        title=f"{count(len(gone), 'test')} are gone",
        table=Table(columns=by("Test of the base", "On the base"), rows=rows),
        rest=more(page, len(gone) - len(shown)),
    )


def _before(change: TestChange) -> str:
    words = {Outcome.PASSED: "passed", Outcome.FLAKY: "passed", Outcome.SKIPPED: "skipped"}
    told = words.get(change.before or Outcome.PASSED, "failed")
    if change.after is None or not change.legs:
        return told
    return f"{told}; still on other legs"
