"""JSON of coverage.py, `coverage json`.

Description: https://coverage.readthedocs.io/en/latest/commands/cmd_reporting.html#json-reporting . Formats 2 and 3, and
earlier ones without a number, agree in the fields that are used here. It is the most exact report of coverage.py: full
paths, excluded lines, and both ends of each branch.
"""

import re
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._coverage_py import add_entry
from readygate.formats.coverage._document import Shape, UnreadableError, load
from readygate.formats.coverage._report_builder import CoverageBuilder, disagreement, share
from readygate.model.reports import COVERAGE_PY, CoverageReport, Problem

MAX_BYTES: Final = 1 << 28
"""Maximum bytes of a file: read as a whole, it needs about six times as much memory."""

_NAME: Final = "coverage.py-json"
_META: Final = re.compile(r'"meta"\s*:\s*\{(?=[^{}]*"version"\s*:)[^{}]*"branch_coverage"\s*:')


def _matches(sample: FileSample) -> str | None:
    if not sample.text.lstrip().startswith("{"):
        return None
    if _META.search(sample.text):
        return "its `meta` says `version` and `branch_coverage`"  # SimpleCov's says `simplecov_version`
    if all(f'"{key}"' in sample.text for key in ("files", "executed_lines", "missing_lines")):
        return "its `files` have `executed_lines` and `missing_lines`"
    return None


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(
            source,
            writer="coverage.py",
            most=MAX_BYTES,
            large="it holds contexts (`show_contexts`), or far more than one code base",
            instead="write it without --show-contexts, or use `coverage lcov`",
        )
    except UnreadableError as error:
        return error.report(_NAME)
    return _Reader(document).report()


class _Reader:
    """Parses the document."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, "coverage.py")
        self._root = self._shape.object(document, "the document")
        meta = self._shape.object(self._root.get("meta"), "meta")
        self._branches = meta.get("branch_coverage") is True

    def report(self) -> CoverageReport:
        """Parse all files and return the report."""
        for name, entry in self._shape.object(self._root.get("files"), "files").items():
            fields = self._shape.object(entry, f"files[{name[:100]!r}]")
            add_entry(self._builder, self._shape, name, fields, branches=self._branches)
        totals = self._root.get("totals")
        note = self._disagreement(totals) if isinstance(totals, dict) else None
        return self._builder.report(problems=(note,), has_branches=self._branches, producer=COVERAGE_PY)

    def _disagreement(self, totals: dict[str, Any]) -> Problem | None:
        counts = self._builder.totals()
        for what, at, keys in (
            ("lines", 0, ("covered_lines", "num_statements")),
            ("branches", 2, ("covered_branches", "num_branches")),
        ):
            stated = tuple(totals.get(key, count) for key, count in zip(keys, counts[at : at + 2], strict=True))
            if stated != counts[at : at + 2] and (at == 0 or self._branches):
                claimed = share(*stated) if set(map(type, stated)) == {int} else "no number"
                return disagreement(f"{what} {claimed} claimed, {share(*counts[at : at + 2])} counted", "totals")
        return None


FORMAT = Format(
    name=_NAME,
    title="coverage.py JSON",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://coverage.readthedocs.io/en/latest/commands/cmd_reporting.html#json-reporting",
)
