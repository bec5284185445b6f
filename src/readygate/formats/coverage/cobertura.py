"""Cobertura XML: `coverage` / `packages` / `package` / `classes` / `class` / `lines` / `line`.

The DTD: https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd . Written by Cobertura,
coverage.py, coverlet, dotnet-coverage, gcovr, Istanbul, PHPUnit, simplecov-cobertura, gocover-cobertura, … ; few
follow it in full.
"""

import re
from array import array
from collections.abc import Callable
from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._reading import read_xml, unless_damaged
from readygate.formats.coverage._report_builder import (
    BAD_BRANCH,
    NO_FILE,
    NO_NUMBER,
    Anomaly,
    CoverageBuilder,
    disagreement,
    hit_count,
    share,
    shown,
)
from readygate.formats.coverage._xml_reader import totals_of
from readygate.model.coverage import MAX_LINE
from readygate.model.reports import CoverageReport, Problem

_Start = Callable[[str, dict[str, str]], None]

MAX_SOURCES: Final = 100
"""Maximum `<source>` roots that are used."""

_NAME: Final = "cobertura"
_TAKEN: Final = re.compile(r"\(\s*(\d{1,7})\s*/\s*(\d{1,7})\s*\)")
_ABSOLUTE: Final = re.compile(r"/|\\\\|[A-Za-z]:[\\/]|file://", re.IGNORECASE)
_INSTALLED: Final = re.compile(r"[\\/](?:site|dist)-packages(?:[\\/]|$)")
_KEPT: Final = 10_000
_ATTRIBUTES: Final = frozenset({"line-rate", "branch-rate", "lines-valid", "lines-covered"})


def _matches(sample: FileSample) -> str | None:
    if sample.root != "coverage" or "project" in sample.children[:1]:  # Clover has the same root, then a project
        return None
    if not _ATTRIBUTES.isdisjoint(sample.root_attributes):
        return "its root element <coverage> has line rates"
    if sample.children[:1] in {("packages",), ("sources",)}:
        return f"its root element <coverage> holds <{sample.children[0]}>"
    return None


class _Lines:
    """The lines of one class, or of its methods."""

    __slots__ = ("branches", "hit", "missed")

    def __init__(self) -> None:
        self.hit = array("i")
        self.missed = array("i")
        self.branches: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self.hit) + len(self.missed)

    def clear(self) -> None:
        """Remove all lines and branches."""
        del self.hit[:], self.missed[:]
        self.branches.clear()


