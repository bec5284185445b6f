"""reports-complete: no suite, leg or measured file of the base is missing."""

from fractions import Fraction

from readygate.model.comparison import Comparison, CoverageDelta
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Option, Result, Rule, _evidence, all_rules, not_evaluated, passes
from readygate.support.number_format import limit, percent

NAME = "reports-complete"


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for suites, legs and measured files that the base has and this run lacks."""
    if comparison.baseline is None:
        return NO_BASELINE
    legs = tuple(f"{group} {leg}".strip() for group, leg in comparison.missing_legs)
    groups = comparison.missing_groups
    if not legs and not groups and comparison.unmeasured_legs:
        return _unmeasured(tuple(f"{group} {leg}".strip() for group, leg in comparison.unmeasured_legs))
    if not legs and not groups:
        delta = comparison.coverage.delta if comparison.coverage else None
        if delta is not None and delta.gone:
            return _files_gone(delta.gone, policy)
        if delta is not None and delta.missing:
            return _lines_gone(delta, policy)
        carried = tuple(_evidence.carried(comparison))
        if not comparison.head.snapshot.legs and not carried:
            return not_evaluated("There is no test report")
        number = len(comparison.head.snapshot.legs)
        whole = f"All {number:,} suites and legs reported" if number > 1 else "Nothing is missing"
        if not carried:
            return passes(whole)
        told = f"{count(len(carried), 'suite or leg', 'suites and legs')} that this change does not touch"
        return passes(
            f"{whole}; carried from the base: {told}: ",
            *listed(carried, 5),
            evidence=_evidence.named("suite", carried, dict.fromkeys(carried, "carried from the base")),
        )
    parts: list[str] = []
    if groups:
        parts.append(f"{count(len(groups), 'suite')} of the base left no report")
    if legs:
        parts.append(f"{count(len(legs), 'leg')} of the base left no report")
    names: RichText = listed((*groups, *legs), 5)
    fact = "; ".join(parts)
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *names),
        title=(f"{fact}.",),
        detail=("Missing: ", *names, ". What would stand there is counted nowhere."),
        todo=("read the log of the job that should have written it, then run it again.",),
        short=fact,
        evidence=_evidence.named("suite", (*groups, *legs)),
    )


def _unmeasured(names: tuple[str, ...]) -> Judgement:
    """Return legs whose coverage report alone is missing."""
    fact = f"{count(len(names), 'leg')} of the base left no coverage report"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(names, 5)),
        title=(f"{fact}.",),
        detail=("Missing: the coverage of ", *listed(names, 5), ". So coverage is not compared with the base."),
        todo=("read the log of the job that should have written it, then run it again.",),
        short=fact,
        evidence=_evidence.named("suite", names),
    )


def _files_gone(names: tuple[str, ...], policy: Policy) -> Judgement:
    """Return files that still exist and are no longer measured, with the level that they may have.

    They could hide a violation of any coverage rule, so they block if one of those rules blocks.
    """
    one = len(names) == 1
    fact = f"{count(len(names), 'file')} {'is' if one else 'are'} no longer measured"
    them = "it" if one else "them"
    unknown = (
        f", and the repository still has {them}. What {'it' if one else 'they'} would tell of coverage is unknown."
    )
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(names, 5)),
        title=(f"{fact}.",),
        detail=("The base measured ", *listed(names, 5), unknown),
        todo=(f"measure {them} again", *_way_out(them, policy), "."),
        short=fact,
        max_level=Level.BLOCK if _hides(policy) else Level.WARN,
        evidence=_evidence.named("file", names),
    )


def _hides(policy: Policy) -> bool:
    """Return whether a rule about coverage blocks, so that something missing could hide what it would block."""
    return any(rule.coverage and policy.levels[rule.name] is Level.BLOCK for rule in all_rules())


def _lines_gone(delta: CoverageDelta, policy: Policy) -> Judgement:
    """Return lines that the change does not touch and that are no longer measured; many of them block."""
    maximum = policy.option(NAME, "missing-lines")
    number, files = delta.missing_lines.total, count(len(delta.missing), "file")
    share = Fraction(number, delta.base.total)
    one = number == 1
    fact = f"{count(number, 'line')} {'is' if one else 'are'} no longer measured"
    them = "it" if one else "them"
    blocks = share > maximum and _hides(policy)
    figures = f"{percent(share, beside=maximum)} of the lines of the base, {limit(maximum)} allowed"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}, in {files}; {figures}: ", *listed(tuple(file.path for file in delta.missing), 5)),
        title=(f"{fact}.",),
        detail=(
            f"The base measured {them}, and this change does not touch {them}: {figures}. Counted as not covered.",
            *((" ", *_evidence.stale(delta)) if delta.stale else ()),
        ),
        todo=(
            _evidence.STALE_TODO.rstrip(".")
            if delta.stale
            else "check whether a report is missing, or another tool, version or configuration measured the coverage",
            *(_way_out(them, policy) if blocks else ()),
            ".",
        ),
        short=fact,
        max_level=Level.BLOCK if blocks else Level.WARN,
        evidence=_evidence.line_lists(delta.missing),
    )


def _way_out(them: str, policy: Policy) -> RichText:
    """Return what to do if files are excluded on purpose."""
    if not policy.waiver:
        return ()
    return (
        f"; if this change means to leave {them} out, a maintainer excuses it by the label ",
        Untrusted(policy.waiver),
    )


RULE = Rule(
    name=NAME,
    summary="Every suite and every leg of a matrix that the base had left a report in this run, too, and every file "
    "that the base measured and that is still there is measured; files that are not block if a rule about coverage "
    "does.",
    description="What the base measured and this run did not is not green, it is unknown. A suite that was renamed or "
    "moved is found again by its reports' paths, then by its tests. Where coverage reports lie beside the test "
    "reports of their legs, a leg whose coverage report alone is missing blocks, too. Suites that need not run "
    "for every change belong into `groups` of the policy; a suite, a leg or a file that is left out on purpose "
    "is excused by the waiver label. A file of which the change leaves no line to measure may be missing. Where"
    " it is not known which files a change deletes, those count that the repository still has. Lines of a measured "
    "file that the base measured, that the change does not touch, and that no report holds any more are named; "
    "they block if they are more than `missing-lines` of the base's lines.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    options={
        "missing-lines": Option(
            default=Fraction(5, 100),
            unit="percent",
            description="share of the base's lines that may be missing from measured files before it blocks",
            more_is_stricter=False,
        )
    },
    judge=judge,
    weight=35,
    evidence=True,
    waivable=True,
    points=40,
)
