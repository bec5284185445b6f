"""JSON of `llvm-cov export`, also of `cargo llvm-cov --json` and Swift: segments of code and their counts.

The writer: https://github.com/llvm/llvm-project/blob/main/llvm/tools/llvm-cov/CoverageExporterJson.cpp . Lines are
derived from segments by llvm-cov's own rule (`LineCoverageStats` in
https://github.com/llvm/llvm-project/blob/main/llvm/lib/ProfileData/Coverage/CoverageMapping.cpp): a line counts if a
region with a counter begins on it or continues over it, and has the largest count of these. llvm-cov's own totals are
sums over functions, so a line of several instantiations may count several times there.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, count, load
from readygate.formats.coverage._report_builder import NO_NUMBER, TOO_FAR, CoverageBuilder, shown
from readygate.formats.coverage._summary_only import summary_only_report
from readygate.formats.coverage._xml_reader import total_disagreement
from readygate.model.coverage import HIT, MAX_LINE, MEASURED, Ratio, merge_lines
from readygate.model.reports import CoverageReport, StatedFile

_NAME: Final = "llvm-cov-json"
_WRITER: Final = "llvm-cov"
_TYPE: Final = '"llvm.coverage.json.export"'
_FIRST: Final = re.compile(
    r'\s*\{\s*"data"\s*:\s*\[\s*\{\s*"files"\s*:\s*\['
    r'(?:\s*\{\s*"(?:branches|expansions|filename|segments|summary|mcdc_records)"|\s*\]\s*,\s*"(?:functions|totals)")'
)
_TODO: Final = "write it without -summary-only (cargo llvm-cov: without --summary-only)"

_Segment = tuple[int, int, int, bool, bool, bool]
"""Line, column, count, has a count, begins a region, is a gap between regions."""


def _matches(sample: FileSample) -> str | None:
    start = sample.text.lstrip()
    if start.startswith("{") and _TYPE in sample.text:
        return f"its type is {_TYPE}"
    return "its `data` has files as llvm-cov writes them" if _FIRST.match(sample.text) else None


def _line(segments: Sequence[_Segment], wrapped: _Segment | None) -> int | None:
    """Return the count of a line from its segments and the one that continues into it; None if it is not mapped."""
    begun = [hits for _, _, hits, counted, entry, gap in segments if counted and entry and not gap]
    skipped = bool(segments) and not segments[0][3] and segments[0][4]
    reached = wrapped is not None and wrapped[3]
    mapped = not skipped and (reached or bool(begun))
    if not mapped and not any(counted and entry for _, _, _, counted, entry, _ in segments):
        return None
    return max((wrapped[2] if wrapped is not None else 0), *begun, 0)


def _states(segments: Sequence[_Segment], size: int) -> bytearray:
    """Return the line states of a file; `segments` are sorted and not empty."""
    states = bytearray(size)
    wrapped: _Segment | None = None
    done = 0
    for line, group in groupby(segments, itemgetter(0)):
        if wrapped is not None and wrapped[3]:
            state = HIT if wrapped[2] > 0 else MEASURED
            states[done + 1 : line] = bytes((state,)) * (line - done - 1)
        here = list(group)
        hits = _line(here, wrapped)
        if hits is not None:
            states[line] = HIT if hits > 0 else MEASURED
        wrapped, done = here[-1], line
    return states


class _Reader:
    """Parses the document."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, _WRITER)
        self._root = self._shape.object(document, "the document")
        self._stated: list[StatedFile] = []

    def report(self) -> CoverageReport:
        """Parse all files and return the report; a file without segments is a summary."""
        parts = self._shape.array(self._root.get("data"), "data")
        claimed: dict[str, tuple[int, int]] = {}
        for at, value in enumerate(parts):
            part = self._shape.object(value, f"data[{at}]")
            for index, entry in enumerate(self._shape.array(part.get("files"), f"data[{at}].files")):
                place = f"data[{at}].files[{index}]"
                self._file(self._shape.object(entry, place), place)
            totals = part.get("totals")
            if isinstance(totals, dict) and len(parts) == 1:
                claimed = {what: each for what in ("lines", "branches") if (each := _total(totals, what))}
        if self._stated:
            measured = self._builder.report()
            return summary_only_report(
                _NAME, self._stated, todo=_TODO, files=measured.files, problems=measured.problems
            )
        return self._builder.report(problems=(total_disagreement(self._builder, claimed, "totals"),))

    def _file(self, entry: dict[str, Any], place: str) -> None:
        name = entry.get("filename")
        if not isinstance(name, str):
            self._shape.wrong(f"{place}.filename is no text")
            return
        if "segments" not in entry and "summary" in entry:
            self._summary(name, self._shape.object(entry["summary"], f"{place}.summary"))
            return
        self._builder.states(name, 0)
        segments = self._segments(name, entry.get("segments"), f"{place}.segments")
        known = self._builder.states(name, segments[-1][0] + 1) if segments else None
        if known is not None:
            known[:] = merge_lines(bytes(known), bytes(_states(segments, len(known))))
        self._builder.named_branches(name, self._branches(entry.get("branches", []), f"{place}.branches"))

    def _summary(self, name: str, summary: dict[str, Any]) -> None:
        lines, branches = _total(summary, "lines"), _total(summary, "branches")
        if lines is None:
            self._shape.wrong(f"{shown(name)}: its summary has no lines")
            return
        self._stated.append(
            StatedFile(
                candidates=(name,),
                lines=Ratio(covered=lines[0], total=lines[1]),
                branches=Ratio(covered=branches[0], total=branches[1]) if branches else None,
            )
        )

    def _segments(self, name: str, values: Any, place: str) -> list[_Segment]:
        """Return the well-formed segments, sorted."""
        segments: list[_Segment] = []
        for at, value in enumerate(self._shape.array(values, place)):
            types = tuple(map(type, value)) if isinstance(value, list) else ()
            if types[:5] != (int, int, int, bool, bool) or types[5:] not in {(), (bool,)}:
                self._shape.wrong(f"{place}[{at}] is no segment")
            elif not 1 <= value[0] <= MAX_LINE:
                self._builder.record(NO_NUMBER if value[0] < 1 else TOO_FAR, shown(name))
            else:
                segments.append((*value[:5], len(value) > 5 and value[5]))
        segments.sort(key=itemgetter(0, 1))
        return segments

    def _branches(self, values: Any, place: str) -> Iterator[tuple[int, str, bool]]:
        """Yield the outcomes true and false of each condition; instantiations of a condition have the same names."""
        for at, value in enumerate(self._shape.array(values, place)):
            if not isinstance(value, list) or len(value) < 6 or set(map(type, value[:6])) != {int}:
                self._shape.wrong(f"{place}[{at}] is no branch")
                continue
            line, *where = value[:4]
            for outcome, hits in (("true", value[4]), ("false", value[5])):
                yield line, f"{where} {outcome}", hits > 0


def _total(fields: dict[str, Any], what: str) -> tuple[int, int] | None:
    """Return covered and total of one kind in a summary; None if they are not valid."""
    value = fields.get(what)
    covered, total = (
        (count(value.get(key)) for key in ("covered", "count")) if isinstance(value, dict) else (None, None)
    )
    return None if covered is None or total is None or covered > total else (covered, total)


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(source, writer=_WRITER, instead="use `llvm-cov export -format=lcov`, which is read in pieces")
    except UnreadableError as error:
        return error.report(_NAME)
    return _Reader(document).report()


FORMAT = Format(
    name=_NAME,
    title="llvm-cov JSON",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/llvm/llvm-project/blob/main/llvm/tools/llvm-cov/CoverageExporterJson.cpp",
)
