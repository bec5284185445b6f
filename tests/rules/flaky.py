"""Situations of flaky."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import nothing_found, recorded, run

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, run("pfs", "ppp"), ("0 tests",)),
        Row(PASS, run("p")),
        Row(PASS, recorded("f", "FFF...")),  # it was mended once
        Row(PASS, recorded("f", "..F..F")),  # it fails on the base, too
        Row(VIOLATED, recorded("f", "..F..."), ("1 test fails and flipped on the base, too",)),
        Row(VIOLATED, recorded("k", "......"), ("1 test failed first and passed then",)),
        Row(VIOLATED, recorded("f", ".~.F..", branch=""), ("1 test fails",)),
        Row(VIOLATED, run("kkkkk"), ("5 tests failed first and passed then",)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
)
