"""Clover XML: `coverage` / `project` / (`package`) / `file` / `line`, of OpenClover, PHPUnit, Istanbul, gcovr, ….

Description: https://openclover.org/doc/manual/latest/ant--clover-xml-report.html and, for PHP, the writer:
https://github.com/sebastianbergmann/php-code-coverage/blob/main/src/Report/Clover.php . Istanbul writes the same
elements with other meanings: https://github.com/istanbuljs/istanbuljs/blob/main/packages/istanbul-reports/lib/clover/index.js

Lines of statements and conditions count. A line of the type `method` has the calls of a method; it counts only in a
file without other lines. `testproject` contains the tests themselves and does not count.
"""

from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._reading import read_xml, unless_damaged
from readygate.formats.coverage._report_builder import BAD_BRANCH, NO_FILE, CoverageBuilder, shown
from readygate.formats.coverage._xml_reader import FileLines, line_ran, number, total_disagreement, totals_of
from readygate.model.reports import CoverageReport, Problem

_NAME: Final = "clover"
_OTHERS: Final = frozenset({"line-rate", "branch-rate", "lines-valid", "lines-covered"})
_OPENED: Final = frozenset({"project", "testproject", "package", "file", "class"})


def _matches(sample: FileSample) -> str | None:
    if sample.root != "coverage":
        return None
    if sample.children[:1] == ("project",):
        return "its root element <coverage> holds a <project>"
    if "clover" in sample.root_attributes and not sample.children and _OTHERS.isdisjoint(sample.root_attributes):
        return "its root element <coverage> has the attribute `clover`"
    return None


class _Reader:
    """The state of one attempt to parse the file."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self._names: dict[str, tuple[str, ...]] = {}
        self._open: list[str] = []
        self._claimed: dict[str, tuple[int, int]] = {}
        self._version = ""
        self._istanbul = False
        self._tests = False
        self._package = ""
        self._name: str | None = None
        self._own = FileLines()
        self._methods = FileLines()

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers of a parser; lines of statements take a short path."""
        hit, missed = self._own.hit.append, self._own.missed.append

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag != "line":
                self._other(tag, attributes)
                return
            try:
                line, hits = int(attributes["num"]), int(attributes["count"])
                if hits < 0 or attributes["type"] != "stmt" or self._name is None:
                    self._line(attributes)
                else:
                    (hit if hits else missed)(line)
            except (KeyError, ValueError, OverflowError):
                self._line(attributes)

        parser.StartElementHandler = start
        parser.EndElementHandler = self._end

    def _other(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "metrics":
            if self._open[-1:] == ["project"]:
                self._claim(attributes)
            return
        if tag not in _OPENED:
            if tag == "coverage":
                self._version = attributes.get("clover", "")
            return
        self._open.append(tag)
        if tag == "file":
            self._file(attributes)
        elif tag == "package":
            self._package = attributes.get("name", "")
        elif tag != "class":
            self._tests = tag == "testproject"
            self._istanbul = self._version == "3.2.0" and attributes.get("name") == "All files"

    def _end(self, tag: str) -> None:
        if tag == "line" or tag not in _OPENED:
            return
        self._open.pop()
        if tag == "file":
            self.flush(whole=True)
        elif tag == "package":
            self._package = ""

    def _file(self, attributes: dict[str, str]) -> None:
        if self._tests:
            return
        name = attributes.get("path") or attributes.get("name", "")
        candidates: tuple[str, ...] = (name,)
        if name and self._package and "/" not in name and "\\" not in name:
            candidates = (f"{self._package.replace('.', '/')}/{name}", name)
        self._name = candidates[0]
        self._names[self._name] = candidates

    def _line(self, attributes: dict[str, str]) -> None:
        name, line = self._name, number(attributes.get("num"))
        if self._tests:
            return
        if name is None:
            self.builder.record(NO_FILE, f"line {line}")
            return
        lines = self._methods if attributes.get("type") == "method" else self._own
        hits = attributes.get("count")
        if attributes.get("type") == "cond":
            taken = (attributes.get("truecount"), attributes.get("falsecount"))
            if hits is None:  # OpenClover omits the count: either outcome is a hit
                hits = next((each for each in taken if each not in {None, "0"}), "0")
            self._condition(name, line, taken)
        lines.line(line, hit=line_ran(self.builder, name, line, hits))

    def _condition(self, name: str, line: int, counts: tuple[str | None, str | None]) -> None:
        """Add branches: outcomes true and false; Istanbul writes numbers of taken and missed branches instead."""
        texts = [text for text in counts if text is not None and text.isascii() and text.isdigit()]
        if len(texts) < 2:
            self.builder.record(BAD_BRANCH, f"{shown(name)}, line {line}")
        elif self._istanbul:
            taken, missed = map(number, texts)
            self._own.branch(line, taken, taken + missed)
        else:
            self._own.branch(line, sum(text.strip("0") != "" for text in texts), 2)

    def _claim(self, attributes: dict[str, str]) -> None:
        for what, keys in (
            ("lines", ("coveredstatements", "statements")),
            ("branches", ("coveredconditionals", "conditionals")),
        ):
            totals = totals_of(attributes, keys)
            if totals is not None:
                known = self._claimed.get(what, (0, 0))
                self._claimed[what] = (known[0] + totals[0], known[1] + totals[1])

    def flush(self, *, whole: bool = False) -> None:
        """Add the lines of the open file to the builder; method lines only if a complete file has no others."""
        if self._name is not None:
            lines = self._methods if whole and not len(self._own) else self._own
            lines.add_to(self.builder, self._name)
        self._methods.clear()
        self._name = None

    def candidates(self, name: str) -> tuple[str, ...]:
        """Return the paths that a name may refer to; a bare file name is below its package."""
        return self._names.get(name, (name,))

    def disagreement(self) -> Problem | None:
        """Return a note if the metrics of the project differ from the counts."""
        return total_disagreement(self.builder, self._claimed, "<project>/<metrics>")


def _parse(source: Source) -> CoverageReport:
    reader, problem = read_xml(source, _Reader)
    reader.flush()
    doubt = unless_damaged(problem, reader.disagreement)
    return reader.builder.report(candidates=reader.candidates, problems=(problem, doubt))


FORMAT = Format(
    name=_NAME,
    title="Clover XML",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://openclover.org/doc/manual/latest/ant--clover-xml-report.html",
)
