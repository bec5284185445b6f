"""Situations in which rules, policy and history meet, under each preset: the verdict, and what blocks and warns.

`SITUATIONS` is meant to be read: what happened, and for `standard`, `strict` and `lenient` what follows. Rules that
block stand before the bar, those that warn after it. A row with a policy file is judged by that file.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    cover,
    damage,
    leg,
    measure,
    numbered,
    report,
    with_legs,
)

from readygate.baseline.select import FIRST_RUN
from readygate.compare import compare
from readygate.judge.policy_preview import comparison_options, evaluate
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.history import History, PastRun
from readygate.model.policy import PRESETS, Policy
from readygate.model.policy_change import Waiver
from readygate.model.results import ClassBlock, Counts, Leg, TestId
from readygate.model.snapshot import HeadRun, Snapshot
from readygate.model.verdict import Status, Verdict
from readygate.policy import PolicyFiles, read_policy_pair

NOW = 1_800_000_000  # 2027-01-15
GREEN = {"A": numbered("pppppppp")}
"""test_0 to test_7, all passed."""
FILES = {"auth/login.py": "h" * 90 + "m" * 10, "src/app.py": "h" * 80 + "m" * 20}
"""170 of 200 lines: 85 %."""
TOUCHED = changes(change("src/app.py", [1], [1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Both sides of a change, and what else bears on it."""

    head: HeadRun
    base: HeadRun | Snapshot | None = field(default_factory=lambda: both(commit=BASE))
    diff: Changes | None = TOUCHED
    history: History | None = None
    policy: str = ""
    own_policy: str | None = None
    waiver: Waiver | None = None


def both(suite: Mapping[str, Mapping[str, str]] = GREEN, files: Mapping[str, str] = FILES, **more: Any) -> HeadRun:
    """A run with tests and coverage."""
    return measure(report(suite), cover(files), **more)


def ran(letters: str, base: str = "pppppppp", **more: Any) -> Case:
    return Case(head=both({"A": numbered(letters)}), base=both({"A": numbered(base)}, commit=BASE), **more)


COVERAGE_WARNS = "rules: {coverage-drop: warn, patch-coverage: off, new-exclusions: warn, unplaced-files: warn}"


def lines(head: Mapping[str, str], base: Mapping[str, str] = FILES, *files: Any, **more: Any) -> Case:
    given = {"diff": changes(*files)} if files else {}
    return Case(head=both(files=head), base=both(files=base, commit=BASE), **{**given, **more})


def record(letters: str, leg: str = "") -> History:
    """What became of test_0 on the base, on one leg."""
    runs = tuple(PastRun(commit=f"{number:040x}", counts=Counts()) for number in range(len(letters)))
    return History(runs=runs, tests={(TestId(class_name="A", name="test_0"), leg): letters})


def legs(**letters: str) -> HeadRun:
    return with_legs(*(leg({"A": numbered(some)}, name=name) for name, some in letters.items()))


def suites(*names: str) -> HeadRun:
    return with_legs(*(leg({name: numbered("pp", f"{name}_")}, group=name) for name in names))


def timed(*seconds: float) -> HeadRun:
    names = [f"test_{number}" for number in range(len(seconds))]
    block = ClassBlock.build(names, bytes(len(seconds)), array("f", seconds))
    return with_legs(Leg(path="x", blocks={"A": block}, executions=Counts(passed=len(seconds)), seconds=sum(seconds)))


def falling(hit: int, of: int = 1000) -> Case:
    """Coverage of untouched lines, after all of them were covered."""
    return lines({"src/app.py": "h" * hit + "m" * (of - hit)}, {"src/app.py": "h" * of}, change("b.md", [1]))


def added(states: str) -> Case:
    """A file comes in."""
    new = change("src/n.py", range(1, len(states) + 1), status="added")
    return lines({**FILES, "src/n.py": states}, FILES, new)


COMPONENTS = """\
components:
  - {name: auth, paths: [auth/**], minimum: %s, critical: %s}
"""

LABEL = Waiver(label="readygate-accept", by="mona")
COVERAGE_GONE = {"auth/login.py": FILES["auth/login.py"]}


def renamed() -> Case:
    names = {f"test_{number}": "p" for number in range(7)}
    return Case(head=both({"A": names, "B": {"test_7": "p"}}))


