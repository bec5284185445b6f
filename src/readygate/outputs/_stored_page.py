"""The page in report.json: enough to render every output again."""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from msgspec import ValidationError
from msgspec.structs import fields, replace

from readygate.model.causes import Cause
from readygate.model.comparison import TestChange
from readygate.model.consistency import check_blocks
from readygate.model.coverage import Ratio
from readygate.model.measures import SkipReason
from readygate.model.reports import CoverageReport, Problem, StatedFile, StatedReport, TestReport
from readygate.model.results import FailureDetail
from readygate.model.rich_text import Untrusted
from readygate.model.snapshot import ReadFile
from readygate.model.verdict import EvidenceItem
from readygate.outputs._json_codec import Encoder, decode
from readygate.render.escaping import redact
from readygate.render.report_view import ReportView
from readygate.render.test_locations import RecordedLocator
from readygate.support.errors import ReportError

SCHEMA_VERSION = 2
"""Version of report.json; docs/report.schema.json says when it increases."""
PLACED = 2_000
"""Tests of each list whose locations are written: as many as get annotations."""
CAUSES_PLACED = 100
TESTS_PLACED = 20


class StoredPage(ReportView, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page with the test locations that an output may need."""

    locator: RecordedLocator


def write_page(view: ReportView) -> dict[str, Any]:
    """Return a page as JSON data."""
    places = {change.id: view.locator.locate(change) for change in _shown(view)}
    known = {test: place for test, place in places.items() if place is not None}
    encoder = Encoder(_clean)
    return {"page": encoder.encode(replace(view, locator=RecordedLocator(known))), **encoder.shared}


def read_report(text: bytes | str) -> ReportView:
    """Return the page that a report was written from.

    Raises:
        ReportError: the text is not a report, or a report of another version.
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
    values = data.get("values")
    try:
        if not isinstance(values, dict):
            raise ValidationError("Expected an object in `values`")
        page = decode(values.get("page"), values, StoredPage)
        _check(page)
    except (ValueError, RecursionError) as error:
        raise ReportError(
            f"its values cannot be read: {str(error)[:300]}",
            why="it was written by another version of Readygate, or edited",
            todo=f"use the Readygate that wrote it, {writer}",
        ) from error
    return page


def _check(view: ReportView) -> None:
    """Check what the types of a page do not say.

    Raises:
        ValueError: values contradict each other; the text says which.
    """
    comparison = view.comparison
    baseline = (comparison.baseline.snapshot,) if comparison.baseline else ()
    base = (comparison.base,) if comparison.base else ()
    snapshots = (comparison.head.snapshot, *baseline, *base)
    for leg in chain(comparison.carried, *(snapshot.legs for snapshot in snapshots)):
        check_blocks(leg.blocks.values())
    for name in (field.name for field in fields(comparison.causes)):
        tests = range(len(getattr(comparison.tests, name)))
        causes: tuple[Cause, ...] = getattr(comparison.causes, name)
        if any(not cause.tests or any(at not in tests for at in cause.tests) for cause in causes):
            raise ValueError(f"a cause names a test that is not in `{name}`")


def _shown(view: ReportView) -> Iterable[TestChange]:
    """Return the tests whose location an output may show, each once."""
    tests, causes = view.comparison.tests, view.comparison.causes
    lists = (getattr(tests, field.name) for field in fields(tests))
    rows = (found[:PLACED] for found in lists if isinstance(found, tuple))
    first = (change for change in chain.from_iterable(rows) if isinstance(change, TestChange))
    samples = chain(
        _samples(tests.new_failures, causes.new_failures), _samples(tests.still_failing, causes.still_failing)
    )
    return {change.id: change for change in chain(first, samples)}.values()


def _samples(changes: tuple[TestChange, ...], causes: tuple[Cause, ...]) -> Iterable[TestChange]:
    return (changes[index] for cause in causes[:CAUSES_PLACED] for index in cause.tests[:TESTS_PLACED])


def _clean(value: Any) -> Any:
    """Return a value without secrets, and a file without its tests and lines, which the snapshot holds merged."""
    if isinstance(value, Untrusted):
        return Untrusted(redact(value.text))
    if isinstance(value, FailureDetail):
        return replace(value, type=redact(value.type), message=redact(value.message), text=redact(value.text))
    if isinstance(value, Problem):
        what, place, why, todo = map(redact, (value.what, value.place, value.why, value.todo))
        return replace(value, what=what, place=place, why=why, todo=todo)
    if isinstance(value, EvidenceItem):
        return replace(value, name=redact(value.name), note=redact(value.note))
    if isinstance(value, SkipReason):
        return replace(value, text=redact(value.text))
    if isinstance(value, Cause):
        return replace(value, kind=redact(value.kind), message=redact(value.message))
    if isinstance(value, ReadFile) and isinstance(value.report, TestReport):
        return replace(value, report=replace(value.report, blocks={}, details=()))
    if isinstance(value, ReadFile) and isinstance(value.report, CoverageReport):
        return replace(value, report=_totals(value.report))
    return value


def _totals(report: CoverageReport) -> StatedReport:
    """Return the totals of a coverage report without its lines."""
    if isinstance(report, StatedReport) and not report.files:
        return report
    covered = sum(file.coverage.covered for file in report.files)
    total = sum(file.coverage.total for file in report.files)
    stated = (StatedFile(candidates=(), lines=Ratio(covered=covered, total=total)),)
    return StatedReport(
        format=report.format,
        files=(),
        has_branches=report.has_branches,
        producer=report.producer,
        problems=report.problems,
        stated=stated,
    )
