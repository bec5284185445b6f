"""vanished-tests: no test of the base is missing."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from readygate.model.comparison import Comparison, TestChange
from readygate.model.load_errors import load_errors
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Option, Result, Rule, _evidence, one_sided, passes
from readygate.support.number_format import limit, percent

NAME = "vanished-tests"
SHARE = "max-missing"
_FEW = 3
"""At most this number of missing tests does not block by its share: the suite is small."""


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for tests that the base has and this run lacks, renames considered."""
    if comparison.baseline is None:
        return NO_BASELINE
    apart = one_sided(comparison)
    if apart:
        return apart
    gone = comparison.tests.vanished
    known = _renamed(comparison)
    if not gone:
        return passes(f"0 tests{known}")
    number = len(gone)
    fact = f"{count(number, 'test')} {'is' if number == 1 else 'are'} gone{_in_part(gone)}"
    maximum = policy.option(NAME, SHARE)
    much = [(where, share) for where, share in _missing_shares(comparison) if share > maximum]
    detail: RichText = ("The base has them.",)
    if number == 1:
        only = gone[0].id
        place = (" in ", Untrusted(only.class_name)) if only.class_name else ()
        on = (" on ", *listed(gone[0].legs, 3)) if gone[0].after is not None and gone[0].legs else ()
        detail = ("The base has ", Untrusted(only.name), *place, *on, ".")
    if much:
        where, share = much[0]
        missing: RichText = (f" {percent(share)} of its tests are missing", *where)
        detail = (*detail, *missing, f"; more than {limit(maximum)} block.")
    return Judgement(
        result=Result.VIOLATED,
        min_level=Level.BLOCK if much else Level.OFF,
        summary=(f"{fact}{known}",),
        title=(f"{fact}.",),
        detail=detail,
        todo=(_todo(comparison, number),),
        short=fact,
        evidence=_evidence.tests(gone, comparison),
    )


def _todo(comparison: Comparison, number: int) -> str:
    them = "it" if number == 1 else "them"
    if load_errors(comparison.tests):
        return f"nothing more, if what could not be loaded holds {them}."
    return f"bring {them} back, or say in the description why."


def _missing_shares(comparison: Comparison) -> Iterator[tuple[RichText, Fraction]]:
    """Yield the share of the base's tests that no leg has under any name, then of each leg those that it alone lost.

    Shares of a few tests are left out.
    """
    vanished = comparison.tests.vanished
    gone = sum(change.after is None for change in vanished)
    if gone > _FEW and comparison.tests.base:
        yield (), Fraction(gone, comparison.tests.base.total)
    lost = Counter((change.id.group, leg) for change in vanished if change.after is not None for leg in change.legs)
    for leg in comparison.base.legs if comparison.base and lost else ():
        if (number := lost[leg.group, leg.leg]) > _FEW:
            yield (" on ", Untrusted(leg.leg)), Fraction(number, leg.counts().total)


def _in_part(gone: tuple[TestChange, ...]) -> str:
    """Return the part of the text about tests that other legs of a matrix still have."""
    number = sum(change.after is not None for change in gone)
    if not number:
        return ""
    return " from some legs" if number == len(gone) else f", {number:,} of them from some legs only"


def _renamed(comparison: Comparison) -> str:
    """Return the number of renamed tests, and which part of their names changed."""
    renamed = comparison.tests.renamed
    if not renamed:
        return ""
    number = len(renamed)
    parts = Counter(_HOW[pair.how] for pair in renamed)
    what = ", ".join(f"{part} of {count_:,}" for part, count_ in parts.most_common())
    return f"; {count(number, 'test')} {'goes' if number == 1 else 'go'} by another name now ({what})"


_HOW = {
    "suite": "another suite",
    "file": "another file",
    "class": "another class",
    "parameters": "other parameters",
    "name": "another name",
}

RULE = Rule(
    name=NAME,
    summary="No test of the base is missing in this run, on no leg of a matrix. Renamed and moved tests are found "
    "again.",
    description="Tests are found again under other names: in another file, suite or class, with other parameters, or "
    "with a name much like the old one in the same class. Such a rename explains no failure by itself. What is left is "
    "named. Deleting the failing test is no "
    "repair.",
    options={
        SHARE: Option(
            default=Fraction(1, 5),
            unit="percent",
            description="the share of the base's tests, or of those of one leg, that may be missing; if more are, and "
            "more than three, the finding blocks",
            more_is_stricter=False,
        ),
    },
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=70,
    points=10,
)