def docs_only(*found: Any) -> Case:
    return Case(head=measure(*found), diff=changes(change("README.md", [1])))


# what happened · what it is made of · blocks | warns, under all presets or under standard, strict and lenient
SITUATIONS: list[tuple[str, Callable[[], Case], str | tuple[str, str, str]]] = [
    # nothing to tell
    ("same as the base", lambda: ran("pppppppp"), ("|", "|", "|")),
    ("first run, green", lambda: Case(head=both(), base=None), ("|", "|", "|")),
    ("added green tests", lambda: ran("pppppppppp"), ("|", "|", "|")),
    ("fixed", lambda: ran("pppppppp", "pppppppf"), ("|", "|", "|")),
    ("merge group, green", lambda: ran("pppppppp", diff=None), ("|", "|", "|")),
    ("documentation only, no report", docs_only, ("|", "|", "|")),
    # failing tests
    ("new failure", lambda: ran("pppppppf"), "new-failures|"),
    (
        "inherited and new failure",
        lambda: ran("ppppppff", "pppppppf"),
        "new-failures|inherited-failures",
    ),
    (
        "deselected on the leg on which it failed",
        lambda: Case(
            head=with_legs(leg({"A": {"t": "p", "u": "p"}}, name="linux"), leg({"A": {"u": "p"}}, name="windows")),
            base=with_legs(
                *(leg({"A": {"t": t, "u": "p"}}, name=name) for name, t in (("linux", "p"), ("windows", "f")))
            ),
        ),
        ("|vanished-tests", "vanished-tests|", "|vanished-tests"),
    ),
    (
        "skipped on the only leg that ran it",
        lambda: Case(head=legs(linux="sp", windows="sp"), base=legs(linux="pp", windows="sp")),
        ("|new-skips", "new-skips|", "|new-skips"),
    ),
    (
        "known flaky fails",
        lambda: ran("fppppppp", history=record("..~.......")),
        ("|flaky", "flaky|", "|flaky"),
    ),
    (
        "known flaky on the leg on which it fails",
        lambda: Case(
            head=legs(linux="pp", windows="fp"),
            base=legs(linux="pp", windows="pp"),
            history=record("..~.......", "windows"),
        ),
        ("|flaky", "flaky|", "|flaky"),
    ),
    (
        "known flaky on one of the legs on which it fails",
        lambda: Case(
            head=legs(linux="fp", windows="fp"),
            base=legs(linux="pp", windows="pp"),
            history=record("..~.......", "windows"),
        ),
        "new-failures|",
    ),
    (
        "failed now and then, but never passed at the same commit",
        lambda: ran("fppppppp", history=record("..F...F...")),
        ("new-failures|flaky", "flaky new-failures|", "new-failures|flaky"),
    ),
    (
        "failed now and then, and the policy excuses what is likely",
        lambda: ran("fppppppp", history=record("..F...F..."), policy="rules: {flaky: {excuse: likely}}"),
        ("|flaky", "flaky|", "|flaky"),
    ),
    (
        "failed now and then, and the policy asks for more",
        lambda: ran("fppppppp", history=record("..F...F..."), policy="rules: {flaky: {excuse: likely, flips: 5}}"),
        "new-failures|",
    ),
    (
        "broken and repaired, and the policy excuses what is likely",
        lambda: ran("fppppppp", history=record(".FFF..FF.."), policy="rules: {flaky: {excuse: likely}}"),
        "new-failures|",
    ),
    (
        "known flaky too long ago",
        lambda: ran("fppppppp", history=record("~" + "." * 50)),
        "new-failures|",
    ),
    (
        "known flaky, and the policy looks back less far",
        lambda: ran("fppppppp", history=record("..~......."), policy="rules: {flaky: {runs: 3}}"),
        "new-failures|",
    ),
    (
        "known flaky, and no rule would tell",
        lambda: ran("fppppppp", history=record("..~......."), policy="rules: {flaky: off}"),
        "new-failures|",
    ),
    # what is taken away
    ("test deleted", lambda: ran("ppppppp"), ("|vanished-tests", "vanished-tests|", "|vanished-tests")),
    ("test moved to another class", renamed, ("|", "|", "|")),
    (
        "suite missing, not touched",
        lambda: Case(
            head=suites("unit"),
            base=suites("unit", "e2e"),
            policy="groups: [{name: e2e, reports: [e2e], when-changed: [web/**]}]",
        ),
        "|",
    ),
    (
        "suite missing, waived",
        lambda: Case(head=suites("unit"), base=suites("unit", "e2e"), waiver=LABEL),
        "|reports-complete",
    ),
    (
        "suite missing, waived, and a failure",
        lambda: Case(
            head=with_legs(leg({"unit": numbered("pf", "unit_")}, group="unit")),
            base=suites("unit", "e2e"),
            waiver=LABEL,
        ),
        "new-failures|reports-complete",
    ),
    # the evidence
    (
        "documentation only, with a failure",
        lambda: docs_only(report({"A": numbered("f")})),
        "new-failures reports-found vanished-tests|",
    ),
    (
        "a damaged report is not waived",
        lambda: Case(head=measure(report(GREEN), cover(FILES), damage()), waiver=LABEL),
        "reports-readable|",
    ),
    # coverage
    (
        "coverage fell by more than the limit",
        lambda: falling(994),
        ("coverage-drop|", "coverage-drop|", "|coverage-drop"),
    ),
    (
        "coverage fell, waived",
        lambda: replace(falling(994), waiver=LABEL),
        "|coverage-drop",
    ),
    (
        "coverage fell, no label is in force",
        lambda: replace(falling(994), waiver=LABEL, policy="waiver: false"),
        ("coverage-drop|", "coverage-drop|", "|coverage-drop"),
    ),
    (
        "covered code deleted",
        lambda: lines({**FILES, "src/app.py": "m" * 20}, FILES, change("src/app.py", [], range(1, 81))),
        "|",
    ),
    (
        "file no longer measured",
        lambda: lines(COVERAGE_GONE, FILES, change("b.md", [1])),
        ("reports-complete|", "reports-complete|", "|reports-complete"),
    ),
    (
        "file no longer measured, waived",
        lambda: lines(COVERAGE_GONE, FILES, change("b.md", [1]), waiver=LABEL),
        "|reports-complete",
    ),
    (
        "file of a single line no longer measured",
        lambda: lines(FILES, {**FILES, "src/version.py": "h"}, change("b.md", [1])),
        ("reports-complete|", "reports-complete|", "|reports-complete"),
    ),
    (
        "file no longer measured, of which nothing was covered",
        lambda: lines(FILES, {**FILES, "src/dead.py": "m" * 50}, change("b.md", [1])),
        ("reports-complete|", "reports-complete|", "|reports-complete"),
    ),
    (
        "small file no longer measured, and others fell by what is just allowed",
        lambda: lines(
            {"src/app.py": "h" * 995 + "m" * 5},
            {"src/app.py": "h" * 1000, "src/version.py": "h"},
            change("b.md", [1]),
        ),
        ("reports-complete|", "reports-complete|", "|reports-complete"),
    ),
    (
        "file no longer measured, and no rule about coverage blocks",
        lambda: lines(COVERAGE_GONE, FILES, change("b.md", [1]), policy=COVERAGE_WARNS),
        "|reports-complete",
    ),
    (
        "file no longer measured, and coverage has only a minimum",
        lambda: lines(
            COVERAGE_GONE,
            FILES,
            change("b.md", [1]),
            policy="rules: {coverage-drop: off, patch-coverage: off, coverage-min: {level: block, minimum: 10}}",
        ),
        "reports-complete|",
    ),
    (
        "file not measured, of which it is not known whether it was deleted",
        lambda: lines(COVERAGE_GONE, FILES, diff=None),
        ("reports-complete|", "reports-complete|", "|reports-complete"),
    ),
    (
        "uncovered file added",
        lambda: lines({**FILES, "src/new.py": "m" * 10}, FILES, change("src/new.py", range(1, 11), status="added")),
        ("coverage-drop|patch-coverage", "coverage-drop patch-coverage|", "|coverage-drop"),
    ),
    (
        "changed lines just under the minimum",
        lambda: added("h" * 79 + "m" * 21),
        ("coverage-drop|patch-coverage", "coverage-drop patch-coverage|", "|coverage-drop"),
    ),
    (
        "changed lines at the minimum",
        lambda: added("h" * 80 + "m" * 20),
        "|coverage-drop",
    ),
    # parts that the policy names
    (
        "component no longer measured",
        lambda: lines({"src/app.py": FILES["src/app.py"]}, policy=COMPONENTS % (10, "true")),
        "components reports-complete|",
    ),
    (
        "pass rate below",
        lambda: ran("pppppppf", "pppppppf", policy="rules: {pass-rate: {minimum: 87.51}}"),
        "pass-rate|inherited-failures",
    ),
    (
        "a test got slower",
        lambda: Case(head=timed(9, 1), base=timed(1, 1), policy="rules: {duration: warn}"),
        "|duration",
    ),
    ("a test got slower, and nobody asks", lambda: Case(head=timed(9, 1), base=timed(1, 1)), "|"),
    (
        "score below",
        lambda: ran("ppppppps", policy="rules: {score: {minimum: 99}, new-skips: warn}"),
        "score|new-skips",
    ),
    # what the policy excuses
    (
        "quarantined test fails",
        lambda: ran("fppppppp", policy="quarantine: [{tests: ['A::test_0'], reason: mail, expires: 2027-01-15}]"),
        "|",
    ),
    (
        "quarantine ended yesterday",
        lambda: ran("fppppppp", policy="quarantine: [{tests: ['A::test_0'], reason: mail, expires: 2027-01-14}]"),
        "new-failures|",
    ),
    (
        "a policy that the change brings excuses nothing",
        lambda: ran("fppppppp", policy="{}", own_policy="rules: {new-failures: off}"),
        "new-failures|",
    ),
    (
        "a rule turned off by the base's policy",
        lambda: ran("ppppppps", policy="rules: {new-skips: off}"),
        "|",
    ),
]

