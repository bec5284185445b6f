"""Situations of new-exclusions."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import lines, run

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, lines({"a.py": "hx"}, {"a.py": "hx"}), ("0 lines",)),
        Row(VIOLATED, lines({"a.py": "hx"}, {"a.py": "hm"}), ("1 line in 1 file",)),
        Row(VIOLATED, lines({"a.py": "xx", "b.py": "x"}, {"a.py": "hm", "b.py": "h"}), ("3 lines in 2 files",)),
        Row(VIOLATED, lines({f"{n}.py": "x" for n in range(5)}, {f"{n}.py": "h" for n in range(5)}), ("5 files",)),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, lines(None, {"a.py": "h"}), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None), ("The base did not measure coverage",)),
        Row(UNKNOWN, lines({"a.py": "x"}, {"a.py": "h"}, known=False), ("not known",)),
    ],
)
