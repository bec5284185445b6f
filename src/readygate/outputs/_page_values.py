"""A page as values in `report.json`, and back: enough to render every output again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, get_type_hints

from msgspec.structs import fields, replace

from readygate.model.causes import Cause
from readygate.model.comparison import TestChange
from readygate.model.coverage import Ratio
from readygate.model.measures import SkipReason
from readygate.model.reports import CoverageReport, Problem, StatedFile, StatedReport, TestReport
from readygate.model.results import Detail, TestId
from readygate.model.rich_text import Name
from readygate.model.snapshot import ReadFile
from readygate.model.verdict import Exhibit
from readygate.outputs._values import Reader, UnreadableError, Writer
from readygate.render.escaping import redact
from readygate.render.report_view import Page
from readygate.render.test_locations import Location, RecordedLocator
from readygate.support.errors import ReportError

SCHEMA_VERSION = 1
"""Of report.json as a whole; docs/report.schema.json says when it rises."""
PLACED = 2_000
"""Tests of each list whose places are written: as many as annotations are looked for."""
CAUSES_PLACED = 100
TESTS_PLACED = 20


def write_page(page: Page) -> dict[str, Any]:
    """Return a page as JSON data."""
    writer = Writer(_clean)
    values = {f.name: writer.write(getattr(page, f.name)) for f in fields(page) if f.name != "locator"}
    places = []
    for change in _shown(page):
        place = page.locator.locate(change)
        if place is not None:
            places.append([writer.write(change.id), place.path, place.line])
    return {"page": values, "places": places, **writer.pools}


def read_page(data: Any) -> Page:
    """Return the page that `write_page` wrote.

    Raises:
        UnreadableError: it is none.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("page"), Mapping):
        raise UnreadableError("values.page is missing")
    reader = Reader(data)
    hints = get_type_hints(Page)
    known = {f.name for f in fields(Page)} - {"locator"}
    strange = set(data["page"]) - known
    if strange:
        raise UnreadableError(f"values.page has the unknown field {min(strange)!r}")
    facts = {name: reader.read(item, hints[name], f"values.page.{name}") for name, item in data["page"].items()}
    rows = reader.read(data.get("places", []), tuple[tuple[TestId, str, int], ...], "values.places")
    places = {test: Location(path=path, line=line) for test, path, line in rows}
    try:
        return Page(**facts, locator=RecordedLocator(places))
    except TypeError as error:
        raise UnreadableError(f"values.page: {error}") from error


def read_report(text: bytes | str) -> Page:
    """Return the page that a report was written from, to render it again.

    Raises:
        ReportError: the text is no report, or one of a version that this Readygate does not read.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportError("it is not JSON", todo="name a report.json as Readygate wrote it") from error
    if not isinstance(data, dict) or "schema_version" not in data:
        raise ReportError("it is no report of Readygate", todo="name a report.json as Readygate wrote it")
    writer = str(data.get("readygate"))[:40]
    if data["schema_version"] != SCHEMA_VERSION:
        raise ReportError(
            f"its shape has the version {str(data['schema_version'])[:20]}, and this Readygate reads {SCHEMA_VERSION}",
            todo=f"use the Readygate that wrote it, {writer}",
        )
    try:
        return read_page(data.get("values"))
    except (UnreadableError, RecursionError) as error:
        raise ReportError(
            f"its values cannot be read: {str(error)[:300]}",
            why="it was written by another version of Readygate, or edited",
            todo=f"use the Readygate that wrote it, {writer}",
        ) from error


def _shown(page: Page) -> Iterable[TestChange]:
    """The tests whose place an output may show, each once."""
    tests, causes = page.comparison.tests, page.comparison.causes
    lists = (getattr(tests, field.name) for field in fields(tests))
    told = (rows[:PLACED] for rows in lists if isinstance(rows, tuple))
    first = (change for change in chain.from_iterable(told) if isinstance(change, TestChange))
    samples = chain(
        _samples(tests.new_failures, causes.new_failures), _samples(tests.still_failing, causes.still_failing)
    )
    return {change.id: change for change in chain(first, samples)}.values()


def _samples(changes: tuple[TestChange, ...], causes: tuple[Cause, ...]) -> Iterable[TestChange]:
    return (changes[index] for cause in causes[:CAUSES_PLACED] for index in cause.tests[:TESTS_PLACED])


def _clean(value: Any) -> Any:
    """Take out what may not leave, and what no output needs of a file: its tests and lines stand merged elsewhere."""
    if isinstance(value, Name):
        return Name(redact(value.text))
    if isinstance(value, Detail):
        return replace(value, message=redact(value.message), text=redact(value.text))
    if isinstance(value, Problem):
        what, place, why, todo = map(redact, (value.what, value.place, value.why, value.todo))
        return replace(value, what=what, place=place, why=why, todo=todo)
    if isinstance(value, Exhibit):
        return replace(value, name=redact(value.name), note=redact(value.note))
    if isinstance(value, SkipReason):
        return replace(value, text=redact(value.text))
    if isinstance(value, Cause):
        return replace(value, message=redact(value.message))
    if isinstance(value, ReadFile) and isinstance(value.report, TestReport):
        return replace(value, report=replace(value.report, blocks={}, details=()))
    if isinstance(value, ReadFile) and isinstance(value.report, CoverageReport):
        return replace(value, report=_totals(value.report))
    return value


def _totals(report: CoverageReport) -> StatedReport:
    """The totals of a report of coverage; the lines stand merged in the snapshot."""
    if isinstance(report, StatedReport) and not report.files:
        return report
    covered = sum(file.coverage.covered for file in report.files)
    total = sum(file.coverage.total for file in report.files)
    stated = (StatedFile(candidates=(), lines=Ratio(covered=covered, total=total)),)
    return StatedReport(
        format=report.format, files=(), has_branches=report.has_branches, problems=report.problems, stated=stated
    )
