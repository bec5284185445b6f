"""new-exclusions: no line is newly excluded from the coverage measurement."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import Untrusted, count
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _evidence, not_evaluated, passes
from readygate.support.number_format import lines_text

TOLD = 3


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for lines that are excluded now and were not on the base."""
    if comparison.baseline is None:
        return NO_BASELINE
    if comparison.coverage is None:
        return not_evaluated("Coverage was not measured")
    if comparison.unmeasured_legs:
        return not_evaluated("A leg of the base left no coverage report", incomplete=True)
    delta = comparison.coverage.delta
    if delta is None:
        return not_evaluated("The base did not measure coverage", needs_baseline=True)
    if delta.excluded is None:
        return not_evaluated("The changed lines are not known")
    number = sum(len(file.lines) for file in delta.excluded)
    if not number:
        return passes("0 lines")
    detail: list[str | Untrusted] = []
    for file in delta.excluded[:TOLD]:
        shown = lines_text(file.lines[:50]) + (" and more" if len(file.lines) > 50 else "")
        detail += ["; " if detail else "", Untrusted(file.path), f": {shown}"]
    if len(delta.excluded) > TOLD:
        detail.append(f"; and {count(len(delta.excluded) - TOLD, 'more file')}")
    fact = f"{count(number, 'line')} {'is' if number == 1 else 'are'} newly excluded from coverage"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{count(number, 'line')} in {count(len(delta.excluded), 'file')}",),
        title=(f"{fact}.",),
        detail=(*detail, "."),
        todo=(f"cover {'it' if number == 1 else 'them'}, or say in the description why nothing can.",),
        short=fact,
        evidence=_evidence.line_lists(delta.excluded),
    )


RULE = Rule(
    name="new-exclusions",
    summary="No line is newly excluded from the measurement of coverage.",
    description="A line that is marked as excluded (`# pragma: no cover` and the like) counts neither as covered nor "
    "as not covered, so that marking the lines that nothing covers lifts every share. Told are the lines that the "
    "base measured and this run excludes, and excluded lines that the change adds, unless they stand among lines that "
    "were excluded before. It sees only what a report tells: those of coverage.py (JSON, or its data file), gcovr "
    "(JSON) and SimpleCov do; others leave excluded lines out, as if they held no code. Of those, reports-complete "
    "names the lines that the base measured.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=68,
    points=10,
    coverage=True,
)
