"""JSON of Mocha's reporter `json`: https://mochajs.org/#json .

`tests` lists every test that ended; `passes`, `pending` and `failures` list the same objects by outcome. A hook that
failed is in `failures` only. Mocha does not distinguish failures and errors: here a failed assertion is a failure, and
any other exception an error.
"""

from collections import Counter
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, parse_document, text_of, total_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import FailureText, ReportBuilder
from readygate.formats.results._source_location import line_in, without_runner
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "mocha-json"
_LISTS: Final = {"passes": Outcome.PASSED, "pending": Outcome.SKIPPED, "failures": Outcome.FAILED}
_ASSERTIONS: Final = frozenset(("expected", "actual", "showDiff", "operator", "generatedMessage", "errorMode"))
"""ValueReader of an error that assertion libraries set (node:assert, Chai, should.js, unexpected)."""

_Key = tuple[str, str]


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    own = found.kind == "{" and found.has("stats.suites", "stats.passes", "stats.failures")
    if not own or "stats.testsRegistered" in found.keys or "results" in found.keys:  # these are Mochawesome's
        return None
    return "its `stats` count suites, passes and failures"


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, lambda document, builder, keys: _Reader(builder, keys).read(document))


class _Reader:
    """Parses the document."""

    def __init__(self, builder: ReportBuilder, keys: ValueReader) -> None:
        self._builder = builder
        self._keys = keys
        self._left: dict[str, Counter[_Key]] = {}

    def read(self, document: Any) -> None:
        """Parse the tests, then the failures that belong to no test."""
        keys, builder = self._keys, self._builder
        root = keys.table(document, "the document")
        for name in _LISTS:
            entries = self._entries(root.get(name), name)
            self._left[name] = Counter(_key(entry) for _, entry in entries)
        for place, test in self._entries(root.get("tests"), "tests"):
            self._test(test, place)
        stats = keys.table(root.get("stats"), "stats", optional=True)
        builder.newest.add(text_of(stats.get("end")))
        tests, skipped = builder.total, builder.skipped
        for place, failure in self._entries(root.get("failures"), "failures"):
            if self._left["failures"][_key(failure)] > 0:
                self._left["failures"][_key(failure)] -= 1
                self._add(failure, place, Outcome.ERRORED)
        builder.check_totals(
            failures=(total_of(stats.get("failures")), builder.failing),
            tests=(total_of(stats.get("tests")), tests),
            unlisted=max((total_of(stats.get("pending")) or 0) - skipped, 0),
            place="stats",
        )

    def _entries(self, value: Any, name: str) -> list[tuple[str, dict[str, Any]]]:
        items = self._keys.items(value, name)
        found = ((f"{name}[{at}]", self._keys.table(item, f"{name}[{at}]")) for at, item in enumerate(items))
        return [(place, entry) for place, entry in found if entry]

    def _test(self, test: dict[str, Any], place: str) -> None:
        outcome = self._outcome(test)
        error = test.get("err")
        if isinstance(error, dict) and error:
            outcome = max(outcome, Outcome.FAILED)
        if outcome is Outcome.FAILED and isinstance(error, dict) and not _is_assertion(error):
            outcome = Outcome.ERRORED
        if outcome is Outcome.PASSED and self._keys.number(test.get("currentRetry"), f"{place}.currentRetry") > 0:
            outcome = Outcome.FLAKY
        self._add(test, place, outcome)

    def _outcome(self, test: dict[str, Any]) -> Outcome:
        """Return the outcome by the list that contains the test; each entry of a list matches one namesake."""
        key = _key(test)
        for name in ("failures", "pending", "passes") if test.get("err") else ("passes", "pending", "failures"):
            if self._left[name][key] > 0:
                self._left[name][key] -= 1
                return _LISTS[name]
        return self._builder.outcome({}, "in none of its lists")

    def _add(self, test: dict[str, Any], place: str, outcome: Outcome) -> None:
        keys = self._keys
        title = keys.text(test.get("title"), f"{place}.title")
        full, file = text_of(test.get("fullTitle")), text_of(test.get("file"))
        suites = full[: -len(title)].strip() if title and full.endswith(title) else ""
        error = test.get("err")
        error = error if isinstance(error, dict) else {}
        stack = text_of(error.get("stack"))
        failure = FailureText(
            type=text_of(error.get("name")),
            message=text_of(error.get("message")),
            text=stack,
            file=file,
            line=line_in(stack, file),
        )
        seconds = self._builder.valid_seconds(keys.number(test.get("duration"), f"{place}.duration") / 1000)
        self._builder.add(suites or without_runner(file), title or full, outcome, seconds=seconds, failure=failure)


def _key(entry: dict[str, Any]) -> _Key:
    return (text_of(entry.get("fullTitle")) or text_of(entry.get("title")), text_of(entry.get("file")))


def _is_assertion(error: dict[str, Any]) -> bool:
    if not error:
        return True  # no details
    code, name = text_of(error.get("code")), text_of(error.get("name"))
    return not _ASSERTIONS.isdisjoint(error) or code == "ERR_ASSERTION" or "AssertionError" in name


FORMAT: Final = Format(
    name=_NAME,
    title="Mocha JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://mochajs.org/#json",
)
