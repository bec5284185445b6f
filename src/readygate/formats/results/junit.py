"""JUnit XML, as the many tools write it that use this name.

There is no standard. The closest to one are the schema of Maven Surefire
(https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd) and the collection at
https://github.com/testmoapp/junitxml . Elements are counted, never totals in attributes. Durations are in
seconds.
"""

from collections.abc import Callable
from typing import Final
from xml.parsers.expat import XMLParserType

from readygate.formats import xml_stream
from readygate.formats.format import Format
from readygate.formats.results._junit_builder import JunitBuilder
from readygate.formats.results._junit_result import RESULTS, STRANGE, Result, outcome_of_tag
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.sniffing import FileSample
from readygate.formats.source import Source
from readygate.model.reports import Problem, TestReport
from readygate.model.results import Outcome

Attributes = dict[str, str]

_SUITES: Final = frozenset(("testsuite", "testsuites", "testrun"))
_CHILDREN: Final = frozenset(("testsuite", "testcase"))
_HEADER: Final = frozenset(("properties", "property"))
_OUTPUTS: Final = frozenset(("system-out", "system-err"))


def matches(sample: FileSample) -> str | None:
    """Match the root element of a JUnit report, a single test case included."""
    known = not _CHILDREN.isdisjoint(sample.children)
    if sample.root in {"testsuite", "testcase"} or (
        sample.root == "testsuites" and (known or _HEADER.issuperset(sample.children))
    ):
        return f"the root element is <{sample.root}>"
    if sample.root == "testrun" and known:
        return "the root element is <testrun> with test suites in it"
    return None


def parse(source: Source) -> TestReport:
    """Parse a report. Tests before damage count; a test that is cut off does not.

    A file may hold several documents, as of `cargo test -- --format junit`, which writes one a test binary:
    https://github.com/rust-lang/rust/blob/master/library/test/src/formatters/junit.rs
    """
    readers: list[_Reader] = []

    def configure(parser: XMLParserType) -> None:
        readers[:] = [_Reader(parser)]

    def resume(parser: XMLParserType) -> None:
        readers[0].attach(parser)

    problem = xml_stream.feed(source, configure, resume)
    return readers[0].report(problem)


FORMAT: Final = Format(
    name="junit",
    title="JUnit XML",
    kind="tests",
    matches=matches,
    parse=parse,
    url="https://github.com/testmoapp/junitxml",
    elements=frozenset(("testsuite", "testcase", "properties", "error", "failure", "system-out", "system-err")),
)


class _Reader:
    """The state of reading one report.

    There are two sets of handlers. The short ones apply while all open tests are green, as most are; they decide
    the cost of a report. The others apply while a test or a suite has a result element, and collect its text.
    """

    def __init__(self, parser: XMLParserType) -> None:
        self._parser = parser
        self._builder = JunitBuilder()
        self._open: list[Attributes] = []  # tests that began and have not ended, outermost first
        self._results: list[Result] = []  # of open tests that are not green, outermost first
        self._inside = 0  # elements open within a result, itself included
        self._muted = 0  # `_inside` at an output element within a result
        self._text: Excerpt | None = None  # collects the text of the result
        self._green_start, self._green_end = self._green_handlers()
        self._set_handlers()

    def attach(self, parser: XMLParserType) -> None:
        """Read the next document of the file with another parser."""
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser = parser
        self._set_handlers()

    def _set_handlers(self) -> None:
        """Set the handlers for the open tests."""
        green = not self._results
        self._parser.StartElementHandler = self._green_start if green else self._start_in_result
        self._parser.EndElementHandler = self._green_end if green else self._end_in_result

    def _green_handlers(self) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        push, pop, add = self._open.append, self._open.pop, self._builder.add

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "testcase":
                push(attributes)
            else:
                self._start(tag, attributes)

        def end(tag: str) -> None:
            if tag == "testcase":
                add(pop())
            else:
                self._end(tag)

        return start, end

    def _start(self, tag: str, attributes: Attributes) -> None:
        """Handle the start of any element but a test."""
        if tag in RESULTS:
            self._begin_result(tag, attributes)
        elif tag in _SUITES:
            self._builder.begin_suite(tag, attributes)
        elif tag == "property":
            if not self._open:
                self._builder.add_property(attributes)
        elif tag == "system-err":
            if self._results and self._results[-1].depth == len(self._open):
                self._results[-1].has_output = True
        elif self._open and tag.lower() in STRANGE:
            self._begin_result(tag, attributes)
        elif ":" in tag:
            start = self._start_in_result if self._results else self._green_start
            start(xml_stream.local(tag), attributes)

    def _end(self, tag: str) -> None:
        """Handle the end of any element but a test."""
        if tag in _SUITES:
            self._builder.end_suite()
        elif ":" in tag:
            end = self._end_in_result if self._results else self._green_end
            end(xml_stream.local(tag))

    def _start_in_result(self, tag: str, attributes: Attributes) -> None:
        if self._inside:
            self._inside += 1
            if xml_stream.local(tag) in _OUTPUTS and not self._muted:
                self._muted = self._inside
                self._parser.CharacterDataHandler = None
        elif tag == "testcase":
            self._open.append(attributes)
        else:
            self._start(tag, attributes)

    def _end_in_result(self, tag: str) -> None:
        if self._inside:
            if self._muted == self._inside:
                self._muted = 0
                self._listen()
            self._inside -= 1
            if not self._inside:
                self._end_result(xml_stream.local(tag))
        elif tag != "testcase":
            self._end(tag)
        elif self._results[-1].depth == len(self._open):
            self._open.pop()
            self._close_result()
        else:
            self._builder.add(self._open.pop())

    def _begin_result(self, tag: str, attributes: Attributes) -> None:
        depth = len(self._open)
        outcome = outcome_of_tag(tag)
        if not depth and (outcome is None or outcome < Outcome.FAILED):
            return  # a suite itself counts only if it failed or errored
        if not self._results or self._results[-1].depth != depth:
            self._results.append(Result(self._open[-1] if depth else {}, depth))
            self._set_handlers()
        self._text = self._results[-1].begin(tag, attributes)
        self._inside = 1
        self._listen()

    def _listen(self) -> None:
        self._parser.CharacterDataHandler = self._text.add if self._text else None

    def _end_result(self, tag: str) -> None:
        self._parser.CharacterDataHandler = None
        result = self._results[-1]
        result.failure_read = result.failure_read or (outcome_of_tag(tag) or Outcome.PASSED) >= Outcome.FAILED
        if not result.depth:
            self._close_result()

    def _close_result(self) -> None:
        self._builder.add_result(self._results.pop())
        self._set_handlers()

    def report(self, problem: Problem | None) -> TestReport:
        """Return the report. A test that had not ended counts only if it had failed already."""
        for result in self._results if problem and problem.is_damage else ():
            if result.failure_read and result.final() >= Outcome.FAILED:
                self._builder.add_result(result)
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        del self._green_start, self._green_end  # closures that reference this object
        return self._builder.report(problem)
