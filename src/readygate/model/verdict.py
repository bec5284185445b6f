"""Rules' findings and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import TypeVar

from msgspec import Struct

from readygate.model.rich_text import Phrase


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


T = TypeVar("T")

MOST_EXHIBITS = 20
"""Single things that a finding names; all of them stand in the lists of the report."""


class Exhibit(Struct, frozen=True, kw_only=True):
    """One thing that a finding rests on.

    Attributes:
        kind: test, file, report, suite, job, input, policy, component, category.
        name: its name, untrusted.
        note: what is the matter with it, untrusted as far as it holds names; empty if the finding says it.
        file: where it stands, as far as a report says.
        line: from 1, 0 if unknown.
    """

    kind: str
    name: str
    note: str = ""
    file: str = ""
    line: int = 0


class Exhibits(Struct, frozen=True, kw_only=True):
    """What a finding rests on, by name.

    Attributes:
        items: the first `MOST_EXHIBITS`.
        total: how many there are.
    """

    items: tuple[Exhibit, ...] = ()
    total: int = 0

    @classmethod
    def of(cls, things: Sequence[T], show: Callable[[T], Exhibit]) -> Exhibits:
        """Name the first of some things."""
        return cls(items=tuple(map(show, things[:MOST_EXHIBITS])), total=len(things))

    def __add__(self, other: Exhibits) -> Exhibits:
        return Exhibits(items=(*self.items, *other.items)[:MOST_EXHIBITS], total=self.total + other.total)


class Finding(Struct, frozen=True, kw_only=True):
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
        evidence: what it rests on, by name.
        foreign: the distribution and version that the rule comes from; empty for Readygate's own.
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
    evidence: Exhibits = Exhibits()
    foreign: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
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
