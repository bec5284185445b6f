"""Situations of new-failures."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import matrix, nothing_found, run

SITUATIONS = Situations(
    levels="BLOCK BLOCK BLOCK",
    rows=[
        Row(PASS, run("p"), ("No test fails",)),
        Row(PASS, run("ps", "pp"), ("0 tests",)),
        Row(PASS, run("pf", "pe")),
        Row(VIOLATED, run("pf", "pp"), ("1 test fails and did not fail",)),
        Row(VIOLATED, run("pffe", "p"), ("3 tests fail",)),
        Row(VIOLATED, run("f"), ("1 test fails, and there is no baseline",)),
        Row(VIOLATED, run("ff")),
        Row(VIOLATED, matrix({"linux": "f", "windows": "f"}, {"linux": "p", "windows": "f"})),
        Row(VIOLATED, matrix({"linux": "p", "macos": "f"}, {"linux": "f", "windows": "f"})),
        Row(PASS, matrix({"linux": "p", "windows": "f"}, {"linux": "p", "windows": "f"})),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
)