class _Reader:
    """The state of one attempt to parse the file.

    The lines of a class count. Those of its methods repeat them and add some that are not statements, so they count
    only for a class without lines of its own.
    """

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self.sources: list[str] = []
        self.root: dict[str, str] = {}
        self._name: str | None = None
        self._own = _Lines()
        self._methods = _Lines()
        self._taken: dict[str, tuple[int, int]] = {}
        self._hits: dict[str, bool] = {}

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers of a parser."""
        texts: list[str] = []

        def end(tag: str) -> None:
            if tag == "source":
                parser.CharacterDataHandler = parser.EndElementHandler = None
                self._source("".join(texts).strip())
                texts.clear()
            elif tag == "methods":
                parser.StartElementHandler = of_class
                parser.EndElementHandler = None

        def other(tag: str, attributes: dict[str, str]) -> None:
            if tag == "class":
                self.flush()
                self._name = attributes.get("filename", "")
                self.builder.states(self._name, 0)  # a class without lines is measured, too
            elif tag == "methods":
                parser.StartElementHandler = of_methods
                parser.EndElementHandler = end
            elif tag == "source":
                parser.CharacterDataHandler = texts.append
                parser.EndElementHandler = end
            elif tag == "coverage" and not self.root:
                self.root = attributes

        of_class = self._starts(self._own, other)
        of_methods = self._starts(self._methods, other)
        parser.StartElementHandler = of_class

    def _starts(self, lines: _Lines, other: _Start) -> _Start:
        """Return a handler for the start of an element that adds lines to `lines`."""
        hit, missed, branches, taken = lines.hit.append, lines.missed.append, lines.branches, self._taken
        known_hits = self._hits.get

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag != "line":
                other(tag, attributes)
                return
            try:
                number = int(attributes["number"])
                hits = attributes["hits"]
                ran = known_hits(hits)
                if ran is None:
                    self._line(lines, number, hits)
                elif ran:
                    hit(number)
                else:
                    missed(number)
            except (KeyError, ValueError, OverflowError):
                number = self._odd_line(lines, attributes)
            if len(attributes) > 2:
                if (text := attributes.get("condition-coverage")) is not None:
                    counts = taken.get(text) or self._count(number, text)
                    known = branches.get(number)
                    if known is not None:
                        counts = (max(known[0], counts[0]), max(known[1], counts[1]))
                    branches[number] = counts
                elif attributes.get("branch") in {"true", "True"}:
                    self.builder.record(BAD_BRANCH, self._place(number))

        return start

    def _source(self, text: str) -> None:
        if text and text not in self.sources and len(self.sources) < MAX_SOURCES:
            self.sources.append(text)

    def _place(self, number: int) -> str:
        return f"{shown(self._name or '')}, line {number}"

    def _line(self, lines: _Lines, number: int, hits: str) -> None:
        """Add a line whose hit count is not cached."""
        ran = hit_count(hits.strip())
        if isinstance(ran, Anomaly):
            self.builder.record(ran, self._place(number))
        elif len(self._hits) < _KEPT:
            self._hits[hits] = ran
        (lines.hit if ran is True else lines.missed).append(number)

    def _odd_line(self, lines: _Lines, attributes: dict[str, str]) -> int:
        """Add a line without a number or hit count; return its number, 0 without one."""
        try:
            number = min(int(attributes.get("number", "")), MAX_LINE + 1)
            self._line(lines, number, attributes.get("hits", ""))
        except (ValueError, OverflowError):
            self.builder.record(NO_NUMBER, shown(self._name or ""))
            return 0
        return number

    def _count(self, number: int, text: str) -> tuple[int, int]:
        """Parse "50% (1/2)" to (1, 2); ignore the rounded percentage. Return (0, 0) without counts."""
        found = _TAKEN.search(text)
        if found is None:
            self.builder.record(BAD_BRANCH, self._place(number))
            return (0, 0)
        counts = (int(found[1]), int(found[2]))
        if len(self._taken) < _KEPT:
            self._taken[text] = counts
        return counts

    def flush(self) -> None:
        """Add the lines of the open class to the builder."""
        lines = self._own or self._methods
        if self._name is not None:
            self.builder.add(self._name, lines.hit, lines.missed)
            self.builder.branches(self._name, lines.branches)
        elif lines:
            self.builder.record(NO_FILE, "before the first <class>", len(lines))
        self._own.clear()
        self._methods.clear()

    def candidates(self, name: str) -> tuple[str, ...]:
        """Return the paths that a file name may refer to: below each `<source>`, installed packages last."""
        if not name or _ABSOLUTE.match(name):
            return (name,)
        roots = sorted(self.sources, key=lambda root: _INSTALLED.search(root) is not None)
        joined = (root + ("" if root.endswith(("/", "\\")) else "/") + name for root in roots)
        return (*dict.fromkeys((*joined, name)),)

    def disagreement(self) -> Problem | None:
        """Return a note if the totals of the root element differ from the counts."""
        counts = self.builder.totals()
        for what, at, keys in (
            ("lines", 0, ("lines-covered", "lines-valid")),
            ("branches", 2, ("branches-covered", "branches-valid")),
        ):
            claimed, counted = totals_of(self.root, keys), counts[at : at + 2]
            if claimed is not None and claimed != counted:
                return disagreement(f"{what} {share(*claimed)} claimed, {share(*counted)} counted", "<coverage>")
        return None


def _parse(source: Source) -> CoverageReport:
    reader, problem = read_xml(source, _Reader)
    reader.flush()
    doubt = unless_damaged(problem, reader.disagreement)
    return reader.builder.report(candidates=reader.candidates, problems=(problem, doubt))


FORMAT = Format(
    name=_NAME,
    title="Cobertura XML",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd",
)
