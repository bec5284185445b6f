"""JSON of Playwright's reporter `json`.

Description: the types `JSONReport…` of
https://github.com/microsoft/playwright/blob/main/packages/playwright/types/testReporter.d.ts . A spec in one project is
a test and its `results` are attempts. A test counts once, by the rule of `TestCase.outcome()`
(https://playwright.dev/docs/api/class-testcase#test-case-outcome), except that an interrupted attempt without a repeat
is an error. The project is part of the name, because a spec may fail in one browser only.
"""

from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, line_number, parse_document, text_of, total_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, joined
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "playwright-json"
STATUSES: Final = {
    "expected": Outcome.PASSED,
    "flaky": Outcome.FLAKY,
    "skipped": Outcome.SKIPPED,
    "unexpected": Outcome.FAILED,
}
"""Outcome of each test status."""

_DEEPEST: Final = 50


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    if found.kind != "{":
        return None
    if found.has("config.rootDir") and ("config.projects" in found.keys or "suites" in found.keys):
        return "its `config` has `rootDir` and `projects`"
    return "its `suites` have `specs`" if found.has("suites[].specs", "suites[].file") else None


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, lambda document, builder, keys: _Reader(builder, keys).read(document))


class _Reader:
    """Parses the document."""

    def __init__(self, builder: ReportBuilder, keys: ValueReader) -> None:
        self._builder = builder
        self._keys = keys
        self._seen = dict.fromkeys(STATUSES, 0)

    def read(self, document: Any) -> None:
        """Parse all suites, then the errors outside of tests."""
        keys, builder = self._keys, self._builder
        root = keys.table(document, "the document")
        waiting = [(suite, f"suites[{at}]", "", 0) for at, suite in enumerate(keys.items(root.get("suites"), "suites"))]
        while waiting:  # without recursion: suites may be nested without bound
            value, place, outer, depth = waiting.pop()
            suite = keys.table(value, place)
            title = keys.text(suite.get("title"), f"{place}.title", optional=True)
            path = joined(outer, title) if depth < _DEEPEST else outer
            for at, spec in enumerate(keys.items(suite.get("specs"), f"{place}.specs", optional=True)):
                self._spec(keys.table(spec, f"{place}.specs[{at}]"), f"{place}.specs[{at}]", path)
            inner = enumerate(keys.items(suite.get("suites"), f"{place}.suites", optional=True))
            waiting += [(each, f"{place}.suites[{at}]", path, depth + 1) for at, each in inner][::-1]
        stats = keys.table(root.get("stats"), "stats", optional=True)
        builder.newest.add(text_of(stats.get("startTime")))
        stated = {word: total_of(stats.get(word)) for word in STATUSES}
        builder.check_totals(
            failures=(stated["unexpected"], max(self._seen["unexpected"], builder.failing)),
            tests=(sum(total or 0 for total in stated.values()) if stats else None, builder.total),
            unlisted=max((stated["skipped"] or 0) - self._seen["skipped"], 0),
            place="stats",
        )
        for word in ("expected", "flaky", "skipped"):
            builder.compare("stats", word, stated[word], self._seen[word])
        for at, item in enumerate(keys.items(root.get("errors"), "errors", optional=True)):
            error = keys.table(item, f"errors[{at}]")
            builder.add("the run", "errors outside of tests", Outcome.ERRORED, failure=_failure([error], {}))

    def _spec(self, spec: dict[str, Any], place: str, path: str) -> None:
        keys = self._keys
        title = keys.text(spec.get("title"), f"{place}.title", optional=not spec)
        for at, item in enumerate(keys.items(spec.get("tests"), f"{place}.tests", optional=not spec)):
            inner = f"{place}.tests[{at}]"
            test = keys.table(item, inner)
            if test:
                self._test(test, inner, (path, title), spec)

    def _test(self, test: dict[str, Any], place: str, names: tuple[str, str], spec: dict[str, Any]) -> None:
        keys = self._keys
        results = [
            keys.table(result, f"{place}.results[{at}]")
            for at, result in enumerate(keys.items(test.get("results"), f"{place}.results"))
        ]
        word = keys.text(test.get("status"), f"{place}.status")
        if word in self._seen:
            self._seen[word] += 1
        outcome = max(self._builder.outcome(STATUSES, word), _by_attempts(test, results))
        for result in results:
            self._builder.attempt(_of_attempt(test, text_of(result.get("status"))))
        project = keys.text(test.get("projectName"), f"{place}.projectName", optional=True)
        seconds = sum(keys.number(result.get("duration"), f"{place}.results.duration") for result in results)
        path, title = names
        name = f"{title} [{project}]" if project else title
        failure = NO_TEXT if outcome is Outcome.PASSED else _failure(_errors(results), spec, _reason(test))
        self._builder.add(path, name, outcome, seconds=self._builder.valid_seconds(seconds / 1000), failure=failure)


def _by_attempts(test: dict[str, Any], results: list[dict[str, Any]]) -> Outcome:
    """Return the outcome by the attempts; an attempt fails if its status is not the expected one."""
    words = [text_of(result.get("status")) for result in results]
    ran = [word for word in words if word not in {"skipped", "interrupted"}]
    if not ran:
        return Outcome.ERRORED if "interrupted" in words else Outcome.PASSED  # `status` decides
    expected = _expected(test)
    if ran[-1] == expected:
        return Outcome.FLAKY if any(word != expected for word in ran) else Outcome.PASSED
    return Outcome.FAILED


def _of_attempt(test: dict[str, Any], word: str) -> Outcome:
    """Return the outcome of one attempt."""
    if word in {"skipped", "interrupted"}:
        return Outcome.SKIPPED if word == "skipped" else Outcome.ERRORED
    return Outcome.PASSED if word == _expected(test) else Outcome.FAILED


def _expected(test: dict[str, Any]) -> str:
    return text_of(test.get("expectedStatus")) or "passed"


def _errors(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the errors of the last attempt that has any."""
    for result in reversed(results):
        errors = result.get("errors")
        found = errors if isinstance(errors, list) and errors else [result.get("error")]
        usable = [error for error in found if isinstance(error, dict) and error]
        if usable:
            return usable
    return []


def _failure(errors: list[dict[str, Any]], spec: dict[str, Any], reason: str = "") -> FailureText:
    texts = [
        text_of(error.get("stack")) or text_of(error.get("message")) or text_of(error.get("value")) for error in errors
    ]
    first = errors[0] if errors else {}
    place = first.get("location")
    place = place if isinstance(place, dict) else spec
    message = text_of(first.get("message")) or text_of(first.get("value")) or reason
    return FailureText(
        message=message,
        text="\n\n".join(texts),
        file=text_of(place.get("file")) or text_of(spec.get("file")),
        line=line_number(place.get("line")),
    )


def _reason(test: dict[str, Any]) -> str:
    """Return why a test was skipped, by its annotation."""
    annotations = test.get("annotations")
    for item in annotations if isinstance(annotations, list) else ():
        if isinstance(item, dict) and text_of(item.get("type")) in {"skip", "fixme"}:
            return text_of(item.get("description"))
    return ""


FORMAT: Final = Format(
    name=_NAME,
    title="Playwright JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://playwright.dev/docs/test-reporters#json-reporter",
)
