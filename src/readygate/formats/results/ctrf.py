"""CTRF, the Common Test Report Format, written by reporters for many tools.

Specification: https://ctrf.io/docs/specification/overview . `status` is the outcome of the last attempt; `flaky`,
`retries` and `retryAttempts` show earlier ones. `pending` and `other` are neither passed nor failed and count as
skipped (reporters write `other` for inconclusive tests).
"""

from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, line_number, parse_document, text_of, total_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, joined
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "ctrf-json"
STATUSES: Final = {
    "passed": Outcome.PASSED,
    **dict.fromkeys(("skipped", "pending", "other"), Outcome.SKIPPED),
    "failed": Outcome.FAILED,
}
"""Outcome of each status."""

_PROPERTIES: Final = ("osPlatform", "osRelease", "testEnvironment", "buildName")


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    if found.kind != "{":
        return None
    if found.has("results.tool") and ("results.summary" in found.keys or "results.tests" in found.keys):
        return "its `results` have a `tool` and a `summary`"
    if found.has("reportFormat") and '"CTRF"' in sample.text:
        return "its `reportFormat` is CTRF"
    tests = found.has("results.tests[].name", "results.tests[].status", "results.tests[].duration")
    return "its `results` have `tests` with `status` and `duration`" if tests else None


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, lambda document, builder, keys: _Reader(builder, keys).read(document))


class _Reader:
    """Parses the document."""

    def __init__(self, builder: ReportBuilder, keys: ValueReader) -> None:
        self._builder = builder
        self._keys = keys
        self._by_status = dict.fromkeys(STATUSES, 0)

    def read(self, document: Any) -> dict[str, str]:
        """Parse all tests; return the properties of the run."""
        keys = self._keys
        results = keys.table(keys.table(document, "the document").get("results"), "results")
        for at, test in enumerate(keys.items(results.get("tests"), "results.tests")):
            self._test(keys.table(test, f"results.tests[{at}]"), f"results.tests[{at}]")
        summary = keys.table(results.get("summary"), "results.summary", optional=True)
        self._builder.newest.add_milliseconds(summary.get("stop"))
        self._check(summary)
        environment = results.get("environment")
        pairs = environment.items() if isinstance(environment, dict) else ()
        return {key: value[:200] for key, value in pairs if key in _PROPERTIES and text_of(value)}

    def _check(self, summary: dict[str, Any]) -> None:
        """Compare the totals; reporters may leave out tests that did not run."""
        builder = self._builder
        stated = {word: total_of(summary.get(word)) for word in ("tests", *STATUSES)}
        not_run = (word for word, outcome in STATUSES.items() if outcome is Outcome.SKIPPED)
        builder.check_totals(
            failures=(stated.pop("failed"), builder.failing),
            tests=(stated.pop("tests"), builder.total),
            unlisted=sum(max((stated[word] or 0) - self._by_status[word], 0) for word in not_run),
            place="results.summary",
        )
        for word, total in stated.items():
            builder.compare("results.summary", word, total, self._by_status[word])

    def _test(self, test: dict[str, Any], place: str) -> None:
        keys, builder = self._keys, self._builder
        if not test:
            return
        status = keys.text(test.get("status"), f"{place}.status")
        if status in self._by_status:
            self._by_status[status] += 1
        outcome = builder.outcome(STATUSES, status)
        retries = keys.number(test.get("retries"), f"{place}.retries")
        if outcome is Outcome.PASSED and (test.get("flaky") is True or retries > 0):
            outcome = Outcome.FLAKY
        file = text_of(test.get("filePath"))
        failure = NO_TEXT
        if outcome is not Outcome.PASSED:
            failure = FailureText(
                message=text_of(test.get("message")),
                text=text_of(test.get("trace")),
                file=file,
                line=line_number(test.get("line")),
            )
        seconds = keys.number(test.get("duration"), f"{place}.duration") / 1000
        name = keys.text(test.get("name"), f"{place}.name")
        builder.add(_class(test, file), name, outcome, seconds=builder.valid_seconds(seconds), failure=failure)


def _class(test: dict[str, Any], file: str) -> str:
    """Return the path of suites, which newer versions write as a list; otherwise the file."""
    suite = test.get("suite")
    if isinstance(suite, list):
        suite = joined(*map(text_of, suite))
    return text_of(suite) or file


FORMAT: Final = Format(
    name=_NAME,
    title="CTRF JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://ctrf.io/docs/specification/overview",
)
