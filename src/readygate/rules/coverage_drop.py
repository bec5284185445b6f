"""coverage-drop: the change does not reduce the coverage of the project."""

from fractions import Fraction

from msgspec.structs import replace

from readygate.model.comparison import Comparison, CoverageComparison, CoverageDelta
from readygate.model.coverage import LINES, Ratio, add_ratios, measured_share
from readygate.model.policy import Policy
from readygate.model.rich_text import count, listed
from readygate.model.verdict import Evidence, Level
from readygate.rules import (
    NO_BASELINE,
    Judgement,
    Option,
    Result,
    Rule,
    _evidence,
    missing_text,
    not_evaluated,
    passes,
    uncertain_coverage,
)
from readygate.rules._measure import MEASURE, judge_drop, measure_of
from readygate.support.number_format import allowed, decimal

NAME = "coverage-drop"

MOST_ABSENT = 3
"""Reports of the base that are named as a likely cause; more have names that change from run to run."""

_NO_LINES = Ratio(covered=0, total=0)


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a drop above `maximum`; it may block if unchanged lines cause it."""
    maximum = policy.option(NAME, "maximum")
    coverage = comparison.coverage
    if comparison.baseline is None:
        return NO_BASELINE
    if coverage is None:
        return not_evaluated("Coverage was not measured")
    uncertain = uncertain_coverage(comparison)
    if uncertain is not None:
        return uncertain
    delta = coverage.delta
    if delta is None:
        return not_evaluated("The base did not measure coverage", needs_baseline=True)
    if delta.gone:
        return not_evaluated(
            "The sides do not compare: the base measured ",
            *listed(delta.gone, 3),
            ", still in the repository and not measured now",
        )
    measure = measure_of(policy, NAME)
    if measure != LINES:
        return judge_drop(comparison, measure, maximum, _max_level(coverage, policy))
    return _untouched(comparison, coverage, delta, maximum) or _whole(comparison, coverage, delta, policy)


def _untouched(
    comparison: Comparison, coverage: CoverageComparison, delta: CoverageDelta, maximum: Fraction
) -> Judgement | None:
    """Return a violation if the lines that the change does not touch lost too much, or may have."""
    before, after = delta.unchanged_base or _NO_LINES, delta.unchanged_head or _NO_LINES
    lost = fall(before, after)
    if lost is not None and lost > maximum:
        untouched = "Lines that this change does not touch"
        evidence = _evidence.lost_lines(coverage, untouched=True)
        found = _broken(lost, maximum, untouched, "of untouched lines ", Level.BLOCK, evidence)
        return _explained(found, comparison, delta)
    missing = delta.missing_lines
    at_least = Ratio(covered=after.covered, total=after.total + missing.total)
    lost = fall(add_ratios((before, missing)), at_least)
    return None if lost is None or lost <= maximum else _explained(_missing(lost, maximum, delta), comparison, delta)


def _explained(found: Judgement, comparison: Comparison, delta: CoverageDelta) -> Judgement:
    """Return a drop with what seems to be its cause: a report of another commit, or a report that is missing."""
    if delta.stale:
        return replace(found, detail=(*found.detail, " ", *_evidence.stale(delta)), todo=(_evidence.STALE_TODO,))
    before = comparison.baseline.snapshot.provenance.reports if comparison.baseline else {}
    now = {file.name for file in comparison.head.evidence.files}
    absent = tuple(sorted(set(before) - now))
    if not absent or len(now) >= len(before) or len(absent) > MOST_ABSENT:
        return found
    detail = (*found.detail, " The base also had ", *listed(absent, MOST_ABSENT), ", which this run lacks.")
    return replace(found, detail=detail, todo=("check the upload of ", *listed(absent, MOST_ABSENT), "."))


def _whole(comparison: Comparison, coverage: CoverageComparison, delta: CoverageDelta, policy: Policy) -> Judgement:
    """Judge the project with its changed lines; lines that are no longer measured count as not covered."""
    maximum = policy.option(NAME, "maximum")
    fell = fall(delta.lowest, coverage.least)
    if fell is None:
        return not_evaluated("One side has no measured line")
    if fell <= maximum:
        return passes(_small(fell, delta, coverage.least, maximum) + missing_text(comparison))
    without = "without the removed lines " if delta.lowest != delta.base else ""
    evidence = _evidence.lost_lines(coverage)
    known = fall(delta.lowest, _without_fresh(coverage.least, delta.fresh))
    if delta.fresh.total and (known is None or known <= maximum):
        return _fresh(fell, maximum, delta.fresh, evidence)
    return _broken(fell, maximum, "The project", without, _max_level(coverage, policy), evidence)


def fall(before: Ratio | None, after: Ratio | None) -> Fraction | None:
    """Return the drop of a share, negative for a rise; None if a side is unknown or empty."""
    if before is None or after is None or before.fraction is None or after.fraction is None:
        return None
    return before.fraction - after.fraction


def _max_level(coverage: CoverageComparison, policy: Policy) -> Level:
    """Return `WARN` if the changed lines reach their minimum, moved ones aside, `BLOCK` if not, or if unknown."""
    if coverage.patch is None:
        return Level.BLOCK
    measure = measure_of(policy, "patch-coverage")
    patch = measured_share(measure, coverage.patch.lines, coverage.patch.branches)
    share = coverage.patch.new_share if measure == LINES else patch.fraction if patch else None
    left_out = any(file.replaced for file in coverage.patch.unmeasured_lines)
    good = not left_out if share is None else share >= policy.option("patch-coverage", "minimum")
    return Level.WARN if good and coverage.patch.complete else Level.BLOCK


def _without_fresh(lines: Ratio, fresh: Ratio) -> Ratio:
    """Return lines without those that the change does not touch and that were not measured before."""
    return Ratio(covered=lines.covered - fresh.covered, total=lines.total - fresh.total)


def _fresh(fell: Fraction, maximum: Fraction, fresh: Ratio, evidence: Evidence) -> Judgement:
    """Return a drop that only lines cause that are measured for the first time; it warns."""
    found = _broken(fell, maximum, "The project", "", Level.WARN, evidence)
    lines = f"{count(fresh.total, 'line')} that this change does not touch {'is' if fresh.total == 1 else 'are'}"
    why = f"{lines} measured for the first time, {fresh.covered:,} covered. "
    rest = f"Without {'it' if fresh.total == 1 else 'them'} the drop is within the limit of {allowed(maximum)} points."
    todo = "check that another coverage tool, version or configuration is intended."
    return replace(found, detail=(why, rest), todo=(todo,))


def _missing(lost: Fraction, maximum: Fraction, delta: CoverageDelta) -> Judgement:
    """Return a drop that lines cause which are no longer measured, so that they may have lost their coverage."""
    found = _broken(lost, maximum, "Lines that this change does not touch", "", Level.BLOCK, Evidence())
    number = delta.missing_lines.total
    verb = "is" if number == 1 else "are"
    lines = f"{count(number, 'line')} that this change does not touch {verb} no longer measured"
    shown = f"{decimal(lost * 100, above=maximum * 100)} points; {allowed(maximum)} allowed"
    return replace(
        found,
        summary=(f"{lines}. Counted as not covered: a drop of {shown}",),
        title=(f"{lines}.",),
        detail=(f"Counted as not covered, the drop is {shown}.",),
        todo=("check the upload of every report, and the tool, version and configuration that measure coverage.",),
        short=f"{count(number, 'untouched line')} no longer measured",
        evidence=_evidence.line_lists(delta.missing),
    )


def _small(fell: Fraction, delta: CoverageDelta, lines: Ratio, maximum: Fraction) -> str:
    in_full = fall(delta.base, lines)
    if in_full is not None and in_full <= 0:
        return "Did not fall"
    without = " without the lines that the change removes" if delta.lowest != delta.base else ""
    if fell <= 0:
        return f"Did not fall{without}"
    shown = decimal(fell * 100) if fell * 10_000 >= 1 else "under 0.01"
    return f"Fell by {shown} points{without}; {allowed(maximum)} allowed"


def _broken(
    fell: Fraction, maximum: Fraction, subject: str, part: str, max_level: Level, evidence: Evidence
) -> Judgement:
    shown = decimal(fell * 100, above=maximum * 100)
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{subject} lost {shown} points; {allowed(maximum)} allowed",),
        title=(f"Coverage {part}fell by {shown} points.",),
        detail=(f"{subject} lost them; the policy allows {allowed(maximum)}.",),
        todo=("cover what is no longer covered, or check that every test still runs with coverage.",),
        short=f"coverage {part}fell by {shown} points",
        max_level=max_level,
        evidence=evidence,
    )


RULE = Rule(
    name=NAME,
    summary="Coverage does not fall by more than `maximum`; removing covered code is no drop. It "
    "blocks if unchanged lines alone lost that much, or if the changed lines miss the minimum of patch-coverage; "
    "otherwise it warns.",
    levels=(Level.BLOCK, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=50,
    options={
        "maximum": Option(
            default=Fraction(5, 1000),
            unit="points",
            description="by how many points coverage may fall",
            more_is_stricter=False,
        ),
        "measure": MEASURE,
    },
    waivable=True,
    description="Deleting covered code lowers the share of the rest and is no loss, and moving uncovered code is "
    "none either: this run is compared with the base, or with the base without the lines that the change removes, "
    "whichever is lower. There are two questions: did lines that the change does not touch lose coverage (a test "
    "was deleted, or no longer runs), and did the total fall although the changed lines are poorly covered. A fall "
    "that well covered changes explain only warns. If a file that the base measured is still in the repository and "
    "no longer measured, the sides do not compare, and the rule says so instead of showing a drop that is none; "
    "reports-complete then says which. Lines of a measured file that the base measured, that the change does not "
    "touch, and that are not measured any more count as not covered. If lines that the change does not touch are "
    "measured for the first time, and the drop is within the limit without them, the rule warns.",
    points=30,
    coverage=True,
)
