"""Situations of coverage-drop."""

from tests.support.builders import (
    change,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import MANY, asks, branched, covered, lines, run

from readygate.model.verdict import Level

SITUATIONS = Situations(
    levels="BLOCK BLOCK WARN",
    names_evidence=False,
    rows=[
        Row(PASS, lines({"a.py": "hm"}, {"a.py": "hm"}), ("Did not fall",)),
        Row(PASS, lines({"a.py": "hhm"}, {"a.py": "hm"}, known=False)),
        # 995 of 1,000 after 1,000 of 1,000 is exactly the half point that is allowed
        Row(PASS, lines({"a.py": covered(995, 1000)}, {"a.py": covered(1000, 1000)}), ("Fell by 0.50 points",)),
        Row(VIOLATED, lines({"a.py": covered(994, 1000)}, {"a.py": covered(1000, 1000)}), ("0.60 points",)),
        Row(
            VIOLATED,
            lines({"a.py": covered(MANY - 501, MANY)}, {"a.py": covered(MANY, MANY)}),
            ("0.501 points; 0.50 allowed",),
        ),
        Row(PASS, lines({"a.py": covered(MANY - 500, MANY)}, {"a.py": covered(MANY, MANY)})),
        Row(PASS, lines({"a.py": covered(MANY - 1, MANY)}, {"a.py": covered(MANY, MANY)}), ("under 0.01 points",)),
        # lines that the change removes are no drop
        Row(PASS, lines({"a.py": "hm"}, {"a.py": "hhhhm"}, change("a.py", [], [1, 2, 3])), ("without the lines",)),
        # lines that the change does not touch and that are not measured any more count as not covered
        Row(
            VIOLATED,
            lines({"a.py": "hhh."}, {"a.py": "hhhh"}, change("b.md", [1])),
            ("no longer measured", "25.00 points"),
        ),
        Row(PASS, lines({"a.py": "hhh."}, {"a.py": "hhhm"}, change("b.md", [1])), ("Did not fall (1 line no longer",)),
        # lines that are measured for the first time
        Row(VIOLATED, lines({"a.py": "hhhm"}, {"a.py": "hhh."}, change("b.md", [1])), max_level=Level.WARN),
        # uncovered lines that move lift the rest of the base, and are no drop
        Row(PASS, lines({"a.py": "mmhh"}, {"a.py": "hhmm"}, change("a.py", [1, 2], [3, 4])), ("Did not fall",)),
        Row(
            PASS,
            lines(
                {"a.py": "h", "b.py": "mm"},
                {"a.py": "hmm"},
                change("a.py", [], [2, 3]),
                change("b.py", [1, 2], status="added"),
            ),
        ),
        # the project fell for added lines that nothing covers: it depends on the changed lines
        Row(VIOLATED, lines({"a.py": "hh", "b.py": "mm"}, {"a.py": "hh"}, change("b.py", [1, 2], status="added"))),
        Row(
            VIOLATED,
            lines({"a.py": "hh", "b.py": "mm"}, {"a.py": "hh"}, change("c.md", [1])),
            max_level=Level.WARN,  # no changed line is measured, so none of them is poor
        ),
        Row(
            VIOLATED,
            lines({"a.py": covered(97, 100) + "hhhhm"}, {"a.py": covered(98, 100)}, change("a.py", range(101, 106))),
        ),
        Row(VIOLATED, lines({"a.py": "hm"}, {"a.py": "hh"}, known=False)),
        # branches: a lost one of an untouched line blocks, removed lines are no drop
        Row(
            VIOLATED,
            branched(({"a.py": "hh"}, {"a.py": {1: (1, 2)}}), ({"a.py": "hh"}, {"a.py": {1: (2, 2)}})),
            ("The branches of lines that this change does not touch lost 50.00 points",),
            under=asks("coverage-drop", measure=1),
        ),
        Row(
            PASS,
            branched(
                ({"a.py": "hh"}, {"a.py": {2: (1, 2)}}),
                ({"a.py": "hhh"}, {"a.py": {1: (2, 2), 3: (1, 2)}}),
                change("a.py", [], [1]),
            ),
            ("Branches: 50.00% → 50.00%",),
            under=asks("coverage-drop", measure=1),
        ),
        Row(
            VIOLATED,
            lines({"a.py": "hh"}, {"a.py": "hh"}),
            ("No report measured branches",),
            under=asks("coverage-drop", measure=2),
        ),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, lines(None, {"a.py": "h"}), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None), ("The base did not measure coverage",)),
        Row(UNKNOWN, lines({"a.py": "h"}, {"a.py": "h", "b.py": "h"}), ("do not compare", "b.py")),
        Row(UNKNOWN, lines({"a.py": "."}, {"a.py": "."}), ("no measured line",)),
        Row(UNKNOWN, lines({"a.py": "m"}, {"a.py": "h"}, damaged=True), ("damaged",)),
    ],
)
