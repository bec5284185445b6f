"""The evidence that a test is flaky, in the runs of the base branch."""

import re

import pytest
from benchmarks.flaky import SETTINGS, tally
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import baseline, compared, measure, report

from readygate.compare import ComparisonOptions
from readygate.compare.classify_failures import FailureCriteria
from readygate.compare.flakiness import FlakinessRecord, few_tests
from readygate.model import attempts
from readygate.model.attempts import Attempts
from readygate.model.comparison import TestComparison
from readygate.model.history import Flakiness, History, PastRun, wilson_interval
from readygate.model.results import Counts, TestId

TEST = TestId(class_name="A", name="t")
BASE = "b" * 40


def history(*rows: str, commits: str = "", incomplete: str = "", tests: int = 100) -> History:
    """Return a history in which each row holds the letters of a test; runs of one commit share a character."""
    keys = commits or "".join(chr(0x100 + number) for number in range(len(rows[0])))
    runs = tuple(
        PastRun(commit=f"{ord(key):040x}", complete=flag != "i", counts=Counts(passed=tests))
        for key, flag in zip(keys, incomplete or "." * len(keys), strict=True)
    )
    names = (TEST, *(TEST._replace(name=f"other{number}") for number in range(1, len(rows))))
    return History(runs=runs, tests={(name, ""): row for name, row in zip(names, rows, strict=True)})


def evidence(found: History, *, runs: int = 50, flips: int = 2) -> str:
    flakiness = FlakinessRecord(found, runs, flips).of(TEST, ("",))
    return flakiness.evidence if flakiness else ""


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("........", ""),
        ("..~.....", "proven"),
        ("..F.....", "regressed"),
        ("..F..E..", "likely"),
        (".FF..FF.", "regressed"),  # two streaks that later commits ended
        (".FFF...FFF..FF..", "regressed"),
        ("F..F....", "regressed"),  # what was before the first run is not known
        (".F..Fs..", "regressed"),  # skipped after the failure, so that it may have lasted
        (".F?.F...", "regressed"),
        (".F. F...", "regressed"),  # it was new when it failed
        (".F.FF.F.", "likely"),
    ],
)
def test_the_classes_of_evidence(letters: str, expected: str) -> None:
    assert evidence(history(letters)) == expected


def test_both_outcomes_on_one_commit_are_a_proof() -> None:
    assert evidence(history(".F..", commits="abbc")) == "proven"
    assert evidence(history("..F.", commits="abbc")) == "proven"
    assert evidence(history(".FF.", commits="abbc")) == "regressed"


def test_a_failure_that_a_re_run_confirmed_is_not_isolated() -> None:
    assert evidence(history(".FF..FF.", commits="abbcdeef")) == "regressed"


def test_an_incomplete_run_is_no_evidence() -> None:
    assert evidence(history(".F..", commits="abbc", incomplete=".i..")) == "regressed"
    assert evidence(history("..~.", incomplete="..i.")) == "regressed"


def test_a_mass_failure_is_no_evidence() -> None:
    few, many = few_tests(100), few_tests(100) + 1
    for row, commits in (("..F..F..", ""), (".F..", "abbc"), ("..~.", "")):
        assert evidence(history(*[row] * few, commits=commits)) != "regressed"
        assert evidence(history(*[row] * many, commits=commits)) == "regressed"


def test_a_test_counts_once_on_however_many_legs() -> None:
    found = history("..~.")
    legs = {(TEST, f"leg{number}"): "..~." for number in range(40)}
    assert FlakinessRecord(replace(found, tests=legs), 50, 2).of(TEST, tuple(leg for _, leg in legs)) is not None
    assert evidence(replace(found, tests={**legs, **found.tests})) == "proven"


def test_every_leg_needs_evidence() -> None:
    found = replace(history("..~."), tests={(TEST, "a"): "..~.", (TEST, "b"): ".FF."})
    record = FlakinessRecord(found, 50, 2)
    assert [getattr(record.of(TEST, legs), "evidence", "") for legs in (("a",), ("a", "b"), ("a", "c"))] == [
        "proven",
        "regressed",
        "",
    ]


