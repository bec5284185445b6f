"""Situations of coverage-min."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import MANY, asks, covered, lines

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    names_evidence=False,
    rows=[
        Row(
            PASS,
            lines({"a.py": "hhhm"}, None),
            ("3 of 4 lines, 75.00%; 75%",),
            under=asks("coverage-min", minimum=".75"),
        ),
        Row(
            VIOLATED,
            lines({"a.py": covered(MANY * 3 // 4 - 1, MANY)}, None),
            ("74.99%; 75% asked, 1 more covered line needed",),
            under=asks("coverage-min", minimum="0.75"),
        ),
        Row(
            VIOLATED,
            lines({"a.py": covered(3010, 13_144)}, None),
            ("3,010 of 13,144 lines, 22.90%; 25% asked, 276 more covered lines needed",),
            under=asks("coverage-min", minimum="0.25"),
        ),
        Row(VIOLATED, lines({"a.py": "m"}, None), ("0 of 1 line, 0%; 50% asked, 1 more covered line needed",)),
        Row(UNKNOWN, lines(None, None), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "."}, None), ("No line was measured",)),
        Row(UNKNOWN, lines({"a.py": "m"}, None, damaged=True), ("damaged",)),
    ],
)
