"""SimpleCov's `.resultset.json`: for each command, the lines and branches of each file.

The writer: https://github.com/simplecov-ruby/simplecov/blob/main/lib/simplecov/result_merger.rb . Up to 0.17 a file is
a bare array of lines, later an object. It contains all lines that Ruby measured, also those between `:nocov:` marks,
which SimpleCov excludes from its reports.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, load
from readygate.formats.coverage._report_builder import BAD_BRANCH, CoverageBuilder, shown
from readygate.formats.coverage._ruby import add_lines
from readygate.model.reports import CoverageReport

_NAME: Final = "simplecov-resultset"
_WRITER: Final = "SimpleCov"
_FIRST: Final = re.compile(
    r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*(?:"timestamp"\s*:\s*\d+\s*,\s*)?"coverage"\s*:\s*(?:null|\{)'
)
_CONDITION: Final = re.compile(r'\[:?"?\w+"?, \d+, (\d{1,9}), ')


def _matches(sample: FileSample) -> str | None:
    return "its first command has a `coverage`" if _FIRST.match(sample.text) else None


class _Reader:
    """Collects the lines of each file over all commands, then merges them."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, _WRITER)
        self._commands = self._shape.object(document, "the document")
        self._lines: dict[str, list[tuple[str, list[Any]]]] = {}
        self._branches: dict[str, dict[tuple[str, str], bool]] = {}

    def report(self) -> CoverageReport:
        """Parse all commands and return the report."""
        for command, result in self._commands.items():
            place = f"[{command[:60]!r}].coverage"
            files = self._shape.object(result, place).get("coverage")
            for name, entry in self._shape.object(files, place).items():
                self._entry(name, entry, f"{place}[{name[:100]!r}]")
        for name, runs in self._lines.items():
            add_lines(self._builder, self._shape, name, runs)
        for name, branches in self._branches.items():
            self._builder.named_branches(name, self._by_line(name, branches))
        return self._builder.report()

    def _entry(self, name: str, entry: Any, place: str) -> None:
        runs = self._lines.setdefault(name, [])
        if isinstance(entry, list):
            runs.append((place, entry))
            return
        fields = self._shape.object(entry, place)
        if fields.get("lines") is not None:  # null if only branches are measured
            runs.append((f"{place}.lines", self._shape.array(fields["lines"], f"{place}.lines")))
        known = self._branches.setdefault(name, {})
        for condition, ways in self._shape.object(fields.get("branches") or {}, f"{place}.branches").items():
            for way, count in self._shape.object(ways, f"{place}.branches[{condition[:60]!r}]").items():
                ran = type(count) is int and count > 0
                known[condition, way] = ran or known.get((condition, way), False)

    def _by_line(self, name: str, branches: dict[tuple[str, str], bool]) -> Iterator[tuple[int, str, bool]]:
        """Yield line, name and whether taken; a condition `[:if, 0, 3, 4, 5, 7]` begins on line 3."""
        for (condition, way), ran in branches.items():
            found = _CONDITION.match(condition)
            if found is None:
                self._builder.record(BAD_BRANCH, f"{shown(name)}, '{condition[:60]}'")
                continue
            yield int(found[1]), json.dumps([condition, way]), ran


def _parse(source: Source) -> CoverageReport:
    try:
        document = load(
            source, writer=_WRITER, instead="split the report, or use simplecov-lcov or simplecov-cobertura"
        )
    except UnreadableError as error:
        return error.report(_NAME)
    return _Reader(document).report()


FORMAT = Format(
    name=_NAME,
    title="SimpleCov result set (`.resultset.json`)",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/simplecov-ruby/simplecov/blob/main/lib/simplecov/result_merger.rb",
)
