"""What every rule owes: levels in each preset, and texts that a reader can act on, in every situation.

`SITUATIONS` holds for each rule comparisons that it must pass, find broken, or be unable to judge. A rule without
rows of each kind fails here, so that a new rule comes with its situations.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from msgspec.structs import replace
from tests.support.builders import (
    NO_CHANGES_NOTE,
    baseline,
    change,
    changes,
    compared,
    cover,
    damage,
    leg,
    measure,
    numbered,
    policy,
    report,
    under,
    with_legs,
)
from tests.support.gate_rows import GATE, MORE, failing_since, with_policy_change
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row

from readygate.judge.verdict import judge
from readygate.model.comparison import Comparison
from readygate.model.history import History, PastRun
from readygate.model.policy import PRESETS, Category, Component, Policy
from readygate.model.results import ClassBlock, Counts, Leg, TestId
from readygate.model.rich_text import Name, Phrase
from readygate.model.snapshot import Measured, Pattern
from readygate.model.verdict import Level, Status
from readygate.rules import Judgement, Result, Rule, all_rules

BASE = "b" * 40


def run(head: str, base: str | None = None) -> Callable[[], Comparison]:
    def make() -> Comparison:
        known = None if base is None else measure(report({"A": numbered(base)}), commit=BASE)
        return compared(measure(report({"A": numbered(head)})), known)

    return make


def lines(
    head: dict[str, str] | None,
    base: dict[str, str] | None,
    *files: object,
    known: bool = True,
    complete: bool = True,
    damaged: bool = False,
) -> Callable[[], Comparison]:
    """Coverage on both sides; further arguments are the files of the diff."""

    def make() -> Comparison:
        suite = report({"A": numbered("p")})
        one = measure(suite, *([cover(head)] if head is not None else []), *([damage()] if damaged else []))
        other = measure(suite, *([cover(base)] if base is not None else []), commit=BASE)
        diff = changes(*files, complete=complete) if known else None  # type: ignore[arg-type]
        return compared(one, other, diff=diff)

    return make


def patterns(*rows: tuple[str, int, bool], base: dict[str, str] | None = None) -> Callable[[], Comparison]:
    given = tuple(Pattern(kind=kind, text=f"{kind}/*.xml", matched=number, given=told) for kind, number, told in rows)

    def make() -> Comparison:
        found = [report({"A": numbered("p")})]
        head = measure(*found, *([cover(base)] if base else []), patterns=given)
        other = measure(report({"A": numbered("p")}), *([cover(base)] if base else []), commit=BASE)
        return compared(head, other)

    return make


def jobs(head: str, **results: str) -> Callable[[], Comparison]:
    return lambda: compared(measure(report({"A": numbered(head)}), needs=results))


def docs_only_without_reports() -> Comparison:
    base = measure(report({"A": numbered("pp")}), cover({"a.py": "h"}), commit=BASE)
    return compared(measure(), base, diff=changes(change("README.md", [1])))


def nothing_found() -> Comparison:
    return compared(measure(), measure(report({"A": numbered("pp")}), commit=BASE))


def cut_short() -> Comparison:
    """A report that was read in part: whatever it lacks may stand in the rest."""
    head = measure(report({"A": numbered("p")}, problems=(damage(),)))
    return compared(head, measure(report({"A": numbered("ppp")}), commit=BASE))


def matrix(head: dict[str, str], base: dict[str, str]) -> Callable[[], Comparison]:
    """One test by leg and letter."""

    def side(legs: dict[str, str]) -> Measured:
        return with_legs(*(leg({"A": {"t": letter, "u": "p"}}, name=name) for name, letter in legs.items()))

    return lambda: compared(side(head), side(base))


def suites(head: tuple[str, ...], base: tuple[str, ...]) -> Callable[[], Comparison]:
    """Suites by group, each with tests of its own."""

    def side(groups: tuple[str, ...]) -> Measured:
        return with_legs(*(leg({group: {f"{group}_test": "p"}}, group=group) for group in groups))

    return lambda: compared(side(head), side(base))


def covered(covered_lines: int, of: int) -> str:
    return "h" * covered_lines + "m" * (of - covered_lines)


def changed(covered_lines: int, of: int) -> Callable[[], Comparison]:
    return lines({"a.py": covered(covered_lines, of)}, None, change("a.py", range(1, of + 1)))


MANY = 100_000


def given(name: str = "standard") -> Policy:
    """A preset in which every option has a value, as the rules that are off need one."""
    chosen = policy(name)
    options = {
        rule: {option: Fraction(1, 2) if value is None else value for option, value in values.items()}
        for rule, values in chosen.options.items()
    }
    return replace(chosen, options=options)


def asks(rule: str, **options: object) -> Policy:
    """The standard preset with options of one rule; underscores stand for hyphens."""
    chosen = given()
    values = {name.replace("_", "-"): Fraction(str(value)) for name, value in options.items()}
    return replace(chosen, options={**chosen.options, rule: {**chosen.options[rule], **values}})


def parts(*components: Component) -> Policy:
    return replace(given(), components=components)


def sets(*categories: Category) -> Policy:
    return replace(given(), categories=categories)


def recorded(letters: str, past: str, *, branch: str = "main") -> Callable[[], Comparison]:
    """The only test of a class now, after it passed on the base; `past` is its record there."""
    test = TestId(class_name="A", name="test_0")
    runs = tuple(PastRun(commit=f"{number:040x}", counts=Counts()) for number in range(len(past)))
    history = History(runs=runs, tests={(test, ""): past})

    def make() -> Comparison:
        known = baseline(measure(report({"A": numbered("p")}), commit=BASE), history=history, branch=branch)
        return compared(measure(report({"A": numbered(letters)})), known)

    return make


def timed(now: Sequence[float], before: Sequence[float] | None, *runs: float) -> Callable[[], Comparison]:
    """Tests of one class by their seconds, and the seconds of earlier runs of the base."""

    def side(seconds: Sequence[float]) -> Measured:
        names = [f"test_{number}" for number in range(len(seconds))]
        made = ClassBlock.build(names, bytes(len(seconds)), array("f", seconds))
        counts = Counts(passed=len(seconds))
        return with_legs(Leg(path="x", blocks={"A": made}, executions=counts, seconds=sum(seconds)))

    past = History(runs=tuple(PastRun(commit=f"{n:040x}", counts=Counts(), seconds=run) for n, run in enumerate(runs)))
    return lambda: compared(side(now), None if before is None else baseline(side(before), history=past))


AUTH = Component(name="auth", paths=("auth/**",), minimum=Fraction(4, 5), critical=True)
STEADY = Component(name="auth", paths=("auth/**",), maximum_drop=Fraction(1, 100))
API = Category(name="api", tests=("A::test_*",), minimum=Fraction(9, 10))

SITUATIONS: dict[str, list[Row]] = {
    "flaky": [
        Row(PASS, run("pfs", "ppp"), ("0 tests",)),
        Row(PASS, run("p")),
        Row(PASS, recorded("f", "FFF...")),  # it was mended once
        Row(PASS, recorded("f", "..F..F")),  # it fails on the base, too
        Row(VIOLATED, recorded("f", "..F..."), ("1 test fails and flipped on the base, too",)),
        Row(VIOLATED, recorded("k", "......"), ("1 test failed first and passed then",)),
        Row(VIOLATED, recorded("f", ".~.F..", branch=""), ("1 test fails",)),
        Row(VIOLATED, run("kkkkk"), ("5 tests failed first and passed then",)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
    "pass-rate": [
        Row(PASS, run("pppf"), ("3 of 4 tests passed, 75.00%; 75% asked",), under=asks("pass-rate", minimum="0.75")),
        Row(VIOLATED, run("pppf"), ("75.01% asked, 1 test fewer may fail",), under=asks("pass-rate", minimum="0.7501")),
        Row(VIOLATED, run("pffe"), ("25.00%; 99.9% asked, 3 tests fewer",), under=asks("pass-rate", minimum="0.999")),
        Row(VIOLATED, run("f"), ("0 of 1 test passed, 0%",)),
        Row(PASS, run("pss"), ("1 of 1 test passed, 100%; 100% asked",), under=asks("pass-rate", minimum=1)),
        Row(UNKNOWN, cut_short, ("damaged",)),
        Row(UNKNOWN, run("ss"), ("No test ran",)),
        Row(UNKNOWN, nothing_found),
    ],
    "test-count": [
        Row(PASS, run("pfk"), ("3 tests ran; 3 asked",), under=asks("test-count", minimum=3)),
        Row(VIOLATED, run("pfs"), ("2 tests ran; 3 asked, 1 more test needed",), under=asks("test-count", minimum=3)),
        Row(VIOLATED, run("p"), ("1 test ran; 1,000 asked, 999 more",), under=asks("test-count", minimum=1000)),
        Row(PASS, cut_short, ("1 test ran; 1 asked",), under=asks("test-count", minimum=1)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
    "coverage-min": [
        Row(
            PASS,
            lines({"a.py": "hhhm"}, None),
            ("3 of 4 lines, 75.00%; 75%",),
            under=asks("coverage-min", minimum=".75"),
        ),
        Row(
            VIOLATED,
            lines({"a.py": covered(MANY * 3 // 4 - 1, MANY)}, None),
            ("74.99%; 75% asked, 1 more covered line needed",),
            under=asks("coverage-min", minimum="0.75"),
        ),
        Row(
            VIOLATED,
            lines({"a.py": covered(3010, 13_144)}, None),
            ("3,010 of 13,144 lines, 22.90%; 25% asked, 276 more covered lines needed",),
            under=asks("coverage-min", minimum="0.25"),
        ),
        Row(VIOLATED, lines({"a.py": "m"}, None), ("0 of 1 line, 0%; 50% asked, 1 more covered line needed",)),
        Row(UNKNOWN, lines(None, None), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "."}, None), ("No line was measured",)),
        Row(UNKNOWN, lines({"a.py": "m"}, None, damaged=True), ("damaged",)),
    ],
    "components": [
        Row(PASS, lines({"auth/a.py": "hhhhm", "b.py": "m"}, None), ("1 component as asked",), under=parts(AUTH)),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm", "b.py": "hh"}, None),
            ("1 component misses", "auth"),
            under=parts(AUTH),
        ),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm"}, None),
            ("1 component misses its goals",),
            max_level=Level.WARN,
            under=parts(replace(AUTH, critical=False)),
        ),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm", "c.py": "m"}, None),
            ("2 components miss their goals: auth, c",),
            under=parts(replace(AUTH, name="c", paths=("c.py",), critical=False), AUTH),
        ),
        # the project did not fall, its part did
        Row(
            VIOLATED,
            lines({"auth/a.py": "hm", "b.py": "hh"}, {"auth/a.py": "hh", "b.py": "hm"}),
            ("auth",),
            max_level=Level.WARN,
            under=parts(STEADY),
        ),
        Row(PASS, lines({"auth/a.py": covered(99, 100)}, {"auth/a.py": covered(100, 100)}), under=parts(STEADY)),
        Row(
            VIOLATED,
            lines({"auth/a.py": covered(9_899, 10_000)}, {"auth/a.py": covered(10_000, 10_000)}),
            under=parts(replace(STEADY, critical=True)),
        ),
        # 8 of 10, of which the change removes 5 covered ones: 3 of 5 are as good as before
        Row(
            PASS,
            lines({"auth/a.py": "hhhmm"}, {"auth/a.py": "hhhhhhhhmm"}, change("auth/a.py", [], range(4, 9))),
            under=parts(STEADY),
        ),
        # a moved file is followed
        Row(
            VIOLATED,
            lines({"auth/b.py": "hm"}, {"x/b.py": "hh"}, change("auth/b.py", status="renamed", old_path="x/b.py")),
            max_level=Level.WARN,
            under=parts(STEADY),
        ),
        Row(
            VIOLATED,
            lines({"b.py": "h"}, None),
            ("1 component is not measured: auth",),
            max_level=Level.WARN,
            under=parts(AUTH),
        ),
        # no longer measured although it is still there
        Row(VIOLATED, lines({"b.py": "h"}, {"b.py": "h", "auth/a.py": "h"}), ("misses",), under=parts(AUTH)),
        # its files were deleted
        Row(
            VIOLATED,
            lines({"b.py": "h"}, {"b.py": "h", "auth/a.py": "h"}, change("auth/a.py", status="removed")),
            ("is not measured",),
            max_level=Level.WARN,
            under=parts(AUTH),
        ),
        Row(
            UNKNOWN,
            lines({"auth/b.py": "h"}, {"auth/b.py": "h", "auth/a.py": "h"}),
            ("do not compare", "auth"),
            under=parts(STEADY),
        ),
        Row(UNKNOWN, run("p"), ("names no component",)),
        Row(UNKNOWN, run("p"), ("not measured",), under=parts(AUTH)),
        Row(UNKNOWN, lines({"auth/a.py": "m"}, None, damaged=True), ("damaged",), under=parts(AUTH)),
    ],
    "category-pass-rate": [
        Row(PASS, run("p" * 9 + "f"), ("1 category as asked",), under=sets(API)),
        Row(VIOLATED, run("p" * 8 + "f"), ("1 category misses its pass rate: api",), under=sets(API)),
        Row(PASS, run("f"), under=sets(replace(API, minimum=None))),
        Row(
            VIOLATED,
            run("f"),
            ("2 categories miss their pass rate: again, api",),
            under=sets(API, replace(API, name="again", tests=("re:test_0$",), minimum=Fraction(1))),
        ),
        Row(
            VIOLATED,
            matrix({"a": "p", "b": "f"}, {"a": "p", "b": "p"}),
            ("api",),
            under=sets(replace(API, tests=("*t",))),
        ),
        Row(VIOLATED, run("p"), ("1 category ran no test: api",), Level.WARN, sets(replace(API, tests=("B::*",)))),
        Row(VIOLATED, run("s", "p"), ("1 category misses its pass rate",), under=sets(API)),
        Row(PASS, suites(("api", "web"), ("api",)), under=sets(replace(API, tests=("api::*",)))),
        Row(UNKNOWN, cut_short, ("damaged",), under=sets(API)),
        Row(UNKNOWN, nothing_found, ("no test report",), under=sets(API)),
        Row(UNKNOWN, run("f"), ("names no category",)),
    ],
    "new-exclusions": [
        Row(PASS, lines({"a.py": "hx"}, {"a.py": "hx"}), ("0 lines",)),
        Row(VIOLATED, lines({"a.py": "hx"}, {"a.py": "hm"}), ("1 line in 1 file",)),
        Row(VIOLATED, lines({"a.py": "xx", "b.py": "x"}, {"a.py": "hm", "b.py": "h"}), ("3 lines in 2 files",)),
        Row(VIOLATED, lines({f"{n}.py": "x" for n in range(5)}, {f"{n}.py": "h" for n in range(5)}), ("5 files",)),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, lines(None, {"a.py": "h"}), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None), ("The base did not measure coverage",)),
        Row(UNKNOWN, lines({"a.py": "x"}, {"a.py": "h"}, known=False), ("not known",)),
    ],
    "unmeasured-files": [
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
    "duration": [
        Row(PASS, timed([10, 20], [10, 20]), ("30.00 s now, 30.00 s on the base, of 2 tests",)),
        Row(PASS, timed([0.9] * 30, [0.1] * 30)),  # nine times as long, and 24 s more, by ones of less than a second
        Row(VIOLATED, timed([2.5, 1], [1, 1]), ("1 test takes longer",)),
        Row(PASS, timed([2, 1], [1, 1])),  # exactly the factor
        Row(PASS, timed([1.5, 1], [0.5625, 1])),  # more than the factor, by less than a second
        Row(PASS, timed([3, 6, 6, 6, 6, 6], [1, 2, 2, 2, 2, 2])),  # the machine is slower: 3 times for all
        Row(VIOLATED, timed([9, 6, 6, 6, 6, 6], [1, 2, 2, 2, 2, 2]), ("1 test takes longer",)),
        Row(VIOLATED, timed([15] * 10, [9] * 10), ("150.00 s now, 90.00 s on the base",)),
        Row(PASS, timed([13.5] * 10, [9] * 10), ("135.00 s now, 90.00 s",)),
        Row(PASS, timed([15] * 10, [9] * 10, 91, 150)),  # it took as long before
        Row(VIOLATED, timed([15] * 10, [9] * 10, *[500] * 1, *[149] * 10), ("150.00 s now",)),  # long ago
        Row(PASS, timed([9] * 10 + [1000], [9] * 10), ("of 10 tests",)),  # an added test
        Row(VIOLATED, timed([90] * 4 + [1] * 6, [1] * 10), ("4 tests take longer",)),
        Row(UNKNOWN, timed([1], None), ("no baseline",)),
        Row(UNKNOWN, timed([1], [0]), ("no durations",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
    ],
    "score": [
        Row(PASS, lambda: replace(run("p", "p")(), score=Fraction(1, 2)), ("50 of 100; 50 asked",)),
        Row(VIOLATED, lambda: replace(run("p", "p")(), score=Fraction(4999, 10_000)), ("49 of 100; 50 asked",)),
        Row(UNKNOWN, run("p")),
    ],
    "new-failures": [
        Row(PASS, run("p"), ("No test fails",)),
        Row(PASS, run("ps", "pp"), ("0 tests",)),
        Row(PASS, run("pf", "pe")),
        Row(VIOLATED, run("pf", "pp"), ("1 test fails and did not fail",)),
        Row(VIOLATED, run("pffe", "p"), ("3 tests fail",)),
        Row(VIOLATED, run("f"), ("1 test fails, and there is no baseline",)),
        Row(VIOLATED, run("ff")),
        Row(VIOLATED, matrix({"linux": "f", "windows": "f"}, {"linux": "p", "windows": "f"})),
        Row(VIOLATED, matrix({"linux": "p", "macos": "f"}, {"linux": "f", "windows": "f"})),
        Row(PASS, matrix({"linux": "p", "windows": "f"}, {"linux": "p", "windows": "f"})),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
    "inherited-failures": [
        Row(PASS, run("pf", "pp")),
        Row(PASS, run("pp", "ff")),
        Row(VIOLATED, run("pf", "pf"), ("1 test fails on the base too",)),
        Row(VIOLATED, run("fe", "ef"), ("2 tests fail on the base too",)),
        Row(VIOLATED, lambda: compared(run("f")().head, baseline(run("f")().head, branch=""))),
        Row(UNKNOWN, run("pf"), ("no baseline",)),
    ],
    "new-skips": [
        Row(PASS, run("ps", "ps")),
        Row(PASS, run("pps", "pp")),  # an added test that is skipped never ran
        Row(VIOLATED, run("ps", "pp"), ("1 test ran on the base and is skipped now",)),
        Row(VIOLATED, run("ss", "fk"), ("2 tests",)),
        Row(UNKNOWN, run("ps"), ("no baseline",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
    ],
    "vanished-tests": [
        Row(PASS, run("ppp", "pp")),
        Row(VIOLATED, run("p", "pp"), ("1 test is gone",)),
        Row(VIOLATED, run("p", "pfs"), ("2 tests are gone",)),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
        Row(UNKNOWN, docs_only_without_reports),
        Row(UNKNOWN, nothing_found),
    ],
    "reports-found": [
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
    ],
    "reports-readable": [
        Row(PASS, run("f"), ("Read to the end",)),
        Row(PASS, lines({"a.py": "h"}, None), ("All 2 read to the end",)),
        Row(VIOLATED, lambda: compared(measure(damage())), ("1 report is damaged",)),
        Row(VIOLATED, cut_short, ("1 report is damaged",)),
        Row(
            VIOLATED, lambda: compared(measure(*[damage(place="line 4", todo="look")] * 5)), ("5 reports are damaged",)
        ),
        Row(UNKNOWN, nothing_found, ("no report",)),
    ],
    "reports-complete": [
        Row(PASS, matrix({"linux": "p", "windows": "f"}, {"linux": "p", "windows": "p"}), ("All 2",)),
        Row(PASS, matrix({"linux": "p", "windows": "p"}, {"linux": "p"})),
        Row(PASS, run("p", "pp"), ("Nothing is missing",)),
        Row(VIOLATED, matrix({"linux": "p"}, {"linux": "p", "windows": "p"}), ("1 leg of the base", "windows")),
        Row(VIOLATED, matrix({"a": "p"}, {"a": "p", "b": "p", "c": "p"}), ("2 legs of the base", "b", "c")),
        Row(VIOLATED, suites(("unit",), ("unit", "e2e")), ("1 suite of the base", "e2e")),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, nothing_found, ("no test report",)),
    ],
    "producers": [
        Row(PASS, jobs("p", unit="success"), ("1 needed job",)),
        Row(PASS, jobs("pf", unit="failure", lint="success")),
        Row(VIOLATED, jobs("p", unit="failure"), ("1 needed job failed", "unit", "No report shows a failing test")),
        Row(VIOLATED, jobs("f", unit="cancelled"), ("1 needed job was cancelled or skipped", "unit")),
        Row(VIOLATED, jobs("f", a="skipped", b="cancelled"), ("2 needed jobs were cancelled or skipped",)),
        Row(VIOLATED, jobs("p", a="skipped", b="failure"), ("a", "b")),
        Row(UNKNOWN, run("p"), ("was not given",)),
    ],
    "coverage-drop": [
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
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, lines(None, {"a.py": "h"}), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None), ("The base did not measure coverage",)),
        Row(UNKNOWN, lines({"a.py": "h"}, {"a.py": "h", "b.py": "h"}), ("do not compare", "b.py")),
        Row(UNKNOWN, lines({"a.py": "."}, {"a.py": "."}), ("no measured line",)),
        Row(UNKNOWN, lines({"a.py": "m"}, {"a.py": "h"}, damaged=True), ("damaged",)),
    ],
    "patch-coverage": [
        Row(PASS, changed(4, 5), ("4 of 5 changed lines, 80.00%; 80% asked",)),
        Row(PASS, changed(MANY * 8 // 10, MANY)),
        Row(VIOLATED, changed(MANY * 8 // 10 - 1, MANY), ("79.99%; 80% asked, 1 more line needed",)),
        Row(VIOLATED, changed(3, 5), ("3 of 5 changed lines, 60.00%", "1 more line needed")),
        Row(VIOLATED, changed(0, 1), ("0 of 1 changed lines, 0%", "1 more line needed")),
        Row(VIOLATED, changed(0, 38), ("0%", "31 more lines needed")),
        Row(PASS, lines({"a.py": "hm"}, None, change("b.md", [1])), ("No changed line is measured",)),
        Row(PASS, lines({"a.py": "h"}, None, change("a.py", shown=False)), ("leaves out the diff",)),
        Row(VIOLATED, lines({"a.py": "hm"}, None, change("a.py", shown=False)), ("leaves out the diff",)),
        Row(VIOLATED, lines({"a.py": "h"}, None, change("a.py", [1]), complete=False), ("share is not known",)),
        Row(UNKNOWN, lines(None, None, change("a.py", [1])), ("not measured",)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, known=False), (NO_CHANGES_NOTE,)),
        Row(UNKNOWN, lines({"a.py": "h"}, None, change("a.py", [1]), damaged=True), ("damaged",)),
    ],
}
SITUATIONS |= GATE | {name: SITUATIONS[name] + rows for name, rows in MORE.items()}
ALWAYS_JUDGED = {"reports-found"}
"""Rules that can tell in every situation."""

ROWS = [
    pytest.param(rule, row, id=f"{name}-{number}")
    for name, rows in SITUATIONS.items()
    for rule in all_rules()
    if rule.name == name
    for number, row in enumerate(rows)
]


def text(parts: Phrase) -> str:
    return "".join(part.text if isinstance(part, Name) else part for part in parts)


def by_name(rule: Rule) -> str:
    return rule.name


def found_by(rule: Rule, comparison: Comparison, chosen: Policy) -> Judgement:
    """Judge a comparison under a policy, which is measured first."""
    return rule.judge(under(comparison, chosen), chosen)


def test_every_rule_has_its_situations_and_every_situation_its_rule() -> None:
    assert set(SITUATIONS) == {rule.name for rule in all_rules()}


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_situations_of_each_kind(rule: Rule) -> None:
    kinds = {row.result for row in SITUATIONS.get(rule.name, [])}
    assert kinds == set(Result) - ({UNKNOWN} if rule.name in ALWAYS_JUDGED else set())


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_what_a_rule_says_of_itself(rule: Rule) -> None:
    assert rule.name == rule.name.lower().replace("_", "-")
    assert rule.name.replace("-", "").isalpha()
    assert rule.summary.endswith(".")
    assert len(rule.levels) == len(PRESETS)
    assert all(isinstance(level, Level) for level in rule.levels)
    assert rule.description.endswith(".")
    assert len(rule.description) > 80
    for option in rule.options.values():
        assert option.description
        assert option.unit in ("percent", "points", "whole", "seconds", "factor")
        assert option.default is None or isinstance(option.default, Fraction)
        assert option.default is not None or set(rule.levels) == {Level.OFF}, "a preset cannot turn it on"


@pytest.mark.parametrize(("rule", "row"), ROWS)
def test_what_a_rule_finds(rule: Rule, row: Row) -> None:
    found = found_by(rule, row.make(), row.under or given())
    assert found.result is row.result, text(found.summary)
    for part in row.says:
        assert part in text(found.summary)
    assert found.max_level is row.max_level
    assert found.min_level is row.min_level


def complete(found: Judgement) -> None:
    assert text(found.summary).strip()
    if found.result is not VIOLATED:
        assert not found.title
        assert not found.todo
        assert not found.short
        return
    title, todo = text(found.title), text(found.todo)
    assert title.endswith(".")
    assert todo.endswith(".")
    assert found.short
    assert not found.short.endswith(".")
    assert "\n" not in title + todo + found.short
    if found.detail:
        assert text(found.detail).rstrip().endswith(".")
    for said in (title, todo, found.short, text(found.summary), text(found.detail)):
        assert "  " not in said
        assert not re.search(r"(?<![\d,.])1 (?:tests|lines|reports|jobs)\b", said)
        assert "!" not in said
    assert not found.needs_baseline
    assert not found.incomplete


@pytest.mark.parametrize(("rule", "row"), ROWS)
def test_the_texts_are_complete(rule: Rule, row: Row) -> None:
    complete(found_by(rule, row.make(), row.under or given()))


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_a_rule_never_fails_in_any_situation_of_any_other(rule: Rule) -> None:
    for rows in SITUATIONS.values():
        for row in rows:
            complete(found_by(rule, row.make(), given()))


@pytest.mark.parametrize(("rule", "row"), ROWS)
@pytest.mark.parametrize("name", PRESETS)
def test_the_status_follows_from_the_levels(rule: Rule, row: Row, name: str) -> None:
    chosen = given(name)
    if row.under is not None:
        chosen = replace(row.under, levels=chosen.levels)
    verdict = judge(under(row.make(), chosen), chosen)
    level = chosen.levels[rule.name]
    if level is Level.OFF and row.min_level is Level.OFF:
        assert rule.name in verdict.off
        return
    (finding,) = [finding for finding in verdict.findings if finding.rule == rule.name]
    broken = Status.BLOCK if max(min(level, row.max_level), row.min_level) is Level.BLOCK else Status.WARN
    assert finding.status is {PASS: Status.PASS, UNKNOWN: Status.NOT_EVALUATED, VIOLATED: broken}[row.result]


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("reports-found", "BLOCK BLOCK BLOCK"),
        ("reports-readable", "BLOCK BLOCK BLOCK"),
        ("reports-complete", "BLOCK BLOCK BLOCK"),
        ("producers", "BLOCK BLOCK BLOCK"),
        ("new-failures", "BLOCK BLOCK BLOCK"),
        ("inherited-failures", "WARN WARN WARN"),
        ("vanished-tests", "WARN BLOCK WARN"),
        ("new-skips", "WARN BLOCK WARN"),
        ("coverage-drop", "BLOCK BLOCK WARN"),
        ("policy-changed", "WARN BLOCK WARN"),
        ("inputs-changed", "WARN WARN WARN"),
        ("quarantine", "WARN BLOCK WARN"),
        ("report-age", "WARN WARN WARN"),
        ("copied-report", "WARN WARN WARN"),
        ("patch-coverage", "WARN BLOCK OFF"),
        ("flaky", "WARN BLOCK WARN"),
        ("new-exclusions", "WARN BLOCK WARN"),
        ("unmeasured-files", "WARN WARN OFF"),
        *((name, "OFF OFF OFF") for name in ("pass-rate", "test-count", "coverage-min", "components", "duration")),
        ("category-pass-rate", "OFF OFF OFF"),
    ],
)
def test_the_levels_that_the_documentation_promises(name: str, levels: str) -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == name]
    assert " ".join(level.name for level in rule.levels) == levels


def test_the_options_that_the_documentation_promises() -> None:
    (drop,) = [rule for rule in all_rules() if rule.name == "coverage-drop"]
    (patch,) = [rule for rule in all_rules() if rule.name == "patch-coverage"]
    assert drop.options["maximum"].default == Fraction(1, 200)
    assert patch.options["minimum"].default == Fraction(4, 5)


@pytest.mark.parametrize(
    ("minimum", "covered_lines", "of", "passes", "asks"),
    [
        (Fraction(2, 3), 2, 3, True, "66.6667% asked"),
        (Fraction(2, 3), 1_999, 3_000, False, "1 more line needed"),
        (Fraction(1), 999_999, 1_000_000, False, "99.99%; 100% asked, 1 more line needed"),
        (Fraction(1), 3, 3, True, "100%; 100% asked"),
        (Fraction(0), 0, 3, True, "0%; 0% asked"),
        (Fraction(999, 1000), 998, 1000, False, "99.80%; 99.9% asked, 1 more line needed"),
    ],
)
def test_an_option_is_an_exact_limit(minimum: Fraction, covered_lines: int, of: int, passes: bool, asks: str) -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == "patch-coverage"]
    chosen = policy()
    options = {**chosen.options, "patch-coverage": {"minimum": minimum}}
    found = rule.judge(changed(covered_lines, of)(), type(chosen)(preset="x", levels=chosen.levels, options=options))
    assert (found.result is PASS) is passes
    assert asks in text(found.summary)


def test_a_policy_that_cannot_be_used_blocks_even_where_the_rule_is_off() -> None:
    made = with_policy_change(problems=("p.yml:1: no such key",))()
    verdict = judge(made, policy(policy_changed=Level.OFF))
    assert not verdict.ready
    assert verdict.reason == "the new policy file cannot be used"
    assert "policy-changed" not in verdict.off
    quiet = judge(with_policy_change(loosened=(("less",),))(), policy(policy_changed=Level.OFF))
    assert quiet.ready
    assert "policy-changed" in quiet.off


def test_since_when_an_inherited_failure_fails_is_told() -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == "inherited-failures"]
    found = rule.judge(failing_since(), given())
    assert "test_1 fails there since ddddddd (run 8), in 2 runs." in text(found.detail)
    (shown,) = found.evidence.items
    assert (shown.name, shown.note) == ("A::test_1", "fails on the base since ddddddd (run 8), in 2 runs")


def test_what_a_finding_rests_on_is_bounded_and_counted() -> None:
    found = judge(run("f" * 30, "p" * 30)(), policy()).findings[0]
    assert (found.rule, len(found.evidence.items), found.evidence.total) == ("new-failures", 20, 30)
    assert found.evidence.items[0].kind == "test"


@pytest.mark.parametrize(("rule", "row"), ROWS)
def test_every_finding_about_named_things_names_them(rule: Rule, row: Row) -> None:
    found = found_by(rule, row.make(), row.under or given())
    assert found.evidence.total >= len(found.evidence.items)
    assert (found.evidence.total == 0) == (not found.evidence.items)
    if found.result is VIOLATED and rule.name not in (
        "score",
        "coverage-drop",
        "reports-found",
        "patch-coverage",
        "pass-rate",
        "test-count",
        "coverage-min",
        "duration",
    ):
        assert found.evidence.items
