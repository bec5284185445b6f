"""CTRF, the Common Test Report Format, which many tools write through a reporter of theirs.

Described at https://ctrf.io/docs/specification/overview . The last attempt of a test tells its `status`; `flaky`,
`retries` and `retryAttempts` say that there were others. `pending` and `other` are neither passed nor failed: they
count as skipped (reporters write `other` for inconclusive tests).
"""

from __future__ import annotations

from typing import Any, Final

from readygate.formats import Format, Head, Source
from readygate.formats.results._json import Keys, claimed, line_number, load, loose
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import SILENT, Book, Said
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "ctrf-json"
STATUSES: Final = {
    "passed": Outcome.PASSED,
    **dict.fromkeys(("skipped", "pending", "other"), Outcome.SKIPPED),
    "failed": Outcome.FAILED,
}
"""What the statuses count as."""

_PROPERTIES: Final = ("osPlatform", "osRelease", "testEnvironment", "buildName")


def _claims(head: Head) -> str | None:
    found = outline(head)
    if found.kind != "{":
        return None
    if found.has("results.tool") and ("results.summary" in found.keys or "results.tests" in found.keys):
        return "its `results` have a `tool` and a `summary`"
    if found.has("reportFormat") and '"CTRF"' in head.text:
        return "its `reportFormat` is CTRF"
    tests = found.has("results.tests[].name", "results.tests[].status", "results.tests[].duration")
    return "its `results` have `tests` with `status` and `duration`" if tests else None


def _parse(source: Source) -> TestReport:
    book = Book(_NAME)
    document, problem = load(source)
    book.problem(problem)
    return book.report() if problem else _Reader(book, Keys()).report(document)


class _Reader:
    """Reads the document."""

    def __init__(self, book: Book, keys: Keys) -> None:
        self._book = book
        self._keys = keys
        self._by_status = dict.fromkeys(STATUSES, 0)

    def report(self, document: Any) -> TestReport:
        """Read all tests."""
        keys = self._keys
        results = keys.table(keys.table(document, "the document").get("results"), "results")
        for at, test in enumerate(keys.items(results.get("tests"), "results.tests")):
            self._test(keys.table(test, f"results.tests[{at}]"), f"results.tests[{at}]")
        summary = keys.table(results.get("summary"), "results.summary", optional=True)
        self._book.clock.see_milliseconds(summary.get("stop"))
        self._book.compare("results.summary", "tests", claimed(summary.get("tests")), self._book.total)
        for word, count in self._by_status.items():
            self._book.compare("results.summary", word, claimed(summary.get(word)), count)
        self._book.problem(keys.problem())
        environment = results.get("environment")
        pairs = environment.items() if isinstance(environment, dict) else ()
        return self._book.report({key: value[:200] for key, value in pairs if key in _PROPERTIES and loose(value)})

    def _test(self, test: dict[str, Any], place: str) -> None:
        keys, book = self._keys, self._book
        if not test:
            return
        status = keys.text(test.get("status"), f"{place}.status")
        if status in self._by_status:
            self._by_status[status] += 1
        outcome = book.outcome(STATUSES, status)
        retries = keys.number(test.get("retries"), f"{place}.retries")
        if outcome is Outcome.PASSED and (test.get("flaky") is True or retries > 0):
            outcome = Outcome.FLAKY
        file = loose(test.get("filePath"))
        said = SILENT
        if outcome is not Outcome.PASSED:
            said = Said(
                message=loose(test.get("message")),
                text=loose(test.get("trace")),
                file=file,
                line=line_number(test.get("line")),
            )
        seconds = keys.number(test.get("duration"), f"{place}.duration") / 1000
        name = keys.text(test.get("name"), f"{place}.name")
        book.add(_class(test, file), name, outcome, seconds=book.sane(seconds), said=said)


def _class(test: dict[str, Any], file: str) -> str:
    """The path of suites, which newer versions write as a list; else the file."""
    suite = test.get("suite")
    if isinstance(suite, list):
        suite = " > ".join(filter(None, map(loose, suite)))
    return loose(suite) or file


FORMAT: Final = Format(
    name=_NAME,
    title="CTRF JSON",
    kind="tests",
    claims=_claims,
    parse=_parse,
    url="https://ctrf.io/docs/specification/overview",
)
