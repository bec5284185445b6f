"""Rules' findings and the verdict that follows from them."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction

from readygate.model.phrase import Phrase
from readygate.model.value import dataclass


class Level(IntEnum):
    """What a rule may do at most."""

    OFF = 0
    WARN = 1
    BLOCK = 2


class Status(IntEnum):
    """What a rule found; the order is the order of weight."""

    NOT_EVALUATED = 0
    PASS = 1
    WARN = 2
    BLOCK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found.

    Attributes:
        summary: one line for the table of all rules; for a rule that was not evaluated, the reason.
        title: the fact with its number, for the table of findings; empty unless it warns or blocks.
        detail: more evidence, a sentence or two.
        todo: the next action, in the imperative, with the distance to pass.
        short: the fact in a few words, for the first line.
        needs_baseline: not evaluated only because there is no baseline.
        incomplete: not evaluated because a report is damaged.
        waived: it would block, and a label excuses it.
        lost: points that it takes off the readiness score.
    """

    rule: str
    level: Level
    status: Status
    summary: Phrase
    title: Phrase = ()
    detail: Phrase = ()
    todo: Phrase = ()
    short: str = ""
    needs_baseline: bool = False
    incomplete: bool = False
    waived: bool = False
    lost: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Ready or not, and why.

    Attributes:
        reason: the deciding reason, without a full stop: "3 tests newly fail".
        findings: of all rules that are not off, the strongest first.
        off: names of the rules that the policy leaves out.
        preset: the preset that the policy starts from.
        policy: the file that says the rest of it, and of which commit; empty without one.
        inform: it is told and fails nothing.
        score: readiness from 0 to 100, exact; None if nothing was evaluated. The findings' `lost` add up to what it
            lacks.
    """

    ready: bool
    reason: str
    findings: tuple[Finding, ...]
    off: tuple[str, ...] = ()
    preset: str = "standard"
    policy: str = ""
    inform: bool = False
    score: Fraction | None = None

    def of(self, status: Status) -> tuple[Finding, ...]:
        """The findings with one status."""
        return tuple(f for f in self.findings if f.status is status)
