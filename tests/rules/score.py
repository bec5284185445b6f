"""Situations of score."""

from fractions import Fraction

from msgspec.structs import replace
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import run

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    names_evidence=False,
    rows=[
        Row(PASS, lambda: replace(run("p", "p")(), score=Fraction(1, 2)), ("50 of 100; 50 asked",)),
        Row(VIOLATED, lambda: replace(run("p", "p")(), score=Fraction(4999, 10_000)), ("49 of 100; 50 asked",)),
        Row(UNKNOWN, run("p")),
    ],
)
