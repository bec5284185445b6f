"""NUnit 3 and 4 XML.

Description: https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html . The `result` of
a test is its outcome and `label` the kind of it. `site` states where a suite failed: in a child, which counts anyway,
or in its own set-up or tear-down, which is an execution of its own.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._nunit import Dialect, read
from readygate.formats.results._report_builder import ReportBuilder
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "nunit3"
OUTCOMES: Final = {
    **dict.fromkeys(("Passed", "Warning"), Outcome.PASSED),
    **dict.fromkeys(("Skipped", "Inconclusive"), Outcome.SKIPPED),
    "Failed": Outcome.FAILED,
}
"""Outcome of each result. `Skipped` has the labels Ignored, Explicit and Invalid."""

_ERRORS: Final = frozenset(("Error", "Invalid", "Cancelled"))
"""Labels of failed tests whose failure is not an assertion."""


def _matches(sample: FileSample) -> str | None:
    if sample.root == "test-run":
        return "the root element is <test-run>"
    if sample.root == "test-suite" and "results" not in sample.children:
        return "the root element is <test-suite> without <results>"
    return None


def _outcome(builder: ReportBuilder, attributes: dict[str, str], failed: bool) -> Outcome:
    word, label = attributes.get("result", ""), attributes.get("label", "")
    word, _, inner = word.partition(":")  # "Failed:Error", as NUnit prints it
    word, _, _ = word.partition("(")  # "Failed(Child)"
    outcome = builder.outcome(OUTCOMES, word)
    if outcome is Outcome.FAILED and not _ERRORS.isdisjoint((label, inner)):
        return Outcome.ERRORED
    return max(outcome, Outcome.FAILED) if failed and outcome is Outcome.PASSED and word != "Warning" else outcome


def _names(attributes: dict[str, str], path: str) -> tuple[str, str]:
    name, full = attributes.get("name", ""), attributes.get("fullname", "")
    if name and full.endswith(f".{name}"):
        return full[: -len(name) - 1], name
    return attributes.get("classname") or path, name or full


def _suite_failed(attributes: dict[str, str], failed: bool, child_fails: bool) -> bool:
    if not attributes.get("result", "").startswith("Failed") and not failed:
        return False
    return attributes.get("site") == "TearDown" or not child_fails


def _check(builder: ReportBuilder, root: dict[str, str], tests: int) -> None:
    stated = {key: parse_decimal(root.get(key)) for key in ("total", "failed", "skipped", "inconclusive")}
    not_run = (stated["skipped"] or 0) + (stated["inconclusive"] or 0)
    builder.check_totals(
        failures=(stated["failed"], builder.failing),
        tests=(stated["total"], tests),
        unlisted=max(not_run - builder.skipped, 0),
        place="test-run",
    )


def _parse(source: Source) -> TestReport:
    dialect = Dialect(name=_NAME, outcome=_outcome, names=_names, suite_failed=_suite_failed, check=_check)
    return read(source, dialect)


FORMAT: Final = Format(
    name=_NAME,
    title="NUnit 3 XML",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html",
    elements=frozenset(("test-suite", "test-case", "command-line", "filter", "settings", "environment")),
)
