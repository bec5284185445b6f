"""JSON of `go test -json`: one event per line.

Description: https://pkg.go.dev/cmd/test2json . A test counts by the event that ends it, subtests and their parents
alike: both are functions that run, and the parent may fail by itself. A package that fails without a failing test (it
does not build, `TestMain` fails, a test calls `os.Exit`) is an execution of its own, named after the package. A package
without an end is damage. Before Go 1.24, a package that does not build is a plain line between the events, and nothing
else (https://go.dev/doc/go1.24#go-command).
"""

import re
from typing import Any, Final

from msgspec import Struct, field

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import event, number_of, text_of
from readygate.formats.results._lines import Lines
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder, damage
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "go-test-json"
OUTCOMES: Final = {
    **dict.fromkeys(("pass", "bench"), Outcome.PASSED),
    "skip": Outcome.SKIPPED,
    "fail": Outcome.FAILED,
}
"""Outcome of each action that ends a test. `bench` ends a benchmark that did not fail."""

_ACTIONS: Final = frozenset((*OUTCOMES, "start", "run", "pause", "cont", "output", "build-output", "build-fail"))
_OTHERS: Final = frozenset(("Package", "Time", "ImportPath", "Test"))
_PLACE: Final = re.compile(r"^\s*([\w.-]{1,200}_test\.go):(\d{1,8})(?::\d+)?: ?(.*)", re.MULTILINE)
_UNBUILT: Final = re.compile(r"FAIL\t(\S{1,1000}) \[(?:build|setup) failed\]\s*")
_PLAIN: Final = ("ok  \t", "--- ", "=== ", "PASS", "?   \t")
"""Beginnings of lines that `go test` writes without `-json`."""
_NOISE: Final = ("=== ", "--- ")
_MOST_LINES: Final = 200
_MOST_BUILDS: Final = 1_000


def _matches(sample: FileSample) -> str | None:
    if sample.root:
        return None
    lines = sample.text.split("\n", _MOST_LINES)[:_MOST_LINES]
    for line in lines:
        if not line.startswith("{"):
            continue
        found = event(line)
        if found is not None:
            own = text_of(found.get("Action")) in _ACTIONS and not _OTHERS.isdisjoint(found)
            return f"a line is an event with the `Action` {found['Action']}" if own else None
    unbuilt = any(map(_UNBUILT.fullmatch, lines)) and not any(line.startswith(_PLAIN) for line in lines)
    return "a line names a package that `go test` could not build" if unbuilt else None


def _parse(source: Source) -> TestReport:
    reader = _Reader()
    lines = Lines(source)
    for line in lines:
        found = event(line) if line.startswith("{") else None
        if found is not None:
            reader.take(found)
        elif line.startswith('{"') or (line.startswith("{") and not lines.ended):
            reader.broken = reader.broken or lines.number
        elif unbuilt := _UNBUILT.fullmatch(line):
            reader.unbuilt.add(unbuilt[1])
    return reader.report(lines)


class _Test(Struct):
    """A test that has begun and not ended."""

    output: Excerpt = field(default_factory=Excerpt)
    inside: float = 0.0
    """Seconds of its subtests."""


class _Package:
    """A package that has begun and not ended."""

    __slots__ = ("failing", "output", "running")

    def __init__(self) -> None:
        self.running: dict[str, _Test] = {}
        self.output = Excerpt()
        self.failing = 0  # number of failed tests


