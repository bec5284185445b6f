"""Situations of test-count."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import asks, cut_short, nothing_found, run

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    names_evidence=False,
    rows=[
        Row(PASS, run("pfk"), ("3 tests ran; 3 asked",), under=asks("test-count", minimum=3)),
        Row(VIOLATED, run("pfs"), ("2 tests ran; 3 asked, 1 more test needed",), under=asks("test-count", minimum=3)),
        Row(VIOLATED, run("p"), ("1 test ran; 1,000 asked, 999 more",), under=asks("test-count", minimum=1000)),
        Row(PASS, cut_short, ("1 test ran; 1 asked",), under=asks("test-count", minimum=1)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
)
