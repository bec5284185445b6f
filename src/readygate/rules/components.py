"""components: each of the policy's components reaches its coverage goals."""

from readygate.model.comparison import Comparison
from readygate.model.coverage import LINES
from readygate.model.measures import ComponentResult
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed, sentences
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes, uncertain_coverage
from readygate.rules._measure import NOUNS
from readygate.support.number_format import allowed, decimal, limit, needed, percent

TOLD = 5


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a component below its minimum, with too large a drop, or without measured lines."""
    if not policy.components:
        return not_evaluated("The policy names no component")
    unknown = uncertain_coverage(comparison)
    if unknown:
        return unknown
    parts = comparison.measures.components
    missed = [part for part in parts if part.below or part.dropped or part.no_longer_measured]
    unmeasured = [part for part in parts if part.unmeasured and not part.no_longer_measured]
    apart = tuple(part.name for part in parts if part.gone and part.maximum_drop is not None)
    if not missed and not unmeasured:
        if apart and all(part.minimum is None for part in parts):
            return not_evaluated("The sides do not compare: files are no longer measured in ", *listed(apart, 3))
        return passes(f"{count(len(parts), 'component')} as asked", *_open(apart))
    told = sorted((*missed, *unmeasured), key=lambda part: (not part.critical, part.unmeasured, part.name))
    blocks = any(part.critical for part in missed)
    fact = _fact(len(missed), len(unmeasured))
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(tuple(part.name for part in told), TOLD)),
        title=(f"{fact}.",),
        detail=sentences([_told(part) for part in told], TOLD),
        todo=(*_todo(told[0]), "."),
        short=fact,
        evidence=_evidence.named("component", [part.name for part in told]),
        max_level=Level.BLOCK if blocks else Level.WARN,
    )


def _fact(missed: int, unmeasured: int) -> str:
    """Return a text such as "2 components miss their goals, 1 is not measured"."""
    parts = [f"{count(missed, 'component')} {'misses its' if missed == 1 else 'miss their'} goals"] if missed else []
    if unmeasured:
        number = f"{unmeasured:,}" if missed else count(unmeasured, "component")
        parts.append(f"{number} {'is' if unmeasured == 1 else 'are'} not measured")
    return ", ".join(parts)


def _open(apart: tuple[str, ...]) -> RichText:
    return ("; files are no longer measured in ", *listed(apart, 3)) if apart else ()


def _told(part: ComponentResult) -> RichText:
    critical = " (critical)" if part.critical else ""
    share, (noun, nouns) = part.least.fraction, NOUNS[part.measure]
    if part.unmeasured or share is None:
        why = f"no {noun} of it is measured any more" if part.no_longer_measured else "its paths fit no measured file"
        if part.files and part.measure != LINES and not part.no_longer_measured:
            why = f"no {noun} of it is measured"
        return (Untrusted(part.name), f"{critical}: {why}")
    facts = []
    if part.below and part.minimum is not None:
        more = count(
            needed(part.least.covered, part.least.total, part.minimum), f"more covered {noun}", f"more covered {nouns}"
        )
        facts.append(f"{percent(share)}, {limit(part.minimum)} asked, {more} needed")
    if part.dropped and part.fell is not None and part.maximum_drop is not None:
        more = count(_to_regain(part), f"more covered {noun}", f"more covered {nouns}")
        shown = decimal(part.fell * 100, above=part.maximum_drop * 100)
        facts.append(f"fell by {shown} points, {allowed(part.maximum_drop)} allowed, {more} needed")
    if part.missing:
        verb = "counts" if part.missing == 1 else "count"
        facts.append(f"{count(part.missing, 'line')} no longer measured {verb} as not covered")
    return (Untrusted(part.name), f"{critical}: {'; '.join(facts)}")


def _to_regain(part: ComponentResult) -> int:
    before = part.base.fraction if part.base else None
    if before is None or part.maximum_drop is None:
        return 0
    return needed(part.least.covered, part.least.total, before - part.maximum_drop)


def _todo(part: ComponentResult) -> RichText:
    if part.no_longer_measured:
        return ("check that the tests of ", Untrusted(part.name), " still run with coverage")
    if part.unmeasured:
        if part.files and part.measure != LINES:
            return ("measure the branches of ", Untrusted(part.name), f", or take `measure: {part.measure}` away")
        return ("check the paths of ", Untrusted(part.name), " in the policy")
    below = needed(part.least.covered, part.least.total, part.minimum) if part.minimum is not None else 0
    more = max(below, _to_regain(part) if part.dropped else 0)
    noun, nouns = NOUNS[part.measure]
    return (f"cover {count(more, f'more {noun}', f'more {nouns}')} of ", Untrusted(part.name))


RULE = Rule(
    name="components",
    summary="Each of the policy's `components` has its `minimum` of covered lines and did not fall by more than its "
    "`maximum-drop`. It blocks for a component that is `critical`, and warns for any other.",
    description="A project's share hides where it is poor. A component is a set of paths with goals of its own. As in "
    "coverage-drop, lines that the change removes can only explain a drop, and if a file that the base "
    "measured is still there and no longer measured, the sides do not compare. A component of which no line is "
    "measured is told; if the base measured it, and it is critical, that blocks.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=54,
    key="components",
    points=20,
    coverage=True,
)
