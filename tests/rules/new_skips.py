"""Situations of new-skips."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short, run

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, run("ps", "ps")),
        Row(PASS, run("pps", "pp")),  # an added test that is skipped never ran
        Row(VIOLATED, run("ps", "pp"), ("1 test ran on the base and is skipped now",)),
        Row(VIOLATED, run("ss", "fk"), ("2 tests",)),
        Row(UNKNOWN, run("ps"), ("no baseline",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
    ],
)
