"""TAP, the Test Anything Protocol, versions 12 to 14.

Specification: https://testanything.org/tap-version-14-specification.html . The test points of a subtest count; the
line that summarizes it counts only if it fails and none of them does. Subtests may begin at any depth, and are
indented by 4 spaces, or by 2 in the Linux kernel (https://docs.kernel.org/dev-tools/ktap.html). A test marked as SKIP
is skipped, also after "not ok" (bats 1.8 writes it so). A failing test marked as TODO is expected to fail and counts
as skipped; so do the failures in a subtest marked as TODO. The plan states the number of tests: if it is missing or
differs, the program stopped early. tape and zora name a test in the comment above its assertions: it is their class.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._lines import Lines
from readygate.formats.results._report_builder import NO_TEXT, SUITE_SEPARATOR, FailureText, ReportBuilder, damage, note
from readygate.formats.results._tap_line import BAIL, NUMBERED, PLAN, VERSION, Point, fields_of, point
from readygate.formats.results._tap_totals import Sections, Totals
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "tap"
_INDENT: Final = 4
_MOST_LINES: Final = 200
_MOST_YAML: Final = 2_000
_DEEPEST: Final = 50
_TODO: Final = "look for an error in the log of the job that makes the file, and run it again"


def _matches(sample: FileSample) -> str | None:
    if sample.root:
        return None
    lines = [line.rstrip() for line in sample.text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    if any(VERSION.fullmatch(line) for line in lines):
        return "a line names the version of TAP"
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if PLAN.fullmatch(first):
        return "it begins with the plan of TAP"
    return "it begins with a numbered test point" if NUMBERED.match(first) and point(first) else None


def _parse(source: Source) -> TestReport:
    reader = _Reader()
    lines = Lines(source)
    for line in lines:
        reader.take(line, whole=lines.ended)
    return reader.report(lines)


class _Level:
    """The test points of one indentation since the last line that summarized them."""

    __slots__ = ("count", "held", "indent", "opened", "planned", "reason")

    def __init__(self, indent: int = 0) -> None:
        self.indent = indent
        self.planned: int | None = None
        self.reason = ""  # why the plan skips all
        self.count = 0
        self.held: list[Point] = []  # points that count, those of deeper levels included
        self.opened: Point | None = None  # a point whose subtests may follow it

    @property
    def stray(self) -> bool:
        """Whether its points may be output that only looks like subtests: an odd indentation and no plan."""
        return self.planned is None and self.indent % _INDENT != 0


class _Reader:
    """The state of parsing one file."""

    def __init__(self) -> None:
        self._builder = ReportBuilder(_NAME)
        self._levels = [_Level()]
        self._last: Point | None = None
        self._yaml: list[str] | None = None
        self._yaml_indent = 0
        self._bailed = False
        self._stopped: list[str] = []  # contradictions of plans
        self._cut = False
        self._began = False
        self._totals = Totals()
        self._sections = Sections()

    def take(self, line: str, *, whole: bool) -> None:
        """Handle one line; `whole` is false if the file ends within it."""
        text = line.strip()
        if not text:
            return
        indent = len(line) - len(line.lstrip(" "))
        if self._yaml is not None and self._in_yaml(line, text, indent):
            return
        if text == "---" and self._last is not None and indent % _INDENT == 2:
            self._yaml, self._yaml_indent = [], indent
        elif indent == 0 or NUMBERED.match(text) or PLAN.fullmatch(text) or self._fits(indent):
            self._line(text, indent, whole=whole)

    def _fits(self, indent: int) -> bool:
        """Return whether a line may be a line of TAP by its indentation alone."""
        return indent % _INDENT == 0 and indent <= self._levels[-1].indent + _INDENT

    def _in_yaml(self, line: str, text: str, indent: int) -> bool:
        """Handle a line of a YAML block; a block without an end mark ends with its indentation."""
        lines = self._yaml if self._yaml is not None else []
        ends = text == "..." and indent == self._yaml_indent
        if not ends and indent >= self._yaml_indent:
            if len(lines) < _MOST_YAML:
                lines.append(line[self._yaml_indent :])
            return True
        if self._last is not None:
            self._last.fields = fields_of(lines)
            self._totals.add_fields(self._last)
            spent = self._last.fields.get("duration_ms", "")
            self._last.seconds = self._builder.seconds(spent) / 1000 if spent else self._last.seconds
            if self._last.output is not None:
                self._last.output.add("\n".join(lines) + "\n")
        self._yaml = None
        return ends

    def _line(self, text: str, indent: int, *, whole: bool) -> None:
        if text.startswith("#"):
            self._comment(text, indent)
        elif found := PLAN.fullmatch(text):
            self._plan(self._levels[self._level(indent)], int(found[1]), found[2] or "")
        elif found := BAIL.match(text):
            self._bail(found[1])
        elif VERSION.fullmatch(text):
            if indent == 0 and self._began:
                self._end_document()
            self._began = True
            self._sections.begin(top=indent == 0)
        elif text == "}" and (at := self._known(indent)) is not None and (opened := self._levels[at].opened):
            self._levels[at].opened = None
            self._sum_up(opened, at)
        elif test := point(text):
            self._point(test, self._level(indent), whole=whole)

    def _comment(self, text: str, indent: int) -> None:
        if indent == 0:
            top = self._levels[0]
            if top.planned is not None and top.planned <= top.count:
                self._totals.add_comment(text)
            self._sections.add_comment(text, first=not top.count and top.planned is None)
        if self._last is not None and self._last.output is not None and indent <= self._levels[-1].indent:
            self._last.output.add(f"{text}\n")

    def _known(self, indent: int) -> int | None:
        """Return the position of the level of an indentation; None if there is none."""
        return next((at for at, level in enumerate(self._levels) if level.indent == indent), None)

    def _level(self, indent: int) -> int:
        """Return the position of the level of an indentation; create the level if there is none."""
        self._began = True
        at = sum(level.indent < indent for level in self._levels)
        if at < len(self._levels) and self._levels[at].indent == indent:
            return at
        if len(self._levels) > _DEEPEST:
            return min(at, len(self._levels) - 1)
        self._levels.insert(at, _Level(indent))
        return at

    def _plan(self, level: _Level, planned: int, comment: str) -> None:
        if level.planned is not None and level is self._levels[0]:
            self._end_document()  # another program's output was appended
            level = self._levels[self._level(0)]
        level.planned = planned
        level.reason = comment if planned == 0 else ""

    def _point(self, test: Point, depth: int, *, whole: bool) -> None:
        if not whole:
            self._cut = True  # its name or directive may be truncated
            return
        level = self._levels[depth]
        self._totals.add_point(test)
        if depth == 0:
            self._sections.place(test)
        if level.opened is not None:
            opened, level.opened = level.opened, None
            self._sum_up(opened, depth)
        level.count += 1
        self._last = test
        if test.outcome is not Outcome.PASSED:
            test.output = Excerpt()
        if test.opens and depth + 1 >= len(self._levels):
            level.opened = test
        else:
            self._sum_up(test, depth)

    def _sum_up(self, test: Point, depth: int) -> None:
        """Add a point, or the subtest that it summarizes, whose points came before it."""
        level = self._levels[depth]
        inner = self._close(depth + 1, test.name)
        points = inner.held if inner else []
        for each in points:
            each.path = (*test.path, test.name, *each.path)
            if test.todo and each.outcome >= Outcome.FAILED:
                each.outcome, each.reason = Outcome.SKIPPED, test.reason
        if inner and inner.planned == 0 and not points and test.outcome is Outcome.PASSED:
            test.outcome, test.reason = Outcome.SKIPPED, inner.reason
        fails = any(each.outcome >= Outcome.FAILED for each in points)
        if not points or (inner and inner.stray) or (test.outcome >= Outcome.FAILED and not fails):
            points = [*points, test]
        if depth:
            level.held += points
        else:
            self._flush()
            level.held = points  # until the output below the last one is read

    def _close(self, depth: int, name: str) -> _Level | None:
        """Close a level and those within it, which no line summarized."""
        if depth >= len(self._levels):
            return None
        for deeper in range(len(self._levels) - 1, depth, -1):
            lost = self._levels.pop()
            self._levels[deeper - 1].held += lost.held
            self._check(lost, name)
        inner = self._levels.pop()
        if inner.opened is not None:
            inner.held.append(inner.opened)
        self._check(inner, name)
        return inner

    def _check(self, level: _Level, name: str) -> None:
        if self._bailed or level.planned == level.count or level.stray:
            return
        where = f"the subtest '{name[:80]}'" if name else "the file"
        told = "has no plan" if level.planned is None else f"plans {level.planned:,} tests"
        self._stopped.append(f"{where} {told} and holds {level.count:,}")

    def _flush(self) -> None:
        level = self._levels[0]
        for each in level.held:
            failure = NO_TEXT if each.outcome is Outcome.PASSED else each.explain()
            path = SUITE_SEPARATOR.join(each.path)
            self._builder.add(path, each.name, each.outcome, seconds=each.seconds, failure=failure)
        level.held = []

    def _bail(self, reason: str) -> None:
        self._end_document(bailed=True)
        self._bailed = True
        failure = FailureText(message=reason or "the program gave up", text=f"Bail out! {reason}")
        self._builder.add("Bail out!", "Bail out!", Outcome.ERRORED, failure=failure)

    def _end_document(self, *, bailed: bool = False) -> None:
        self._bailed = self._bailed or bailed
        inner = self._close(1, "")
        top = self._levels[0]
        if top.opened is not None:
            top.held.append(top.opened)
        top.held += inner.held if inner else []
        self._flush()
        self._check(top, "")
        if not self._bailed:
            self._totals.check(self._builder)
        self._totals, self._sections = Totals(), Sections()
        if top.planned == 0:
            reason = f": {top.reason[:200]}" if top.reason else ""
            self._builder.problem(note(f"the plan skips all tests{reason}"))
        self._levels = [_Level()]
        self._last = None
        self._bailed = False
        self._began = False

    def report(self, lines: Lines) -> TestReport:
        """Return the report."""
        gave_up = self._bailed
        if self._began or not gave_up:
            self._end_document(bailed=gave_up)
        if self._cut:
            self._stopped.insert(0, "the last line is cut off")
        if self._stopped:
            others = f"; in all {len(self._stopped):,} such places" if len(self._stopped) > 1 else ""
            why = "the program stopped before its end, or the output of several was mixed"
            self._builder.problem(damage(f"{self._stopped[0]}{others}", why=why, todo=_TODO))
        if lines.too_long:
            self._builder.problem(damage(f"lines that are too long to be read: {lines.too_long:,}"))
        return self._builder.report()


FORMAT: Final = Format(
    name=_NAME,
    title="TAP (Test Anything Protocol)",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://testanything.org/tap-version-14-specification.html",
)
