"""Situations of pass-rate."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import asks, cut_short, nothing_found, run

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    names_evidence=False,
    rows=[
        Row(PASS, run("pppf"), ("3 of 4 tests passed, 75.00%; 75% asked",), under=asks("pass-rate", minimum="0.75")),
        Row(VIOLATED, run("pppf"), ("75.01% asked, 1 test fewer may fail",), under=asks("pass-rate", minimum="0.7501")),
        Row(VIOLATED, run("pffe"), ("25.00%; 99.9% asked, 3 tests fewer",), under=asks("pass-rate", minimum="0.999")),
        Row(VIOLATED, run("f"), ("0 of 1 test passed, 0%",)),
        Row(PASS, run("pss"), ("1 of 1 test passed, 100%; 100% asked",), under=asks("pass-rate", minimum=1)),
        Row(UNKNOWN, cut_short, ("damaged",)),
        Row(UNKNOWN, run("ss"), ("No test ran",)),
        Row(UNKNOWN, nothing_found),
    ],
)
