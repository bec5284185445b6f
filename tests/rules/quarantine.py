"""Situations of quarantine."""

from msgspec.structs import replace
from tests.support.builders import (
    baseline,
    measure,
    numbered,
    policy,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import BASE, NOW, cut_short, green

from readygate.compare import ComparisonOptions, compare
from readygate.compare.classify_failures import FailureCriteria
from readygate.model.comparison import Comparison
from readygate.model.policy import Policy, Quarantine, quarantined
from readygate.model.policy_change import PolicyChange
from readygate.model.verdict import Level


def excusing(*entries: tuple[str, str]) -> Policy:
    """A policy with entries of (tests, last day)."""
    made = tuple(Quarantine(tests=(tests,), reason="it is being mended", expires=day) for tests, day in entries)
    return replace(policy(), quarantine=made)


def failing_in_quarantine() -> Comparison:
    suite = measure(report({"A": numbered("pf")}))
    fits = quarantined(excusing(("A::*", "2027-01-15")), "2027-01-15")
    known = baseline(measure(report({"A": numbered("pp")}), commit=BASE))
    options = ComparisonOptions(failures=FailureCriteria(quarantined=fits), now=NOW)
    return compare(suite, known, changes=None, since_baseline=None, options=options)


SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, green, ("excuses no test",)),
        Row(PASS, lambda: green(now=NOW), ("0 failing tests are excused",), under=excusing(("A::*", "2027-01-15"))),
        Row(
            VIOLATED,
            failing_in_quarantine,
            ("1 failing test is in quarantine", "A::test_1"),
            Level.WARN,
            excusing(("A::*", "2027-01-15")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine expired",),
            under=excusing(("A", "2027-01-14")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine fits no test",),
            Level.WARN,
            excusing(("B::*", "2030-01-01")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine expired; 2 entries of the quarantine fit no test",),
            under=excusing(("A::*", "2026-12-31"), ("B::*", "2030-01-01"), ("C::*", "2030-01-01")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW, policy_change=PolicyChange(tightened=(("less",),))),
            max_level=Level.WARN,
            under=excusing(("A::*", "2026-12-31")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW, policy_change=PolicyChange(neutral=(("other size",),))),
            under=excusing(("A::*", "2026-12-31")),
        ),
        # what a damaged report lacks may stand in the rest
        Row(PASS, lambda: replace(cut_short(), now=NOW), under=excusing(("B::*", "2030-01-01"))),
        Row(UNKNOWN, green, ("The day is not known",), under=excusing(("A::*", "2027-01-14"))),
    ],
)