def test_counts_are_those_of_the_runs_that_had_the_test() -> None:
    found = FlakinessRecord(history("  ....s..F...?..F..~...."), 20, 2).of(TEST, ("",))
    assert found == Flakiness(evidence="proven", failed=2, retried=1, ran=18)


def test_few_tests() -> None:
    assert [few_tests(number) for number in (0, 9, 20, 50, 5_000, 10_000, 1_000_000)] == [1, 1, 2, 5, 5, 10, 20]


def test_the_interval_of_a_rate() -> None:
    assert wilson_interval(0, 0) == (0, 1)
    assert wilson_interval(2, 20) == pytest.approx((0.0337, 0.2617), abs=0.001)


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_rate(hits: int, more: int) -> None:
    low, high = wilson_interval(hits, hits + more)
    assert 0 <= low <= high <= 1
    assert hits + more == 0 or low <= hits / (hits + more) <= high


@given(st.dictionaries(st.integers(1, 4), st.sets(st.text(max_size=5), min_size=1, max_size=5), min_size=1, max_size=3))
def test_a_comment_remembers_the_failing_tests_of_attempts(failing: dict[int, set[str]]) -> None:
    known: Attempts = {}
    line = ""
    for attempt in sorted(failing):
        names = [(TestId(class_name="A", name=name), "leg") for name in failing[attempt]]
        line = attempts.encode(7, attempt, names, known)
        found = re.fullmatch(attempts.PATTERN, line)
        assert found
        known = attempts.decode(found["failed"], attempt + 1)
    assert known == {
        attempts.test_key(TestId(class_name="A", name=name), "leg"): tuple(
            sorted(number for number, names in failing.items() if name in names)
        )
        for name in set().union(*failing.values())
    }


def test_a_mass_failure_is_not_remembered() -> None:
    tests = [(TestId(name=str(number)), "") for number in range(attempts.MOST_TESTS + 1)]
    assert attempts.encode(7, 1, tests, {}) == ""
    assert re.fullmatch(attempts.PATTERN, attempts.encode(7, 1, tests[1:], {}))


def judged(rows: list[str], **criteria: object) -> TestComparison:
    """Return the comparison of a run in which the tests of all rows fail."""
    names = [TEST.name, *(f"other{number}" for number in range(1, len(rows)))]
    known = baseline(measure(report({"A": dict.fromkeys(names, "p")}), commit=BASE), history=history(*rows))
    options = ComparisonOptions(failures=FailureCriteria(**criteria))  # type: ignore[arg-type]
    return compared(measure(report({"A": dict.fromkeys(names, "f")})), known, options=options).tests


def test_only_proven_failures_are_excused_by_default() -> None:
    found = judged(["..~.....", "..F..F..", ".FF.FFF."])
    assert [change.id for change in found.known_flaky] == [TEST]
    assert [change.flakiness and change.flakiness.evidence for change in found.new_failures] == ["likely", "regressed"]


def test_the_policy_may_excuse_likely_failures() -> None:
    found = judged(["..~.....", "..F..F..", ".FF.FFF."], excuse_likely=True)
    assert [change.id.name for change in found.known_flaky] == ["other1", "t"]


def test_many_failures_at_once_are_not_excused() -> None:
    rows = ["~.......", ".~......", "..~.....", "...~...."]
    assert len(judged(rows[:3]).known_flaky) == 3
    assert len(judged(rows).new_failures) == 4
    assert len(judged(rows, limit=4).known_flaky) == 4


def test_no_failure_is_excused_if_the_rule_is_off() -> None:
    assert [change.flakiness for change in judged(["..~....."], flips=0).new_failures] == [None]


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_random_histories(setting: object) -> None:
    found = tally(setting, 8)  # type: ignore[arg-type]
    assert found.asked > 5_000
    assert found.excused["proven"] == 0
    assert found.excused["likely"] * 100 <= found.asked
    assert found.found[0.05] >= 0.9 * found.flaky[0.05]
