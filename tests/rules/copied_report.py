"""Situations of copied-report."""

from array import array
from collections.abc import Callable

from msgspec.structs import replace
from tests.support.builders import (
    OUTCOMES,
    change,
    changes,
    compared,
    policy,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import BASE, EDIT, green

from readygate.model.changes import FileChange
from readygate.model.comparison import Comparison
from readygate.model.paths import PathRules
from readygate.model.policy import Policy, SuiteGroup
from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, count_outcomes
from readygate.model.snapshot import InputFiles, Provenance, ReadFile
from readygate.snapshot.build import build


def resting(*patterns: str) -> Policy:
    """A policy whose suite needs to run only if files of these patterns change."""
    return replace(policy(), groups=(SuiteGroup(name="site", reports=patterns, when_changed=patterns),))


def copies(
    name: str,
    *files: FileChange,
    same: bool = True,
    durations: int = 9,
    moment: float | None = None,
    recorded: bool = True,
    known: bool = True,
    letters: str = "ppppppppp",
    commit: str = BASE,
) -> Callable[[], Comparison]:
    """One report of this name on both sides, with some distinct durations."""

    def make() -> Comparison:
        names = [f"t{number}" for number in range(len(letters))]
        outcomes = bytes(OUTCOMES[letter] for letter in letters)
        times = array("f", [(number % durations) + 0.25 if durations else 0.0 for number in range(len(letters))])
        tests = TestReport(
            format="junit",
            blocks={"A": ClassBlock.build(names, outcomes, times)},
            executions=count_outcomes(outcomes),
            written=moment,
        )
        file = ReadFile(name=name, size=10, report=tests, problems=(), checksum="10-aaaaaaaa")
        head = build("a" * 40, InputFiles(files=(file,)), PathRules(files=None), Provenance())
        old = replace(file, checksum=("10-aaaaaaaa" if same else "10-bbbbbbbb") if recorded else "")
        base = build(commit, InputFiles(files=(old,)), PathRules(files=None), Provenance())
        return compared(head, base, diff=changes(*files) if known else None)

    return make


SITUATIONS = Situations(
    levels="WARN WARN WARN",
    rows=[
        Row(PASS, copies("junit.xml", EDIT, same=False), ("0 reports",)),
        Row(PASS, copies("junit.xml", change("README.md", [1]), change(".github/workflows/x.yml", [1])), ("the same",)),
        Row(PASS, copies("junit.xml", EDIT, durations=7)),
        Row(PASS, copies("junit.xml", EDIT, letters="s" * 9, moment=1.0)),
        Row(PASS, copies("api/build/test-results/t.xml", change("web/a.py", [1])), ("parts that did not change",)),
        Row(PASS, copies("junit.xml", EDIT, commit="a" * 40), ("this very commit",)),
        Row(VIOLATED, copies("junit.xml", EDIT), ("1 report is a byte-for-byte copy", "junit.xml")),
        Row(VIOLATED, copies("junit.xml", EDIT, durations=0, moment=1.0)),
        Row(VIOLATED, copies("api/build/test-results/t.xml", change("api/src/a.kt", [1]))),
        Row(VIOLATED, copies("reports-a/api/build/t.xml", change("api/src/a.kt", [1]))),
        Row(VIOLATED, copies("build/t.xml", change("src/a.kt", [1]))),
        Row(PASS, copies("site/t.xml", change("src/a.py", [1])), under=resting("site/**")),
        Row(VIOLATED, copies("site/t.xml", change("site/a.py", [1])), under=resting("site/**")),
        Row(UNKNOWN, lambda: green(base=False), ("no baseline",)),
        Row(UNKNOWN, copies("junit.xml", recorded=False), ("recorded no reports",)),
        Row(UNKNOWN, copies("junit.xml", known=False), ("not known",)),
    ],
)
