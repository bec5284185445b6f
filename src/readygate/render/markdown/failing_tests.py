"""Write the sections of failing tests: by cause if there are many, else by name, with traces and legs."""

from collections.abc import Sequence
from fractions import Fraction

from readygate.model.causes import Cause
from readygate.model.comparison import TestChange
from readygate.model.rich_text import count
from readygate.render.escaping import code, fenced, html_code, redact
from readygate.render.markdown.elements import (
    TESTS_SHOWN,
    Fold,
    Section,
    Table,
    TraceBudget,
    columns_from,
    more_note,
    paragraphs,
)
from readygate.render.markdown.result_cells import first_line, message_cell, test_name
from readygate.render.report_view import ReportView
from readygate.support.dates import utc_date
from readygate.support.number_format import percent

CAUSES_SHOWN = 20
FOLDS_SHOWN = 10
TESTS_PER_CAUSE = 10
LEGS_SHOWN = 3
NO_MESSAGE = "(no message)"


def failing_section(
    view: ReportView, changes: tuple[TestChange, ...], causes: tuple[Cause, ...], header: str, budget: TraceBudget
) -> Section | None:
    """Return the section of one list of failing tests; None if it is empty. Its traces are taken from the budget."""
    if not changes:
        return None
    if len(changes) == 1:
        return _single_test(view, changes[0], causes, header, budget)
    number, known = len(changes), [cause for cause in causes if cause.has_message]
    title = f"{number:,} {header.lower()}s" + (f", {count(len(known), 'cause')}" if known else "")
    if number > TESTS_SHOWN and len(causes) * 2 <= number:
        return Section(
            title=title,
            table=_table_by_cause(changes, causes),
            rest=more_note(view, len(causes) - CAUSES_SHOWN, "cause"),
            folds=_cause_folds(view, changes, causes, budget, with_tests=True),
        )
    return Section(
        title=title,
        table=_table_by_test(view, changes, causes, header),
        rest=more_note(view, number - TESTS_SHOWN),
        folds=_cause_folds(view, changes, known, budget, with_tests=False),
    )


def _single_test(
    view: ReportView, change: TestChange, causes: tuple[Cause, ...], header: str, budget: TraceBudget
) -> Section:
    """Return the section of one test: its message is the title of the fold with its trace, else a cell."""
    cause = next((cause for cause in causes if cause.has_message), None)
    trace = _trace(change, budget)
    since = _failing_since(view, change)
    columns = [header, *(["Fails on"] if change.legs else []), *(["Failing since"] if since else [])]
    cells = [test_name(view, change), *([_legs_cell(change)] if change.legs else []), *([since] if since else [])]
    if not trace:
        columns.append("Message")
        cells.append(message_cell(change))
    folds: tuple[Fold, ...] = ()
    if trace and cause is not None:
        title = f"<b>Message:</b> {html_code(first_line(change) or cause.message)}"
        folds = (Fold(title=title, body=f"{_trace_heading(view, change, cause, with_name=False)}\n\n{trace}"),)
    table = Table(columns=columns_from(*columns), rows=(tuple(cells),))
    return Section(title=f"1 {header.lower()}", table=table, folds=folds)


def _table_by_test(view: ReportView, changes: tuple[TestChange, ...], causes: tuple[Cause, ...], header: str) -> Table:
    """Return a table of tests with the number of each test's cause, those of the largest cause first."""
    known = [(number, cause) for number, cause in enumerate(causes, start=1) if cause.has_message]
    numbers = {index: number for number, cause in known for index in cause.tests}
    order = [index for cause in causes for index in cause.tests] or list(range(len(changes)))
    shown = order[:TESTS_SHOWN]
    since = {index: _failing_since(view, changes[index]) for index in shown}
    with_causes = any(cause.has_message for cause in causes)
    with_legs = any(changes[index].legs for index in shown)
    with_since = any(since.values())
    columns = [
        *([">Cause"] if with_causes else []),
        header,
        *(["Fails on"] if with_legs else []),
        *(["Failing since"] if with_since else []),
    ]
    rows = tuple(
        (
            *((str(numbers.get(index, "–")),) if with_causes else ()),
            test_name(view, changes[index]),
            *((_legs_cell(changes[index]),) if with_legs else ()),
            *((since[index] or "–",) if with_since else ()),
        )
        for index in shown
    )
    return Table(columns=columns_from(*columns), rows=rows)


def _table_by_cause(changes: tuple[TestChange, ...], causes: tuple[Cause, ...]) -> Table:
    shown = causes[:CAUSES_SHOWN]
    legs = [_cause_legs(changes, cause) for cause in shown]
    with_legs = any(legs)
    rows = tuple(
        (
            str(number) if cause.has_message else "–",
            code(cause.message or cause.kind, 160) if cause.has_message else NO_MESSAGE,
            *((where or "–",) if with_legs else ()),
            f"{len(cause.tests):,}",
            percent(Fraction(len(cause.tests), len(changes))),
        )
        for number, (cause, where) in enumerate(zip(shown, legs, strict=True), start=1)
    )
    columns = columns_from(">Cause", "Message", *(["Fails on"] if with_legs else []), ">Tests", ">Share")
    return Table(columns=columns, rows=rows)


