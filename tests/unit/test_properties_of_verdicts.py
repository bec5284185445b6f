"""What holds of every verdict, whatever was measured: worse is never better, order says nothing, equal is equal."""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    leg,
    measure,
    numbered,
    page,
    policy,
    report,
    with_legs,
)
from tests.support.builders import coverage as covers
from tests.support.publishing import Scene, publish

from readygate.compare import compare
from readygate.compare.durations import compare_durations
from readygate.judge import verdict as judging
from readygate.judge.policy_preview import comparison_options
from readygate.judge.verdict import judge
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.history import History, PastRun
from readygate.model.measures import SlowdownLimit
from readygate.model.policy import PRESETS, Policy
from readygate.model.reports import Report, TestReport
from readygate.model.results import Counts, TestId
from readygate.model.snapshot import HeadRun
from readygate.model.verdict import Status
from readygate.policy import effective, read
from readygate.rules import Result, all_rules

LEGS = (("unit", "linux"), ("unit", "windows"), ("web", ""))
FILES = ("auth/a.py", "src/b.py")
RICH = b"""\
rules: {pass-rate: {minimum: 60}, test-count: {minimum: 4}, coverage-min: {minimum: 40}, new-skips: block}
components: [{name: auth, paths: [auth/**], minimum: 50, maximum-drop: 10, critical: true}]
categories: [{name: web, tests: ["web::*"], minimum: 50}, {name: first, tests: ["*test_0"], minimum: 100}]
"""
POLICIES = {**{name: policy(name) for name in PRESETS}, "rich": effective(read(RICH, "readygate.yml"))}

