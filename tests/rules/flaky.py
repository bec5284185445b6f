"""Situations of flaky."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import nothing_found, recorded, run

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, run("pfs", "ppp"), ("0 tests",)),
        Row(PASS, run("p")),
        Row(PASS, recorded("f", "FFF...")),  # a later commit repaired it
        Row(PASS, recorded("f", ".FF..FF..")),  # the same, twice
        Row(PASS, recorded("f", "..F...")),  # once is not enough
        Row(PASS, recorded("f", "..F..F")),  # it fails on the base, too
        Row(VIOLATED, recorded("f", "..F..F.."), ("1 new failure may be flaky",)),
        Row(VIOLATED, recorded("k", "......"), ("1 test passed on retry",)),
        Row(VIOLATED, recorded("f", ".~....", branch=""), ("1 test fails and is known flaky",)),
        Row(VIOLATED, run("kkkkk"), ("5 tests passed on retry",)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
)
