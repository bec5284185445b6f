"""What stood around the rules: what was carried, what the change does to the policy, a waiver, and the evidence."""

from __future__ import annotations

import re

from readygate.model.comparison import Waiver
from readygate.model.rich_text import Name, Phrase, count
from readygate.model.verdict import Exhibit, Finding, Status
from readygate.render import report_view as view
from readygate.render.escaping import aside, code, phrase
from readygate.render.markdown.policy_measures import listed_below
from readygate.render.markdown.score import score_table, score_text
from readygate.render.markdown.tables import Fold, Table, by
from readygate.render.report_view import Page

CARRIED_SHOWN = 10
POINTS_SHOWN = 20
IN_ROW = 3
EVIDENCE_SHOWN = 5
EVIDENCE_LISTED = 20
"""In the long form."""

LISTED_KINDS = frozenset({"test", "component", "category"})
LISTED_RULES = frozenset({"patch-coverage", "unmeasured-files", "policy-changed"})
"""Kinds and rules whose evidence stands in lists of its own."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def rules_title(page: Page) -> str:
    """The title of the part about the rules, which gives their answers and the score."""
    points = score_text(page.verdict)
    readiness = f"; readiness score {points} of 100" if points else ""
    return f"How the verdict was reached: {view.rules_title(page.verdict)}{readiness}"


def around(page: Page, *, long: bool) -> tuple[Table | str, ...]:
    """What stands below the table of the rules: the waiver, the evidence, the score and what was taken off."""
    points, evidence = score_text(page.verdict), evidence_text(page, long=long)
    pieces = (
        waiver_line(page),
        f"What the findings rest on, beside the lists of this report:\n\n{evidence}" if evidence else "",
        f"**Readiness score: {points} of 100.** It informs; the rules decide." if points else "",
        score_table(page.verdict) or "",
    )
    return tuple(piece for piece in pieces if piece)


def carried_line(page: Page) -> str:
    """The suites that did not have to run, by name, in one line; empty if there are none."""
    legs = page.comparison.carried
    if not legs:
        return ""
    names = [code(f"{leg.group or leg.path or 'the suite'} {leg.leg}".strip()) for leg in legs[:CARRIED_SHOWN]]
    left = len(legs) - len(names)
    return f"Carried from the base, not run for this change: {', '.join(names)}{f' and {left:,} more' if left else ''}."


def policy_fold(page: Page) -> Fold | None:
    """What the change does to the policy, point by point, and the verdict with it; None if that is nothing."""
    change = page.comparison.policy_change
    if change is None or not (change.loosened or change.tightened):
        return None
    told = [
        f"{count(number, 'setting')} {'asks' if number == 1 else 'ask'} {word}"
        for number, word in ((len(change.loosened), "less"), (len(change.tightened), "more"))
        if number
    ]
    rows: list[tuple[str, Phrase]] = [("Asks less", point) for point in change.loosened]
    rows += [("Asks more", point) for point in change.tightened]
    rest = [f"… and {count(len(rows) - POINTS_SHOWN, 'more point')}."] if len(rows) > POINTS_SHOWN else []
    rest.append("The policy of the base is in force; this one counts once it is merged.")
    if change.ready is not None:
        rest.append(f"With it the verdict would be {'ready' if change.ready else 'not ready'} ({change.reason}).")
    return Fold(
        title=f"What this change does to the policy: {', '.join(told)}",
        body=Table(
            columns=by("Effect", "Setting"), rows=tuple((effect, phrase(p)) for effect, p in rows[:POINTS_SHOWN])
        ),
        rest=" ".join(rest),
    )


def waiver_line(page: Page) -> str:
    """Which label excuses what, and who set it; empty if no finding is excused."""
    waiver = page.comparison.waiver
    rules = [f"`{finding.rule}`" for finding in page.verdict.findings if finding.waived]
    if waiver is None or not rules:
        return ""
    return f"Waived by the label {code(waiver.label)}{_set_by(waiver)}: {', '.join(rules)}."


def _set_by(waiver: Waiver) -> str:
    if not waiver.by:
        return ""
    day = _DAY.match(waiver.when)
    return f", set by {code(waiver.by)}" + (f" on {day[0]}" if day else "")


def finding_cell(page: Page, finding: Finding) -> str:
    """A finding in its row: the fact, what it rests on as far as no section tells it, and what to do."""
    return view.finding_cell(
        finding, _row_evidence(page, finding), brief=not finding.waived and listed_below(page, finding.rule)
    )


def _row_evidence(page: Page, finding: Finding) -> str:
    """What a finding rests on, for its row: the first things that its own words do not name; empty if they do."""
    parts = (*finding.title, *finding.detail)
    named = {part.text for part in parts if isinstance(part, Name)}
    items = [each for each in finding.evidence.items if each.kind == "file" and each.name not in named]
    if not items or finding.rule in LISTED_RULES:
        return ""
    left = finding.evidence.total - IN_ROW
    told = ", ".join(_exhibit(page, each) for each in items[:IN_ROW])
    return f"Most in {told}{f' and {left:,} more' if left > 0 else ''}."


def evidence_text(page: Page, *, long: bool) -> str:
    """What findings that block or warn rest on, by name, as far as no list of the report shows it."""
    rows = []
    for finding in page.verdict.findings:
        if finding.status not in (Status.BLOCK, Status.WARN) or finding.rule in LISTED_RULES:
            continue
        items = [each for each in finding.evidence.items if each.kind not in LISTED_KINDS]
        if items:
            rows.append(_evidence(page, finding, items, EVIDENCE_LISTED if long else EVIDENCE_SHOWN))
    return "\n".join(rows)


def _evidence(page: Page, finding: Finding, items: list[Exhibit], most: int) -> str:
    left = finding.evidence.total - (len(finding.evidence.items) - len(items)) - min(len(items), most)
    told = "; ".join(_exhibit(page, each) for each in items[:most])
    return f"- `{finding.rule}`: {told}{f'; and {left:,} more' if left > 0 else ''}"


def _exhibit(page: Page, exhibit: Exhibit) -> str:
    address = page.links.blob(exhibit.file, exhibit.line) if exhibit.file and _stands(page, exhibit.file) else ""
    name = page.links.to(code(exhibit.name), address)
    return f"{name} ({aside(exhibit.note)})" if exhibit.note else name


def _stands(page: Page, path: str) -> bool:
    """Whether a file is in the repository as it was measured."""
    coverage, changes = page.comparison.coverage, page.comparison.changes
    if coverage is not None and path in coverage.head.unplaced:
        return False
    return not any(file.status == "removed" and file.path == path for file in (changes.files if changes else ()))
