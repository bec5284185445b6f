"""Situations of reports-found."""

from tests.support.builders import (
    change,
    changes,
    compared,
    cover,
    damage,
    measure,
)
from tests.support.rows import PASS, VIOLATED, Row, Situations
from tests.support.situations import carried, docs_only_without_reports, lines, nothing_found, patterns, run

from readygate.model.snapshot import InputPattern

SITE = InputPattern(kind="tests", text="site/**/junit.xml", matched=0, given=True)


TYPO = InputPattern(kind="tests", text="sight/**/junit.xml", matched=0, given=True)

SITUATIONS = Situations(
    levels="BLOCK BLOCK BLOCK",
    can_always_decide=True,
    names_evidence=False,
    rows=[
        Row(PASS, run("p"), ("1 test report, 0 coverage reports",)),
        Row(PASS, run("sf", "p")),
        Row(PASS, docs_only_without_reports, ("nothing to measure",)),
        Row(PASS, patterns(("tests", 2, True), ("coverage", 0, False))),
        Row(PASS, patterns(("tests", 1, True), ("coverage", 0, True)), ()),  # the base measured none
        Row(VIOLATED, nothing_found, ("No test report was found",)),
        Row(VIOLATED, lambda: compared(measure(damage()), diff=changes(change("a.md", [1])))),
        Row(VIOLATED, lambda: compared(measure(cover({"a.py": "h"}))), ("coverage only",)),
        Row(VIOLATED, run("ss", "pp"), ("No test was executed: 2 tests skipped",)),
        Row(VIOLATED, patterns(("tests", 1, True), ("tests", 0, True)), ("A pattern matches no file", "tests/*.xml")),
        Row(VIOLATED, patterns(("tests", 1, True), ("coverage", 0, True), base={"a.py": "h"}), ("coverage/*.xml",)),
        Row(VIOLATED, lines(None, {"a.py": "h"}), ("The base measured coverage and this run did not",)),
        Row(PASS, lambda: carried((), ("site",)), ("Nothing had to run", "site")),
        Row(PASS, lambda: carried(("unit",), ("unit", "site"), SITE)),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "site"), TYPO), ("A pattern matches no file",)),
        Row(VIOLATED, lambda: carried((), ("site",), path="site/a.py"), ("No test report was found",)),
        Row(VIOLATED, lambda: carried((), ("unit", "site")), ("No test report was found",)),
    ],
)
