"""Tests that fail: by cause where there are many, by name where there are few, and leg by leg."""

from __future__ import annotations

from fractions import Fraction

from readygate.model.causes import Cause
from readygate.model.comparison import TestChange
from readygate.model.rich_text import count
from readygate.render.escaping import code, fenced, html_code
from readygate.render.markdown.sections import first_line, message, test_name
from readygate.render.markdown.tables import TESTS_SHOWN, Fold, Room, Section, Table, by, more
from readygate.render.report_view import Page
from readygate.support.number_format import date, percent

CAUSES_SHOWN = 20
FOLDS_SHOWN = 10
TESTS_PER_CAUSE = 10
LEGS_SHOWN = 3
NO_MESSAGE = "(no message)"


def failing(
    page: Page, changes: tuple[TestChange, ...], causes: tuple[Cause, ...], header: str, room: Room
) -> Section | None:
    """The section of one list of failing tests.

    Args:
        page: the report.
        changes: the tests.
        causes: what stands behind them.
        header: what one of them is called: "Newly failing test".
        room: how much traces may take.
    """
    if not changes:
        return None
    if len(changes) == 1:
        return _lone(page, changes[0], causes, header, room)
    number, told = len(changes), [cause for cause in causes if cause.told]
    behind = f", {count(len(told), 'cause')}" if told else ""
    title = f"{number:,} {header.lower()}s{behind}"
    if number > TESTS_SHOWN and len(causes) * 2 <= number:
        return Section(
            title=title,
            table=_by_cause(changes, causes),
            rest=more(page, len(causes) - CAUSES_SHOWN, "cause"),
            folds=_folds(page, changes, causes, room, listed=True),
        )
    return Section(
        title=title,
        table=_by_test(page, changes, causes, header),
        rest=more(page, number - TESTS_SHOWN),
        folds=_folds(page, changes, told, room, listed=False),
    )


def _lone(page: Page, change: TestChange, causes: tuple[Cause, ...], header: str, room: Room) -> Section:
    """One test: its message stands in the title of its fold, where there is room for it."""
    cause = next((cause for cause in causes if cause.told), None)
    text = fenced_trace(change, room)
    since = _since(page, change)
    columns = [header, *(["Fails on"] if change.legs else []), *(["Failing since"] if since else [])]
    cells = [test_name(page, change), *([legs_cell(change)] if change.legs else []), *([since] if since else [])]
    if not text:
        columns.append("Message")
        cells.append(message(change))
    folds: tuple[Fold, ...] = ()
    if text and cause is not None:
        title = f"<b>Message:</b> {html_code(first_line(change) or cause.message)}"
        folds = (Fold(title=title, body=f"{_where(page, change, cause, named=False)}\n\n{text}"),)
    return Section(title=f"1 {header.lower()}", table=Table(columns=by(*columns), rows=(tuple(cells),)), folds=folds)


def _by_test(page: Page, changes: tuple[TestChange, ...], causes: tuple[Cause, ...], header: str) -> Table:
    """Every test with the number of its cause, those of the largest cause first."""
    numbers = {index: number for number, cause in enumerate(causes, start=1) if cause.told for index in cause.tests}
    order = [index for cause in causes for index in cause.tests] or list(range(len(changes)))
    shown = order[:TESTS_SHOWN]
    with_legs, told = any(changes[index].legs for index in shown), any(cause.told for cause in causes)
    since = {index: _since(page, changes[index]) for index in shown}
    columns = [
        *([">Cause"] if told else []),
        header,
        *(["Fails on"] if with_legs else []),
        *(["Failing since"] if any(since.values()) else []),
    ]
    rows = tuple(
        (
            *((str(numbers.get(index, "–")),) if told else ()),
            test_name(page, changes[index]),
            *((legs_cell(changes[index]),) if with_legs else ()),
            *((since[index] or "–",) if any(since.values()) else ()),
        )
        for index in shown
    )
    return Table(columns=by(*columns), rows=rows)


def _by_cause(changes: tuple[TestChange, ...], causes: tuple[Cause, ...]) -> Table:
    shown = causes[:CAUSES_SHOWN]
    places = [_legs_of(changes, cause) for cause in shown]
    with_legs = any(places)
    rows = tuple(
        (
            str(number) if cause.told else "–",
            code(cause.message or cause.kind, 160) if cause.told else NO_MESSAGE,
            *((place or "–",) if with_legs else ()),
            f"{len(cause.tests):,}",
            percent(Fraction(len(cause.tests), len(changes))),
        )
        for number, (cause, place) in enumerate(zip(shown, places, strict=True), start=1)
    )
    return Table(columns=by(">Cause", "Message", *(["Fails on"] if with_legs else []), ">Tests", ">Share"), rows=rows)


