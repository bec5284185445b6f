"""Istanbul's `coverage-final.json`, of Jest, Vitest, nyc and c8: statements and branches by file.

Description: https://github.com/istanbuljs/istanbuljs/blob/main/docs/raw-output.md . Lines follow Istanbul's own rule
(`getLineCoverage`, https://github.com/istanbuljs/istanbuljs/blob/main/packages/istanbul-lib-coverage/lib/file-coverage.js):
a line counts if a statement begins on it, with the largest hit count of these.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, load
from readygate.formats.coverage._report_builder import BAD_BRANCH, NO_NUMBER, CoverageBuilder, shown
from readygate.model.reports import CoverageReport

_NAME: Final = "istanbul-final-json"
_WRITER: Final = "Istanbul"
_FIRST: Final = re.compile(
    r'\s*\{\s*"(?:[^"\\]|\\.)+"\s*:\s*\{\s*"(?:path|statementMap|fnMap|branchMap|data|all|hash|_coverageSchema|s|f|b)"'
)


def _matches(sample: FileSample) -> str | None:
    if sample.root:
        return None
    if '"statementMap"' in sample.text and _FIRST.match(sample.text):
        return "its first file has a `statementMap`"
    return None


class _Reader:
    """Parses the document."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, _WRITER)
        self._files = self._shape.object(document, "the document")

    def report(self) -> CoverageReport:
        """Parse all files and return the report."""
        for key, value in self._files.items():
            place = f"[{key[:100]!r}]"
            entry = self._shape.object(value, place)
            if isinstance(entry.get("data"), dict):
                entry = entry["data"]
            path = entry.get("path")
            name = path if isinstance(path, str) and path else key
            self._builder.states(name, 0)
            self._lines(name, entry, place)
            self._builder.named_branches(name, self._branches(name, entry, place))
        return self._builder.report()

    def _lines(self, name: str, entry: dict[str, Any], place: str) -> None:
        statements = self._shape.object(entry.get("statementMap"), f"{place}.statementMap")
        hits = self._shape.object(entry.get("s"), f"{place}.s")
        hit: list[int] = []
        missed: list[int] = []
        for key, where in statements.items():
            ran = _hits(hits.get(key))
            if ran is None:
                self._shape.wrong(f"{place}.s[{key[:20]!r}] is no count")
                continue
            line = _line(where)
            if line is None:
                self._builder.record(NO_NUMBER, f"{shown(name)}, statement {key[:20]}")
            else:
                (hit if ran else missed).append(line)
        self._builder.add(name, hit, missed)

    def _branches(self, name: str, entry: dict[str, Any], place: str) -> Iterator[tuple[int, str, bool]]:
        """Yield line, name and whether taken; the name is the location, because V8's numbers differ between runs."""
        places = self._shape.object(entry.get("branchMap", {}), f"{place}.branchMap")
        seen: set[str] = set()
        for key, value in self._shape.object(entry.get("b", {}), f"{place}.b").items():
            where = places.get(key)
            line = _branch_line(where) if isinstance(where, dict) else None
            ran = [_hits(each) for each in value] if isinstance(value, list) else [None]
            if where is None or line is None or None in ran:
                self._builder.record(BAD_BRANCH, f"{shown(name)}, branch {key[:20]}")
                continue
            location = _location(where)
            if location in seen:
                location = f"{location} #{key}"
            seen.add(location)
            yield from ((line, f"{location}/{at}", bool(each)) for at, each in enumerate(ran))


def _hits(value: Any) -> bool | None:
    """Return whether a count is above zero; None if it is not a number."""
    return value > 0 if type(value) in {int, float} else None


def _line(where: Any) -> int | None:
    """Return the first line of a location; None without one."""
    start = where.get("start") if isinstance(where, dict) else None
    line = start.get("line") if isinstance(start, dict) else None
    return line if type(line) is int else None


def _branch_line(branch: dict[str, Any]) -> int | None:
    line = branch.get("line")
    if type(line) is int and line > 0:
        return line
    locations = branch.get("locations")
    first = locations[0] if isinstance(locations, list) and locations else None
    return _line(branch.get("loc")) or _line(first)


def _location(branch: dict[str, Any]) -> str:
    """Return the kind, begin and end of a branch on one line, as text without line feeds."""
    loc = branch.get("loc")
    ends = [loc.get(end) for end in ("start", "end")] if isinstance(loc, dict) else []
    numbers = [end.get(key) for end in ends if isinstance(end, dict) for key in ("line", "column")]
    return repr((branch.get("type"), *numbers))


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(source, writer=_WRITER, instead="let it write LCOV (`--coverageReporters=lcov`)")
    except UnreadableError as error:
        return error.report(_NAME)
    return _Reader(document).report()


FORMAT = Format(
    name=_NAME,
    title="Istanbul JSON (`coverage-final.json`)",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/istanbuljs/istanbuljs/blob/main/docs/raw-output.md",
)
