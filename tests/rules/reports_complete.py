"""Situations of reports-complete."""

from tests.support.builders import change
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import carried, covered, lines, matrix, nothing_found, run, suites

from readygate.model.verdict import Level

SITUATIONS = Situations(
    levels="BLOCK BLOCK BLOCK",
    rows=[
        Row(
            VIOLATED,
            lines({"a.py": covered(95, 95)}, {"a.py": covered(95, 100)}),
            ("5 lines are no longer measured, in 1 file; 5.00%", "a.py"),
            max_level=Level.WARN,
        ),
        Row(PASS, lines({"a.py": "h"}, {"a.py": "hm"}, change("a.py", [], [2]))),
        Row(PASS, matrix({"linux": "p", "windows": "f"}, {"linux": "p", "windows": "p"}), ("All 2",)),
        Row(PASS, matrix({"linux": "p", "windows": "p"}, {"linux": "p"})),
        Row(PASS, run("p", "pp"), ("Nothing is missing",)),
        Row(VIOLATED, matrix({"linux": "p"}, {"linux": "p", "windows": "p"}), ("1 leg of the base", "windows")),
        Row(VIOLATED, matrix({"a": "p"}, {"a": "p", "b": "p", "c": "p"}), ("2 legs of the base", "b", "c")),
        Row(VIOLATED, suites(("unit",), ("unit", "e2e")), ("1 suite of the base", "e2e")),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
        Row(PASS, lambda: carried(("unit",), ("unit", "site")), ("carried from the base: 1 suite or leg", "site")),
        Row(PASS, lambda: carried((), ("site",)), ("carried from the base", "site")),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "e2e", "site")), ("1 suite of the base", "e2e")),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "site"), path="site/x.ts"), ("1 suite of the base", "site")),
    ],
)
