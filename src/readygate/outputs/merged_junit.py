"""`junit.xml`: all tests of the run in one file, for tools that accept only one file.

A test that ran in several matrix legs has its worst outcome. Tests of one name are repeated, as in their reports.
The format has no standard; https://github.com/testmoapp/junitxml describes it.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite
from junitparser import TestCase as AnyCase
from junitparser.junitparser import FinalResult
from junitparser.xunit2 import FlakyFailure, TestCase

from readygate.context import Published, RunContext
from readygate.model.results import ClassBlock, FailureDetail, Outcome, TestId, raw_name
from readygate.model.snapshot import HeadRun
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.outputs._xml import legal
from readygate.render.escaping import redact
from readygate.render.report_view import ReportView

_RESULTS = {
    Outcome.FLAKY: FlakyFailure,
    Outcome.SKIPPED: Skipped,
    Outcome.FAILED: Failure,
    Outcome.ERRORED: Error,
}


def render(head: HeadRun) -> bytes:
    """Return the tests of a run as XML, one suite for each class."""
    details = _worst(head)
    report = JUnitXml("readygate")
    headline = head.snapshot.headline()
    for group, class_name in sorted(headline):
        suite = TestSuite(legal(f"{group} {class_name}".strip()))
        suite.add_testcases(list(_cases(group, class_name, headline[group, class_name], details)))
        report.append(suite)  # type: ignore[no-untyped-call]
    report.update_statistics()  # type: ignore[no-untyped-call]
    buffer = BytesIO()
    report.write(buffer)
    return buffer.getvalue()


def _worst(head: HeadRun) -> dict[TestId, FailureDetail]:
    """Return the detail of each test from the leg with its worst outcome."""
    worst: dict[TestId, FailureDetail] = {}
    for (test, _leg), detail in sorted(head.details.items(), key=lambda item: item[0]):
        if test not in worst or detail.outcome > worst[test].outcome:
            worst[test] = detail
    return worst


def _cases(
    group: str, class_name: str, block: ClassBlock, details: Mapping[TestId, FailureDetail]
) -> Iterator[AnyCase]:
    for (name, outcome), seconds in zip(block.items(), block.durations(), strict=True):
        case = TestCase(legal(raw_name(name)), legal(class_name), round(seconds, 6))
        if outcome is not Outcome.PASSED:
            detail = details.get(TestId(group=group, class_name=class_name, name=name))
            result = _RESULTS[outcome](legal(redact(detail.message)) if detail else "")
            if detail and detail.type:
                result.type = legal(redact(detail.type))
            if detail and detail.text:
                result.text = legal(redact(detail.text))
            if isinstance(result, FinalResult):
                case.result = [result]
            elif isinstance(result, FlakyFailure):
                case.add_interim_result(result)
        yield case


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file."""
    head = view.comparison.head
    return write_file(context, "junit.xml", render(head)) if head.snapshot.legs else Published()


OUTPUT = Output(name="merged-junit", stage=Stage.FILES, order=4, enabled=writes_files, publish=publish)
