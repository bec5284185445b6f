"""Write the table cells that describe one test: its name, the first line of its message, its outcome."""

from readygate.model.comparison import TestChange
from readygate.model.results import Outcome, TestId
from readygate.render.escaping import code, redact
from readygate.render.markdown.elements import TESTS_SHOWN, Section, Table, columns_from, more_note
from readygate.render.report_view import ReportView

OUTCOME_WORDS: dict[Outcome | None, str] = {
    Outcome.PASSED: "passed",
    Outcome.FLAKY: "flaky",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
    Outcome.ERRORED: "errored",
}


def test_name(view: ReportView, change: TestChange) -> str:
    """Return "`name` in `class or file`", linked to the test's file if it is known."""
    location = view.locator.locate(change)
    name = code(change.id.name)
    if location is not None:
        name = view.links.to(name, view.links.blob(location.path, location.line))
    where = change.id.class_name or (location.path if location else "")
    return f"{name} in {code(where)}" if where else name


def plain_name(test: TestId) -> str:
    """Return "`name` in `class`", without a link."""
    return f"{code(test.name)} in {code(test.class_name)}" if test.class_name else code(test.name)


def first_line(change: TestChange) -> str:
    """Return the first line of a failure's message, preceded by the error type unless the line contains it.

    The text is from the report and not escaped.
    """
    detail = change.detail
    if detail is None:
        return ""
    line = next((row for row in redact(detail.message).splitlines() if row.strip()), "")
    kind = redact(detail.type).rpartition(".")[2]
    if (
        kind
        and detail.outcome >= Outcome.FAILED
        and kind not in line
        and not line.startswith(("Failed", "AssertionError"))
    ):
        return f"{kind}: {line}" if line else kind
    return line


def message_cell(change: TestChange) -> str:
    """Return the first line of a test's message as code; a dash if there is none."""
    text = first_line(change)
    return code(text, 120) if text else "–"


def has_messages(changes: tuple[TestChange, ...]) -> bool:
    """Return whether any test has a message, so that a table needs a column for it."""
    return any(change.detail and redact(change.detail.message) for change in changes)


def named_tests(
    view: ReportView, changes: tuple[TestChange, ...], title: str, header: str, *, reasons: bool = False
) -> Section | None:
    """Return a section that lists tests by name; None if there are none.

    Args:
        view: the report.
        changes: the tests.
        title: the section's title.
        header: the header of the column with the names.
        reasons: add a column with the tests' messages, if any test has one.
    """
    if not changes:
        return None
    shown = changes[:TESTS_SHOWN]
    with_reasons = reasons and has_messages(shown)
    rows = [(test_name(view, change), *((message_cell(change),) if with_reasons else ())) for change in shown]
    return Section(
        title=title,
        table=Table(columns=columns_from(header, *(["Reason given"] if with_reasons else [])), rows=tuple(rows)),
        rest=more_note(view, len(changes) - len(shown)),
    )
