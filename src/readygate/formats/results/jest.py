"""JSON of `jest --json` and of Vitest's reporter `json`.

Description: https://jestjs.io/docs/cli#--json and the type `FormattedTestResults` of
https://github.com/jestjs/jest/blob/main/packages/jest-test-result/src/types.ts . A file that fails without a failing
test, for example because it cannot be loaded, is an execution of its own.
"""

from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, line_number, parse_document, text_of, total_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import SUITE_SEPARATOR, FailureText, ReportBuilder, damage, joined
from readygate.formats.results._source_location import without_runner
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "jest-json"
STATUSES: Final = {
    "passed": Outcome.PASSED,
    **dict.fromkeys(("pending", "skipped", "todo", "disabled"), Outcome.SKIPPED),
    "failed": Outcome.FAILED,
}
"""Outcome of each test status."""

_TOTALS: Final = ("numTotalTests", "numTotalTestSuites", "numFailedTests", "numPassedTests", "numFailedTestSuites")


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    own = found.kind == "{" and sum(key in found.keys for key in _TOTALS) >= 2
    return "it has totals such as `numTotalTests`" if own else None


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, _read)


def _read(document: Any, builder: ReportBuilder, keys: ValueReader) -> None:
    root = keys.table(document, "the document")
    unloaded = 0
    for at, item in enumerate(keys.items(root.get("testResults"), "testResults")):
        file = keys.table(item, f"testResults[{at}]")
        if file:
            unloaded += _file(file, f"testResults[{at}]", builder, keys)
    not_run = sum(total_of(root.get(key)) or 0 for key in ("numPendingTests", "numTodoTests"))
    builder.check_totals(
        failures=(total_of(root.get("numFailedTests")), builder.failing - unloaded),
        tests=(total_of(root.get("numTotalTests")), builder.total - unloaded),
        unlisted=max(not_run - builder.skipped, 0),
        place="the document",
    )
    if root.get("success") is False and not builder.failing:
        failure = FailureText(message="the run failed, though no test of it did (`success` is false)")
        builder.add("the run", "the run", Outcome.ERRORED, failure=failure)
    if root.get("wasInterrupted") is True:
        builder.problem(damage("the run was interrupted", todo="look for the reason in the log of the job"))


def _file(file: dict[str, Any], place: str, builder: ReportBuilder, keys: ValueReader) -> bool:
    """Add the tests of a file; return whether it failed though no test of it did."""
    path = keys.text(file.get("name"), f"{place}.name", optional=True)
    builder.newest.add_milliseconds(file.get("endTime"))
    before = builder.failing
    tests = keys.items(file.get("assertionResults"), f"{place}.assertionResults")
    for at, item in enumerate(tests):
        inner = f"{place}.assertionResults[{at}]"
        test = keys.table(item, inner)
        if test:
            _test(test, inner, path, builder, keys)
    failed = file.get("status") == "failed" or bool(file.get("testExecError"))
    unloaded = failed and builder.failing == before
    if unloaded:
        name = without_runner(path)
        message = text_of(file.get("message"))
        failure = FailureText(message=message.strip().partition("\n")[0], text=message, file=path)
        builder.add(name, name, Outcome.ERRORED, failure=failure)
    return unloaded


def _test(test: dict[str, Any], place: str, path: str, builder: ReportBuilder, keys: ValueReader) -> None:
    outcome = builder.outcome(STATUSES, keys.text(test.get("status"), f"{place}.status"))
    reasons = keys.items(test.get("retryReasons"), f"{place}.retryReasons", optional=True)
    if outcome is Outcome.PASSED and (reasons or keys.number(test.get("invocations"), f"{place}.invocations") > 1):
        outcome = Outcome.FLAKY
    suites = map(text_of, keys.items(test.get("ancestorTitles"), f"{place}.ancestorTitles", optional=True))
    messages = keys.items(test.get("failureMessages"), f"{place}.failureMessages", optional=True)
    text = "\n\n".join(filter(None, map(text_of, messages or reasons)))
    location = test.get("location")
    line = line_number(location.get("line")) if isinstance(location, dict) else 0
    kind = text[:300].partition(":")[0]
    failure = FailureText(
        type=kind if kind.isidentifier() else "",
        message=text.strip().partition("\n    at ")[0],
        text=text,
        file=path,
        line=line,
    )
    builder.add(
        joined(without_runner(path), SUITE_SEPARATOR.join(suites)),
        keys.text(test.get("title"), f"{place}.title"),
        outcome,
        seconds=builder.valid_seconds(keys.number(test.get("duration"), f"{place}.duration") / 1000),
        failure=failure,
    )


FORMAT: Final = Format(
    name=_NAME,
    title="Jest JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://jestjs.io/docs/cli#--json",
)
