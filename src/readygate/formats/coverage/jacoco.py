"""JaCoCo XML: `report` / (`group`) / `package` / `sourcefile` / `line`; also written by Kover, gcovr and grcov.

The DTD: https://www.jacoco.org/jacoco/trunk/coverage/report.dtd . A line counts if it has instructions; it is hit if
one of them ran (`ci` above 0): https://www.jacoco.org/jacoco/trunk/doc/counters.html . There are no paths: a source
file is identified by its package and, in reports of several modules, its group.

gcovr writes lines without instructions (`<line nr="3"/>`), which do not show whether they ran. Its counters then become
stated totals, and only branches are counted.
"""

from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._reading import read_xml, unless_damaged
from readygate.formats.coverage._report_builder import NO_FILE, Anomaly, CoverageBuilder, shown
from readygate.formats.coverage._summary_only import summary_only_report
from readygate.formats.coverage._xml_reader import FileLines, line_ran, number, total_disagreement, totals_of
from readygate.model.coverage import Ratio
from readygate.model.reports import CoverageReport, Problem, Severity, StatedFile

_NAME: Final = "jacoco"
_CHILDREN: Final = frozenset({"sessioninfo", "group", "package", "counter"})
_OPENED: Final = frozenset({"report", "group", "package", "sourcefile", "class", "method"})
_KINDS: Final = {"LINE": "lines", "BRANCH": "branches"}
_NO_INSTRUCTIONS: Final = Anomaly(
    Severity.NOTE,
    "a line without instructions (`mi`, `ci`): not counted",
    "the tool does not write which lines ran",
    "let it write another format, for example `gcovr --json` or `--cobertura`",
)


def _matches(sample: FileSample) -> str | None:
    if sample.root != "report":
        return None
    if sample.children[:1] and sample.children[0] in _CHILDREN and "name" in sample.root_attributes:
        return f"its root element <report> holds <{sample.children[0]}>"
    if "<!DOCTYPE report" in sample.text and "jacoco" in sample.text[:1000].lower():
        return "its document type is JaCoCo's"
    return None


class _Reader:
    """The state of one attempt to parse the file."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self.stated: list[StatedFile] = []
        self._names: dict[str, tuple[str, ...]] = {}
        self._open: list[str] = []
        self._groups: list[str] = []
        self._package = ""
        self._claimed: dict[str, tuple[int, int]] = {}
        self._name: str | None = None
        self._lines = FileLines()
        self._without_instructions = 0
        self._counters: dict[str, Ratio] = {}

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers of a parser; lines in JaCoCo's own form take a short path."""
        hit, missed, branch = self._lines.hit.append, self._lines.missed.append, self._lines.branch

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag != "line":
                self._other(tag, attributes)
                return
            try:
                line, instructions = int(attributes["nr"]), attributes["ci"]
                taken, untaken = attributes["cb"], attributes["mb"]
                if self._name is None or (attributes["mi"] == "0" and instructions == "0"):
                    self._line(attributes)
                    return
                (hit if int(instructions) > 0 else missed)(line)
                if taken != "0" or untaken != "0":
                    branch(line, number(taken), number(taken) + number(untaken))
            except (KeyError, ValueError, OverflowError):
                self._line(attributes)

        parser.StartElementHandler = start
        parser.EndElementHandler = self._end

    def _other(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "counter":
            if self._open and self._open[-1] in {"report", "sourcefile"}:
                self._counter(attributes)
        elif tag in _OPENED:
            self._open.append(tag)
            if tag == "sourcefile":
                self._file(attributes.get("name", ""))
            elif tag == "package":
                self._package = attributes.get("name", "").replace(".", "/")  # gcovr joins folders by dots
            elif tag == "group":
                self._groups.append(attributes.get("name", ""))

    def _end(self, tag: str) -> None:
        if tag == "line" or tag not in _OPENED:
            return
        self._open.pop()
        if tag == "sourcefile":
            self.flush()
        elif tag == "group":
            self._groups.pop()

    def _file(self, name: str) -> None:
        path = "/".join(filter(None, (self._package, name))) if name else ""
        module = "/".join(filter(None, self._groups))
        candidates = dict.fromkeys((f"{module}/{path}", f"{self._groups[-1]}/{path}", path) if module else (path,))
        self._name = next(iter(candidates)) if name else ""
        self._names[self._name] = tuple(candidates)

    def _line(self, attributes: dict[str, str]) -> None:
        name, line = self._name, number(attributes.get("nr"))
        if name is None:
            self.builder.record(NO_FILE, f"line {line}")
            return
        covered = attributes.get("ci")
        if covered is None:
            self._without_instructions += 1
        elif covered != "0" or attributes.get("mi") != "0":  # otherwise it has no instructions
            self._lines.line(line, hit=covered != "0" and line_ran(self.builder, name, line, covered))
        taken, missed = number(attributes.get("cb")), number(attributes.get("mb"))
        if taken or missed:
            self._lines.branch(line, taken, taken + missed)

    def _counter(self, attributes: dict[str, str]) -> None:
        what = _KINDS.get(attributes.get("type", ""))
        totals = totals_of(attributes, ("covered", "missed"))
        if what is None or totals is None:
            return
        covered, missed = totals
        if self._open[-1] == "report":
            self._claimed[what] = (covered, covered + missed)
        else:
            self._counters[what] = Ratio(covered=covered, total=covered + missed)

    def flush(self) -> None:
        """Add the lines of the open source file to the builder."""
        if self._name is not None:
            if self._without_instructions and not len(self._lines) and "lines" in self._counters:
                self.stated.append(
                    StatedFile(
                        candidates=self._names[self._name],
                        lines=self._counters["lines"],
                        branches=self._counters.get("branches"),
                    )
                )
            elif self._without_instructions:
                self.builder.record(_NO_INSTRUCTIONS, shown(self._name), self._without_instructions)
            self._lines.add_to(self.builder, self._name)
        self._name, self._without_instructions = None, 0
        self._counters.clear()

    def report(self, problem: Problem | None) -> CoverageReport:
        """Return the report; totals are compared only without damage and with lines."""
        self.flush()
        if self.stated:
            measured = self.builder.report(candidates=self._candidates, problems=(problem,))
            return summary_only_report(
                _NAME, self.stated, todo=_NO_INSTRUCTIONS.todo, files=measured.files, problems=measured.problems
            )
        note = unless_damaged(problem, lambda: total_disagreement(self.builder, self._claimed, "<report>/<counter>"))
        return self.builder.report(candidates=self._candidates, problems=(problem, note))

    def _candidates(self, name: str) -> tuple[str, ...]:
        return self._names.get(name, (name,))


def _parse(source: Source) -> CoverageReport:
    reader, problem = read_xml(source, _Reader)
    return reader.report(problem)


FORMAT = Format(
    name=_NAME,
    title="JaCoCo XML",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://www.jacoco.org/jacoco/trunk/coverage/report.dtd",
)
