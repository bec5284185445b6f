"""The values of a user's template for the comment, and the comment that it makes; docs/templates.md describes both.

sandbox_process.py runs the template. Here, texts are tokens (placeholders.py), and figures are numbers and our words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from readygate.model.comparison import CoverageComparison, TestChange
from readygate.model.coverage import Ratio
from readygate.model.results import Counts, TestId
from readygate.model.snapshot import Baseline
from readygate.model.verdict import Finding
from readygate.render.escaping import code, escape_markdown, render_rich_text
from readygate.render.markdown.document import render_markdown
from readygate.render.markdown.policy_measures import goal_text
from readygate.render.markdown.result_cells import first_line, test_name
from readygate.render.markdown.rules import carried_line, score_text, waiver_line
from readygate.render.report_view import ReportView, alert, figures_line, provenance_line, verdict_line
from readygate.render.size_limits import SizeLimits
from readygate.render.template.placeholders import Placeholders, has_value_in_tag
from readygate.render.trends import trends
from readygate.support.number_format import limit, lines_text, percent, points, signed

REPORT = "\ue002"
"""Token for the built-in comment, which fills the space that the template leaves."""
LISTED = 200
"""Tests or files in each list; `counts` has the numbers of all."""
TRACES = 20
LEAST = 6_000
"""Characters that the built-in comment needs."""

_OPENERS = re.compile(r"```|~~~|<(?:pre|script|style|textarea|[!?])", re.IGNORECASE)


class TemplateError(Exception):
    """The template cannot be used; the text is a sentence without a period."""


def context(view: ReportView, placeholders: Placeholders) -> dict[str, Any]:
    """Return the values of a template: strings, numbers, booleans, None, and lists and mappings of these."""
    comparison, subject = view.comparison, view.subject
    tests, baseline = comparison.tests, comparison.baseline
    notice = alert(view)
    lists: dict[str, Iterable[TestChange]] = {
        "new_failures": tests.new_failures,
        "still_failing": tests.still_failing,
        "known_flaky": tests.known_flaky,
        "quarantined": tests.quarantined,
        "flaky": tests.flaky,
        "fixed": tests.fixed,
        "newly_skipped": tests.newly_skipped,
        "gone": tests.vanished,
    }
    changes = {name: tuple(found) for name, found in lists.items()}
    return {
        "gate": placeholders.markdown(escape_markdown(view.gate)),
        "ready": view.verdict.ready,
        "verdict": placeholders.markdown(verdict_line(view)),
        "figures": placeholders.markdown(figures_line(view)),
        "provenance": placeholders.markdown(provenance_line(view)),
        "alert": placeholders.markdown(notice[1]) if notice else "",
        "report": REPORT,
        "run_url": subject.run_url,
        "pull_request": subject.number or None,
        "commit": placeholders.markdown(view.links.commit(subject.head_sha or subject.measured)),
        "baseline": _baseline(view, baseline, placeholders),
        "tests": _counts(tests.head, tests.base),
        "coverage": _coverage(comparison.coverage),
        "findings": [_finding(finding, placeholders) for finding in view.verdict.findings],
        "counts": {**{name: len(found) for name, found in changes.items()}, "added": len(tests.added)},
        **{name: _tests(view, found, placeholders) for name, found in changes.items()},
        "added": [_identity(test, placeholders) for test in tests.added[:LISTED]],
        "uncovered": _uncovered(view, placeholders),
        **_named(view, placeholders),
        "trends": [
            {
                "title": trend.title,
                "first": trend.show(trend.points[0].value),
                "lowest": trend.show(trend.lowest),
                "highest": trend.show(trend.highest),
                "last": trend.show(trend.points[-1].value),
                "now": None if trend.now is None else trend.show(trend.now),
            }
            for trend in trends(comparison)
        ],
    }


def _named(view: ReportView, placeholders: Placeholders) -> dict[str, Any]:
    """Return the values of what the policy names, and of the score, the carried suites and the waiver."""
    return {
        "score": score_text(view.verdict),
        "next_target": placeholders.markdown(goal_text(view)),
        "carried": placeholders.markdown(carried_line(view)),
        "waiver": placeholders.markdown(waiver_line(view)),
        "components": [
            {
                "name": placeholders.markdown(code(part.name)),
                "critical": part.critical,
                "lines": _ratio(part.lines),
                "minimum": None if part.minimum is None else limit(part.minimum),
                "missed": part.below or part.dropped or part.no_longer_measured,
            }
            for part in view.comparison.measures.components
        ],
        "categories": [
            {
                "name": placeholders.markdown(code(part.name)),
                "tests": _counts(part.counts, part.base),
                "minimum": None if part.minimum is None else limit(part.minimum),
                "missed": part.below or (part.no_longer_run and part.minimum is not None),
            }
            for part in view.comparison.measures.categories
        ],
    }


def _baseline(view: ReportView, baseline: Baseline | None, placeholders: Placeholders) -> dict[str, Any] | None:
    if baseline is None:
        return None
    return {
        "commit": placeholders.markdown(view.links.commit(baseline.snapshot.commit)),
        "branch": placeholders.markdown(code(baseline.branch)) if baseline.branch else "",
        "commits_behind": baseline.behind,
    }


def _counts(head: Counts, base: Counts | None) -> dict[str, Any]:
    names = ("total", "passed", "failed", "errored", "skipped", "flaky")
    rate, before = head.pass_rate, base.pass_rate if base else None
    return {
        **{name: getattr(head, name) for name in names},
        "pass_rate": None if rate is None else percent(rate),
        "base": None if base is None else {name: getattr(base, name) for name in names},
        "deltas": None if base is None else {name: signed(getattr(head, name) - getattr(base, name)) for name in names},
        "pass_rate_delta": None if rate is None or before is None else points(rate, before),
    }


def _coverage(coverage: CoverageComparison | None) -> dict[str, Any] | None:
    if coverage is None:
        return None
    now, before = coverage.lines.fraction, coverage.delta.base.fraction if coverage.delta else None
    return {
        "lines": _ratio(coverage.lines),
        "branches": _ratio(coverage.branches),
        "changed_lines": _ratio(coverage.patch.lines if coverage.patch else None),
        "delta": None if now is None or before is None else points(now, before),
    }


def _ratio(ratio: Ratio | None) -> dict[str, Any] | None:
    if ratio is None or ratio.fraction is None:
        return None
    return {"percent": percent(ratio.fraction), "covered": ratio.covered, "total": ratio.total}


def _finding(finding: Finding, placeholders: Placeholders) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level.name.lower(),
        "status": finding.status.name.lower().replace("_", "-"),
        "summary": placeholders.markdown(render_rich_text(finding.summary)),
        "title": placeholders.markdown(render_rich_text(finding.title)),
        "detail": placeholders.markdown(render_rich_text(finding.detail)),
        "todo": placeholders.markdown(render_rich_text(finding.todo)),
    }


def _tests(view: ReportView, changes: tuple[TestChange, ...], placeholders: Placeholders) -> list[dict[str, Any]]:
    rows = []
    for number, change in enumerate(changes[:LISTED]):
        message = first_line(change)
        trace = change.detail.text if change.detail and number < TRACES else ""
        rows.append(
            {
                **_identity(change.id, placeholders),
                "test": placeholders.markdown(test_name(view, change)),
                "message": placeholders.markdown(code(message, 300)) if message else "",
                "trace": placeholders.trace(trace),
                "legs": [placeholders.markdown(code(leg)) for leg in change.legs],
                "all_legs": change.all_legs,
            }
        )
    return rows


def _identity(test: TestId, placeholders: Placeholders) -> dict[str, Any]:
    def shown(text: str) -> str:
        return placeholders.markdown(code(text)) if text else ""

    return {"name": placeholders.markdown(code(test.name)), "class": shown(test.class_name), "group": shown(test.group)}


def _uncovered(view: ReportView, placeholders: Placeholders) -> list[dict[str, Any]]:
    coverage = view.comparison.coverage
    patch = coverage.patch if coverage else None
    files = sorted(patch.files if patch else (), key=lambda file: (-len(file.uncovered), file.path))
    return [
        {
            "file": placeholders.markdown(view.links.file(file.path)),
            "lines": lines_text(file.uncovered),
            "number": len(file.uncovered),
            "changed": file.lines.total,
        }
        for file in files[:LISTED]
        if file.uncovered
    ]


def render_user_template(
    view: ReportView, source: str, budget: SizeLimits, run: Callable[[str, Mapping[str, Any]], str]
) -> str:
    """Return the comment that a user's template makes.

    Raises:
        TemplateError: the template cannot be used, or the comment is too large.
    """
    placeholders = Placeholders()
    made = run(source, context(view, placeholders))
    if has_value_in_tag(made):
        raise TemplateError("a value is inside a tag without quotes around it")
    parts = made.split(REPORT)
    texts = [placeholders.fill(part).strip("\n") for part in parts]
    whole = texts[0].strip() if len(parts) == 1 else _around(view, parts, texts, budget)
    if not whole:
        raise TemplateError("it writes nothing")
    if not budget.allows(whole):
        raise TemplateError(f"it writes {len(whole):,} characters, more than the {budget.characters:,} of a comment")
    return whole


def _around(view: ReportView, parts: list[str], texts: list[str], budget: SizeLimits) -> str:
    """Return the built-in comment between the texts that a template writes before and after it.

    The template must not leave anything open that reaches into the comment: names are code spans there, which would
    become plain text inside an element in which GitHub does not parse Markdown.
    """
    if len(parts) > 2:
        raise TemplateError("it contains `report` more than once")
    before, after = parts
    if (before and not before.endswith("\n")) or (after and not after.startswith("\n")):
        raise TemplateError("`report` must be alone on its line")
    if _OPENERS.search(before):
        raise TemplateError(
            "before `report` it may have no fence, no comment, and none of pre, script, style, textarea"
        )
    taken = sum(len(text) for text in texts) + 4
    room = SizeLimits(
        characters=budget.characters - taken, bytes=budget.bytes - sum(len(text.encode()) for text in texts) - 4
    )
    if room.characters < LEAST:
        raise TemplateError(f"it leaves {max(0, room.characters):,} characters for `report`, which needs {LEAST:,}")
    return "\n\n".join(filter(None, (texts[0], render_markdown(view, room), texts[1])))
