"""Situations of patch-coverage."""

from tests.support.builders import (
    NO_CHANGES_NOTE,
    change,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import MANY, asks, branched, changed, lines

SITUATIONS = Situations(
    levels="WARN BLOCK OFF",
    names_evidence=False,
    rows=[
        Row(PASS, changed(4, 5), ("4 of 5 changed lines, 80.00%; 80% asked",)),
        Row(PASS, changed(MANY * 8 // 10, MANY)),
        Row(VIOLATED, changed(MANY * 8 // 10 - 1, MANY), ("79.99%; 80% asked, 1 more line needed",)),
        Row(VIOLATED, changed(3, 5), ("3 of 5 changed lines, 60.00%", "1 more line needed")),
        Row(VIOLATED, changed(0, 1), ("0 of 1 changed lines, 0%", "1 more line needed")),
        Row(VIOLATED, changed(0, 38), ("0%", "31 more lines needed")),
        Row(PASS, lines({"a.py": "hm"}, None, change("b.md", [1])), ("No changed line is measured",)),
        Row(PASS, lines({"a.py": "h"}, None, change("a.py", shown=False)), ("was left out",)),
        Row(VIOLATED, lines({"a.py": "hm"}, None, change("a.py", shown=False)), ("was left out",)),
        Row(VIOLATED, lines({"a.py": "h"}, None, change("a.py", [1]), complete=False), ("share is not known",)),
        # lines that replace measured ones are code
        Row(
            VIOLATED,
            lines({"a.py": "h."}, {"a.py": "hh"}, change("a.py", [2], [2])),
            ("No changed line of 1",),
        ),
        Row(PASS, lines({"a.py": "h."}, {"a.py": "h."}, change("a.py", [2], [2])), ("No changed line is measured",)),
        Row(
            VIOLATED,
            branched(({"a.py": "hhh"}, {"a.py": {1: (2, 2), 3: (1, 2)}}), None, change("a.py", [2, 3])),
            ("1 of 2 branches of the changed lines, 50.00%; 80% asked, 1 branch more needed",),
            under=asks("patch-coverage", measure=1),
        ),
        Row(
            VIOLATED,
            branched(({"a.py": "hhh"}, {"a.py": {1: (2, 2), 3: (1, 2)}}), None, change("a.py", [2, 3])),
            ("3 of 4 lines and branches of the changed lines, 75.00%; 80% asked",),
            under=asks("patch-coverage", measure=2),
        ),
        Row(
            PASS,
            branched(({"a.py": "hhm"}, {"a.py": {1: (1, 2)}}), None, change("a.py", [3])),
            ("No branch of the changed lines is measured",),
            under=asks("patch-coverage", measure=1),
        ),
        Row(
            VIOLATED,
            lines({"a.py": "h"}, None, change("a.py", [1])),
            ("No report measured branches",),
            under=asks("patch-coverage", measure=2),
        ),
        Row(UNKNOWN, lines(None, None, change("a.py", [1])), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, known=False), (NO_CHANGES_NOTE,)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, change("a.py", [1]), damaged=True), ("damaged",)),
    ],
)
