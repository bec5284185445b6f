"""gcovr's JSON: lines with branches by file (`--json`), or totals by file (`--json-summary`).

Description: https://gcovr.com/en/stable/output/json.html . A line is listed once per function that contains it
(constructors, instances of a template). It counts as one line, hit if any of them ran, with its branches merged in
order.
"""

import re
from itertools import zip_longest
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, count, load
from readygate.formats.coverage._report_builder import NEGATIVE_HITS, CoverageBuilder, shown
from readygate.formats.coverage._summary_only import summary_only_report
from readygate.model.coverage import Ratio
from readygate.model.reports import CoverageReport, StatedFile

_NAME: Final = "gcovr-json"
_WRITER: Final = "gcovr"
_KEYS: Final = re.compile(r'"gcovr/(format_version|summary_format_version|noncode|excluded|md5)"\s*:')
_TODO: Final = "use `gcovr --json`, `--cobertura` or `--lcov` beside `--json-summary`"


def _matches(sample: FileSample) -> str | None:
    found = _KEYS.search(sample.text) if sample.text.lstrip().startswith("{") else None
    return f"it has the key `gcovr/{found[1]}`" if found else None


class _Reader:
    """Parses the document."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, _WRITER)
        self._root = self._shape.object(document, "the document")

    def report(self) -> CoverageReport:
        """Parse all files and return the report."""
        summary = "gcovr/summary_format_version" in self._root
        stated = []
        for at, value in enumerate(self._shape.array(self._root.get("files"), "files")):
            entry = self._shape.object(value, f"files[{at}]")
            name = entry.get("filename" if summary else "file")
            if not isinstance(name, str):
                self._shape.wrong(f"files[{at}] has no name")
            elif summary:
                stated.append(self._stated(name, entry))
            else:
                self._file(name, entry, f"files[{at}].lines")
        report = self._builder.report()
        return summary_only_report(_NAME, stated, todo=_TODO, problems=report.problems) if summary else report

    def _stated(self, name: str, entry: dict[str, Any]) -> StatedFile:
        ratios = []
        for what in ("line", "branch"):
            covered, total = count(entry.get(f"{what}_covered")), count(entry.get(f"{what}_total"))
            if covered is None or total is None or covered > total:
                self._shape.wrong(f"{shown(name)}: {what}_covered of {what}_total are no totals")
                covered = total = 0
            ratios.append(Ratio(covered=covered, total=total))
        return StatedFile(candidates=(name,), lines=ratios[0], branches=ratios[1])

    def _file(self, name: str, entry: dict[str, Any], place: str) -> None:
        hit: list[int] = []
        missed: list[int] = []
        excluded: list[int] = []
        branches: dict[int, list[bool]] = {}
        for at, line in enumerate(self._shape.array(entry.get("lines"), place)):
            number = line.get("line_number") if isinstance(line, dict) else None
            if type(number) is not int:
                self._shape.wrong(f"{place}[{at}] has no line number")
            elif line.get("gcovr/noncode") is True:
                continue
            elif line.get("gcovr/excluded") is True:
                excluded.append(number)
            else:
                (hit if self._ran(line, f"{place}[{at}]") else missed).append(number)
                taken = self._branches(line.get("branches", []), f"{place}[{at}].branches")
                if taken:
                    known = branches.get(number, [])
                    branches[number] = [a or b for a, b in zip_longest(known, taken, fillvalue=False)]
        self._builder.states(name, 0)
        self._builder.add(name, hit, missed, excluded)
        self._builder.named_branches(
            name, ((number, f"{at}", ran) for number, taken in branches.items() for at, ran in enumerate(taken))
        )

    def _ran(self, record: dict[str, Any], place: str) -> bool:
        hits = record.get("count")
        if type(hits) is not int:
            self._shape.wrong(f"{place} has no count")
            return False
        if hits < 0:
            self._builder.record(NEGATIVE_HITS, place)
        return hits > 0

    def _branches(self, values: Any, place: str) -> list[bool]:
        taken = []
        for at, branch in enumerate(self._shape.array(values, place)):
            if not isinstance(branch, dict):
                self._shape.wrong(f"{place}[{at}] is no branch")
            elif branch.get("gcovr/excluded") is not True:
                taken.append(self._ran(branch, f"{place}[{at}]"))
        return taken


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(source, writer=_WRITER, instead="use `gcovr --lcov`, which is read in pieces")
    except UnreadableError as error:
        return error.report(_NAME)
    return _Reader(document).report()


FORMAT = Format(
    name=_NAME,
    title="gcovr JSON",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://gcovr.com/en/stable/output/json.html",
)
