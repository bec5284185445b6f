"""Situations of vanished-tests."""

from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short, docs_only_without_reports, nothing_found, run

from readygate.model.verdict import Level

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, run("ppp", "pp")),
        Row(VIOLATED, run("p", "pp"), ("1 test is gone",)),
        Row(VIOLATED, run("p", "pfs"), ("2 tests are gone",)),
        Row(VIOLATED, run("p" * 16, "p" * 20), ("4 tests are gone",)),
        Row(VIOLATED, run("p" * 15, "p" * 20), ("5 tests are gone",), min_level=Level.BLOCK),
        Row(VIOLATED, run("p" * 5, "p" * 8), ("3 tests are gone",)),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
        Row(UNKNOWN, docs_only_without_reports),
        Row(UNKNOWN, nothing_found),
    ],
)
