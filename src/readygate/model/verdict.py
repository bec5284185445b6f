"""Findings of rules, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import TypeVar

from msgspec import Struct

from readygate.model.rich_text import RichText


class Level(IntEnum):
    """The highest effect that a rule may have."""

    OFF = 0
    WARN = 1
    BLOCK = 2


class Status(IntEnum):
    """The result of a rule, in the order of severity."""

    NOT_EVALUATED = 0
    PASS = 1
    WARN = 2
    BLOCK = 3


T = TypeVar("T")

MAX_EVIDENCE = 20
"""Maximum number of things that a finding names; the lists of the report contain all."""


class EvidenceItem(Struct, frozen=True, kw_only=True):
    """One named thing that a finding is based on.

    Attributes:
        kind: test, file, report, suite, job, input, policy, component or category.
        name: untrusted.
        note: a remark, untrusted; empty if the finding says it.
        file: its location, if a report states one.
        line: from 1, 0 if unknown.
    """

    kind: str
    name: str
    note: str = ""
    file: str = ""
    line: int = 0


class Evidence(Struct, frozen=True, kw_only=True):
    """The named things that a finding is based on.

    Attributes:
        items: the first `MAX_EVIDENCE`.
        total: the number of all.
    """

    items: tuple[EvidenceItem, ...] = ()
    total: int = 0

    @classmethod
    def of(cls, things: Sequence[T], show: Callable[[T], EvidenceItem]) -> Evidence:
        """Return evidence that shows the first of some things."""
        return cls(items=tuple(map(show, things[:MAX_EVIDENCE])), total=len(things))

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(items=(*self.items, *other.items)[:MAX_EVIDENCE], total=self.total + other.total)


# `rename` keeps the key in report.json
class Finding(Struct, frozen=True, kw_only=True, rename={"deduction": "lost"}):
    """What one rule found.

    Attributes:
        summary: one line for the table of all rules; for a rule that was not evaluated, the reason.
        title: the fact with its number, for the table of findings; empty unless it warns or blocks.
        detail: more evidence, a sentence or two.
        todo: the next action, in the imperative, with the distance to pass.
        short: the fact in a few words, for the first line.
        needs_baseline: not evaluated, only because there is no baseline.
        incomplete: not evaluated because reports are damaged or missing.
        waived: a label reduces its block to a warning.
        deduction: points that it deducts from the readiness score.
        evidence: the named things that it is based on.
        foreign: the distribution and version that the rule comes from; empty for Readygate's own.
    """

    rule: str
    level: Level
    status: Status
    summary: RichText
    title: RichText = ()
    detail: RichText = ()
    todo: RichText = ()
    short: str = ""
    needs_baseline: bool = False
    incomplete: bool = False
    waived: bool = False
    deduction: Fraction = Fraction(0)
    evidence: Evidence = Evidence()
    foreign: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    """Ready or not, and why.

    Attributes:
        reason: the deciding reason, without a full stop: "3 tests newly fail".
        findings: of all rules that are not off, the strongest first.
        off: names of the rules that are off.
        preset: the preset that the policy starts from.
        policy: the policy file and its commit; empty without one.
        inform: it fails neither check nor job.
        score: exact readiness from 0 to 100; None if nothing was evaluated. It is 100 minus the `lost` of all
            findings.
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
        """Return the findings with a status."""
        return tuple(f for f in self.findings if f.status is status)
