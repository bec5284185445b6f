"""The readiness score and what was taken off, so that the page adds up."""

from __future__ import annotations

from math import floor

from readygate.model.verdict import Finding, Status, Verdict
from readygate.render.escaping import phrase
from readygate.render.markdown.tables import Table, by
from readygate.support.number_format import MINUS

_WORDS = {Status.BLOCK: "blocks", Status.WARN: "warns"}


def score_text(verdict: Verdict) -> str:
    """The score: "100", "87.5", "66.66"; empty if nothing was evaluated."""
    return "" if verdict.score is None else _points(floor(verdict.score * 100))


def deductions(verdict: Verdict) -> tuple[tuple[Finding, int], ...]:
    """What each finding took, in hundredths of a point, the most first; with the shown score they make 100."""
    if verdict.score is None:
        return ()
    found = sorted((f for f in verdict.findings if f.lost), key=lambda finding: -finding.lost)
    shown = [floor(finding.lost * 100) for finding in found]
    left = 100 * 100 - floor(verdict.score * 100) - sum(shown)
    order = sorted(range(len(found)), key=lambda at: (shown[at] - found[at].lost * 100, at))
    for at in order[: max(0, left)]:
        shown[at] += 1
    return tuple(zip(found, shown, strict=True))


def score_table(verdict: Verdict) -> Table | None:
    """The deductions, each with its rule and what it found; None if nothing was taken off."""
    rows = tuple(
        (f"{MINUS}{_points(lost)}", f"`{f.rule}` {_WORDS.get(f.status, 'lost')}: {phrase(f.summary)}")
        for f, lost in deductions(verdict)
    )
    return Table(columns=by(">Points", "Taken off for"), rows=rows) if rows else None


def _points(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".removesuffix(".00")
