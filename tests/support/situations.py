"""Builders of the situations in tests/rules."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from msgspec.structs import replace
from tests.support.builders import (
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
    with_legs,
)

from readygate.compare import ComparisonOptions, compare
from readygate.compare.carried_suites import OptionalSuites
from readygate.model.comparison import Comparison
from readygate.model.history import History, PastRun
from readygate.model.policy import Policy, paths_fit
from readygate.model.policy_change import PolicyChange
from readygate.model.results import Counts, TestId
from readygate.model.snapshot import HeadRun, InputPattern, Provenance

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


Branched = tuple[dict[str, str], dict[str, dict[int, tuple[int, int]]]]
"""Lines by path, and branches by path and line."""


def branched(head: Branched, base: Branched | None, *files: object) -> Callable[[], Comparison]:
    """Coverage with branches on both sides; further arguments are the files of the diff."""

    def make() -> Comparison:
        suite = report({"A": numbered("p")})
        one = measure(suite, cover(head[0], branches=head[1]))
        other = None if base is None else measure(suite, cover(base[0], branches=base[1]), commit=BASE)
        return compared(one, other, diff=changes(*files))  # type: ignore[arg-type]

    return make


def patterns(*rows: tuple[str, int, bool], base: dict[str, str] | None = None) -> Callable[[], Comparison]:
    given = tuple(
        InputPattern(kind=kind, text=f"{kind}/*.xml", matched=number, given=told) for kind, number, told in rows
    )

    def make() -> Comparison:
        found = [report({"A": numbered("p")})]
        head = measure(*found, *([cover(base)] if base else []), patterns=given)
        other = measure(report({"A": numbered("p")}), *([cover(base)] if base else []), commit=BASE)
        return compared(head, other)

    return make


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

    def side(legs: dict[str, str]) -> HeadRun:
        return with_legs(*(leg({"A": {"t": letter, "u": "p"}}, name=name) for name, letter in legs.items()))

    return lambda: compared(side(head), side(base))


def suites(head: tuple[str, ...], base: tuple[str, ...]) -> Callable[[], Comparison]:
    """Suites by group, each with tests of its own."""

    def side(groups: tuple[str, ...]) -> HeadRun:
        return with_legs(*(leg({group: {f"{group}_test": "p"}}, group=group) for group in groups))

    return lambda: compared(side(head), side(base))


def covered(covered_lines: int, of: int) -> str:
    return "h" * covered_lines + "m" * (of - covered_lines)


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


def recorded(letters: str, past: str, *, branch: str = "main") -> Callable[[], Comparison]:
    """The only test of a class now, after it passed on the base; `past` is its record there."""
    test = TestId(class_name="A", name="test_0")
    runs = tuple(PastRun(commit=f"{number:040x}", counts=Counts(passed=100)) for number in range(len(past)))
    history = History(runs=runs, tests={(test, ""): past})

    def make() -> Comparison:
        known = baseline(measure(report({"A": numbered("p")}), commit=BASE), history=history, branch=branch)
        return compared(measure(report({"A": numbered(letters)})), known)

    return make


NOW = 1_800_000_000
"""15 January 2027, 8:00 UTC."""


def green(base: bool = True, **more: Any) -> Comparison:
    """One passing test, on both sides."""
    one = measure(report({"A": numbered("p")}))
    return replace(compared(one, measure(report({"A": numbered("p")}), commit=BASE) if base else None), **more)


def with_policy_change(**facts: Any) -> Callable[[], Comparison]:
    made = PolicyChange(**facts)
    return lambda: green(policy_change=made, changes=changes(change(".github/readygate.yml", [1])))


def carried(head: tuple[str, ...], base: tuple[str, ...], *given: InputPattern, path: str = "src/a.py") -> Comparison:
    """Suites of both sides under a policy that lets `site` rest unless `site/` changed."""

    def side(groups: tuple[str, ...], commit: str) -> HeadRun:
        legs = tuple(leg({group: {f"{group}_test": "p"}}, group=group) for group in groups)
        made = with_legs(*legs, commit=commit, patterns=given)
        stored = replace(made.snapshot, provenance=Provenance(reports={"site/out/junit.xml": "1-a"}))
        return replace(made, snapshot=stored, evidence=made.evidence if groups else replace(made.evidence, files=()))

    site = OptionalSuites(name="site", reports=paths_fit(("site", "site/**")), when_changed=paths_fit(("site/**",)))
    diff = changes(change(path, [1]))
    known = baseline(side(base, BASE))
    options = ComparisonOptions(optional_suites=(site,))
    return compare(side(head, "a" * 40), known, changes=diff, since_baseline=diff, options=options)


def failing_since() -> Comparison:
    """A test that fails on the base since the second of three runs."""
    runs = tuple(PastRun(commit=each * 40, run_id=number, counts=Counts()) for number, each in enumerate("cde", 7))
    base = measure(report({"A": numbered("pf")}), commit=BASE)
    history = History(runs=runs, tests={(TestId(class_name="A", name="test_1"), ""): ".FF"})
    return compared(measure(report({"A": numbered("pf")})), baseline(base, history=history))


EDIT = change("a.py", [1])


def changed(covered_lines: int, of: int) -> Callable[[], Comparison]:
    return lines({"a.py": covered(covered_lines, of)}, None, change("a.py", range(1, of + 1)))
