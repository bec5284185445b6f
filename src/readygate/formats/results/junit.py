"""JUnit XML, as the many tools write it that call it so.

There is no standard; the closest to one are the schema of Maven Surefire
(https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd) and the collection at
https://github.com/testmoapp/junitxml . Elements are counted, never totals in attributes. Durations are in
seconds.

Green tests are most of a report, so they cost least: rows of them do not pass through the XML parser at all where
it is certain what they say (`_junit_express`); else their attributes are put on a pile and worked off in batches.
Text reaches Python only within the results of tests that are not green.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readygate.formats import Format, Head, Source, xml_stream
from readygate.formats.results._junit_builder import Ledger
from readygate.formats.results._junit_express import Express
from readygate.formats.results._junit_result import RESULTS, Result
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.parsers.expat import XMLParserType

    from readygate.formats.results._truncated_text import Excerpt

    Attributes = dict[str, str]

_SUITES: Final = frozenset(("testsuite", "testsuites", "testrun"))
_OUTPUTS: Final = frozenset(("system-out", "system-err"))


def claims(head: Head) -> str | None:
    """Claim what has the root element of a JUnit report, a single test case included."""
    if head.root in {"testsuites", "testsuite", "testcase"}:
        return f"the root element is <{head.root}>"
    if head.root == "testrun" and not {"testsuite", "testcase"}.isdisjoint(head.children):
        return "the root element is <testrun> with test suites in it"
    return None


def parse(source: Source, *, express: bool = True) -> TestReport:
    """Read a report; what stands before damage counts, a test that is cut off does not.

    Args:
        source: the file.
        express: read rows of green tests beside the XML parser; the report is the same without.
    """
    readers: list[_Reader] = []

    def configure(parser: XMLParserType) -> None:
        readers[:] = [_Reader(parser)]

    def pulse() -> None:
        readers[0].ledger.pulse()  # of the attempt that runs

    problem = xml_stream.feed(source, configure, pulse, (lambda: readers[0].express) if express else None)
    return readers[0].report(problem)


FORMAT: Final = Format(
    name="junit",
    title="JUnit XML",
    kind="tests",
    claims=claims,
    parse=parse,
    url="https://github.com/testmoapp/junitxml",
)


class _Reader:
    """The state of reading one report.

    Its handlers come in two sets: one for as long as all open tests are green, which is the cost of reading a
    report, and one for as long as a test, or a suite, has a result.

    Attributes:
        ledger: what was read.
        express: reads rows of green tests in the parser's place.
    """

    def __init__(self, parser: XMLParserType) -> None:
        self._parser = parser
        self.ledger = Ledger()
        self._open: list[Attributes] = []  # tests that began and have not ended, outermost first
        self._results: list[Result] = []  # of open tests that are not green, outermost first
        self._inside = 0  # elements open within a result, itself among them
        self._muted = 0  # `_inside` at an output element within a result
        self._text: Excerpt | None = None  # collects the text of the result
        self._literal = False  # within a CDATA section
        self._green_start, self._green_end = self._green_handlers()
        self.express = Express(self.ledger.add_green, self._at_rest)
        parser.StartCdataSectionHandler = self._begin_literal
        parser.EndCdataSectionHandler = self._end_literal
        self._watch()

    def _begin_literal(self) -> None:
        self._literal = True

    def _end_literal(self) -> None:
        self._literal = False

    def _at_rest(self) -> bool:
        """Whether a suite is open and in it nothing that would make more of a test than that it is green."""
        return not (self._open or self._results or self._literal) and self.ledger.in_suite

    def _watch(self) -> None:
        """Set the handlers that fit the open tests."""
        green = not self._results
        self._parser.StartElementHandler = self._green_start if green else self._start_beside
        self._parser.EndElementHandler = self._green_end if green else self._end_beside

    def _green_handlers(self) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        push, pop, append = self._open.append, self._open.pop, self.ledger.batch.append
        begin_suite, end_suite = self.ledger.begin_suite, self.ledger.end_suite
        begin_result, other_start, other_end = self._begin_result, self._start, self._end

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "testcase":
                push(attributes)
            elif tag == "testsuite":
                begin_suite(tag, attributes)
            elif tag in RESULTS:
                begin_result(tag, attributes)
            else:
                other_start(tag, attributes)

        def end(tag: str) -> None:
            if tag == "testcase":
                append(pop())
            elif tag == "testsuite":
                end_suite()
            elif tag in _SUITES or ":" in tag:
                other_end(tag)

        return start, end

    def _start(self, tag: str, attributes: Attributes) -> None:
        """Handle the start of anything but a test."""
        if tag in RESULTS:
            self._begin_result(tag, attributes)
        elif tag in _SUITES:
            self.ledger.begin_suite(tag, attributes)
        elif tag == "property":
            if not self._open:
                self.ledger.add_property(attributes)
        elif ":" in tag:
            start = self._start_beside if self._results else self._green_start
            start(xml_stream.local(tag), attributes)

    def _end(self, tag: str) -> None:
        """Handle the end of anything but a test."""
        if tag in _SUITES:
            self.ledger.end_suite()
        elif ":" in tag:
            end = self._end_beside if self._results else self._green_end
            end(xml_stream.local(tag))

    def _start_beside(self, tag: str, attributes: Attributes) -> None:
        if self._inside:
            self._inside += 1
            if xml_stream.local(tag) in _OUTPUTS and not self._muted:
                self._muted = self._inside
                self._parser.CharacterDataHandler = None
        elif tag == "testcase":
            self._open.append(attributes)
        else:
            self._start(tag, attributes)

    def _end_beside(self, tag: str) -> None:
        if self._inside:
            if self._muted == self._inside:
                self._muted = 0
                self._listen()
            self._inside -= 1
            if not self._inside:
                self._end_result(tag if tag in RESULTS else xml_stream.local(tag))
        elif tag != "testcase":
            self._end(tag)
        elif self._results[-1].depth == len(self._open):
            self._open.pop()
            self._close_result()
        else:
            self.ledger.batch.append(self._open.pop())

    def _begin_result(self, tag: str, attributes: Attributes) -> None:
        depth = len(self._open)
        if not depth and RESULTS[tag] < Outcome.FAILED:
            return  # of a suite as such only failures and errors count
        if not self._results or self._results[-1].depth != depth:
            self._results.append(Result(self._open[-1] if depth else {}, depth))
            self._watch()
        self._text = self._results[-1].begin(tag, attributes)
        self._inside = 1
        self._listen()

    def _listen(self) -> None:
        self._parser.CharacterDataHandler = self._text.add if self._text else None

    def _end_result(self, tag: str) -> None:
        self._parser.CharacterDataHandler = None
        result = self._results[-1]
        result.failure_read = result.failure_read or RESULTS[tag] >= Outcome.FAILED
        if not result.depth:
            self._close_result()

    def _close_result(self) -> None:
        self.ledger.add_result(self._results.pop())
        self._watch()

    def report(self, problem: Problem | None) -> TestReport:
        """Return what was read. A test that had not ended counts only if it had failed already."""
        for result in self._results if problem and problem.severity is Severity.DAMAGE else ():
            if result.failure_read and result.final() >= Outcome.FAILED:
                self.ledger.add_result(result)
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        self._parser.StartCdataSectionHandler = self._parser.EndCdataSectionHandler = None
        del self.express
        del self._green_start, self._green_end  # they hold this object, as it holds them
        return self.ledger.report(problem)
