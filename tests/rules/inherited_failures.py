"""Situations of inherited-failures."""

from tests.support.builders import (
    baseline,
    compared,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import failing_since, run

SITUATIONS = Situations(
    levels="WARN WARN WARN",
    rows=[
        Row(PASS, run("pf", "pp")),
        Row(PASS, run("pp", "ff")),
        Row(VIOLATED, run("pf", "pf"), ("1 test fails on the base too",)),
        Row(VIOLATED, run("fe", "ef"), ("2 tests fail on the base too",)),
        Row(VIOLATED, lambda: compared(run("f")().head, baseline(run("f")().head, branch=""))),
        Row(UNKNOWN, run("pf"), ("no baseline",)),
        Row(VIOLATED, failing_since),
    ],
)
