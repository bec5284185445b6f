"""Print the verdict, its reasons and the numbers, as lines for a terminal or a log."""

from collections.abc import Iterator

from readygate.context import Published, RunContext
from readygate.model.comparison import TestChange
from readygate.model.verdict import Finding, Status
from readygate.outputs import Output, Stage, report_json
from readygate.outputs._terminal import wrap
from readygate.outputs.comment import render_once
from readygate.render.escaping import plain, redact, shorten, visible
from readygate.render.html.from_markdown import to_plain_text
from readygate.render.markdown.policy_measures import goal_text
from readygate.render.markdown.result_cells import first_line
from readygate.render.markdown.rules import carried_line, score_text, waiver_line
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView, figures_line, is_evaluated, provenance_line, verdict_sentence
from readygate.support.console import quiet_json, quiet_lines
from readygate.support.number_format import lines_text

TESTS_SHOWN = 10
NARROW = 80
"""In a terminal with fewer columns, the rules are printed above their findings, not beside them."""

_LEVELS = {
    Status.BLOCK: ("blocks", "bad"),
    Status.WARN: ("warns", "fair"),
    Status.PASS: ("passes", ""),
    Status.NOT_EVALUATED: ("not evaluated", "dim"),
}

Line = tuple[tuple[str, str], ...]
"""Pieces of (text, style)."""


def lines(view: ReportView, width: int = 0) -> Iterator[Line]:
    """Yield the report as lines of styled text; `width` is that of the terminal, 0 for a file."""
    yield from _prose(verdict_sentence(view), width, "good" if view.verdict.ready else "bad")
    yield ()
    yield from _prose(to_plain_text(figures_line(view)), width)
    yield from _prose(_provenance(view), width)
    yield ()
    for finding in view.verdict.findings:
        yield from _finding(finding, width)
    yield from _around(view, width)
    tests = view.comparison.tests
    for title, changes in (
        ("Newly failing" if view.comparison.baseline else "Failing", tests.new_failures),
        ("Still failing", tests.still_failing),
        ("Known to be flaky", tests.known_flaky),
        ("Quarantined", tests.quarantined),
        ("Newly skipped", tests.newly_skipped),
        ("Gone", tests.vanished if is_evaluated(view, "vanished-tests") else ()),
    ):
        yield from _tests(title, changes, width)
    yield from _uncovered(view, width)


def render(view: ReportView, width: int = 0) -> str:
    """Return the same text without styles."""
    return "\n".join("".join(text for text, _ in line) for line in lines(view, width))


def _prose(text: str, width: int, style: str = "", indent: int = 0, hang: int = 0) -> Iterator[Line]:
    for row in wrap(f"{' ' * indent}{text}", width, rest=indent + hang):
        yield ((row, style),)


def _provenance(view: ReportView) -> str:
    """Return the third line, with the URL of the report in place of its link."""
    line, link = provenance_line(view), view.links.run()
    if link and line.endswith(link):
        return f"{to_plain_text(line.removesuffix(link)).rstrip()} Readygate report: {view.subject.run_url}"
    return to_plain_text(line)


def _around(view: ReportView, width: int) -> Iterator[Line]:
    """Yield one line each for carried suites, the waiver, the next target and the score."""
    points = score_text(view.verdict)
    told = (
        to_plain_text(carried_line(view)),
        to_plain_text(waiver_line(view)),
        to_plain_text(goal_text(view)),
        f"Readiness score: {points} of 100." if points and points != "100" else "",
    )
    for text in filter(None, told):
        yield from _prose(text, width, indent=2)


def _finding(finding: Finding, width: int) -> Iterator[Line]:
    """Yield what a rule found and what to do about it."""
    told, style = _LEVELS[finding.status]
    narrow = 0 < width < NARROW
    hang = 4 if narrow else 36
    summary = plain(finding.summary) + (f" (from {visible(finding.foreign)})" if finding.foreign else "")
    if narrow:
        yield (("  ", ""), (f"{told}", style), (f"  {finding.rule}", "bold"))
        yield from _prose(summary, width, indent=hang)
    else:
        first, *more = wrap(summary, width, first=hang, rest=hang)
        yield (("  ", ""), (f"{told:<14}", style), (f"{finding.rule:<20}{first}", ""))
        for row in more:
            yield ((row, ""),)
    if finding.todo and finding.status in (Status.BLOCK, Status.WARN):
        yield from _prose(f"to do: {plain(finding.todo)}", width, indent=hang, hang=7 if width else 0)


def _tests(title: str, changes: tuple[TestChange, ...], width: int) -> Iterator[Line]:
    if not changes:
        return
    yield ()
    yield ((f"{title}:", "bold"),)
    for change in changes[:TESTS_SHOWN]:
        where = f" ({visible(redact(change.id.class_name))})" if change.id.class_name else ""
        message = redact(first_line(change))
        said = f": {shorten(visible(message), 120)}" if message else ""
        name = shorten(visible(redact(change.id.name)), 100)
        yield from _prose(f"{name}{where}{said}", width, indent=2, hang=4)
    if len(changes) > TESTS_SHOWN:
        yield ((f"  and {len(changes) - TESTS_SHOWN:,} more", ""),)


def _uncovered(view: ReportView, width: int) -> Iterator[Line]:
    coverage = view.comparison.coverage
    patch = coverage.patch if coverage else None
    files = [file for file in patch.files if file.uncovered] if patch else []
    if not files:
        return
    yield ()
    yield (("Changed lines not covered:", "bold"),)
    for file in files[:TESTS_SHOWN]:
        yield from _prose(f"{visible(file.path)}: {lines_text(file.uncovered)}", width, indent=2, hang=4)
    if len(files) > TESTS_SHOWN:
        yield ((f"  and {len(files) - TESTS_SHOWN:,} more files", ""),)


def enabled(_view: ReportView, _context: RunContext) -> bool:
    """Return True: every run has a console."""
    return True


def publish(view: ReportView, context: RunContext, published: Published) -> Published:
    """Print the report, or the comment or the JSON if the command line requests it."""
    if context.stdout is not None and context.printed == "markdown":
        done = render_once(view, context, published)
        context.stdout.write(quiet_lines(done.comment))
        return done
    if context.stdout is not None and context.printed == "json":
        context.stdout.write(quiet_json(report_json.render(view)))
    else:
        for line in lines(view, context.console.width):
            context.console.pieces(*line)
    return Published()


def publish_failure(failure: NotEvaluated, context: RunContext, _published: Published) -> Published:
    """Print the error."""
    context.console.error(str(failure.error))
    return Published()


OUTPUT = Output(name="console", stage=Stage.CONSOLE, enabled=enabled, publish=publish, publish_failure=publish_failure)
