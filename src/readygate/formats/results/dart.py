"""JSON of `dart test --reporter json` and `flutter test --machine`: one event per line.

Description: https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md . Hidden tests that succeed
(for example the loading of a file) do not count. An error before a success is a failed attempt of a test with `retry`.
The run ends with the event `done`. Without it, the counts that the groups announce show whether the file is complete.
"""

from typing import Any, Final

from msgspec import Struct

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import event, line_number, text_of, total_of
from readygate.formats.results._lines import Lines
from readygate.formats.results._report_builder import FailureText, ReportBuilder, damage, note
from readygate.formats.results._source_location import line_in, without_runner
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "dart-json"
RESULTS: Final = {"success": Outcome.PASSED, "failure": Outcome.FAILED, "error": Outcome.ERRORED}
"""Outcome of each result; a test with `skipped` is skipped."""

_MOST_LINES: Final = 200
_TODO: Final = "look for an error in the log of the job that makes the file, and run it again"
_AROUND: Final = ("(setUpAll)", "(tearDownAll)")


def _matches(sample: FileSample) -> str | None:
    if sample.root:
        return None
    for line in sample.text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        found = event(line) if line.startswith("{") else None
        if found is not None:
            own = found.get("type") == "start" and "protocolVersion" in found
            return "its first event is `start` with a `protocolVersion`" if own else None
    return None


def _parse(source: Source) -> TestReport:
    reader = _Reader()
    lines = Lines(source)
    for line in lines:
        found = event(line) if line.startswith("{") else None
        if found is not None:
            reader.take(found)
        elif line.startswith('{"') or (line.startswith("{") and not lines.ended):
            reader.broken = reader.broken or lines.number
    return reader.report(lines)


class _Test(Struct, kw_only=True):
    """A test that has begun and not ended."""

    name: str
    suite: int
    began: float
    file: str
    line: int
    counted: bool
    """Whether its group counts it among the announced tests."""
    reason: str
    error: str = ""
    failed: bool = False
    trace: Excerpt | None = None


class _Reader:
    """The state of parsing one file.

    Attributes:
        broken: number of the first line that begins like an event and does not parse; 0 if there is none.
    """

    def __init__(self) -> None:
        self.broken = 0
        self._builder = ReportBuilder(_NAME)
        self._suites: dict[int, str] = {}
        self._tests: dict[int, _Test] = {}
        self._expected_suites = -1
        self._told: set[int] = set()  # suites whose tests are announced, or that failed to load
        self._announced = self._ended = 0
        self._done: dict[str, Any] | None = None

    def take(self, found: dict[str, Any]) -> None:
        """Handle one event."""
        kind = found.get("type")
        if kind == "testStart":
            self._start(_table(found.get("test")), found)
        elif kind == "testDone":
            self._end(found)
        elif kind == "error":
            self._error(found)
        elif kind == "suite":
            suite = _table(found.get("suite"))
            platform = text_of(suite.get("platform"))
            path = without_runner(text_of(suite.get("path")))
            self._suites[_id(suite.get("id"))] = path if platform in {"", "vm"} else f"{path} [{platform}]"
        elif kind == "group":
            group = _table(found.get("group"))
            if group.get("parentID") is None:
                self._told.add(_id(group.get("suiteID")))
                self._announced += total_of(group.get("testCount")) or 0
        elif kind == "allSuites":
            self._expected_suites = _id(found.get("count"))
        elif kind == "done":
            self._done = found

    def _start(self, test: dict[str, Any], found: dict[str, Any]) -> None:
        metadata = _table(test.get("metadata"))
        own = "root_url" in test
        name = text_of(test.get("name"))
        self._tests[_id(test.get("id"))] = _Test(
            name=name,
            suite=_id(test.get("suiteID")),
            began=_time(found),
            file=text_of(test.get("root_url" if own else "url")).removeprefix("file://"),
            line=line_number(test.get("root_line" if own else "line")),
            counted=bool(test.get("groupIDs")) and not name.endswith(_AROUND),
            reason=text_of(metadata.get("skipReason")),
        )

    def _error(self, found: dict[str, Any]) -> None:
        test = self._tests.get(_id(found.get("testID")))
        if test is None:
            return
        test.failed = True
        if test.trace is None:
            test.error = text_of(found.get("error"))[:10_000]
            test.trace = Excerpt()
        test.trace.add(f"{text_of(found.get('error'))}\n{text_of(found.get('stackTrace'))}\n")

    def _end(self, found: dict[str, Any]) -> None:
        test = self._tests.pop(_id(found.get("testID")), None)
        if test is None:
            return
        self._ended += test.counted
        outcome = self._builder.outcome(RESULTS, text_of(found.get("result")))
        if found.get("hidden") is True and outcome is Outcome.PASSED:
            return
        if outcome >= Outcome.FAILED and not test.counted:
            self._told.add(test.suite)
        if outcome is Outcome.PASSED:
            outcome = Outcome.FLAKY if test.failed else outcome
            outcome = Outcome.SKIPPED if found.get("skipped") is True else outcome
        self._add(test, outcome, (_time(found) - test.began) / 1000)

    def _add(self, test: _Test, outcome: Outcome, seconds: float, message: str = "") -> None:
        text = test.trace.text() if test.trace else ""
        failure = FailureText(
            message=message or test.error or test.reason,
            text=text,
            file=test.file,
            line=line_in(text, test.file) or test.line,
        )
        self._builder.add(
            self._suites.get(test.suite, ""),
            test.name,
            outcome,
            seconds=self._builder.valid_seconds(seconds),
            failure=failure,
        )

    def report(self, lines: Lines) -> TestReport:
        """Return the report."""
        builder = self._builder
        if self.broken:
            builder.problem(damage("a line is a broken event", place=f"line {self.broken:,}", todo=_TODO))
        if lines.too_long:
            builder.problem(damage(f"lines that are too long to be read: {lines.too_long:,}"))
        if self._done is None:
            self._check_end()
        else:
            self._finish(self._done)
        return builder.report()

    def _finish(self, done: dict[str, Any]) -> None:
        for test in self._tests.values():
            self._add(test, Outcome.ERRORED, 0.0, "the test did not end")
        if done.get("success") is False and not self._builder.failing:
            failure = FailureText(message="the run failed, though no test of it did (`success` is false)")
            self._builder.add("the run", "the run", Outcome.ERRORED, failure=failure)
        elif done.get("success") is None:
            self._builder.problem(damage("the run was interrupted", todo=_TODO))

    def _check_end(self) -> None:
        """Check a file without `done`: it is complete if all suites began and all announced tests ended."""
        complete = not self._tests and self._ended == self._announced and not self.broken
        if complete and len(self._suites) == len(self._told) == self._expected_suites:
            self._builder.problem(note("the event `done` is missing", todo="nothing: all announced tests are there"))
            return
        self._builder.problem(
            damage(
                "the file ends before the run does",
                why="the tests were stopped: the job ran out of time or memory, or was cancelled",
                todo=_TODO,
            )
        )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> int:
    return value if type(value) is int else -1


def _time(found: dict[str, Any]) -> float:
    value = found.get("time")
    return float(value) if type(value) is int and 0 <= value < 10**12 else 0.0


FORMAT: Final = Format(
    name=_NAME,
    title="Dart and Flutter JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md",
)