def _cause_legs(changes: tuple[TestChange, ...], cause: Cause) -> str:
    """Return the legs on which tests of a cause fail; empty without a matrix."""
    legs = sorted({leg for index in cause.tests for leg in changes[index].legs})
    total = max((changes[index].all_legs for index in cause.tests), default=0)
    return _format_legs(tuple(legs), max(total, len(legs))) if legs else ""


def _cause_folds(
    view: ReportView, changes: tuple[TestChange, ...], causes: Sequence[Cause], budget: TraceBudget, *, with_tests: bool
) -> tuple[Fold, ...]:
    """Return one fold for each cause with the trace of its first test.

    Args:
        view: the report.
        changes: the failing tests.
        causes: their causes; only the first `FOLDS_SHOWN` get a fold.
        budget: the space for traces.
        with_tests: list the tests in the fold too, because the table above lists only causes.
    """
    folds = []
    for number, cause in enumerate(causes[:FOLDS_SHOWN], start=1):
        change = changes[cause.tests[0]]
        name = f"<b>Cause {number}</b>" if cause.has_message else "<b>Without a message</b>"
        body = ""
        if cause.has_message:
            trace = _trace(change, budget)
            if trace or cause.frame is not None:
                body = paragraphs(_trace_heading(view, change, cause, with_name=True), trace)
        if with_tests:
            tests, total = _cause_tests(view, changes, cause), len(cause.tests)
            body = paragraphs(body, tests)
            shown = f"{TESTS_PER_CAUSE} of its {total:,} tests" if total > TESTS_PER_CAUSE else count(total, "test")
            title = f"{name}: {'where it breaks, and ' if cause.has_message else ''}{shown}"
        else:
            title = f"{name}, {count(len(cause.tests), 'test')}: {html_code(cause.message or cause.kind)}"
        if body:
            folds.append(Fold(title=title, body=body))
    return tuple(folds)


def _cause_tests(view: ReportView, changes: tuple[TestChange, ...], cause: Cause) -> str:
    shown = cause.tests[:TESTS_PER_CAUSE]
    names = "\n".join(f"- {test_name(view, changes[index])}" for index in shown)
    return paragraphs(names, more_note(view, len(cause.tests) - len(shown), "test"))


def _trace(change: TestChange, budget: TraceBudget) -> str:
    """Return a test's trace in a fence and subtract it from the budget; empty without a trace or without space."""
    text = redact(change.detail.text) if change.detail else ""
    characters = budget.next_size() if text.strip() else 0
    if not characters:
        return ""
    trace = fenced(text, lines=budget.lines, characters=characters)
    budget.remaining -= len(trace)
    return trace


def _trace_heading(view: ReportView, change: TestChange, cause: Cause, *, with_name: bool) -> str:
    """Return the place of the failure, and the test and leg that the trace below is from."""
    frame = cause.frame
    place = ""
    if frame is not None:
        link = code(f"{frame.path}:{frame.line}")
        if cause.placed:
            link = view.links.to(link, view.links.blob(frame.path, frame.line))
        place = f"At {link}{f' in {code(frame.function)}' if frame.function else ''}. "
    if change.detail is None or not redact(change.detail.text).strip():
        return place.strip()
    name = f" of {code(change.id.name)}" if with_name else ""
    leg = f" on {code(change.legs[0])}{_legs_with_same_message(view, change)}" if change.legs else ""
    return f"{place}Trace{name}{leg}:"


def _legs_with_same_message(view: ReportView, change: TestChange) -> str:
    """Return on how many further legs the test fails with the same message; empty for none."""
    details = view.comparison.head.details
    same = [
        leg
        for leg in change.legs[1:]
        if change.detail is not None
        and (change.id, leg) in details
        and details[change.id, leg].message == change.detail.message
    ]
    return f", the same message on {count(len(same), 'more leg')}" if same else ""


def _legs_cell(change: TestChange) -> str:
    return _format_legs(change.legs, change.all_legs)


def _format_legs(legs: tuple[str, ...], total: int) -> str:
    if not legs:
        return "–"
    if len(legs) == total:
        return f"all {total} legs" if total > 1 else code(legs[0])
    if len(legs) == 1:
        return f"only {code(legs[0])}"
    if len(legs) <= LEGS_SHOWN:
        return ", ".join(code(leg) for leg in legs)
    return f"{len(legs)} of {total} legs"


def _failing_since(view: ReportView, change: TestChange) -> str:
    """Return the commit of the base branch since which a test fails, and in how many runs; empty if unknown."""
    baseline = view.comparison.baseline
    history = baseline.history if baseline else None
    past = change.past
    if baseline is not None and change.merged:
        return f"{view.links.commit(change.merged)}, which {code(baseline.branch or 'the base branch')} merged"
    if history is None or past is None or past.failing_since is None:
        return ""
    index = past.failing_since - len(past.letters) + len(history.runs)
    if not 0 <= index < len(history.runs):
        return ""
    run = history.runs[index]
    when = f" of {utc_date(run.when)}" if run.when else ""
    before = " or before" if past.may_fail_longer else ""
    branch = f" of {code(baseline.branch)}" if baseline and baseline.branch else ""
    return f"{view.links.commit(run.commit)}{when}{before}, {count(past.failing_for, 'run')}{branch}"
