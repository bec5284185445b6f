"""patch-coverage: the coverage of the changed lines reaches a minimum."""

from fractions import Fraction

from readygate.model.comparison import Comparison, FileLines, Patch
from readygate.model.coverage import LINES
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport
from readygate.model.rich_text import RichText, count, listed
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Level
from readygate.rules import INCOMPLETE, Judgement, Option, Result, Rule, _evidence, not_evaluated, passes
from readygate.rules._measure import MEASURE, judge_patch, measure_of
from readygate.support.number_format import limit, needed, percent

NAME = "patch-coverage"

_NOT_LISTED = Judgement(
    result=Result.VIOLATED,
    summary=("Not every changed file is listed, so the share is not known",),
    title=("The coverage of the changed lines is not known.",),
    detail=("More files changed than GitHub lists.",),
    todo=("split the change, or compare it locally.",),
    short="coverage of changed lines unknown",
)


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation if the covered share of the measured changed lines is below the minimum."""
    minimum = policy.option(NAME, "minimum")
    coverage = comparison.coverage
    if coverage is None:
        return not_evaluated("Coverage was not measured")
    if has_damage(comparison.head.evidence, CoverageReport):
        return INCOMPLETE
    patch = coverage.patch
    if patch is None:
        return not_evaluated(coverage.patch_note or "The changed lines are not known")
    if not patch.complete:
        return _NOT_LISTED
    if measure_of(policy, NAME) != LINES:
        return judge_patch(coverage, patch, comparison.changes, policy)
    return _judge_lines(patch, minimum)


def _judge_lines(patch: Patch, minimum: Fraction) -> Judgement:
    share = patch.lines.fraction
    if patch.unmeasured_lines and (share is None or share >= minimum):
        return _unmeasured(patch)
    if share is None:
        return passes("No changed line is measured")
    figures = f"{patch.lines.covered:,} of {patch.lines.total:,} changed lines, {percent(share, beside=minimum)}"
    detail: RichText = ()
    if patch.left_out:
        names = listed(patch.left_out, 3)
        detail = (
            " The diff of ",
            *names,
            " was left out (too large, or not text), so all measured lines there count as changed.",
        )
    asked, stop = f"{limit(minimum)} asked", "." if detail else ""
    if share >= minimum:
        return passes(f"{figures}; {asked}{stop}", *detail)
    more = needed(patch.lines.covered, patch.lines.total, minimum)
    open_lines = patch.lines.total - patch.lines.covered
    only_moved = patch.moved > 0 and (patch.new_share is None or patch.new_share >= minimum)
    if only_moved:
        lines = f"{count(patch.moved, 'uncovered line')} {'was' if patch.moved == 1 else 'were'}"
        detail = (*detail, f" {lines} only moved or reformatted, so this does not block.")
    return Judgement(
        result=Result.VIOLATED,
        summary=(
            f"{figures}; {limit(minimum)} asked, {count(more, 'more line')} needed{'.' if detail else ''}",
            *detail,
        ),
        title=(f"{percent(share, beside=minimum)} of the changed lines are covered.",),
        detail=(f"The policy asks for {limit(minimum)}.", *detail),
        todo=(
            f"cover the {count(open_lines, 'line')} listed below."
            if more == open_lines
            else f"cover {more:,} more of the {count(open_lines, 'line')} listed below.",
        ),
        short=f"{percent(share, beside=minimum)} of the changed lines are covered",
        max_level=Level.WARN if only_moved else Level.BLOCK,
        evidence=_evidence.uncovered(patch.files),
    )


def _unmeasured(patch: Patch) -> Judgement:
    """Return measured files of which no changed line is measured; they block if measured lines were replaced."""
    files = patch.unmeasured_lines
    names = listed(tuple(file.path for file in files), 3)
    replaced = any(file.replaced for file in files)
    why = " They replace lines that the base measured." if replaced else ""
    fact = f"No changed line of {count(len(files), 'measured file')} is measured"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *names),
        title=(f"{fact}.",),
        detail=("A report holds ", *names, f", but none of the added lines, although some seem to be code.{why}"),
        todo=("check that the report is that of the tested commit, and that it holds all lines.",),
        short=f"no changed line of {count(len(files), 'file')} is measured",
        max_level=Level.BLOCK if replaced else Level.WARN,
        evidence=_evidence.line_lists([FileLines(path=file.path, lines=file.lines) for file in files]),
    )


RULE = Rule(
    name=NAME,
    summary="Of the changed lines that are measured, at least `minimum` are covered.",
    levels=(Level.WARN, Level.BLOCK, Level.OFF),
    judge=judge,
    weight=60,
    options={
        "minimum": Option(
            default=Fraction(80, 100),
            unit="percent",
            description="least share of the changed lines to be covered",
            more_is_stricter=True,
        ),
        "measure": MEASURE,
    },
    description="The changed lines are those that the tested commit adds to the first parent of the merge commit; "
    "lines without code do not count. If no changed line is measured the rule passes. But if no added line of a "
    "measured file is, although some seem to be code, it warns, and may block if they replace lines that the base "
    "measured. A file whose diff GitHub leaves out because of its size counts with all of its lines. If only lines "
    "miss the minimum that the change moves or reformats, and that were not covered before, the rule warns and does "
    "not block.",
    points=10,
    coverage=True,
)
