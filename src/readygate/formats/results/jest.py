"""What `jest --json` and Vitest's reporter `json` write.

Described at https://jestjs.io/docs/cli#--json and by the type `FormattedTestResults` of
https://github.com/jestjs/jest/blob/main/packages/jest-test-result/src/types.ts . A file that cannot be run has no
tests in it, or fails beside them: then it is an execution of its own.
"""

from __future__ import annotations

from typing import Any, Final

from readygate.formats import Format, Head, Source
from readygate.formats.results._json import Keys, claimed, line_number, load, loose
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import PATH, Book, Said, damage, joined
from readygate.formats.results._source_location import without_runner
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "jest-json"
STATUSES: Final = {
    "passed": Outcome.PASSED,
    **dict.fromkeys(("pending", "skipped", "todo", "disabled"), Outcome.SKIPPED),
    "failed": Outcome.FAILED,
}
"""What the statuses of tests count as."""

_TOTALS: Final = ("numTotalTests", "numTotalTestSuites", "numFailedTests", "numPassedTests", "numFailedTestSuites")


def _claims(head: Head) -> str | None:
    found = outline(head)
    own = found.kind == "{" and sum(key in found.keys for key in _TOTALS) >= 2
    return "it has totals such as `numTotalTests`" if own else None


def _parse(source: Source) -> TestReport:
    book = Book(_NAME)
    document, problem = load(source)
    book.problem(problem)
    if problem is None:
        _read(document, book, Keys())
    return book.report()


def _read(document: Any, book: Book, keys: Keys) -> None:
    root = keys.table(document, "the document")
    for at, item in enumerate(keys.items(root.get("testResults"), "testResults")):
        file = keys.table(item, f"testResults[{at}]")
        if file:
            _file(file, f"testResults[{at}]", book, keys)
    book.compare("the document", "tests", claimed(root.get("numTotalTests")), book.total)
    if root.get("success") is False and not book.failing:
        said = Said(message="the run failed, though no test of it did (`success` is false)")
        book.add("the run", "the run", Outcome.ERRORED, said=said)
    if root.get("wasInterrupted") is True:
        book.problem(damage("the run was interrupted", todo="look for the reason in the log of the job"))
    book.problem(keys.problem())


def _file(file: dict[str, Any], place: str, book: Book, keys: Keys) -> None:
    path = keys.text(file.get("name"), f"{place}.name", optional=True)
    book.clock.see_milliseconds(file.get("endTime"))
    before = book.failing
    tests = keys.items(file.get("assertionResults"), f"{place}.assertionResults")
    for at, item in enumerate(tests):
        inner = f"{place}.assertionResults[{at}]"
        test = keys.table(item, inner)
        if test:
            _test(test, inner, path, book, keys)
    failed = file.get("status") == "failed" or bool(file.get("testExecError"))
    if failed and book.failing == before:
        name = without_runner(path)
        message = loose(file.get("message"))
        said = Said(message=message.strip().partition("\n")[0], text=message, file=path)
        book.add(name, name, Outcome.ERRORED, said=said)


def _test(test: dict[str, Any], place: str, path: str, book: Book, keys: Keys) -> None:
    outcome = book.outcome(STATUSES, keys.text(test.get("status"), f"{place}.status"))
    reasons = keys.items(test.get("retryReasons"), f"{place}.retryReasons", optional=True)
    if outcome is Outcome.PASSED and (reasons or keys.number(test.get("invocations"), f"{place}.invocations") > 1):
        outcome = Outcome.FLAKY
    suites = map(loose, keys.items(test.get("ancestorTitles"), f"{place}.ancestorTitles", optional=True))
    messages = keys.items(test.get("failureMessages"), f"{place}.failureMessages", optional=True)
    text = "\n\n".join(filter(None, map(loose, messages or reasons)))
    location = test.get("location")
    line = line_number(location.get("line")) if isinstance(location, dict) else 0
    kind = text[:300].partition(":")[0]
    said = Said(
        type=kind if kind.isidentifier() else "",
        message=text.strip().partition("\n    at ")[0],
        text=text,
        file=path,
        line=line,
    )
    book.add(
        joined(without_runner(path), PATH.join(suites)),
        keys.text(test.get("title"), f"{place}.title"),
        outcome,
        seconds=book.sane(keys.number(test.get("duration"), f"{place}.duration") / 1000),
        said=said,
    )


FORMAT: Final = Format(
    name=_NAME,
    title="Jest JSON",
    kind="tests",
    claims=_claims,
    parse=_parse,
    url="https://jestjs.io/docs/cli#--json",
)
