"""TRX, the results of Visual Studio, `dotnet test --logger trx` and Microsoft.Testing.Platform.

The schema is vstst.xsd, part of Visual Studio. The writer of today's tools:
https://github.com/microsoft/vstest/tree/main/src/Microsoft.TestPlatform.Extensions.TrxLogger . Outcomes:
https://learn.microsoft.com/dotnet/api/microsoft.visualstudio.testtools.unittesting.unittestoutcome .

A result refers to its test by an id. The class is in a definition that comes later, so results are kept until the end
of the file. A data-driven test contains the results of its rows: they count, and the test itself only if its outcome
is worse than theirs.
"""

import re
from typing import Final

from msgspec import Struct

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder
from readygate.formats.results._source_location import dotnet_place
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._trx_run import RunErrors
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "trx"
OUTCOMES: Final = {
    **dict.fromkeys(("Passed", "PassedButRunAborted", "Completed", "Warning"), Outcome.PASSED),
    **dict.fromkeys(("NotExecuted", "NotRunnable", "Inconclusive", "Pending"), Outcome.SKIPPED),
    **dict.fromkeys(("Failed", "Timeout", "Aborted"), Outcome.FAILED),
    **dict.fromkeys(("Error", "Disconnected", "InProgress"), Outcome.ERRORED),
}
"""Outcome of each outcome of the schema. `InProgress` tests began and did not end."""

_RESULTS: Final = frozenset(
    (
        "UnitTestResult",
        "TestResult",
        "TestResultAggregation",
        "GenericTestResult",
        "WebTestResult",
        "LoadTestResult",
        "ManualTestResult",
    )
)
_NAMESPACE: Final = "http://microsoft.com/schemas/VisualStudio/TeamTest/"
_ELEMENTS: Final = frozenset(
    ("Results", "TestDefinitions", "TestEntries", "TestLists", "ResultSummary", "Times", "TestSettings")
)
_OF_THE_RUN: Final = frozenset(("Counters", "Times", "ResultSummary"))
_DEFINITIONS: Final = frozenset(("UnitTest", "OrderedTest", "GenericTest", "WebTest", "LoadTest", "ManualTest"))
_QUALIFIED: Final = re.compile(r"((?:[^\W\d][\w`+]*\.)+)(\w+(?:\(.*)?)", re.DOTALL)


def _matches(sample: FileSample) -> str | None:
    if sample.root != "TestRun":
        return None  # also the root of CppUnit's and AUnit's XML
    if _NAMESPACE in sample.text:
        return "the root element is <TestRun> in the namespace of Visual Studio"
    known = not sample.children or not _ELEMENTS.isdisjoint(sample.children)
    return "the root element is <TestRun> with elements of TRX" if known else None


def _parse(source: Source) -> TestReport:
    reader, problem = read_elements(source, _Reader)
    reader.builder.problem(problem)
    return reader.report()


class _Result(Struct, kw_only=True):
    """An open result."""

    test_id: str
    name: str
    outcome: Outcome
    seconds: float
    message: Excerpt | None = None
    trace: Excerpt | None = None
    output: Excerpt | None = None
    worst_inside: int = -1
    """The worst outcome of the results inside it; -1 without any."""


class _Kept(Struct):
    """A finished result that waits for the class of its test; `failure` is its message and text."""

    test_id: str
    name: str
    outcome: Outcome
    seconds: float
    failure: tuple[str, str] | None = None