class _Reader:
    """The state of parsing one file.

    Attributes:
        broken: number of the first line that begins like an event and does not parse; 0 if there is none.
        unbuilt: packages that plain lines name as not built.
    """

    def __init__(self) -> None:
        self.broken = 0
        self.unbuilt: set[str] = set()
        self._events = 0
        self._builder = ReportBuilder(_NAME)
        self._packages: dict[str, _Package] = {}
        self._builds: dict[str, Excerpt] = {}
        self._failed: set[str] = set()  # packages
        self._unexplained: set[str] = set()  # failed builds that no failed package refers to yet

    def take(self, found: dict[str, Any]) -> None:
        """Handle one event."""
        self._events += 1
        action, test = text_of(found.get("Action")), text_of(found.get("Test"))
        if action in {"build-output", "build-fail"}:
            self._build(text_of(found.get("ImportPath")), text_of(found.get("Output")), failed=action == "build-fail")
            return
        if action not in _ACTIONS:
            return
        name = text_of(found.get("Package"))
        package = self._packages.get(name)
        if package is None:
            package = self._packages[name] = _Package()
        if action == "output":
            self._output(package, test, text_of(found.get("Output")))
        elif action not in OUTCOMES:
            if test:
                package.running.setdefault(test, _Test())
        elif test:
            self._end_test(name, package, test, OUTCOMES[action], found.get("Elapsed"))
        else:
            self._end_package(name, action, text_of(found.get("FailedBuild")))

    def _build(self, path: str, text: str, *, failed: bool) -> None:
        if failed:
            self._unexplained.add(path)
        if path in self._builds or len(self._builds) < _MOST_BUILDS:
            self._builds.setdefault(path, Excerpt()).add(text)

    def _output(self, package: _Package, test: str, text: str) -> None:
        if not test:
            package.output.add(text)
        elif not text.lstrip().startswith(_NOISE):
            package.running.setdefault(test, _Test()).output.add(text)

    def _end_test(self, name: str, package: _Package, test: str, outcome: Outcome, elapsed: Any) -> None:
        known = package.running.pop(test, None) or _Test()
        spent = self._builder.valid_seconds(number_of(elapsed))
        outer = package.running.get(test.rpartition("/")[0])
        if outer is not None:
            outer.inside += spent
        package.failing += outcome is Outcome.FAILED
        failure = NO_TEXT if outcome is Outcome.PASSED else _failure(known.output.text(), name)
        self._builder.add(name, test, outcome, seconds=max(spent - known.inside, 0.0), failure=failure)

    def _end_package(self, name: str, action: str, build: str) -> None:
        package = self._packages.pop(name)
        self._failed |= {name} if action == "fail" else set()
        self._unexplained.discard(build)
        for test, known in package.running.items():
            failure = _failure(known.output.text(), name)
            failure = FailureText(
                message="the test did not end", text=failure.text, file=failure.file, line=failure.line
            )
            self._builder.add(name, test, Outcome.ERRORED, failure=failure)
        if action != "fail" or package.failing or package.running:
            return
        excerpt = self._builds.get(build) or self._builds.get(name)
        text = "\n".join(filter(None, (excerpt.text() if excerpt else "", package.output.text())))
        failed_build = build or "[build failed]" in text or "[setup failed]" in text
        message = "the package does not build" if failed_build else "the package failed, though no test of it did"
        self._builder.add(name, name, Outcome.ERRORED, failure=FailureText(message=message, text=text))

    def report(self, lines: Lines) -> TestReport:
        """Return the report."""
        for path in sorted(self._unexplained | (self.unbuilt - self._failed)):
            text = self._builds[path].text() if path in self._builds else ""
            self._builder.add(
                path, path, Outcome.ERRORED, failure=FailureText(message="the package does not build", text=text)
            )
        todo = "look for an error in the log of the job that makes the file, and run it again"
        if self.broken:
            self._builder.problem(
                damage(
                    "a line is a broken event",
                    place=f"line {self.broken:,}",
                    why="`go test` was stopped, or another program wrote to the same file",
                    todo=todo,
                )
            )
        elif not self._events and not self.unbuilt:
            self._builder.problem(damage("no event stands in the file", todo=todo))
        if lines.too_long:
            self._builder.problem(damage(f"lines that are too long to be read: {lines.too_long:,}"))
        if self._packages:
            first = next(iter(self._packages))
            self._builder.problem(
                damage(
                    f"packages that did not end: {len(self._packages):,}",
                    place=f"package '{first[:100]}'",
                    why="`go test` was stopped: the job ran out of time or memory, or was cancelled",
                    todo=todo,
                )
            )
        return self._builder.report()


def _failure(output: str, package: str) -> FailureText:
    """Return the first message with a location, and the whole output."""
    found = _PLACE.search(output)
    if found is None:
        return FailureText(message=output.strip().partition("\n")[0], text=output)
    file = f"{package}/{found[1]}" if package else found[1]
    return FailureText(message=found[3].strip(), text=output, file=file, line=int(found[2]))


FORMAT: Final = Format(
    name=_NAME,
    title="go test -json",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://pkg.go.dev/cmd/test2json",
)
