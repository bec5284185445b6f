"""`test_result.xml` of Android's compatibility tests (CTS, VTS and other Tradefed suites).

Description: https://source.android.com/docs/compatibility/cts/interpret . A module that did not complete (`done` is
false) is damage: some of its tests are not in the file.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, damage, joined
from readygate.formats.results._truncated_text import Excerpt
from readygate.formats.results._xml_reader import TextCollector, read_elements
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "android-cts"
RESULTS: Final = {
    **dict.fromkeys(("pass", "warning"), Outcome.PASSED),
    **dict.fromkeys(("ignored", "assumption_failure", "not_executed", "notexecuted", "skipped"), Outcome.SKIPPED),
    "fail": Outcome.FAILED,
}
"""Outcome of each result, in lower case."""


def _matches(sample: FileSample) -> str | None:
    own = sample.root == "Result" and (
        "suite_plan" in sample.root_attributes or {"Module", "Summary"} <= {*sample.children}
    )
    return "the root element is <Result> with <Module>" if own else None


def _parse(source: Source) -> TestReport:
    reader, problem = read_elements(source, _Reader)
    if problem is None:
        reader.check_summary()
    reader.builder.problem(problem)
    return reader.report()


class _Reader:
    """The state of parsing one file."""

    def __init__(self, collector: TextCollector) -> None:
        self.builder = ReportBuilder(_NAME)
        self._collector = collector
        self._module = self._case = ""
        self._test: dict[str, str] | None = None
        self._message = ""
        self._trace: Excerpt | None = None
        self._not_done: list[str] = []
        self._stated = 0  # the failures of the summary
        self._failed = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if tag == "Module":
            self._module = attributes.get("name", "")
            if attributes.get("done", "true").lower() == "false":
                self._not_done.append(self._module)
        elif tag == "Summary":
            self._stated = parse_decimal(attributes.get("failed", ""), 9) or 0
        elif tag == "TestCase":
            self._case = attributes.get("name", "")
        elif tag == "Test":
            self._test, self._message, self._trace = attributes, "", None
        elif tag == "Failure":
            self._message = attributes.get("message", "")
        elif tag == "StackTrace" and self._test is not None:
            self._trace = self._collector.collect()
        elif tag == "Reason" and not self._message:  # why a module did not complete
            self._message = attributes.get("message", "")

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag != "Test" or self._test is None:
            return
        outcome = self.builder.outcome(RESULTS, self._test.get("result", "").lower())
        failure = NO_TEXT
        self._failed += outcome >= Outcome.FAILED
        if outcome is not Outcome.PASSED:
            trace = self._trace.text() if self._trace else ""
            failure = FailureText(message=self._message or trace.strip().partition("\n")[0], text=trace)
        name = self._test.get("name", "")
        self.builder.add(joined(self._module, self._case), name, outcome, failure=failure)
        self._test = None

    def check_summary(self) -> None:
        """Add the failures that the summary states and no test shows."""
        self.builder.check_totals(failures=(max(self._stated, self._failed), self._failed))

    def report(self) -> TestReport:
        """Return the report."""
        if self._not_done:
            self.builder.problem(
                damage(
                    f"modules that did not end: {len(self._not_done):,}",
                    place=f"Module '{self._not_done[0][:100]}'",
                    todo="look for the reason in the log of the run, and run these modules again",
                )
            )
        return self.builder.report()


FORMAT: Final = Format(
    name=_NAME,
    title="Android CTS results",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://source.android.com/docs/compatibility/cts/interpret",
    elements=frozenset(("Module", "Summary", "Build")),
)
