"""Situations of reports-readable."""

from tests.support.builders import (
    compared,
    damage,
    measure,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short, lines, nothing_found, run

SITUATIONS = Situations(
    levels="BLOCK BLOCK BLOCK",
    rows=[
        Row(PASS, run("f"), ("Read to the end",)),
        Row(PASS, lines({"a.py": "h"}, None), ("All 2 read to the end",)),
        Row(VIOLATED, lambda: compared(measure(damage())), ("1 report is damaged",)),
        Row(VIOLATED, cut_short, ("1 report is damaged",)),
        Row(
            VIOLATED, lambda: compared(measure(*[damage(place="line 4", todo="look")] * 5)), ("5 reports are damaged",)
        ),
        Row(UNKNOWN, nothing_found, ("no report",)),
    ],
)
