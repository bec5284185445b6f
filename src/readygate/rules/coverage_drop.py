"""coverage-drop: the change does not reduce the coverage of the project."""

from fractions import Fraction

from readygate.model.comparison import Comparison, CoverageComparison, CoverageDelta
from readygate.model.coverage import Ratio
from readygate.model.policy import Policy
from readygate.model.rich_text import listed
from readygate.model.verdict import Evidence, Level
from readygate.rules import (
    NO_BASELINE,
    Judgement,
    Option,
    Result,
    Rule,
    _evidence,
    not_evaluated,
    passes,
    uncertain_coverage,
)
from readygate.support.number_format import allowed, decimal


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a drop above `maximum`; it may block if unchanged lines cause it."""
    maximum = policy.option("coverage-drop", "maximum")
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
    lost = fall(delta.unchanged_base, delta.unchanged_head)
    if lost is not None and lost > maximum:
        untouched = "Lines that this change does not touch"
        evidence = _evidence.lost_lines(coverage, untouched=True)
        return _broken(lost, maximum, untouched, "of untouched lines ", Level.BLOCK, evidence)
    fell = fall(delta.lowest, coverage.lines)
    if fell is None:
        return not_evaluated("One side has no measured line")
    if fell > maximum:
        without = "without the removed lines " if delta.lowest != delta.base else ""
        evidence = _evidence.lost_lines(coverage)
        return _broken(fell, maximum, "The project", without, _max_level(coverage, policy), evidence)
    return passes(_small(fell, delta, maximum))


def fall(before: Ratio | None, after: Ratio | None) -> Fraction | None:
    """Return the drop of a share, negative for a rise; None if a side is unknown or empty."""
    if before is None or after is None or before.fraction is None or after.fraction is None:
        return None
    return before.fraction - after.fraction


def _max_level(coverage: CoverageComparison, policy: Policy) -> Level:
    """Return `WARN` if the changed lines reach their minimum, moved ones aside, `BLOCK` if not, or if unknown."""
    if coverage.patch is None:
        return Level.BLOCK
    share = coverage.patch.new_share
    good = share is None or share >= policy.option("patch-coverage", "minimum")
    return Level.WARN if good and coverage.patch.complete else Level.BLOCK


def _small(fell: Fraction, delta: CoverageDelta, maximum: Fraction) -> str:
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
    name="coverage-drop",
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
        )
    },
    waivable=True,
    description="Deleting covered code lowers the share of the rest and is no loss, and moving uncovered code is "
    "none either: this run is compared with the base, or with the base without the lines that the change removes, "
    "whichever is lower. There are two questions: did lines that the change does not touch lose coverage (a test "
    "was deleted, or no longer runs), and did the total fall although the changed lines are poorly covered. A fall "
    "that well covered changes explain only warns. If a file that the base measured is still in the repository and "
    "no longer measured, the sides do not compare, and the rule says so instead of showing a drop that is none; "
    "reports-complete then says which.",
    points=30,
    coverage=True,
)
