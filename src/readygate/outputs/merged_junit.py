"""`junit.xml`: all tests of the run in one file, for tools that accept only one file.

A test that ran in several matrix legs has its worst outcome. The format has no standard;
https://github.com/testmoapp/junitxml describes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from readygate.context import Published, RunContext
from readygate.model.results import ClassBlock, Counts, Detail, Outcome, TestId, count_outcomes
from readygate.model.snapshot import Measured
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.outputs._xml import XmlWriter
from readygate.render.escaping import redact
from readygate.render.report_view import Page

_ELEMENTS = {
    Outcome.FLAKY: "flakyFailure",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failure",
    Outcome.ERRORED: "error",
}


def render(measured: Measured) -> bytes:
    """Return the tests of a run as XML, one suite for each class."""
    xml = XmlWriter()
    details = _worst(measured)
    headline = measured.snapshot.headline()
    counts = measured.snapshot.counts()
    seconds = sum(sum(block.durations()) for block in headline.values())
    with xml.element("testsuites", {"name": "readygate", **_totals(counts, seconds)}):
        for group, class_name in sorted(headline):
            _suite(xml, group, class_name, headline[group, class_name], details)
    return xml.finish()


def _worst(measured: Measured) -> dict[TestId, Detail]:
    """Return the detail of each test from the leg with its worst outcome."""
    worst: dict[TestId, Detail] = {}
    for (test, _leg), detail in sorted(measured.details.items(), key=lambda item: item[0]):
        if test not in worst or detail.outcome > worst[test].outcome:
            worst[test] = detail
    return worst


def _suite(xml: XmlWriter, group: str, class_name: str, block: ClassBlock, details: Mapping[TestId, Detail]) -> None:
    seconds = block.durations()
    totals = _totals(count_outcomes(block.outcomes), sum(seconds))
    with xml.element("testsuite", {"name": f"{group} {class_name}".strip(), **totals}):
        for (name, outcome), taken in zip(block.items(), seconds, strict=True):
            case = {"name": name, "classname": class_name, "time": str(round(taken, 6))}
            if outcome is Outcome.PASSED:
                xml.leaf("testcase", case)
                continue
            with xml.element("testcase", case):
                detail = details.get(TestId(group=group, class_name=class_name, name=name))
                _result(xml, _ELEMENTS[outcome], detail)


def _result(xml: XmlWriter, element: str, detail: Detail | None) -> None:
    if detail is None:
        xml.leaf(element)
        return
    attributes = {"message": redact(detail.message), "type": redact(detail.type)}
    xml.leaf(element, {name: value for name, value in attributes.items() if value}, redact(detail.text))


def _totals(counts: Counts, seconds: float) -> dict[str, str]:
    return {
        "tests": str(counts.total),
        "failures": str(counts.failed),
        "errors": str(counts.errored),
        "skipped": str(counts.skipped),
        "time": str(round(seconds, 6)),
    }


def publish(view: Page, context: RunContext, _published: Published) -> Published:
    """Write the file."""
    head = view.comparison.head
    return write_file(context, "junit.xml", render(head)) if head.snapshot.legs else Published()


OUTPUT = Output(name="merged-junit", stage=Stage.FILES, order=4, enabled=writes_files, publish=publish)
