"""Situations of coverage-min."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import MANY, asks, branched, covered, lines

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
        # branches, and what coverage.py calls total: (3 + 1) of (4 + 2)
        Row(
            VIOLATED,
            branched(({"a.py": "hhhm"}, {"a.py": {1: (1, 2)}}), None),
            ("1 of 2 branches, 50.00%; 75% asked, 1 branch more needed",),
            under=asks("coverage-min", minimum=".75", measure=1),
        ),
        Row(
            PASS,
            branched(({"a.py": "hhhm"}, {"a.py": {1: (1, 2)}}), None),
            ("4 of 6 lines and branches, 66.66%; 60% asked",),
            under=asks("coverage-min", minimum=".6", measure=2),
        ),
        Row(
            VIOLATED,
            lines({"a.py": "hhhh"}, None),
            ("No report measured branches, and `measure` is `branches`",),
            under=asks("coverage-min", minimum=".6", measure=1),
        ),
        Row(UNKNOWN, lines(None, None), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "."}, None), ("No line was measured",)),
        Row(UNKNOWN, lines({"a.py": "m"}, None, damaged=True), ("damaged",)),
    ],
)
