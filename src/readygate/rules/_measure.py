"""The option `measure`: what coverage rules judge by branches, or by lines and branches together."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from msgspec.structs import replace

from readygate.model.changes import Changes
from readygate.model.comparison import Comparison, CoverageComparison, Patch
from readygate.model.coverage import BOTH, BRANCHES, LINES, MEASURES, Ratio, lower_ratio, measured_share
from readygate.model.policy import Policy
from readygate.model.verdict import Evidence, EvidenceItem, Level
from readygate.rules import Judgement, Option, Result, not_evaluated, passes
from readygate.support.number_format import allowed, decimal, limit, lines_text, needed, percent

MEASURE: Final = Option(
    default=Fraction(0),
    unit="choice",
    description="what counts: `lines`, `branches`, or `both` together, as coverage.py's total counts",
    more_is_stricter=None,
    choices=MEASURES,
)
NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    LINES: ("line", "lines"),
    BRANCHES: ("branch", "branches"),
    BOTH: ("line or branch", "lines and branches"),
}
"""The singular and the plural of what a measure counts."""
_LINES: Final = 50
_NONE: Final = Ratio(covered=0, total=0)


def measure_of(policy: Policy, rule: str) -> str:
    """Return the measure of a rule: `lines`, `branches` or `both`."""
    return MEASURES[int(policy.options[rule].get("measure") or 0)]


def noun(measure: str, number: int) -> str:
    """Write a number of what a measure counts: "1 branch", "2 lines and branches"."""
    return f"{number:,} {NOUNS[measure][number != 1]}"


def no_branches(measure: str) -> Judgement:
    """Return a violation: a gate on branches never passes because nothing measured them."""
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"No report measured branches, and `measure` is `{measure}`",),
        title=("Branches were not measured.",),
        detail=(f"The policy judges {NOUNS[measure][1]} (`measure: {measure}`), and no report has branches.",),
        todo=("measure branches (coverage.py: `--branch`), or set `measure: lines` in the policy.",),
        short="branches not measured",
    )


def judge_minimum(coverage: CoverageComparison | None, measure: str, minimum: Fraction) -> Judgement:
    """Judge the share of the whole project."""
    if coverage is None:
        return not_evaluated("No line was measured")
    share = measured_share(measure, coverage.least, coverage.branches)
    if share is None:
        return no_branches(measure)
    return _judge_share(share, measure, minimum, "")


def judge_patch(coverage: CoverageComparison, patch: Patch, changes: Changes | None, policy: Policy) -> Judgement:
    """Judge the share of the changed lines."""
    measure, minimum = measure_of(policy, "patch-coverage"), policy.option("patch-coverage", "minimum")
    share = measured_share(measure, patch.lines, patch.branches)
    if coverage.branches is None or share is None:
        return no_branches(measure) if patch.lines.total else passes("No changed line is measured")
    if share.fraction is None:
        return passes(f"No {NOUNS[measure][0]} of the changed lines is measured")
    found = _judge_share(share, measure, minimum, " of the changed lines")
    return replace(found, evidence=_not_taken(coverage, changes)) if found.result is Result.VIOLATED else found


def _not_taken(coverage: CoverageComparison, changes: Changes | None) -> Evidence:
    """Return the files whose changed lines have branches that were not taken, and the lines."""
    changed = {file.path: file for file in changes.files} if changes else {}
    found = []
    for file in coverage.head.files:
        change = changed.get(file.path)
        if change is not None:
            added = frozenset(change.added)
            lines = [line for line, (taken, total) in sorted(file.branches.items()) if taken < total]
            found.append((file.path, tuple(line for line in lines if line in added or not change.shown)))

    def show(entry: tuple[str, tuple[int, ...]]) -> EvidenceItem:
        path, lines = entry
        more = " and more" if lines[_LINES:] else ""
        return EvidenceItem(
            kind="file",
            name=path,
            note=f"branches not taken on lines {lines_text(lines[:_LINES])}{more}",
            file=path,
            line=lines[0],
        )

    return Evidence.of([entry for entry in found if entry[1]], show)


def _judge_share(share: Ratio, measure: str, minimum: Fraction, where: str) -> Judgement:
    if share.fraction is None:
        return not_evaluated(f"No {NOUNS[measure][0]} was measured")
    names = NOUNS[measure][1]
    shown = percent(share.fraction, beside=minimum)
    figures = f"{share.covered:,} of {noun(measure, share.total)}{where}, {shown}; {limit(minimum)} asked"
    if share.fraction >= minimum:
        return passes(figures)
    more = needed(share.covered, share.total, minimum)
    fact = f"{shown} of the {names}{where} are covered"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{figures}, {noun(measure, more)} more needed",),
        title=(f"{fact}.",),
        detail=(f"The policy asks for {limit(minimum)}.",),
        todo=(f"cover {noun(measure, more)} more.",),
        short=fact,
    )


def judge_drop(comparison: Comparison, measure: str, maximum: Fraction, max_level: Level) -> Judgement:
    """Judge how far the share fell; removed lines may explain a drop, but never cause one.

    Args:
        comparison: both sides, with a base that measured coverage.
        measure: `branches` or `both`.
        maximum: the points that the share may fall.
        max_level: the highest level for a drop of the project; that of unchanged lines may block.
    """
    coverage = comparison.coverage
    delta = coverage.delta if coverage else None
    if coverage is None or delta is None:
        return not_evaluated("The base did not measure coverage", needs_baseline=True)
    after = measured_share(measure, coverage.least, coverage.branches)
    if after is None:
        return no_branches(measure)
    if delta.branches is None or delta.base_branches is None:
        return not_evaluated("The base did not measure branches", needs_baseline=True)
    sides = (
        (
            f"The {NOUNS[measure][1]} of lines that this change does not touch",
            measured_share(measure, delta.unchanged_base or _NONE, delta.branches.unchanged_base or _NONE),
            measured_share(measure, delta.unchanged_head or _NONE, delta.branches.unchanged_head or _NONE),
            Level.BLOCK,
        ),
        (
            f"The {NOUNS[measure][1]} of the project",
            _lowest(
                measured_share(measure, delta.base, delta.base_branches),
                measured_share(measure, delta.adjusted or delta.base, delta.branches.adjusted),
            ),
            after,
            max_level,
        ),
    )
    for subject, before, now, level in sides:
        fell = _fall(before, now)
        if fell is not None and fell > maximum:
            return _dropped(subject, fell, maximum, level)
    before = sides[1][1]
    shown = f"{percent(before.fraction)} → " if before is not None and before.fraction is not None else ""
    if after.fraction is None:
        return not_evaluated(f"No {NOUNS[measure][0]} was measured")
    return passes(f"{NOUNS[measure][1].capitalize()}: {shown}{percent(after.fraction)}; {allowed(maximum)} allowed")


def _lowest(one: Ratio | None, other: Ratio | None) -> Ratio | None:
    return lower_ratio(one, other) if one is not None and other is not None else one


def _fall(before: Ratio | None, after: Ratio | None) -> Fraction | None:
    if before is None or after is None or before.fraction is None or after.fraction is None:
        return None
    return before.fraction - after.fraction


def _dropped(subject: str, fell: Fraction, maximum: Fraction, level: Level) -> Judgement:
    shown = decimal(fell * 100, above=maximum * 100)
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{subject} lost {shown} points; {allowed(maximum)} allowed",),
        title=(f"Coverage fell by {shown} points.",),
        detail=(f"{subject} lost {shown} points; the policy allows {allowed(maximum)}.",),
        todo=("cover what is no longer covered, or check that every test still runs with coverage.",),
        short=f"coverage fell by {shown} points",
        max_level=level,
    )
