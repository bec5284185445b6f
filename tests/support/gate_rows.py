"""Situations of the rules that guard the gate itself: policy, inputs, quarantine, reports that are no new ones."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from msgspec.structs import replace
from tests.support.builders import (
    OUTCOMES,
    baseline,
    change,
    changes,
    compared,
    damage,
    leg,
    measure,
    numbered,
    policy,
    report,
    with_legs,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row

from readygate.compare import ComparisonOptions, compare
from readygate.compare.carried_suites import OptionalSuites
from readygate.compare.classify_failures import FailureCriteria
from readygate.model.changes import FileChange
from readygate.model.comparison import Comparison, PolicyChange
from readygate.model.history import History, PastRun
from readygate.model.paths import PathRules
from readygate.model.policy import Policy, Quarantine, SuiteGroup, paths_fit, quarantined
from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, Counts, TestId, count_outcomes
from readygate.model.rich_text import Name
from readygate.model.snapshot import Evidence, Measured, Pattern, Provenance, ReadFile
from readygate.model.verdict import Level
from readygate.snapshot.build import build

BASE = "b" * 40
NOW = 1_800_000_000
"""15 January 2027, 8:00 UTC."""
SITE = Pattern(kind="tests", text="site/**/junit.xml", matched=0, given=True)
TYPO = Pattern(kind="tests", text="sight/**/junit.xml", matched=0, given=True)


def green(base: bool = True, **more: Any) -> Comparison:
    """One passing test, on both sides."""
    one = measure(report({"A": numbered("p")}))
    return replace(compared(one, measure(report({"A": numbered("p")}), commit=BASE) if base else None), **more)


def cut_short() -> Comparison:
    """A report that was read in part: whatever it lacks may stand in the rest."""
    head = measure(report({"A": numbered("p")}, problems=(damage(),)))
    return compared(head, measure(report({"A": numbered("ppp")}), commit=BASE))


def with_policy_change(**facts: Any) -> Callable[[], Comparison]:
    made = PolicyChange(**facts)
    return lambda: green(policy_change=made, changes=changes(change(".github/readygate.yml", [1])))


def with_inputs(
    head: dict[str, str], base: dict[str, str] | None, *files: FileChange, known: bool = True
) -> Callable[[], Comparison]:
    """Inputs on both sides; None is no baseline, and `known` whether the changed files are."""

    def side(inputs: dict[str, str], commit: str) -> Measured:
        measured = measure(report({"A": numbered("p")}), commit=commit)
        stored = replace(measured.snapshot, provenance=replace(measured.snapshot.provenance, inputs=inputs))
        return replace(measured, snapshot=stored)

    def make() -> Comparison:
        other = None if base is None else side(base, BASE)
        return compared(side(head, "a" * 40), other, diff=changes(*files) if known else None)

    return make


def guarding(*patterns: str) -> Policy:
    return replace(policy(), guarded=patterns)


def excusing(*entries: tuple[str, str]) -> Policy:
    """A policy with entries of (tests, last day)."""
    made = tuple(Quarantine(tests=(tests,), reason="it is being mended", expires=day) for tests, day in entries)
    return replace(policy(), quarantine=made)


def failing_in_quarantine() -> Comparison:
    suite = measure(report({"A": numbered("pf")}))
    fits = quarantined(excusing(("A::*", "2027-01-15")), "2027-01-15")
    known = baseline(measure(report({"A": numbered("pp")}), commit=BASE))
    options = ComparisonOptions(failures=FailureCriteria(quarantined=fits), now=NOW)
    return compare(suite, known, changes=None, since_baseline=None, options=options)


def aged(hours: int) -> Policy:
    chosen = policy()
    return replace(chosen, options={**chosen.options, "report-age": {"hours": Fraction(hours)}})


def written(*hours: float | None) -> Callable[[], Comparison]:
    """Reports that were written so many hours before the run; None states no time."""

    def make() -> Comparison:
        found = [
            replace(report({f"A{number}": numbered("p")}), written=None if age is None else NOW - age * 3600)
            for number, age in enumerate(hours)
        ]
        return replace(compared(measure(*found)), now=NOW)

    return make


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
        head = build("a" * 40, Evidence(files=(file,)), PathRules(files=None), Provenance())
        old = replace(file, checksum=("10-aaaaaaaa" if same else "10-bbbbbbbb") if recorded else "")
        base = build(commit, Evidence(files=(old,)), PathRules(files=None), Provenance())
        return compared(head, base, diff=changes(*files) if known else None)

    return make


def carried(head: tuple[str, ...], base: tuple[str, ...], *given: Pattern, path: str = "src/a.py") -> Comparison:
    """Suites of both sides under a policy that lets `site` rest unless `site/` changed."""

    def side(groups: tuple[str, ...], commit: str) -> Measured:
        legs = tuple(leg({group: {f"{group}_test": "p"}}, group=group) for group in groups)
        made = with_legs(*legs, commit=commit, patterns=given)
        stored = replace(made.snapshot, provenance=Provenance(reports={"site/out/junit.xml": "1-a"}))
        return replace(made, snapshot=stored, evidence=made.evidence if groups else replace(made.evidence, files=()))

    site = OptionalSuites(name="site", reports=paths_fit(("site", "site/**")), when_changed=paths_fit(("site/**",)))
    diff = changes(change(path, [1]))
    known = baseline(side(base, BASE))
    options = ComparisonOptions(optional_suites=(site,))
    return compare(side(head, "a" * 40), known, changes=diff, since_baseline=diff, options=options)


def named_reports(jobs: dict[str, str], **reports: str) -> Callable[[], Comparison]:
    """Needed jobs, and reports by the folder they lie in (underscores stand for hyphens)."""

    def make() -> Comparison:
        found = [report({name: numbered(letters)}) for name, letters in reports.items()]
        names = [f"{name.replace('_', '-')}/junit.xml" for name in reports]
        return compared(measure(*found, names=names, needs=jobs))

    return make


def failing_since() -> Comparison:
    """A test that fails on the base since the second of three runs."""
    runs = tuple(PastRun(commit=each * 40, run_id=number, counts=Counts()) for number, each in enumerate("cde", 7))
    base = measure(report({"A": numbered("pf")}), commit=BASE)
    history = History(runs=runs, tests={(TestId(class_name="A", name="test_1"), ""): ".FF"})
    return compared(measure(report({"A": numbered("pf")})), baseline(base, history=history))


EDIT = change("a.py", [1])
BOTH = {"unit": "failure", "e2e": "failure"}

GATE: dict[str, list[Row]] = {
    "policy-changed": [
        Row(PASS, lambda: compared(measure(report({"A": numbered("p")})), diff=changes(EDIT)), ("does not touch",)),
        Row(PASS, with_policy_change(ready=True, reason="all passed"), ("asks for the same",)),
        Row(
            PASS,
            with_policy_change(tightened=(("`new-skips`: warn → block",),), ready=False, reason="1 newly skipped"),
            ("asks for more", "`new-skips`: warn → block", "would be not ready (1 newly skipped"),
        ),
        Row(
            VIOLATED,
            with_policy_change(
                loosened=(("`new-failures`: block → off",), ("quarantine of ", Name("A::*"), " until 2030-01-01")),
                ready=True,
                reason="all passed",
            ),
            ("loosens the policy at 2 points", "would be ready (all passed"),
        ),
        Row(VIOLATED, with_policy_change(loosened=(("mode: inform",),)), ("at 1 point;", "is not known")),
        Row(
            VIOLATED,
            with_policy_change(problems=("a.yml:1: preset: no",)),
            ("cannot be used", "a.yml:1"),
            min_level=Level.BLOCK,
        ),
        Row(UNKNOWN, green, ("changed files are not known",)),
    ],
    "inputs-changed": [
        Row(PASS, with_inputs({"tests": "a"}, {"tests": "a"}, EDIT), ("no workflow was edited",)),
        Row(PASS, with_inputs({"tests": "a"}, {"tests": "a"}, known=False), ("not known",)),
        Row(PASS, with_inputs({"tests": "a"}, {}, EDIT), ("recorded no inputs",)),
        Row(PASS, with_inputs({"tests": "a", "new": "x"}, {"tests": "a", "old": "y"}, EDIT)),
        Row(VIOLATED, with_inputs({"tests": "b"}, {"tests": "a"}, EDIT), ("1 input differs",)),
        Row(VIOLATED, with_inputs({"tests": "", "fail": "never"}, {"tests": "a", "fail": ""}), ("2 inputs differ",)),
        Row(
            VIOLATED,
            with_inputs({"tests": "a"}, {"tests": "a"}, change(".github/workflows/ci.yml", [1])),
            ("1 file that decides what runs is edited",),
        ),
        Row(VIOLATED, with_inputs({}, None, change("sub/action.yml", [1])), ("1 file",)),
        Row(VIOLATED, with_inputs({}, {}, change("ci.yml", [], old_path=".github/workflows/ci.yml", status="renamed"))),
        Row(VIOLATED, with_inputs({}, {}, change(".coveragerc", [1])), under=guarding(".coveragerc")),
        Row(PASS, with_inputs({}, {}, change(".coveragerc", [1]))),
        Row(UNKNOWN, with_inputs({"tests": "a"}, None, EDIT), ("no baseline",)),
        Row(UNKNOWN, with_inputs({"tests": "a"}, {}, known=False), ("recorded no inputs",)),
    ],
    "quarantine": [
        Row(PASS, green, ("excuses no test",)),
        Row(PASS, lambda: green(now=NOW), ("0 failing tests are excused",), under=excusing(("A::*", "2027-01-15"))),
        Row(
            VIOLATED,
            failing_in_quarantine,
            ("1 failing test is in quarantine", "A::test_1"),
            Level.WARN,
            excusing(("A::*", "2027-01-15")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine expired",),
            under=excusing(("A", "2027-01-14")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine fits no test",),
            Level.WARN,
            excusing(("B::*", "2030-01-01")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW),
            ("1 entry of the quarantine expired; 2 entries of the quarantine fit no test",),
            under=excusing(("A::*", "2026-12-31"), ("B::*", "2030-01-01"), ("C::*", "2030-01-01")),
        ),
        Row(
            VIOLATED,
            lambda: green(now=NOW, policy_change=PolicyChange(tightened=(("less",),))),
            max_level=Level.WARN,
            under=excusing(("A::*", "2026-12-31")),
        ),
        # what a damaged report lacks may stand in the rest
        Row(PASS, lambda: replace(cut_short(), now=NOW), under=excusing(("B::*", "2030-01-01"))),
        Row(UNKNOWN, green, ("The day is not known",), under=excusing(("A::*", "2027-01-14"))),
    ],
    "report-age": [
        Row(PASS, written(0.5), ("1 report written within 24 hours",), under=aged(24)),
        Row(PASS, written(24.0, None), under=aged(24)),
        Row(PASS, written(-0.9), under=aged(24)),
        Row(VIOLATED, written(24.1), ("1 report is older",), under=aged(24)),
        Row(VIOLATED, written(-1.1), ("1 report comes from the future",), under=aged(24)),
        Row(VIOLATED, written(90, 50, -5, 1), ("2 reports are older", "1 report comes"), under=aged(24)),
        Row(PASS, written(90), under=aged(100)),
        Row(UNKNOWN, written(None), ("states a time",)),
        Row(UNKNOWN, green, ("not known",), under=aged(24)),
    ],
    "copied-report": [
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
}
MORE: dict[str, list[Row]] = {
    "inherited-failures": [Row(VIOLATED, failing_since)],
    "reports-found": [
        Row(PASS, lambda: carried((), ("site",)), ("Nothing had to run", "site")),
        Row(PASS, lambda: carried(("unit",), ("unit", "site"), SITE)),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "site"), TYPO), ("A pattern matches no file",)),
        Row(VIOLATED, lambda: carried((), ("site",), path="site/a.py"), ("No test report was found",)),
        Row(VIOLATED, lambda: carried((), ("unit", "site")), ("No test report was found",)),
    ],
    "reports-complete": [
        Row(PASS, lambda: carried(("unit",), ("unit", "site")), ("carried from the base: 1 suite or leg", "site")),
        Row(PASS, lambda: carried((), ("site",)), ("carried from the base", "site")),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "e2e", "site")), ("1 suite of the base", "e2e")),
        Row(VIOLATED, lambda: carried(("unit",), ("unit", "site"), path="site/x.ts"), ("1 suite of the base", "site")),
    ],
    "producers": [
        Row(PASS, named_reports({"unit": "failure"}, unit="pf", lint="p")),
        Row(PASS, named_reports(BOTH, results="pf")),
        Row(PASS, named_reports({"unit-tests": "failure", "e2e": "failure"}, reports_unit_tests="f", x_e2e_y="f")),
        Row(VIOLATED, named_reports(BOTH, unit="pf"), ("e2e", "another failed job")),
        Row(VIOLATED, named_reports(BOTH, unit="f", e2e="p"), ("e2e",)),
        Row(PASS, named_reports(BOTH, unit="f", e2e="p", rest="f")),
        Row(PASS, named_reports({"unit": "failure", "e2e": "success"}, e2e="f")),
    ],
}
"""More rows of rules that have some already."""