class _Reader:
    """The state of parsing one file."""

    def __init__(self, collector: TextCollector) -> None:
        self.builder = ReportBuilder(_NAME)
        self._collector = collector
        self._open: list[_Result] = []
        self._kept: list[_Kept] = []
        self._classes: dict[str, str] = {}
        self._definition = ""
        self._failing: set[str] = set()
        self._run = RunErrors()
        self._counters: dict[str, str] = {}
        self._nested = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if tag in _RESULTS:
            self._begin_result(attributes)
        elif self._open:
            self._begin_output(tag)
        elif tag in _DEFINITIONS:
            self._definition = attributes.get("id", "")
            self._run.assembly = self._run.assembly or attributes.get("storage", "")
        elif tag == "TestMethod":
            name = attributes.get("className", "").partition(", ")[0]  # MSTest adds the assembly
            if name and self._definition:
                self._classes[self._definition] = name
        elif tag in _OF_THE_RUN:
            self._begin_summary(tag, attributes)
        elif tag == "RunInfo":
            self._run.begin(attributes.get("outcome", ""))
        elif tag == "Text" and self._run.reading:
            self._run.text = self._collector.collect()

    def _begin_summary(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Counters":
            self._counters = attributes
        elif tag == "Times":
            self.builder.newest.add(attributes.get("finish"))
        else:
            self._run.outcome = attributes.get("outcome", "")

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag in _RESULTS and self._open:
            self._end_result(self._open.pop())
        elif tag == "RunInfo":
            self._run.end()

    def _begin_result(self, attributes: dict[str, str]) -> None:
        outcome = self.builder.outcome(OUTCOMES, attributes.get("outcome", ""))
        result = _Result(
            test_id=attributes.get("testId", ""),
            name=attributes.get("testName", ""),
            outcome=outcome,
            seconds=self.builder.seconds(attributes.get("duration", "")),
        )
        self._open.append(result)

    def _begin_output(self, tag: str) -> None:
        result = self._open[-1]
        if result.outcome is Outcome.PASSED:
            return
        if tag == "Message" and result.message is None:
            result.message = self._collector.collect()
        elif tag == "StackTrace" and result.trace is None:
            result.trace = self._collector.collect()
        elif tag in {"StdOut", "StdErr"} and result.output is None:
            result.output = self._collector.collect()

    def _end_result(self, result: _Result) -> None:
        outer = self._open[-1] if self._open else None
        if outer is not None:
            self._nested = True
            outer.worst_inside = max(outer.worst_inside, result.outcome, result.worst_inside)
        if result.outcome <= result.worst_inside or (result.outcome < Outcome.FAILED and result.worst_inside >= 0):
            return
        failure = None
        if result.outcome is not Outcome.PASSED:
            trace = result.trace or result.output
            failure = (result.message.text() if result.message else "", trace.text() if trace else "")
            if result.outcome >= Outcome.FAILED:
                self._failing.add(result.name)
        self._kept.append(_Kept(result.test_id, result.name, result.outcome, result.seconds, failure))

    def report(self) -> TestReport:
        """Return the report; all classes are known now."""
        builder = self.builder
        for kept in self._kept:
            class_name, name = self._names(kept)
            builder.add(class_name, name, kept.outcome, seconds=kept.seconds, failure=_failure(kept, class_name))
        if not self._nested:
            self._compare()
        self._run.add_to(builder, self._failing)
        return builder.report()

    def _compare(self) -> None:
        """Compare the totals; not used for data-driven tests, whose totals include both tests and rows."""
        totals = {key: parse_decimal(value) for key, value in self._counters.items()}
        failed = [totals.get(key) for key in ("failed", "timeout", "aborted")]
        counted = [kept.outcome for kept in self._kept]
        name = self._run.name
        not_run = (totals.get(key) or 0 for key in ("notExecuted", "notRunnable", "inconclusive", "pending"))
        self.builder.check_totals(
            failures=(None if None in failed else sum(filter(None, failed)), counted.count(Outcome.FAILED)),
            tests=(totals.get("total"), len(counted)),
            unlisted=max(sum(not_run) - counted.count(Outcome.SKIPPED), 0),
            suite=(name, name),
            place="Counters",
        )

    def _names(self, kept: _Kept) -> tuple[str, str]:
        """Return class and name; xUnit.net and others repeat the class in the name."""
        class_name = self._classes.get(kept.test_id, "")
        if not class_name:
            found = _QUALIFIED.fullmatch(kept.name)
            return (found[1][:-1], found[2]) if found else ("", kept.name)
        return class_name, kept.name.removeprefix(f"{class_name}.")


def _failure(kept: _Kept, class_name: str) -> FailureText:
    if kept.failure is None:
        return NO_TEXT
    message, text = kept.failure
    file, line = dotnet_place(text, class_name)
    kind, colon, _ = message.partition(" : ")
    named = colon and re.fullmatch(r"[\w.`+]{1,200}", kind.strip())
    return FailureText(type=kind.strip() if named else "", message=message, text=text, file=file, line=line)


FORMAT: Final = Format(
    name=_NAME,
    title="TRX (Visual Studio test results)",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/microsoft/vstest/tree/main/src/Microsoft.TestPlatform.Extensions.TrxLogger",
    elements=_ELEMENTS,
)