def _legs_of(changes: tuple[TestChange, ...], cause: Cause) -> str:
    """On which legs the tests of a cause fail."""
    legs = sorted({leg for index in cause.tests for leg in changes[index].legs})
    every = max((changes[index].all_legs for index in cause.tests), default=0)
    return _legs(tuple(legs), max(every, len(legs))) if legs else ""


def _folds(
    page: Page, changes: tuple[TestChange, ...], causes: tuple[Cause, ...] | list[Cause], room: Room, *, listed: bool
) -> tuple[Fold, ...]:
    """One fold a cause; `listed` adds the tests, which otherwise stand in the table above."""
    folds = []
    for number, cause in enumerate(causes[:FOLDS_SHOWN], start=1):
        change = changes[cause.tests[0]]
        parts = []
        if cause.told:
            text = fenced_trace(change, room)
            where = _where(page, change, cause, named=True)
            if text or cause.frame is not None:
                parts.append(f"{where}\n\n{text}".strip())
        name = f"<b>Cause {number}</b>" if cause.told else "<b>Without a message</b>"
        tests = len(cause.tests)
        if listed:
            shown = cause.tests[:TESTS_PER_CAUSE]
            rows = [f"- {test_name(page, changes[index])}" for index in shown]
            rest = more(page, tests - len(shown), "test")
            parts.append("\n".join(rows) + (f"\n\n{rest}" if rest else ""))
            told = f"{count(len(shown), 'test')}" if len(shown) == tests else f"{len(shown)} of its {tests:,} tests"
            title = f"{name}: {'where it breaks, and ' if cause.told else ''}{told}"
        else:
            title = f"{name}, {count(tests, 'test')}: {html_code(cause.message or cause.kind)}"
        if parts:
            folds.append(Fold(title=title, body="\n\n".join(parts)))
    return tuple(folds)


def fenced_trace(change: TestChange, room: Room) -> str:
    """The trace of a test as far as there is room; empty if there is none of either."""
    text = change.detail.text if change.detail else ""
    most = room.take() if text.strip() else 0
    if not most:
        return ""
    shown = fenced(text, lines=room.lines, characters=most)
    room.left -= len(shown)
    return shown


def _where(page: Page, change: TestChange, cause: Cause, *, named: bool) -> str:
    """Where it breaks, and whose trace follows."""
    frame = cause.frame
    said = ""
    if frame is not None:
        place = code(f"{frame.path}:{frame.line}")
        if cause.placed:
            place = page.links.to(place, page.links.blob(frame.path, frame.line))
        said = f"At {place}{f' in {code(frame.function)}' if frame.function else ''}. "
    if change.detail is None or not change.detail.text.strip():
        return said.strip()
    whose = f" of {code(change.id.name)}" if named else ""
    on = f" on {code(change.legs[0])}{_same_elsewhere(page, change)}" if change.legs else ""
    return f"{said}Trace{whose}{on}:"


def _same_elsewhere(page: Page, change: TestChange) -> str:
    """On how many more legs the test fails with the same message."""
    details = page.comparison.head.details
    same = [
        leg
        for leg in change.legs[1:]
        if change.detail is not None
        and (change.id, leg) in details
        and details[change.id, leg].message == change.detail.message
    ]
    return f", the same message on {count(len(same), 'more leg')}" if same else ""


def legs_cell(change: TestChange) -> str:
    """On which legs a test fails."""
    return _legs(change.legs, change.all_legs)


def _legs(legs: tuple[str, ...], every: int) -> str:
    if not legs:
        return "–"
    if len(legs) == every:
        return f"all {every} legs" if every > 1 else code(legs[0])
    if len(legs) == 1:
        return f"only {code(legs[0])}"
    if len(legs) <= LEGS_SHOWN:
        return ", ".join(code(leg) for leg in legs)
    return f"{len(legs)} of {every} legs"


def _since(page: Page, change: TestChange) -> str:
    """Since which commit of the base branch it fails, and in how many runs; empty if the history does not tell."""
    baseline = page.comparison.baseline
    history = baseline.history if baseline else None
    past = change.past
    if history is None or past is None or past.failing_since is None:
        return ""
    at = past.failing_since - len(past.letters) + len(history.runs)
    if not 0 <= at < len(history.runs):
        return ""
    run = history.runs[at]
    when = f" of {date(run.when)}" if run.when else ""
    least = "at least " if at == 0 and len(history.runs) > 1 else ""
    branch = f" of {code(baseline.branch)}" if baseline and baseline.branch else ""
    return f"{least}{page.links.commit(run.commit)}{when}, {count(past.failing_for, 'run')}{branch}"
