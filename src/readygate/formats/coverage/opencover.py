"""OpenCover XML: `CoverageSession` / `Modules` / `Module` / … / `SequencePoint`, of OpenCover, coverlet and AltCover.

Description: https://github.com/OpenCover/opencover/wiki/Reports . A line counts if a sequence point begins on it, and
is hit if one of these was visited. Further lines of a sequence point do not count: in a statement with a lambda that
never ran, they would show the lambda as covered.
"""

from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._reading import read_xml, unless_damaged
from readygate.formats.coverage._report_builder import NO_FILE, CoverageBuilder
from readygate.formats.coverage._xml_reader import FileLines, line_ran, number, total_disagreement, totals_of
from readygate.model.reports import CoverageReport, Problem

_NAME: Final = "opencover"
_HIDDEN: Final = frozenset({"16707566", "15732480"})
"""Lines 0xFEEFEE and 0xF00000 mark generated code."""

_Point = tuple[str, ...]


def _matches(sample: FileSample) -> str | None:
    return "its root element is <CoverageSession>" if sample.root == "CoverageSession" else None


class _Reader:
    """The state of one attempt to parse the file; points are kept by the file number in the report."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self._paths: dict[str, str] = {}
        self._lines: dict[str, FileLines] = {}
        self._branches: dict[str, dict[_Point, bool]] = {}
        self._file = ""
        self._claimed: dict[str, tuple[int, int]] = {}

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers."""
        parser.StartElementHandler = self.start

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if tag == "SequencePoint":
            self._sequence(attributes)
        elif tag == "BranchPoint":
            self._branch(attributes)
        elif tag == "FileRef":
            self._file = attributes.get("uid", "")
        elif tag == "Method":
            self._file = ""
        elif tag == "File":
            self._paths[attributes.get("uid", "")] = attributes.get("fullPath", "")
        elif tag == "Module":
            self.flush()
        elif tag == "Summary" and not self._claimed:
            self._claim(attributes)

    def _sequence(self, attributes: dict[str, str]) -> None:
        text = attributes.get("sl")
        if text in _HIDDEN:
            return
        uid = attributes.get("fileid") or self._file
        lines = self._lines.get(uid)
        if lines is None:
            lines = self._lines[uid] = FileLines()
        line, visits = number(text), attributes.get("vc")
        lines.line(line, hit=visits != "0" and line_ran(self.builder, self._paths.get(uid, ""), line, visits))

    def _branch(self, attributes: dict[str, str]) -> None:
        """Add one branch of a line; the same one may be listed again."""
        line = attributes.get("sl", "")
        uid = attributes.get("fileid") or self._file
        if not uid or line in _HIDDEN:
            return  # branches of generated code
        point = (line, *(attributes.get(key, "") for key in ("offset", "offsetend", "path", "ordinal")))
        visits = attributes.get("vc")
        hit = visits != "0" and line_ran(self.builder, self._paths.get(uid, ""), number(line), visits)
        points = self._branches.setdefault(uid, {})
        points[point] = hit or points.get(point, False)

    def _claim(self, attributes: dict[str, str]) -> None:
        for what, keys in (
            ("lines", ("visitedSequencePoints", "numSequencePoints")),
            ("branches", ("visitedBranchPoints", "numBranchPoints")),
        ):
            totals = totals_of(attributes, keys)
            if totals is not None:
                self._claimed[what] = totals

    def flush(self) -> None:
        """Add the points of a module to the builder; another module may have other branches in the same files."""
        for path in self._paths.values():
            self.builder.states(path, 0)
        for uid in dict.fromkeys((*self._lines, *self._branches)):
            lines = self._lines.get(uid, FileLines())
            for point, hit in self._branches.get(uid, {}).items():
                lines.branch(number(point[0]), int(hit), 1)
            if uid in self._paths:
                lines.add_to(self.builder, self._paths[uid])
            else:
                self.builder.record(NO_FILE, f"file number '{uid[:40]}'", max(len(lines), 1))
        self._lines.clear()
        self._branches.clear()
        self._paths.clear()

    def disagreement(self) -> Problem | None:
        """Return a note if the summary, which counts sequence points, differs from the lines."""
        return total_disagreement(self.builder, self._claimed, "<CoverageSession>/<Summary>")


def _parse(source: Source) -> CoverageReport:
    reader, problem = read_xml(source, _Reader)
    reader.flush()
    return reader.builder.report(problems=(problem, unless_damaged(problem, reader.disagreement)))


FORMAT = Format(
    name=_NAME,
    title="OpenCover XML",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/OpenCover/opencover/wiki/Reports",
)
