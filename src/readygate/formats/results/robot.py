"""Robot Framework's `output.xml`.

Schema: https://github.com/robotframework/robotframework/tree/master/doc/schema . The `status` directly in a test is its
outcome; those of keywords are ignored. Where the teardown of a suite fails or is skipped, all tests in the suite do, as
in Robot's own reader
(https://github.com/robotframework/robotframework/blob/master/src/robot/result/suiteteardownfailed.py). A suite that
fails without a failing test is an execution of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, joined
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

Attributes = dict[str, str]

_NAME: Final = "robot-xml"
STATUSES: Final = {
    "PASS": Outcome.PASSED,
    **dict.fromkeys(("SKIP", "NOT RUN", "NOT_RUN"), Outcome.SKIPPED),
    "FAIL": Outcome.FAILED,
}
"""Outcome of each status."""

_NODES: Final = frozenset(("robot", "suite", "test"))
_DEEPEST: Final = 50
_CLOCK: Final = "%Y%m%d %H:%M:%S.%f"


def _matches(sample: FileSample) -> str | None:
    own = sample.root == "robot" and ("generator" in sample.root_attributes or "suite" in sample.children)
    return "the root element is <robot>" if own else None


def _parse(source: Source) -> TestReport:
    reader, problem = read_elements(source, _Reader)
    reader.finish()
    reader.builder.problem(problem)
    return reader.builder.report()


class _Test(Struct, frozen=True, kw_only=True):
    """A test that has ended, or a suite that failed, within suites that are still open."""

    class_name: str
    name: str
    outcome: Outcome
    seconds: float = 0.0
    failure: FailureText = NO_TEXT


class _Node:
    """An open suite or test."""

    __slots__ = ("attributes", "depth", "path", "source", "status", "teardown", "teardown_text", "tests", "text")

    def __init__(self, attributes: Attributes, depth: int, outer: _Node | None) -> None:
        own = attributes.get("name", "") if depth < _DEEPEST else ""
        self.attributes = attributes
        self.depth = depth
        self.path: str = joined(outer.path if outer else "", own)
        self.source: str = attributes.get("source", "") or (outer.source if outer else "")
        self.tests: list[_Test] = []
        self.status: Attributes | None = None
        self.text: Excerpt | None = None
        self.teardown = ""  # the status of its teardown
        self.teardown_text: Excerpt | None = None

    def end_teardown(self) -> None:
        """Apply a teardown that failed or was skipped to all tests of the suite, as Robot's own reader does.

        What was skipped stays skipped:
        https://github.com/robotframework/robotframework/blob/master/src/robot/result/suiteteardownfailed.py
        """
        outcome = {"FAIL": Outcome.FAILED, "SKIP": Outcome.SKIPPED}.get(self.teardown)
        if outcome is None:
            return
        word = "failed" if outcome is Outcome.FAILED else "skipped"
        text = self.teardown_text.text() if self.teardown_text else ""
        message = f"Parent suite teardown {word}:\n{text}"
        for at, test in enumerate(self.tests):
            own = test.failure.message
            failure = FailureText(
                message=f"{own}\n\nAlso {message[0].lower()}{message[1:]}" if own else message, file=self.source
            )
            skipped = test.outcome is Outcome.SKIPPED
            self.tests[at] = replace(test, outcome=test.outcome if skipped else outcome, failure=failure)


class _Reader:
    """The state of parsing one file."""

    def __init__(self, collector: TextCollector) -> None:
        self.builder = ReportBuilder(_NAME)
        self._collector = collector
        self._open: list[_Node] = []
        self._inside = 0  # other open elements within the innermost suite or test
        self._in_teardown = False  # within the teardown of a suite
        self._stated = self._failed = 0  # failures of the statistics, and those that are listed
        self._results = True  # false within the statistics, whose elements have the same names

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Handle the start of an element."""
        if tag == "statistics" and len(self._open) <= 1:
            self._results = False
        if not self._results:
            if tag == "stat":
                self._stated = max(self._stated, parse_decimal(attributes.get("fail", ""), 9) or 0)
            return
        if tag == "robot":
            self.builder.newest.add(attributes.get("generated"))
        if tag in _NODES and not self._inside:
            outer = self._open[-1] if self._open else None
            self._open.append(_Node(attributes, len(self._open), outer))
        elif tag == "status" and not self._inside and self._open:
            self._open[-1].status = attributes
            self._open[-1].text = self._collector.collect()
            self._inside += 1
        else:
            self._begin_inside(tag, attributes)
            self._inside += 1

    def _begin_inside(self, tag: str, attributes: Attributes) -> None:
        """Handle an element within a suite or test that is neither; note the status of a teardown."""
        if not self._inside:
            self._in_teardown = tag == "kw" and attributes.get("type", "").lower() == "teardown"
        elif tag == "status" and self._inside == 1 and self._in_teardown and self._open:
            self._open[-1].teardown = attributes.get("status", "")
            self._open[-1].teardown_text = self._collector.collect()

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if not self._results:
            self._results = tag == "statistics"
        elif self._inside:
            self._inside -= 1
        elif self._open:
            node = self._open.pop()
            if tag == "test":
                self._test(node)
            elif tag == "suite":
                self._suite(node)

    def _test(self, node: _Node) -> None:
        outer = self._open[-1].path if self._open else ""
        status = node.status or {}
        outcome = self.builder.outcome(STATUSES, status.get("status", ""))
        message = node.text.text() if node.text else ""
        line = node.attributes.get("line", "")
        failure = NO_TEXT
        if outcome is not Outcome.PASSED:
            failure = FailureText(message=message, file=node.source, line=parse_decimal(line, 8) or 0)
        test = _Test(
            class_name=outer,
            name=node.attributes.get("name", ""),
            outcome=outcome,
            seconds=self._seconds(status),
            failure=failure,
        )
        self._keep([test])

    def _suite(self, node: _Node) -> None:
        node.end_teardown()
        failed = (node.status or {}).get("status") == "FAIL"
        if failed and not any(test.outcome >= Outcome.FAILED for test in node.tests):
            message = node.text.text() if node.text else ""
            failure = FailureText(message=message or "the suite failed, though no test in it did", file=node.source)
            name = node.attributes.get("name", "") or node.path
            node.tests.append(_Test(class_name=node.path, name=name, outcome=Outcome.ERRORED, failure=failure))
        self._keep(node.tests)

    def _keep(self, tests: list[_Test]) -> None:
        """Keep tests until all suites around them have ended, and add them then."""
        if self._open and self._open[-1].depth:
            self._open[-1].tests += tests
            return
        for each in tests:
            self._failed += each.outcome >= Outcome.FAILED
            self.builder.add(each.class_name, each.name, each.outcome, seconds=each.seconds, failure=each.failure)

    def finish(self) -> None:
        """Add the tests of suites that did not end."""
        while self._open:
            self._keep(self._open.pop().tests)
        self.builder.check_totals(failures=(max(self._stated, self._failed), self._failed))

    def _seconds(self, status: Attributes) -> float:
        """Return the duration: version 7 writes `elapsed`, earlier ones start and end."""
        if "elapsed" in status:
            return self.builder.seconds(status["elapsed"])
        try:
            begun, ended = (
                datetime.strptime(status[key], _CLOCK).replace(tzinfo=UTC) for key in ("starttime", "endtime")
            )
        except (KeyError, ValueError):
            return 0.0
        return self.builder.valid_seconds((ended - begun).total_seconds())


FORMAT: Final = Format(
    name=_NAME,
    title="Robot Framework output.xml",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/robotframework/robotframework/tree/master/doc/schema",
    elements=frozenset(("suite", "test", "statistics", "errors")),
)
