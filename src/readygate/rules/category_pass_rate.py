"""category-pass-rate: the pass rate of each of the policy's categories reaches its minimum."""

from readygate.model.comparison import Comparison
from readygate.model.measures import CategoryResult
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.rich_text import RichText, Untrusted, count, listed, sentences
from readygate.model.snapshot import has_damage
from readygate.model.verdict import Level
from readygate.rules import INCOMPLETE, Judgement, Result, Rule, _evidence, not_evaluated, passes
from readygate.support.number_format import limit, needed, percent

TOLD = 5


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a category below its minimum, or in which no test ran."""
    if not policy.categories:
        return not_evaluated("The policy names no category")
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report")
    parts = comparison.measures.categories
    missed = [part for part in parts if part.below or (part.no_longer_run and part.minimum is not None)]
    empty = [part for part in parts if part.empty and part not in missed]
    if not missed and has_damage(comparison.head.evidence, TestReport):
        return INCOMPLETE
    if not missed and not empty:
        return passes(f"{count(len(parts), 'category', 'categories')} as asked")
    told = sorted((*missed, *empty), key=lambda part: (part not in missed, part.name))
    fact = _fact(len(missed), len(empty))
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(tuple(part.name for part in told), TOLD)),
        title=(f"{fact[0].upper()}{fact[1:]}.",),
        detail=sentences([_told(part) for part in told], TOLD),
        todo=(*_todo(told[0]), "."),
        short=fact,
        evidence=_evidence.named("category", [part.name for part in told]),
        max_level=Level.BLOCK if missed else Level.WARN,
    )


def _fact(missed: int, empty: int) -> str:
    """Return a text such as "2 categories miss their pass rate, 1 ran no test"."""
    number = count(missed, "category", "categories")
    parts = [f"{number} {'misses its' if missed == 1 else 'miss their'} pass rate"] if missed else []
    if empty:
        parts.append(f"{f'{empty:,}' if missed else count(empty, 'category', 'categories')} ran no test")
    return ", ".join(parts)


def _told(part: CategoryResult) -> RichText:
    rate = part.counts.pass_rate
    if rate is None:
        before = ", and some did on the base" if part.no_longer_run else ""
        return (Untrusted(part.name), f": none of its tests ran{before}")
    asked = "" if part.minimum is None else f", {limit(part.minimum)} asked"
    ran = part.counts.passed + part.counts.failing
    fewer = count(_fewer(part), "test")
    return (
        Untrusted(part.name),
        f": {part.counts.passed:,} of {count(ran, 'test')} passed, {percent(rate)}{asked}, {fewer} fewer may fail",
    )


def _fewer(part: CategoryResult) -> int:
    ran = part.counts.passed + part.counts.failing
    return 0 if part.minimum is None else needed(part.counts.passed, ran, part.minimum)


def _todo(part: CategoryResult) -> RichText:
    if part.empty:
        return ("check that the tests of ", Untrusted(part.name), " still run, and how the policy names them")
    return ("fix the failing tests of ", Untrusted(part.name), f": {count(_fewer(part), 'test')} fewer may fail")


RULE = Rule(
    name="category-pass-rate",
    summary="Of the tests of each of the policy's `categories` that ran, its `minimum` passed. It only warns if no "
    "test of a category ran here nor on the base.",
    description="A category is a set of tests by name, with a pass rate of its own: all of the tests of payments, 95 "
    "% of those of the browser. Each test counts once, and of several legs the worst outcome. A test may be in "
    "several categories. A category of which no test ran is told, as its name may be wrong; if some ran on the base "
    "it misses its pass rate.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=15,
    key="categories",
    points=20,
)
