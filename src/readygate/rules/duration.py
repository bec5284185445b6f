"""duration: the tests do not take longer than on the base."""

from fractions import Fraction

from readygate.model.comparison import Comparison
from readygate.model.measures import SharedTime, Timed
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Option, Result, Rule, _evidence, not_evaluated, one_sided, passes
from readygate.support.number_format import decimal

NAME = "duration"
TOLD = 3
RUNS = 10
"""Newest runs of the base branch that show how much the durations vary."""


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation if all tests together, or single tests, take longer by a factor and a number of seconds."""
    if comparison.baseline is None:
        return NO_BASELINE
    apart = one_sided(comparison)
    if apart:
        return apart
    time, rows = comparison.durations.shared, comparison.durations.above_limit
    if time is None or not time.now or not time.before:
        return not_evaluated("The reports of one side tell no durations")
    factor, seconds = policy.option(NAME, "total-factor"), policy.option(NAME, "total-seconds")
    more = Fraction(time.now) - Fraction(time.before)
    slower_by = Fraction(time.now) > factor * Fraction(time.before) and more >= seconds
    total = slower_by and comparison.head.snapshot.seconds > _slowest_run(comparison)
    figures = (
        f"{_shown(time.now)} now, {_shown(time.before)} on the base, of {count(time.tests, 'test')} that both have"
    )
    if not total and not rows:
        return passes(figures)
    facts = []
    if total:
        facts.append("the tests take longer")
    if rows:
        facts.append(f"{count(len(rows), 'test')} {'takes' if len(rows) == 1 else 'take'} longer")
    fact = "the tests take longer" if total else facts[0]
    return Judgement(
        result=Result.VIOLATED,
        summary=(figures, f"; {facts[-1]}" if rows else ""),
        title=(f"{fact[0].upper()}{fact[1:]} than on the base.",),
        detail=(f"{figures}.", *_rows(rows)),
        todo=(*_todo(time, factor, seconds, total, rows), "."),
        short=f"{fact} than on the base",
        evidence=_evidence.named("test", [_evidence.full_name(row.test) for row in rows]),
    )


def _slowest_run(comparison: Comparison) -> float:
    """Return the duration in seconds of the slowest of the last runs of the base."""
    history = comparison.baseline.history if comparison.baseline else None
    return max((run.seconds for run in history.runs[-RUNS:] if run.complete), default=0.0) if history else 0.0


def _shown(seconds: float | Fraction) -> str:
    return f"{decimal(Fraction(seconds))} s"


def _rows(rows: tuple[Timed, ...]) -> RichText:
    parts: list[str | Untrusted] = []
    for row in rows[:TOLD]:
        leg = (" on ", Untrusted(row.leg)) if row.leg else ()
        parts += [", " if parts else " Slower: ", Untrusted(row.test.name), *leg]
        parts.append(f" ({_shown(row.before or 0.0)} → {_shown(row.seconds)})")
    if len(rows) > TOLD:
        parts.append(f" and {len(rows) - TOLD:,} more")
    return (*parts, ".") if parts else ()


def _todo(time: SharedTime, factor: Fraction, seconds: Fraction, total: bool, rows: tuple[Timed, ...]) -> RichText:
    first: RichText = (
        ("look at what ", Untrusted(rows[0].test.name), " waits for") if rows else ("look at the slowest tests",)
    )
    if not total:
        return first
    most = max(factor * Fraction(time.before), Fraction(time.before) + seconds)
    return (*first, f": {_shown(Fraction(time.now) - most)} less are needed")


RULE = Rule(
    name=NAME,
    summary="The tests that both sides have take at most `total-factor` times as long as on the base, and no single "
    "one more than `test-factor` times as long; what takes less than `total-seconds` or `test-seconds` longer is "
    "noise.",
    description="Shared machines vary by a third and more from run to run, so a factor and a number of seconds must "
    "both be exceeded. For single tests the factor is taken of what most tests of the run take longer: a slow machine "
    "slows them all; and all together must take longer than in each of the last 10 runs of the base. Each leg is "
    "compared with the same leg of the base. Tests that the change adds slow down no other and are left out.",
    levels=(Level.OFF, Level.OFF, Level.OFF),
    judge=judge,
    weight=90,
    options={
        "total-factor": Option(
            default=Fraction(3, 2),
            unit="factor",
            description="how many times as long all together may take",
            more_is_stricter=False,
        ),
        "total-seconds": Option(
            default=Fraction(30),
            unit="seconds",
            description="how much longer all together must take",
            more_is_stricter=False,
        ),
        "test-factor": Option(
            default=Fraction(2),
            unit="factor",
            description="how many times as long a test may take",
            more_is_stricter=False,
        ),
        "test-seconds": Option(
            default=Fraction(1), unit="seconds", description="how much longer a test must take", more_is_stricter=False
        ),
    },
    points=5,
)
