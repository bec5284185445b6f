"""Situations of unmeasured-files."""

from tests.support.builders import (
    NO_CHANGES_NOTE,
    change,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import lines

SITUATIONS = Situations(
    levels="WARN WARN OFF",
    rows=[
        Row(PASS, lines({"a.py": "h"}, None, change("a.py", [1]), change("b.md", [1])), ("0 files",)),
        Row(PASS, lines({"a.py": "h"}, None, change("tests/test_b.py", [1]))),
        Row(PASS, lines({"a.py": "h"}, None, change("a.py", [1]), complete=False), ("that are listed",)),
        Row(
            VIOLATED, lines({"a.py": "h"}, None, change("b.py", [1])), ("1 changed source file is not measured: b.py",)
        ),
        Row(VIOLATED, lines({"a.py": "h"}, None, *[change(f"{n}.py", [1]) for n in range(7)]), ("7 changed", "2 more")),
        Row(UNKNOWN, lines(None, None, change("a.py", [1])), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, known=False), (NO_CHANGES_NOTE,)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, change("b.py", [1]), damaged=True), ("damaged",)),
    ],
)
