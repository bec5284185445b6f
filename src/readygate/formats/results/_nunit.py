"""Parse the structure that NUnit 2 and 3 share: nested suites, their tests, and messages."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from readygate.formats import Source
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, joined
from readygate.formats.results._source_location import dotnet_place
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

Attributes = dict[str, str]

_DEEPEST: Final = 50
"""Maximum depth of suites whose names are part of a path."""


class Dialect(Struct, frozen=True, kw_only=True):
    """The differences between the versions.

    Attributes:
        name: the name of the format.
        outcome: returns the outcome of a test from its attributes and whether it has a `failure`.
        names: returns class and name of a test from its attributes and the path of its suites.
        suite_failed: returns whether a suite itself failed, from its attributes, whether it has a `failure`, and
            whether a test in it fails.
        check: compares the totals in the attributes of the root with the number of tests.
    """

    name: str
    outcome: Callable[[ReportBuilder, Attributes, bool], Outcome]
    names: Callable[[Attributes, str], tuple[str, str]]
    suite_failed: Callable[[Attributes, bool, bool], bool]
    check: Callable[[ReportBuilder, Attributes, int], None]


class _Node:
    """An open test or suite."""

    __slots__ = ("attributes", "failed", "failing", "message", "path", "place", "reason", "trace")

    def __init__(self, attributes: Attributes, path: str, failing: int) -> None:
        self.attributes = attributes
        self.path = path
        self.failing = failing  # number of failures before it began
        self.failed = False  # whether it has a `failure`
        self.place = ""  # the element that encloses its texts
        self.message: Excerpt | None = None
        self.trace: Excerpt | None = None
        self.reason: Excerpt | None = None

    def failure(self, class_name: str) -> FailureText:
        """Return its message, trace and location."""
        trace = self.trace.text() if self.trace else ""
        message = self.message or self.reason
        text = message.text() if message else ""
        kind, colon, _ = text.partition(" : ")
        file, line = dotnet_place(trace, class_name)
        kind = kind.strip() if colon and "." in kind and " " not in kind.strip() else ""
        return FailureText(type=kind, message=text, text=trace, file=file, line=line)


class Reader:
    """The state of parsing one file."""

    def __init__(self, dialect: Dialect, collector: TextCollector) -> None:
        self.builder = ReportBuilder(dialect.name)
        self._dialect = dialect
        self._collector = collector
        self._suites: list[_Node] = []
        self._case: _Node | None = None
        self._tests = 0
        self._root: Attributes = {}

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Handle the start of an element."""
        if tag == "test-case":
            path = self._suites[-1].path if self._suites else ""
            self._case = _Node(attributes, path, 0)
        elif tag in {"test-suite", "test-run", "test-results"}:
            self._begin_suite(tag, attributes)
        else:
            self._begin_text(tag, self._case or (self._suites[-1] if self._suites else None))

    def _begin_suite(self, tag: str, attributes: Attributes) -> None:
        self._root = self._root or attributes
        self.builder.newest.add(attributes.get("end-time"))
        outer = self._suites[-1].path if self._suites else ""
        own = attributes.get("name", "") if tag == "test-suite" and len(self._suites) < _DEEPEST else ""
        self._suites.append(_Node(attributes, joined(outer, own), self.builder.failing))

    def _begin_text(self, tag: str, node: _Node | None) -> None:
        if node is None:
            return
        if tag in {"failure", "reason", "assertion"}:
            node.place = tag
            node.failed = node.failed or tag == "failure"
        elif tag == "message" and node.place == "failure" and node.message is None:
            node.message = self._collector.collect()
        elif tag == "message" and node.place == "reason" and node.reason is None:
            node.reason = self._collector.collect()
        elif tag == "stack-trace" and node.place == "failure" and node.trace is None:
            node.trace = self._collector.collect()

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag == "test-case" and self._case is not None:
            self._end_case(self._case)
            self._case = None
        elif tag in {"test-suite", "test-run", "test-results"} and self._suites:
            self._end_suite(self._suites.pop())

    def _end_case(self, case: _Node) -> None:
        attributes = case.attributes
        outcome = self._dialect.outcome(self.builder, attributes, case.failed)
        class_name, name = self._dialect.names(attributes, case.path)
        seconds = self.builder.seconds(attributes.get("duration") or attributes.get("time") or "")
        failure = NO_TEXT if outcome is Outcome.PASSED else case.failure(class_name)
        self._tests += 1
        self.builder.add(class_name, name, outcome, seconds=seconds, failure=failure)

    def _end_suite(self, suite: _Node) -> None:
        fails = self.builder.failing > suite.failing
        if self._dialect.suite_failed(suite.attributes, suite.failed, fails):
            name = suite.attributes.get("name", "") or self._dialect.name
            path = suite.path or name
            self.builder.add(path, name, Outcome.ERRORED, failure=suite.failure(path))
        if not self._suites:
            self._dialect.check(self.builder, self._root, self._tests)


def read(source: Source, dialect: Dialect) -> TestReport:
    """Parse a file."""
    reader, problem = read_elements(source, lambda collector: Reader(dialect, collector))
    reader.builder.problem(problem)
    return reader.builder.report()
