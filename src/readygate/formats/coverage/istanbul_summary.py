"""Istanbul's `coverage-summary.json`: totals by file and no lines.

The writer: https://github.com/istanbuljs/istanbuljs/blob/main/packages/istanbul-reports/lib/json-summary/index.js .
"""

import re
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, count, load
from readygate.formats.coverage._report_builder import CoverageBuilder, disagreement, share
from readygate.formats.coverage._summary_only import summary_only_report
from readygate.model.coverage import Ratio
from readygate.model.reports import CoverageReport, Problem, StatedFile

_NAME: Final = "istanbul-summary-json"
_WRITER: Final = "Istanbul"
_TODO: Final = "use the reporter `json` (coverage-final.json) or `lcov` beside `json-summary`"
_FIRST: Final = re.compile(
    r'\s*\{\s*"(?:[^"\\]|\\.)+"\s*:\s*\{\s*"(?:lines|statements|functions|branches|branchesTrue)"\s*:\s*'
    r'\{[^{}]*"pct"\s*:'
)


def _matches(sample: FileSample) -> str | None:
    return "its first entry has totals with `pct`" if _FIRST.match(sample.text) else None


def _ratio(shape: Shape, value: Any, place: str) -> Ratio:
    fields = shape.object(value, place)
    covered, total = count(fields.get("covered")), count(fields.get("total"))
    if covered is None or total is None or covered > total:
        if fields:
            shape.wrong(f"{place} holds no totals")
        return Ratio(covered=0, total=0)
    return Ratio(covered=covered, total=total)


def _stated(shape: Shape, name: str, value: Any) -> StatedFile:
    place = f"[{name[:100]!r}]"
    entry = shape.object(value, place)
    return StatedFile(
        candidates=(name,),
        lines=_ratio(shape, entry.get("lines"), f"{place}.lines"),
        branches=_ratio(shape, entry["branches"], f"{place}.branches") if "branches" in entry else None,
    )


def _disagreement(shape: Shape, total: Any, stated: list[StatedFile]) -> Problem | None:
    """Return a note if the total of the document differs from the sum of its files."""
    if total is None:
        return None
    claimed = _ratio(shape, shape.object(total, "total").get("lines"), "total.lines")
    covered, lines = sum(file.lines.covered for file in stated), sum(file.lines.total for file in stated)
    if (claimed.covered, claimed.total) == (covered, lines):
        return None
    return disagreement(
        f"lines {share(claimed.covered, claimed.total)} claimed, {share(covered, lines)} in its files", "total"
    )


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(source, writer=_WRITER)
    except UnreadableError as error:
        return error.report(_NAME)
    builder = CoverageBuilder(_NAME)
    shape = Shape(builder, _WRITER)
    entries = shape.object(document, "the document")
    stated = [_stated(shape, name, entry) for name, entry in entries.items() if name != "total"]
    note = _disagreement(shape, entries.get("total"), stated)
    return summary_only_report(_NAME, stated, todo=_TODO, problems=(note, *builder.report().problems))


FORMAT = Format(
    name=_NAME,
    title="Istanbul summary (`coverage-summary.json`)",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/istanbuljs/istanbuljs/blob/main/packages/istanbul-reports/lib/json-summary/index.js",
)
