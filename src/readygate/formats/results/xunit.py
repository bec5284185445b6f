"""xUnit.net XML of versions 1, 2 and 3. Version 1 has classes instead of collections.

Description: https://xunit.net/docs/format-xml-v2 (extended by version 3) and https://xunit.net/docs/format-xml-v1 .
Errors outside of tests (clean-up of a class, a collection or the assembly; a fatal error of the runner) are in
`errors` of the assembly; each is an execution of its own.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder
from readygate.formats.results._source_location import dotnet_place
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

Attributes = dict[str, str]

_NAME: Final = "xunit.net-v2"
OUTCOMES: Final = {
    "Pass": Outcome.PASSED,
    **dict.fromkeys(("Skip", "NotRun"), Outcome.SKIPPED),
    "Fail": Outcome.FAILED,
}
"""Outcome of each result. `NotRun` are explicit tests of version 3 that were not selected."""

_ITS_OWN: Final = frozenset(("collection", "class", "test", "errors"))


def _matches(sample: FileSample) -> str | None:
    if sample.root == "assemblies" and (not sample.children or "assembly" in sample.children):
        return "the root element is <assemblies>"
    own = not _ITS_OWN.isdisjoint(sample.children) or "test-framework" in sample.root_attributes
    return "the root element is <assembly> with test results" if sample.root == "assembly" and own else None


def _parse(source: Source) -> TestReport:
    reader, problem = read_elements(source, _Reader)
    reader.builder.problem(problem)
    return reader.builder.report(reader.properties)


class _Reader:
    """The state of parsing one file."""

    def __init__(self, collector: TextCollector) -> None:
        self.builder = ReportBuilder(_NAME)
        self.properties: dict[str, str] = {}
        self._collector = collector
        self._assembly: Attributes = {}
        self._class = ""
        self._node: Attributes | None = None  # the open test or error
        self._clear()
        self._tests = self._failing = self._skipped = 0  # of the assembly

    def _clear(self) -> None:
        self._type = ""
        self._failed = False
        self._message: Excerpt | None = None
        self._trace: Excerpt | None = None

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Handle the start of an element."""
        if tag == "assembly":
            self._assembly = attributes
            self._tests = self._failing = self._skipped = 0
            self.builder.newest.add(attributes.get("finish-rtf") or attributes.get("start-rtf"))
            for key in ("environment", "target-framework"):
                if attributes.get(key):
                    self.properties.setdefault(key, attributes[key][:200])
        elif tag in {"test", "error"}:
            self._node = attributes
            self._clear()
        elif tag in {"class", "collection"}:
            self._class = attributes.get("name", "")
        elif tag == "failure":
            if self._node is None:  # a failure of a class, in version 1
                self._node = {"name": self._class, "type": "class"}
                self._clear()
            self._failed = True
            self._type = attributes.get("exception-type", "")
        elif self._node is not None:
            self._begin_text(tag)

    def _begin_text(self, tag: str) -> None:
        if tag in {"message", "reason"} and self._message is None:
            self._message = self._collector.collect()
        elif tag == "stack-trace" and self._trace is None:
            self._trace = self._collector.collect()

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag == "test" and self._node is not None:
            self._end_test(self._node)
            self._node = None
        elif self._node is not None and (tag == "error" or (tag == "failure" and self._node.get("type") == "class")):
            self._end_error(self._node)
            self._node = None
        elif tag == "assembly":
            self._check_totals()

    def _check_totals(self) -> None:
        name = self._name()
        stated = {key: parse_decimal(self._assembly.get(key)) for key in ("total", "failed", "skipped", "not-run")}
        self.builder.check_totals(
            failures=(stated["failed"], self._failing),
            tests=(stated["total"], self._tests),
            unlisted=max((stated["skipped"] or 0) + (stated["not-run"] or 0) - self._skipped, 0),
            suite=(name, name),
            place="assembly",
        )

    def _end_test(self, test: Attributes) -> None:
        outcome = self.builder.outcome(OUTCOMES, test.get("result", ""))
        if self._failed and outcome is Outcome.PASSED:
            outcome = Outcome.FAILED
        class_name = test.get("type", "") or self._class
        name = test.get("name", "") or test.get("method", "")
        seconds = self.builder.seconds(test.get("time", ""))
        failure = NO_TEXT if outcome is Outcome.PASSED else self._failure(test, class_name)
        self._tests += 1
        self._failing += outcome >= Outcome.FAILED
        self._skipped += outcome is Outcome.SKIPPED
        self.builder.add(class_name, name.removeprefix(f"{class_name}."), outcome, seconds=seconds, failure=failure)

    def _end_error(self, error: Attributes) -> None:
        name = self._name()
        what = ": ".join(filter(None, (error.get("type", ""), error.get("name", ""))))
        self.builder.add(name, what or name, Outcome.ERRORED, failure=self._failure(error, error.get("name", "")))

    def _name(self) -> str:
        """Return the name of the assembly, without its folder."""
        return self._assembly.get("name", "").replace("\\", "/").rpartition("/")[2] or "assembly"

    def _failure(self, node: Attributes, class_name: str) -> FailureText:
        trace = self._trace.text() if self._trace else ""
        line = node.get("source-line", "")
        file, number = node.get("source-file", ""), parse_decimal(line, 8) or 0
        if not file or len(line) > 8:
            file, number = dotnet_place(trace, class_name)
        message = self._message.text() if self._message else ""
        return FailureText(type=self._type, message=message, text=trace, file=file, line=number)


FORMAT: Final = Format(
    name=_NAME,
    title="xUnit.net XML",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://xunit.net/docs/format-xml-v2",
    elements=frozenset(("assembly", "collection", "class", "test", "errors")),
)
