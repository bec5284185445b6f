"""The console: the verdict, its reasons and the figures, as plain lines."""

from __future__ import annotations

import re

from readygate.figures import lines_text
from readygate.log import quiet_json, quiet_lines
from readygate.model.comparison import TestChange
from readygate.model.verdict import Status
from readygate.outputs import Desk, Output, comment, report_json
from readygate.render.page import Page, figures_line, is_judged, provenance_line, sentence
from readygate.render.sections import first_line
from readygate.render.text import plain, redact, shorten, visible

TESTS_SHOWN = 10

_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_LEVELS = {
    Status.BLOCK: "blocks",
    Status.WARN: "warns",
    Status.PASS: "passes",
    Status.NOT_EVALUATED: "not evaluated",
}


def render(page: Page) -> str:
    """The report in plain text."""
    lines = [sentence(page), "", _bare(figures_line(page)), _bare(provenance_line(page)), ""]
    for finding in page.verdict.findings:
        lines.append(f"  {_LEVELS[finding.status]:<14}{finding.rule:<20}{plain(finding.summary)}")
        if finding.todo and finding.status in (Status.BLOCK, Status.WARN):
            lines.append(f"  {'':<34}to do: {plain(finding.todo)}")
    tests = page.comparison.tests
    for title, changes in (
        ("Newly failing" if page.comparison.baseline else "Failing", tests.new_failures),
        ("Still failing", tests.still_failing),
        ("Newly skipped", tests.newly_skipped),
        ("Gone", tests.vanished if is_judged(page, "vanished-tests") else ()),
    ):
        lines += _tests(title, changes)
    lines += _uncovered(page)
    return "\n".join(lines)


def _bare(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("**", "").replace("`", "")


def _tests(title: str, changes: tuple[TestChange, ...]) -> list[str]:
    if not changes:
        return []
    rows = ["", f"{title}:"]
    for change in changes[:TESTS_SHOWN]:
        where = f" ({visible(redact(change.id.class_name))})" if change.id.class_name else ""
        message = redact(first_line(change))
        said = f": {shorten(visible(message), 120)}" if message else ""
        rows.append(f"  {shorten(visible(redact(change.id.name)), 100)}{where}{said}")
    if len(changes) > TESTS_SHOWN:
        rows.append(f"  and {len(changes) - TESTS_SHOWN:,} more")
    return rows


def _uncovered(page: Page) -> list[str]:
    coverage = page.comparison.coverage
    patch = coverage.patch if coverage else None
    files = [file for file in patch.files if file.uncovered] if patch else []
    if not files:
        return []
    rows = ["", "Changed lines not covered:"]
    rows += [f"  {visible(file.path)}: {lines_text(file.uncovered)}" for file in files[:TESTS_SHOWN]]
    if len(files) > TESTS_SHOWN:
        rows.append(f"  and {len(files) - TESTS_SHOWN:,} more files")
    return rows


def wants(_page: Page, _desk: Desk) -> bool:
    """Always."""
    return True


def publish(page: Page, desk: Desk) -> None:
    """Print it, or the comment or the JSON instead where that was asked for."""
    if desk.stdout is not None and desk.printed == "markdown":
        desk.stdout.write(quiet_lines(comment.render(page)))
    elif desk.stdout is not None and desk.printed == "json":
        desk.stdout.write(quiet_json(report_json.render(page)))
    else:
        desk.log.line(render(page))


OUTPUT = Output(name="console", order=40, wants=wants, publish=publish)