Suites = Mapping[tuple[str, str], str]
"""Letters of the tests by suite and leg."""
Lines = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a change."""

    suites: Suites
    lines: Lines | None

    def measured(self, commit: str) -> HeadRun:
        legs = (leg({"A": numbered(some)}, group=group, name=name) for (group, name), some in self.suites.items())
        return with_legs(*legs, covered=None if self.lines is None else covers(self.lines), commit=commit)


letters = st.text("ppppkkffes", min_size=1, max_size=4)
suites = st.fixed_dictionaries({LEGS[0]: letters, LEGS[1]: letters}, optional={LEGS[2]: letters})
states = st.text("hhhm.x", min_size=1, max_size=8)
lines = st.fixed_dictionaries({FILES[0]: states}, optional={FILES[1]: states})
sides = st.builds(lambda suites, lines: Side(suites=suites, lines=lines), suites, lines)
diffs = st.none() | st.fixed_dictionaries(
    {path: st.tuples(st.sets(st.integers(1, 8)), st.sets(st.integers(1, 8))) for path in FILES}
).map(lambda files: changes(*(change(path, sorted(new), sorted(old)) for path, (new, old) in files.items())))
records = st.text(".FFES~ ", min_size=3, max_size=8)


def history(letters_of: str) -> History:
    runs = tuple(PastRun(commit=f"{number:040x}", counts=Counts()) for number in range(len(letters_of)))
    test = TestId(group="unit", class_name="A", name="test_0")
    return History(runs=runs, tests={(test, "linux"): letters_of})


def between(head: Side, base: Side, diff: Changes | None, past: str, chosen: Policy) -> Comparison:
    return compare(
        head.measured("h" * 40),
        baseline(base.measured(BASE), history=history(past)),
        changes=diff,
        changes_note="" if diff else "not known",
        since_baseline=diff,
        options=comparison_options(chosen, 1_800_000_000),
    )


def worse_test(head: Side, pick: random.Random) -> Side | None:
    """A pass turned into a failure."""
    places = [(key, i) for key, some in head.suites.items() for i, letter in enumerate(some) if letter in "pk"]
    if not places:
        return None
    key, at = pick.choice(places)
    some = head.suites[key]
    return replace(head, suites={**head.suites, key: some[:at] + pick.choice("fe") + some[at + 1 :]})


def worse_line(head: Side, pick: random.Random) -> Side | None:
    """A covered line turned into one that is not."""
    known = head.lines or {}
    places = [(path, i) for path, some in known.items() for i, letter in enumerate(some) if letter == "h"]
    if not places:
        return None
    path, at = pick.choice(places)
    return replace(head, lines={**known, path: known[path][:at] + "m" + known[path][at + 1 :]})


def less_reported(head: Side, base: Side, diff: Changes | None, pick: random.Random) -> Side | None:
    """A report removed that the base had: of a leg, of a suite, of coverage, of one file's coverage.

    A file that has no line to measure any more may be missing, so that one is left alone.
    """
    both = [key for key in head.suites if key in base.suites]
    files = [path for path in head.lines or {} if still_measurable(path, base, diff)]
    kinds = [*both, *(["coverage"] if head.lines else []), *files]
    if not kinds:
        return None
    kind = pick.choice(kinds)
    if kind == "coverage":
        return replace(head, lines=None)
    if kind in files:
        return replace(head, lines={path: some for path, some in (head.lines or {}).items() if path != kind})
    return replace(head, suites={key: some for key, some in head.suites.items() if key != kind})


def still_measurable(path: str, base: Side, diff: Changes | None) -> bool:
    """Whether a file has lines that the base measured and the change keeps, or lines that the change adds."""
    measured = {number for number, letter in enumerate((base.lines or {}).get(path, ""), 1) if letter in "hm"}
    (edit,) = [file for file in diff.files if file.path == path] if diff else [change(path)]
    return bool(measured - set(edit.removed) or (measured and edit.added))


@settings(max_examples=250, deadline=None)
@given(
    sides,
    sides,
    diffs,
    records,
    st.sampled_from(sorted(POLICIES)),
    st.integers(0, 2),
    st.randoms(use_true_random=False),
)
def test_worse_input_never_makes_ready(
    head: Side, base: Side, diff: Changes | None, past: str, name: str, kind: int, pick: random.Random
) -> None:
    assume(sum(any(letter != "." for letter in some) for some in (base.lines or {}).values()))
    chosen = POLICIES[name]
    before = judge(between(head, base, diff, past, chosen), chosen)
    worse = (worse_test(head, pick), worse_line(head, pick), less_reported(head, base, diff, pick))[kind]
    assume(worse is not None and not before.ready)
    assert worse is not None
    assert not judge(between(worse, base, diff, past, chosen), chosen).ready, (before.reason, worse)


@settings(max_examples=150, deadline=None)
@given(sides, st.sampled_from(sorted(POLICIES)))
def test_equal_sides_have_no_delta(side: Side, name: str) -> None:
    chosen = POLICIES[name]
    found = between(side, side, changes(), "...", chosen)
    tests = found.tests
    assert tests.head == tests.base
    moved = (tests.new_failures, tests.fixed, tests.newly_skipped, tests.vanished, tests.added, tests.renamed)
    assert not any(moved)
    assert not found.missing_groups
    assert not found.missing_legs
    delta = found.coverage.delta if found.coverage else None
    assert delta is not None
    assert delta.base == delta.adjusted == (found.coverage.lines if found.coverage else None)
    assert delta.unchanged_base == delta.unchanged_head
    assert not delta.gone
    assert delta.excluded == ()
    assert found.base is not None
    no_slowdown = SlowdownLimit(factor=Fraction(1), seconds=Fraction(0))
    assert compare_durations(found.head.snapshot, found.base, no_slowdown).above_limit == ()
    moving = {"new-failures", "vanished-tests", "new-skips", "coverage-drop", "reports-complete", "new-exclusions"}
    for finding in judge(found, chosen).findings:
        if finding.rule in moving:
            assert finding.status in (Status.PASS, Status.NOT_EVALUATED), finding.rule


REPORTS = (
    report({"tests.A": numbered("pfs"), "tests.B": numbered("pk")}),
    report({"tests.C": numbered("ppe"), "tests.A": numbered("ppp", "other_")}),
    cover({"src/a.py": "hhmx", "src/b.py": "hm"}),
    cover({"src/b.py": "mh", "src/c.py": "h"}),
)
NAMES = ("out/1.xml", "out/2.xml", "cov/1.xml", "cov/2.xml")


def published(order: list[int], shuffle: random.Random) -> dict[str, str | bytes]:
    """All documents of one run, its reports read in an order, and all that they hold in one, too."""

    def mixed(number: int) -> Report:
        made = REPORTS[number]
        if isinstance(made, TestReport):
            items = list(made.blocks.items())
            details = list(made.details)
            shuffle.shuffle(items)
            shuffle.shuffle(details)
            return structs.replace(made, blocks=dict(items), details=tuple(details))
        files = list(made.files)
        shuffle.shuffle(files)
        return structs.replace(made, files=tuple(files))

    found = [mixed(number) for number in order]
    diff = [change("src/a.py", [1, 3], [2]), change("src/b.py", [2]), change("src/new.py", [1], status="added")]
    shuffle.shuffle(diff)
    head = measure(*found, names=[NAMES[number] for number in order])
    head = structs.replace(
        head, evidence=measure(*REPORTS, names=NAMES).evidence
    )  # the list itself is sorted when it is read
    base = measure(*reversed(found), names=[NAMES[number] for number in reversed(order)], commit=BASE)
    comparison = compared(head, base, diff=changes(*diff))
    with TemporaryDirectory() as folder:
        done = publish(Scene(make=lambda _: comparison), Path(folder))
    return {
        "comment": done.comment,
        "summary": done.summary,
        "console": done.console,
        "check": json.dumps(done.check),
        "outputs": json.dumps(done.outputs),
        **done.files,
    }


def test_the_order_of_files_and_tests_says_nothing() -> None:
    pick = random.Random(4)
    first = published([0, 1, 2, 3], pick)
    for _ in range(6):
        order = [0, 1, 2, 3]
        pick.shuffle(order)
        again = published(order, pick)
        for name, text in first.items():
            assert again[name] == text, name


def test_the_order_of_rules_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = compared(measure(*REPORTS), measure(REPORTS[0], REPORTS[2], commit=BASE), diff=changes())
    known = all_rules()
    expected = page(comparison).verdict
    pick = random.Random(5)
    for _ in range(5):
        mixed = list(known)
        pick.shuffle(mixed)
        monkeypatch.setattr(judging, "all_rules", lambda mixed=mixed: tuple(mixed))
        assert page(comparison).verdict == expected


shares = st.tuples(st.integers(0, 100_000), st.integers(1, 100_000)).map(lambda two: (min(two), max(two)))
limits = st.integers(0, 6).flatmap(
    lambda places: st.integers(0, 100 * 10**places).map(lambda n: Fraction(n, 100 * 10**places))
)
_SHOWN = re.compile(r"(under )?([\d.]+)%; ([\d.]+)% asked")


def agrees(rule: str, comparison: Comparison, minimum: Fraction, share: Fraction) -> None:
    """The decision is exact, and the figures that are shown say the same."""
    chosen = policy()
    chosen = structs.replace(chosen, options={**chosen.options, rule: {"minimum": minimum}})
    (asked,) = [each for each in all_rules() if each.name == rule]
    found = asked.judge(comparison, chosen)
    assert (found.result is Result.PASS) == (share >= minimum)
    told = _SHOWN.search("".join(part if isinstance(part, str) else part.text for part in found.summary))
    assert told, found.summary
    if not told[1]:
        assert (Fraction(told[2]) >= Fraction(told[3])) == (share >= minimum)
    assert Fraction(told[3]) == minimum * 100


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(shares, limits, st.booleans())
def test_what_is_shown_says_what_was_decided(share: tuple[int, int], limit: Fraction, near: bool) -> None:
    passed, total = share
    minimum = limit
    if near:  # a limit with up to six decimals just beside the share
        minimum = min(Fraction(1), Fraction(round(Fraction(passed, total) * 10**8), 10**8))
    plain = compared(measure(report({"A": {"t": "p"}})))
    counted = structs.replace(
        plain, tests=structs.replace(plain.tests, head=Counts(passed=passed, failed=total - passed))
    )
    agrees("pass-rate", counted, minimum, Fraction(passed, total))
    covered = "h" * passed + "m" * (total - passed)
    measured = compared(
        measure(report({"A": {"t": "p"}}), cover({"a.py": covered})),
        diff=changes(change("a.py", range(1, total + 1))),
    )
    agrees("coverage-min", measured, minimum, Fraction(passed, total))
    agrees("patch-coverage", measured, minimum, Fraction(passed, total))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3_000), limits)
def test_a_drop_is_shown_as_it_was_decided(lost: int, maximum: Fraction) -> None:
    total = 3_000
    head, base = {"a.py": "h" * (total - lost) + "m" * lost}, {"a.py": "h" * total}
    suite = report({"A": {"t": "p"}})
    comparison = compared(measure(suite, cover(head)), measure(suite, cover(base), commit=BASE), diff=changes())
    chosen = policy()
    chosen = structs.replace(chosen, options={**chosen.options, "coverage-drop": {"maximum": maximum}})
    (rule,) = [each for each in all_rules() if each.name == "coverage-drop"]
    found = rule.judge(comparison, chosen)
    assert (found.result is Result.PASS) == (Fraction(lost, total) <= maximum)
    told = re.search(r"(?:Fell by|lost) ([\d.]+) points; ([\d.]+) allowed", "".join(map(str, found.summary)))
    if lost and told:
        assert (Fraction(told[1]) <= Fraction(told[2])) == (Fraction(lost, total) <= maximum)
        assert Fraction(told[2]) == maximum * 100


@given(st.integers(0, 10**6), limits)
def test_a_score_is_shown_as_it_was_decided(parts: int, minimum: Fraction) -> None:
    score = Fraction(parts, 10**6)
    comparison = structs.replace(compared(measure(report({"A": {"t": "p"}}))), score=score)
    chosen = policy()
    chosen = structs.replace(chosen, options={**chosen.options, "score": {"minimum": minimum}})
    (rule,) = [each for each in all_rules() if each.name == "score"]
    found = rule.judge(comparison, chosen)
    told = re.match(r"([\d.]+) of 100; ([\d.]+) asked", "".join(map(str, found.summary)))
    assert told
    assert (found.result is Result.PASS) == (score >= minimum) == (Fraction(told[1]) >= Fraction(told[2]))
