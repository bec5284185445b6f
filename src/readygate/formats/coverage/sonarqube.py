"""SonarQube's generic coverage: `coverage` / `file` / `lineToCover`.

Description:
https://docs.sonarsource.com/sonarqube-server/latest/analyzing-source-code/test-coverage/generic-test-data/ .
"""

from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._reading import read_xml
from readygate.formats.coverage._report_builder import BAD_BRANCH, BAD_HITS, NO_FILE, CoverageBuilder, shown
from readygate.formats.coverage._xml_reader import FileLines, number
from readygate.model.coverage import MAX_LINE
from readygate.model.reports import CoverageReport

_NAME: Final = "sonarqube-generic"


def _matches(sample: FileSample) -> str | None:
    if sample.root != "coverage" or sample.root_attributes != ("version",):
        return None
    if sample.children[:1] == ("file",):
        return "its root element <coverage> holds a <file>"
    return None if sample.children else "its root element <coverage> has a version and nothing else"


class _Reader:
    """The state of one attempt to parse the file."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self._name: str | None = None
        self._lines = FileLines()

    def attach(self, parser: XMLParserType) -> None:
        """Set the handlers."""
        parser.StartElementHandler = self.start

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if tag == "lineToCover":
            self._line(attributes)
        elif tag == "file":
            self.flush()
            self._name = attributes.get("path", "")

    def _line(self, attributes: dict[str, str]) -> None:
        name, line = self._name, number(attributes.get("lineNumber"))
        if name is None:
            self.builder.record(NO_FILE, f"line {line}")
            return
        covered = attributes.get("covered", "")
        if covered not in {"true", "false"}:
            self.builder.record(BAD_HITS, f"{shown(name)}, line {line}")
        self._lines.line(line, hit=covered == "true")
        if "branchesToCover" in attributes:
            total, taken = number(attributes["branchesToCover"]), number(attributes.get("coveredBranches"))
            if not taken <= total <= MAX_LINE:
                self.builder.record(BAD_BRANCH, f"{shown(name)}, line {line}")
                return
            known = self._lines.branches.get(line, (0, 0))  # a line may be listed once per function
            self._lines.branches[line] = (max(known[0], taken), max(known[1], total))

    def flush(self) -> None:
        """Add the lines of the open file to the builder."""
        if self._name is not None:
            self._lines.add_to(self.builder, self._name)


def _parse(source: Source) -> CoverageReport:
    reader, problem = read_xml(source, _Reader)
    reader.flush()
    return reader.builder.report(problems=(problem,))


FORMAT = Format(
    name=_NAME,
    title="SonarQube generic coverage",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://docs.sonarsource.com/sonarqube-server/latest/analyzing-source-code/test-coverage/generic-test-data/",
)
