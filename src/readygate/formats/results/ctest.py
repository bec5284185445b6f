"""CTest's own XML, `Testing/<tag>/Test.xml` of `ctest -T Test`.

Description: https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step . A test that did not run because
it is disabled or skipped itself is skipped. A test that could not be started is errored; CTest itself counts it as
failed.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "ctest-dart-xml"
STATUSES: Final = {"passed": Outcome.PASSED, "notrun": Outcome.SKIPPED, "failed": Outcome.FAILED}
"""Outcome of each status."""

_SKIPPED: Final = ("SKIP_", "Disabled")


def _matches(sample: FileSample) -> str | None:
    own = sample.root == "Site" and "Testing" in sample.children
    return "the root element is <Site> with <Testing>" if own else None


def _parse(source: Source) -> TestReport:
    reader, problem = read_elements(source, _Reader)
    reader.builder.problem(problem)
    if problem is None or not problem.is_damage:
        reader.builder.check_totals(tests=(reader.planned, reader.builder.total), place="TestList")
    return reader.builder.report()


class _Reader:
    """The state of parsing one file."""

    def __init__(self, collector: TextCollector) -> None:
        self.builder = ReportBuilder(_NAME)
        self.planned: int | None = None  # the number of entries in the list of tests
        self._in_list = False
        self._collector = collector
        self._status: str | None = None  # of the open test
        self._measured = ""  # the name of the open measurement
        self._texts: dict[str, Excerpt] = {}

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if tag == "TestList":
            self._in_list, self.planned = True, 0
        elif tag == "Test" and self._in_list:
            self.planned = (self.planned or 0) + 1
        elif tag == "Test":
            self._status = attributes.get("Status")
            self._texts = {}
        elif self._status is None:
            return
        elif tag in {"Name", "Path"} and tag not in self._texts:
            self._texts[tag] = self._collector.collect()
        elif tag in {"NamedMeasurement", "Measurement"}:
            self._measured = attributes.get("name", "") if tag == "NamedMeasurement" else "output"
        elif tag == "Value" and self._measured:
            self._texts[self._measured] = self._collector.collect()

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag in {"NamedMeasurement", "Measurement"}:
            self._measured = ""
        elif tag == "TestList":
            self._in_list = False
        elif tag == "Test" and self._status is not None:
            self._end_test(self._status)
            self._status = None

    def _end_test(self, status: str) -> None:
        outcome = self.builder.outcome(STATUSES, status)
        completion = self._text("Completion Status")
        if outcome is Outcome.SKIPPED and completion and not completion.startswith(_SKIPPED):
            outcome = Outcome.ERRORED
        reason = self._text("Exit Code") if outcome is Outcome.FAILED else ""
        failure = NO_TEXT
        if outcome is not Outcome.PASSED:
            failure = FailureText(message=reason or completion, text=self._text("output"))
        path = self._text("Path").removeprefix(".").removeprefix("/")
        seconds = self.builder.seconds(self._text("Execution Time"))
        self.builder.add(path, self._text("Name"), outcome, seconds=seconds, failure=failure)

    def _text(self, name: str) -> str:
        return self._texts[name].text().strip() if name in self._texts else ""


FORMAT: Final = Format(
    name=_NAME,
    title="CTest XML",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step",
    elements=frozenset(("TestList", "Test", "StartDateTime", "StartTestTime", "EndDateTime")),
)
