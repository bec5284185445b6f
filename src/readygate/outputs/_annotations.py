"""Annotate failing tests and uncovered changed lines in the files of a change.

https://docs.github.com/en/rest/checks/runs#update-a-check-run
"""

from collections.abc import Iterator
from typing import Any

from readygate.model.comparison import TestChange
from readygate.model.rich_text import count
from readygate.render.escaping import redact, shorten, visible
from readygate.render.markdown.result_cells import first_line
from readygate.render.report_view import ReportView
from readygate.support.number_format import ranges

TRIED = 2_000
"""Failures that are looked up in the files of the repository."""
SAMPLE = 200
"""Failures that are looked up first, evenly spread; if none is found, the others are not looked up."""
LONGEST_TITLE = 255
LONGEST_TEXT = 60_000
"""Bytes; GitHub allows 64 KB of message and of raw details each."""


def find_annotations(view: ReportView, most: int) -> list[dict[str, Any]]:
    """Return at most `most` annotations: new failures, then uncovered changed lines, then other failures."""
    found: list[dict[str, Any]] = []
    tests = view.comparison.tests
    for source in (
        _failures(view, tests.new_failures, "failure", "fails"),
        _uncovered(view),
        _failures(view, tests.still_failing, "warning", "still fails"),
    ):
        for row in source:
            if len(found) >= most:
                return found
            found.append(row)
    return found


def _failures(view: ReportView, changes: tuple[TestChange, ...], level: str, verb: str) -> Iterator[dict[str, Any]]:
    tried = changes[:TRIED]
    if not any(map(view.locator.locate, tried[:: -(-len(tried) // SAMPLE) or 1])):
        return
    for change in tried:
        place = view.locator.locate(change)
        if place is None:
            continue
        line = max(1, place.line)
        row: dict[str, Any] = {
            "path": place.path,
            "start_line": line,
            "end_line": line,
            "annotation_level": level,
            "title": _text(f"{shorten(visible(redact(change.id.name)), 200)} {verb}", LONGEST_TITLE),
            "message": _text(visible(redact(first_line(change))) or "The report gives no message.", 2_000),
        }
        text = change.detail.text if change.detail else ""
        if text.strip():
            rows = (visible(part) for part in redact(text).splitlines())
            row["raw_details"] = _text("\n".join(rows), LONGEST_TEXT)
        yield row


def _uncovered(view: ReportView) -> Iterator[dict[str, Any]]:
    coverage = view.comparison.coverage
    patch = coverage.patch if coverage else None
    for file in patch.files if patch else ():
        for first, last in ranges(file.uncovered):
            number = last - first + 1
            yield {
                "path": file.path,
                "start_line": first,
                "end_line": last,
                "annotation_level": "warning",
                "title": f"{count(number, 'changed line')} not covered",
                "message": "No test runs this line." if number == 1 else "No test runs these lines.",
            }


def _text(text: str, longest: int) -> str:
    """Return text that GitHub accepts: redacted, at most `longest` bytes, no characters beyond U+FFFF."""
    text = redact(text)
    text = "".join(c if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text)
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore")
