"""Write what the report says about the rules: their results, the evidence, the score, and the change of the policy."""

import re
from math import floor

from readygate.model.policy_change import Waiver
from readygate.model.rich_text import Untrusted, count
from readygate.model.verdict import EvidenceItem, Finding, Status, Verdict
from readygate.render import report_view
from readygate.render.escaping import code, inline_or_code, render_rich_text
from readygate.render.markdown.elements import Fold, Table, columns_from
from readygate.render.markdown.policy_measures import listed_below
from readygate.render.report_view import ReportView
from readygate.support.number_format import MINUS

CARRIED_SHOWN = 10
SETTINGS_SHOWN = 20
ROW_EVIDENCE_SHOWN = 3
EVIDENCE_SHOWN = 5
EVIDENCE_SHOWN_LONG = 20
"""Items of evidence of one rule in the long form."""

LISTED_KINDS = frozenset({"test", "component", "category"})
LISTED_RULES = frozenset({"patch-coverage", "unmeasured-files", "policy-changed"})
"""Kinds of evidence, and rules, that have lists of their own in the report."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STATUS_WORDS = {Status.BLOCK: "blocks", Status.WARN: "warns"}


def rules_title(view: ReportView) -> str:
    """Return the title of the part about the rules: the number of rules by status, and the score."""
    score = score_text(view.verdict)
    readiness = f"; readiness score {score} of 100" if score else ""
    return f"How the verdict was reached: {report_view.rules_title(view.verdict)}{readiness}"


def rules_table(view: ReportView) -> Table:
    """Return the table of all rules with their results."""
    rows = tuple(
        (
            report_view.level_cell(finding),
            f"`{finding.rule}`{f' (from {inline_or_code(finding.foreign)})' if finding.foreign else ''}",
            "–" if finding.status is Status.NOT_EVALUATED else finding.level.name.lower(),
            render_rich_text(finding.summary) or "–",
        )
        for finding in view.verdict.findings
    )
    return Table(columns=columns_from("Result", "Rule", "Level", "What was found"), rows=rows)


def rules_notes(view: ReportView, *, long: bool) -> tuple[Table | str, ...]:
    """Return what follows the table of rules: the waiver, the evidence, the score and its deductions."""
    score, evidence = score_text(view.verdict), evidence_text(view, long=long)
    pieces = (
        waiver_line(view),
        f"What the findings rest on, beside the lists of this report:\n\n{evidence}" if evidence else "",
        f"**Readiness score: {score} of 100.** It informs; the rules decide." if score else "",
        score_table(view.verdict) or "",
    )
    return tuple(piece for piece in pieces if piece)


def carried_line(view: ReportView) -> str:
    """Return one line with the suites that were carried over from the baseline; empty if there are none."""
    legs = view.comparison.carried
    if not legs:
        return ""
    names = [code(f"{leg.group or leg.path or 'the suite'} {leg.leg}".strip()) for leg in legs[:CARRIED_SHOWN]]
    omitted = len(legs) - len(names)
    more = f" and {omitted:,} more" if omitted else ""
    return f"Carried from the base, not run for this change: {', '.join(names)}{more}."


def policy_fold(view: ReportView) -> Fold | None:
    """Return the policy settings that the change modifies, and the verdict with them; None if none."""
    change = view.comparison.policy_change
    if change is None or not (change.loosened or change.tightened or change.neutral):
        return None
    effects = (("less", change.loosened), ("more", change.tightened), ("the same", change.neutral))
    counts = [
        f"{count(len(settings), 'setting')} {'asks' if len(settings) == 1 else 'ask'} {word}"
        for word, settings in effects
        if settings
    ]
    rows = [(f"Asks {word}", setting) for word, settings in effects for setting in settings]
    shown = tuple((effect, render_rich_text(setting)) for effect, setting in rows[:SETTINGS_SHOWN])
    rest = [f"… and {count(len(rows) - SETTINGS_SHOWN, 'more point')}."] if len(rows) > SETTINGS_SHOWN else []
    rest.append("The policy of the base is in force; this one counts once it is merged.")
    if change.ready is not None:
        rest.append(f"With it the verdict would be {'ready' if change.ready else 'not ready'} ({change.reason}).")
    return Fold(
        title=f"What this change does to the policy: {', '.join(counts)}",
        body=Table(columns=columns_from("Effect", "Setting"), rows=shown),
        rest=" ".join(rest),
    )


def waiver_line(view: ReportView) -> str:
    """Return the waiver's label, who set it, and the waived rules; empty if no finding is waived."""
    waiver = view.comparison.waiver
    rules = [f"`{finding.rule}`" for finding in view.verdict.findings if finding.waived]
    if waiver is None or not rules:
        return ""
    return f"Waived by the label {code(waiver.label)}{_set_by(waiver)}: {', '.join(rules)}."


