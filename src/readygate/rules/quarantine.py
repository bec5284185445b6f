"""quarantine: no entry is expired or unused, and no failing test needs one."""

from collections.abc import Iterator

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy, Quarantine, class_and_name_fit
from readygate.model.results import SEPARATOR, TestId
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, one_sided, passes
from readygate.support.dates import utc_date


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for expired entries, entries that match no test of a complete run, and excused failures."""
    entries = policy.quarantine
    if not entries:
        return passes("The policy excuses no test")
    if not comparison.now:
        return not_evaluated("The day is not known")
    today = utc_date(comparison.now)
    expired = tuple(entry for entry in entries if entry.expires < today)
    fitting = comparison.head.snapshot.legs and one_sided(comparison) is None
    idle = _idle(comparison, tuple(entry for entry in entries if entry.expires >= today)) if fitting else ()
    excused = tuple(_evidence.full_name(change.id) for change in comparison.tests.quarantined)
    number = len(excused)
    told: RichText = (f"{count(number, 'failing test')} {'is' if number == 1 else 'are'} excused",)
    if excused:
        told = (*told, ": ", *listed(excused, 3))
    evidence = _evidence.tests(comparison.tests.quarantined, comparison)
    if not expired and not idle and not excused:
        return passes(*told)
    parts = []
    if expired:
        parts.append(f"{count(len(expired), 'entry', 'entries')} of the quarantine expired")
    if idle:
        parts.append(f"{count(len(idle), 'entry', 'entries')} of the quarantine {_fit(len(idle))} no test")
    if excused:
        parts.append(f"{count(number, 'failing test')} {'is' if number == 1 else 'are'} in quarantine")
    fact = "; ".join(parts)
    odd = {_name(entry): f"expired on {entry.expires}: {entry.reason}" for entry in expired}
    odd |= {_name(entry): f"fits no test of this run: {entry.reason}" for entry in idle}
    change = comparison.policy_change
    tightened = change is not None and bool(change.tightened) and not change.loosened
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(excused, 3)) if excused else (fact,),
        title=(f"{fact}.",),
        detail=(*_detail(expired, idle), *((" " if expired or idle else "", *told, ".") if excused else ())),
        todo=(
            "fix the tests and take their entries out of the policy file."
            if expired or not idle
            else "take out of the policy file what fits no test.",
        ),
        short=fact,
        # a change that removes the entry, or the test, must be able to pass
        max_level=Level.BLOCK if expired and not tightened else Level.WARN,
        evidence=_evidence.named("policy", tuple(odd), odd) + evidence,
    )


def _fit(number: int) -> str:
    return "fits" if number == 1 else "fit"


def _detail(expired: tuple[Quarantine, ...], idle: tuple[Quarantine, ...]) -> RichText:
    parts: list[str | Untrusted] = []
    if expired:
        first = min(expired, key=lambda entry: entry.expires)
        parts += [Untrusted(_name(first)), f" expired on {first.expires} and excuses nothing any more."]
    if idle:
        parts += [" " if parts else "", *listed(tuple(map(_name, idle)), 3), f" {_fit(len(idle))} no test of this run."]
    return tuple(parts)


def _name(entry: Quarantine) -> str:
    return ", ".join(entry.tests)


def _idle(comparison: Comparison, entries: tuple[Quarantine, ...]) -> tuple[Quarantine, ...]:
    """Return the entries that match no test of this run or of carried suites."""
    left = {number: class_and_name_fit(entry.tests) for number, entry in enumerate(entries)}
    for test in _tests(comparison):
        left = {number: fits for number, fits in left.items() if not fits(test)}
        if not left:
            break
    return tuple(entries[number] for number in sorted(left))


def _tests(comparison: Comparison) -> Iterator[TestId]:
    for leg in (*comparison.head.snapshot.legs, *comparison.carried):
        for class_name, block in leg.blocks.items():
            for name in block.names.split(SEPARATOR):
                yield TestId(group=leg.group, class_name=class_name, name=name)


RULE = Rule(
    name="quarantine",
    summary="No entry of the policy's `quarantine` has expired, each fits a test, and no failing test needs one.",
    description="A quarantine excuses failing tests until a day, in UTC, and for a reason. Failures that it excuses "
    "are named here and only warn. They fit tests that the base knows, class and name each by itself; a "
    "test that the change adds is never in quarantine. An entry that has expired excuses nothing: its "
    "tests count as every other, and the entry is told until it is gone. An entry that fits no test is a "
    "leftover, or its test was renamed; it is told, and never blocks. Nor does anything here block a "
    "change that only tightens the policy file, as taking an entry out does.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=48,
    points=10,
)
