"""SimpleCov's `coverage.json`, of its JSON formatter: one entry per file, merged over all commands.

The writer: https://github.com/simplecov-ruby/simplecov/blob/main/lib/simplecov/formatter/json_formatter.rb (formerly
the gem simplecov_json_formatter). Schema: https://github.com/simplecov-ruby/simplecov/tree/main/schemas .
"""

import re
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._document import Shape, UnreadableError, count, load
from readygate.formats.coverage._report_builder import BAD_BRANCH, CoverageBuilder, shown
from readygate.formats.coverage._ruby import add_lines
from readygate.formats.coverage._xml_reader import total_disagreement
from readygate.model.reports import CoverageReport

_NAME: Final = "simplecov-json"
_WRITER: Final = "SimpleCov"
_META: Final = re.compile(r'"meta"\s*:\s*\{[^{}]*"simplecov_version"\s*:')
_ABSOLUTE: Final = re.compile(r"/|[A-Za-z]:[\\/]")


def _matches(sample: FileSample) -> str | None:
    if sample.text.lstrip().startswith("{") and _META.search(sample.text):
        return "its `meta` says `simplecov_version`"
    return None


class _Reader:
    """Parses the document."""

    def __init__(self, document: Any) -> None:
        self._builder = CoverageBuilder(_NAME)
        self._shape = Shape(self._builder, _WRITER)
        self._root = self._shape.object(document, "the document")
        meta = self._root.get("meta")
        root = meta.get("root") if isinstance(meta, dict) else None
        self._folder = root.rstrip("/") if isinstance(root, str) else ""

    def report(self) -> CoverageReport:
        """Parse all files and return the report."""
        for name, value in self._shape.object(self._root.get("coverage"), "coverage").items():
            place = f"coverage[{name[:100]!r}]"
            entry = self._shape.object(value, place)
            lines = entry.get("lines")
            runs = [] if lines is None and "branches" in entry else [(place, self._shape.array(lines, place))]
            add_lines(self._builder, self._shape, name, runs)
            self._builder.branches(name, self._branches(name, entry.get("branches") or [], f"{place}.branches"))
        note = total_disagreement(self._builder, self._claimed(), "total")
        return self._builder.report(candidates=self._candidates, problems=(note,))

    def _branches(self, name: str, values: Any, place: str) -> dict[int, tuple[int, int]]:
        counts: dict[int, tuple[int, int]] = {}
        for value in self._shape.array(values, place):
            branch = value if isinstance(value, dict) else {}
            hits, line = branch.get("coverage"), branch.get("report_line", branch.get("start_line"))
            if hits == "ignored":
                continue
            if type(hits) is not int or type(line) is not int:
                self._builder.record(BAD_BRANCH, f"{shown(name)}, '{str(value)[:60]}'")
                continue
            taken, total = counts.get(line, (0, 0))
            counts[line] = (taken + (hits > 0), total + 1)
        return counts

    def _claimed(self) -> dict[str, tuple[int, int]]:
        total = self._root.get("total")
        claimed = {}
        for what in ("lines", "branches"):
            fields = total.get(what) if isinstance(total, dict) else None
            if isinstance(fields, dict):
                covered, every = count(fields.get("covered")), count(fields.get("total"))
                if covered is not None and every is not None:
                    claimed[what] = (covered, every)
        return claimed

    def _candidates(self, name: str) -> tuple[str, ...]:
        """Return the paths that a name may refer to: below the root in `meta`, then the name itself."""
        if not self._folder or not name or _ABSOLUTE.match(name):
            return (name,)
        return (f"{self._folder}/{name}", name)


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
    title="SimpleCov JSON (`coverage.json`)",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/simplecov-ruby/simplecov/tree/main/schemas",
)
