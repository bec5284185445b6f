"""`junit.xml`: all tests of the run in one file, for tools that take only one; of several legs the worst outcome.

https://github.com/testmoapp/junitxml describes the format, which has no standard.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from readygate.model.results import ClassBlock, Detail, Outcome, TestId
from readygate.model.snapshot import Measured
from readygate.outputs import Desk, Output, wants_files
from readygate.outputs._xml import xml_text
from readygate.render.escaping import redact
from readygate.render.report_view import Page

if TYPE_CHECKING:
    from junitparser import TestSuite


def render(measured: Measured) -> bytes:
    """Write the tests of a run, one suite a class."""
    from junitparser import JUnitXml, TestSuite  # noqa: PLC0415  (only runs that ask for files need it)

    details = _worst(measured)
    report = JUnitXml("readygate")
    headline = measured.snapshot.headline()
    for group, class_name in sorted(headline):
        suite = TestSuite(xml_text(f"{group} {class_name}".strip()))
        _add_cases(suite, group, class_name, headline[group, class_name], details)
        report.append(suite)  # type: ignore[no-untyped-call]
    report.update_statistics()  # type: ignore[no-untyped-call]
    buffer = BytesIO()
    report.write(buffer)
    return buffer.getvalue()


def _worst(measured: Measured) -> dict[TestId, Detail]:
    """What is told of each test, from the leg where it went worst."""
    worst: dict[TestId, Detail] = {}
    for (test, _leg), detail in sorted(measured.details.items(), key=lambda item: item[0]):
        if test not in worst or detail.outcome > worst[test].outcome:
            worst[test] = detail
    return worst


def _add_cases(suite: TestSuite, group: str, class_name: str, block: ClassBlock, details: dict[TestId, Detail]) -> None:
    from junitparser import Error, Failure, Skipped  # noqa: PLC0415
    from junitparser import TestCase as AnyCase  # noqa: PLC0415
    from junitparser.junitparser import FinalResult  # noqa: PLC0415
    from junitparser.xunit2 import FlakyFailure, TestCase  # noqa: PLC0415

    kinds = {
        Outcome.FLAKY: FlakyFailure,
        Outcome.SKIPPED: Skipped,
        Outcome.FAILED: Failure,
        Outcome.ERRORED: Error,
    }
    cases: list[AnyCase] = []
    rows: Iterable[tuple[tuple[str, Outcome], float]] = zip(block.items(), block.durations(), strict=True)
    for (name, outcome), seconds in rows:
        case = TestCase(xml_text(name), xml_text(class_name), round(seconds, 6))
        if outcome is not Outcome.PASSED:
            detail = details.get(TestId(group=group, class_name=class_name, name=name))
            result = kinds[outcome](xml_text(redact(detail.message)) if detail else "")
            if detail and detail.type:
                result.type = xml_text(redact(detail.type))
            if detail and detail.text:
                result.text = xml_text(redact(detail.text))
            if isinstance(result, FinalResult):
                case.result = [result]
            elif isinstance(result, FlakyFailure):
                case.add_interim_result(result)
        cases.append(case)
    suite.add_testcases(cases)


def publish(page: Page, desk: Desk) -> None:
    """Write the file."""
    if page.comparison.head.snapshot.legs:
        desk.write_file("junit.xml", render(page.comparison.head))


OUTPUT = Output(name="merged-junit", order=33, wants=wants_files, publish=publish)