def _set_by(waiver: Waiver) -> str:
    if not waiver.by:
        return ""
    date = _DATE.match(waiver.when)
    return f", set by {code(waiver.by)}" + (f" on {date[0]}" if date else "")


def finding_cell(view: ReportView, finding: Finding) -> str:
    """Return a finding as a cell; its details are left out if a section below lists them."""
    brief = not finding.waived and listed_below(view, finding.rule)
    return report_view.finding_cell(finding, _row_evidence(view, finding), brief=brief)


def _row_evidence(view: ReportView, finding: Finding) -> str:
    """Return the first files of the evidence that the finding's own text does not name; empty if there are none."""
    texts = {part.text for part in (*finding.title, *finding.detail) if isinstance(part, Untrusted)}
    items = [item for item in finding.evidence.items if item.kind == "file" and item.name not in texts]
    if not items or finding.rule in LISTED_RULES:
        return ""
    omitted = finding.evidence.total - ROW_EVIDENCE_SHOWN
    names = ", ".join(_evidence_item(view, item) for item in items[:ROW_EVIDENCE_SHOWN])
    return f"Most in {names}{f' and {omitted:,} more' if omitted > 0 else ''}."


def evidence_text(view: ReportView, *, long: bool) -> str:
    """Return the evidence of the rules that block or warn as a list, without what other lists of the report show."""
    lines = []
    for finding in view.verdict.findings:
        if finding.status not in (Status.BLOCK, Status.WARN) or finding.rule in LISTED_RULES:
            continue
        items = [item for item in finding.evidence.items if item.kind not in LISTED_KINDS]
        if items:
            lines.append(_evidence_line(view, finding, items, EVIDENCE_SHOWN_LONG if long else EVIDENCE_SHOWN))
    return "\n".join(lines)


def _evidence_line(view: ReportView, finding: Finding, items: list[EvidenceItem], limit: int) -> str:
    omitted = finding.evidence.total - (len(finding.evidence.items) - len(items)) - min(len(items), limit)
    names = "; ".join(_evidence_item(view, item) for item in items[:limit])
    return f"- `{finding.rule}`: {names}{f'; and {omitted:,} more' if omitted > 0 else ''}"


def _evidence_item(view: ReportView, item: EvidenceItem) -> str:
    url = view.links.blob(item.file, item.line) if item.file and _exists(view, item.file) else ""
    name = view.links.to(code(item.name), url)
    return f"{name} ({inline_or_code(item.note)})" if item.note else name


def _exists(view: ReportView, path: str) -> bool:
    """Return whether a file exists at the measured commit."""
    changes = view.comparison.changes
    return not any(file.status == "removed" and file.path == path for file in (changes.files if changes else ()))


def score_text(verdict: Verdict) -> str:
    """Return the readiness score, such as "100", "87.50" or "66.66"; empty if no rule was evaluated."""
    return "" if verdict.score is None else _format_points(floor(verdict.score * 100))


def deductions(verdict: Verdict) -> tuple[tuple[Finding, int], ...]:
    """Return the deduction of each finding in hundredths of a point, the largest first.

    They are rounded so that their sum and the displayed score are exactly 100 points.
    """
    if verdict.score is None:
        return ()
    findings = sorted((f for f in verdict.findings if f.deduction), key=lambda finding: -finding.deduction)
    shown = [floor(finding.deduction * 100) for finding in findings]
    remainder = 100 * 100 - floor(verdict.score * 100) - sum(shown)
    by_rounding_error = sorted(range(len(findings)), key=lambda at: (shown[at] - findings[at].deduction * 100, at))
    for at in by_rounding_error[: max(0, remainder)]:
        shown[at] += 1
    return tuple(zip(findings, shown, strict=True))


def score_table(verdict: Verdict) -> Table | None:
    """Return the table of deductions with their rules; None if there are none."""
    rows = tuple(
        (
            f"{MINUS}{_format_points(lost)}",
            f"`{f.rule}` {_STATUS_WORDS.get(f.status, 'lost')}: {render_rich_text(f.summary)}",
        )
        for f, lost in deductions(verdict)
    )
    return Table(columns=columns_from(">Points", "Taken off for"), rows=rows) if rows else None


def _format_points(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".removesuffix(".00")
