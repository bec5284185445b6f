"""unmeasured-files: every changed source file has coverage data."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport
from readygate.model.rich_text import count, listed
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Level
from readygate.rules import INCOMPLETE, Judgement, Result, Rule, _evidence, not_evaluated, passes

TOLD = 5


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for changed source files that are in no coverage report."""
    coverage = comparison.coverage
    if coverage is None:
        return not_evaluated("Coverage was not measured")
    if has_damage(comparison.head.evidence, CoverageReport):
        return INCOMPLETE
    patch = coverage.patch
    if patch is None:
        return not_evaluated(coverage.patch_note or "The changed lines are not known")
    names = patch.unmeasured
    if not names:
        return passes("0 files" if patch.complete else "0 of the files that are listed")
    fact = f"{count(len(names), 'changed source file')} {'is' if len(names) == 1 else 'are'} not measured"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(names, TOLD)),
        title=(f"{fact}.",),
        detail=("No coverage report holds ", *listed(names, TOLD), "."),
        todo=(
            "check that the coverage tool is told to measure ",
            "it." if len(names) == 1 else "them.",
        ),
        short=fact,
        evidence=_evidence.named("file", names),
    )


RULE = Rule(
    name="unmeasured-files",
    summary="Every changed source file, tests aside, is measured by a coverage report.",
    description="A file that no test imports is often missing from the report, and with it its lines from the "
    "coverage of the changed lines: nothing is poorer than nothing at all. Source files are those with the suffix of "
    "a measured file; tests are known by their names. Most tools measure all files of a folder if they are told to "
    "(`source` for coverage.py, `collectCoverageFrom` for Jest, `all` for Vitest).",
    levels=(Level.WARN, Level.WARN, Level.OFF),
    judge=judge,
    weight=85,
    points=5,
    coverage=True,
)
