"""Situations of report-age."""

from collections.abc import Callable
from fractions import Fraction

from msgspec.structs import replace
from tests.support.builders import (
    compared,
    measure,
    numbered,
    policy,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import NOW, green

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy


def aged(hours: int) -> Policy:
    chosen = policy()
    return replace(chosen, options={**chosen.options, "report-age": {"hours": Fraction(hours)}})


def written(*hours: float | None) -> Callable[[], Comparison]:
    """Reports that were written so many hours before the run; None states no time."""

    def make() -> Comparison:
        found = [
            replace(report({f"A{number}": numbered("p")}), written=None if age is None else NOW - age * 3600)
            for number, age in enumerate(hours)
        ]
        return replace(compared(measure(*found)), now=NOW)

    return make


SITUATIONS = Situations(
    levels="WARN WARN WARN",
    rows=[
        Row(PASS, written(0.5), ("1 report written within 24 hours",), under=aged(24)),
        Row(PASS, written(24.0, None), under=aged(24)),
        Row(PASS, written(-0.9), under=aged(24)),
        Row(VIOLATED, written(24.1), ("1 report is older",), under=aged(24)),
        Row(VIOLATED, written(-1.1), ("1 report comes from the future",), under=aged(24)),
        Row(VIOLATED, written(90, 50, -5, 1), ("2 reports are older", "1 report comes"), under=aged(24)),
        Row(PASS, written(90), under=aged(100)),
        Row(UNKNOWN, written(None), ("states a time",)),
        Row(UNKNOWN, green, ("not known",), under=aged(24)),
    ],
)