ROWS = [
    pytest.param(make, preset, wanted, id=f"{name}-{preset}")
    for name, make, found in SITUATIONS
    for preset, wanted in zip(PRESETS, (found,) * 3 if isinstance(found, str) else found, strict=True)
]
KNOWN = frozenset(
    rule
    for _, _, found in SITUATIONS
    for cell in ((found,) if isinstance(found, str) else found)
    for rule in cell.replace("|", " ").split()
)
"""The rules of this table. Every rule has more situations in tests/rules, and a new rule needs none here."""


def verdict_of(case: Case, preset: str) -> tuple[Comparison, Verdict]:
    """Judge as the road does: policy file of the base, its terms for the comparison, the label if it is asked for."""
    text = f"preset: {preset}\n{'' if case.policy == '{}' else case.policy}".encode()
    own = None if case.own_policy is None else f"preset: {preset}\n{case.own_policy}".encode()
    book = read_policy_pair(PolicyFiles(base=text, changed=own is not None, own=own), "main", "")
    known = None if case.base is None else baseline(case.base, history=case.history)

    def compared(policy: Policy) -> Comparison:
        return compare(
            case.head,
            known,
            baseline_note="" if known else "`main` has no stored results yet",
            baseline_todo="" if known else FIRST_RUN,
            changes=case.diff,
            changes_note="" if case.diff else "not known",
            since_baseline=case.diff,
            options=comparison_options(policy, NOW),
        )

    return evaluate(book, compared, lambda label: case.waiver if case.waiver and case.waiver.label == label else None)


def names(verdict: Verdict, status: Status) -> str:
    return " ".join(sorted(finding.rule for finding in verdict.of(status) if finding.rule in KNOWN))


@pytest.mark.parametrize(("make", "preset", "wanted"), ROWS)
def test_what_follows(make: Callable[[], Case], preset: str, wanted: str) -> None:
    _, verdict = verdict_of(make(), preset)
    blocks, warns = (" ".join(sorted(part.split())) for part in wanted.split("|"))
    assert f"{names(verdict, Status.BLOCK)}|{names(verdict, Status.WARN)}" == f"{blocks}|{warns}"
    assert verdict.ready == (not verdict.of(Status.BLOCK))


def test_strict_is_never_ready_where_standard_is_not() -> None:
    order = ("lenient", "standard", "strict")
    for name, make, *_ in SITUATIONS:
        ready = [verdict_of(make(), preset)[1].ready for preset in order]
        assert ready == sorted(ready, reverse=True), name
