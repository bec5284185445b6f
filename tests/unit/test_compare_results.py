"""Tests of both sides: every kind of change by name, leg by leg, and fast where most of it is equal."""

import time
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import (
    BASE,
    OUTCOMES,
    Suite,
    baseline,
    change,
    changes,
    leg,
    measure,
    numbered,
    report,
    snapshot,
    with_legs,
)

from readygate.compare import compare, is_docs_only
from readygate.compare.results import compare_tests
from readygate.model.changes import Changes
from readygate.model.comparison import TestComparison
from readygate.model.results import ClassBlock, Leg, Outcome, TestId, count_outcomes
from readygate.model.snapshot import HeadRun, Snapshot

RAN = "pkfe"
FAILING = "fe"


def of(head: Suite, base: Suite | None) -> TestComparison:
    return compare_tests(with_legs(leg(head)), None if base is None else snapshot(BASE, leg(base)))


def names(found: tuple[object, ...]) -> list[str]:
    return [item.name if isinstance(item, TestId) else item.id.name for item in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("before", [*OUTCOMES, ""])
@pytest.mark.parametrize("after", [*OUTCOMES, ""])
def test_each_kind_of_change_is_told_once(before: str, after: str) -> None:
    others = {"test_other": "p"}
    found = of(
        {"A": {"test_it": after, **others} if after else others},
        {"A": {"test_it": before, **others} if before else others},
    )
    expected = {
        "new_failures": after in FAILING and before not in FAILING if after else False,
        "still_failing": bool(after and before) and after in FAILING and before in FAILING,
        "fixed": bool(after and before) and before in FAILING and after in "pk",
        "newly_skipped": bool(before) and before in RAN and after == "s",
        "vanished": bool(before) and not after,
        "added": bool(after) and not before,
    }
    if after and after in FAILING and not before:
        expected["new_failures"] = True
    assert {kind: names(getattr(found, kind)) for kind in expected} == {
        kind: ["test_it"] if told else [] for kind, told in expected.items()
    }
    for kind in ("new_failures", "still_failing", "fixed", "newly_skipped", "vanished"):
        for told in getattr(found, kind):
            assert told.before == (OUTCOMES[before] if before else None)
            assert told.after == (OUTCOMES[after] if after else None)


suites = st.dictionaries(
    st.sampled_from(["", "A", "b.C", "ü"]),
    st.dictionaries(st.sampled_from(["", "t1", "t2", "t|3"]), st.sampled_from("pksfe"), min_size=1),
)


@given(suites)
def test_a_run_compared_with_itself_has_no_change(suite: Suite) -> None:
    found = of(suite, suite)
    assert not any((found.new_failures, found.fixed, found.newly_skipped, found.vanished, found.added))
    assert found.head == found.base
    failing = {name for tests in suite.values() for name, letter in tests.items() if letter in FAILING}
    assert set(names(found.still_failing)) == failing


@given(suites, suites)
def test_the_lists_explain_the_figures(head: Suite, base: Suite) -> None:
    found = of(head, base)
    assert found.base is not None
    if any(head.values()):  # without a report nothing is known to be gone
        assert found.head.total - found.base.total == len(found.added) - len(found.vanished)
    assert len(found.new_failures) + len(found.still_failing) == found.head.failing
    stories = [*found.new_failures, *found.still_failing, *found.fixed, *found.newly_skipped, *found.vanished]
    assert len({told.id for told in stories}) == len(stories)  # each test has one story
    for told in stories:
        letters = head.get(told.id.class_name, {}), base.get(told.id.class_name, {})
        assert told.after == (OUTCOMES[letters[0][told.id.name]] if told.id.name in letters[0] else None)
        assert told.before == (OUTCOMES[letters[1][told.id.name]] if told.id.name in letters[1] else None)


@given(suites, suites)
def test_the_lists_are_sorted(head: Suite, base: Suite) -> None:
    found = of(head, base)
    for kind in ("new_failures", "still_failing", "fixed", "newly_skipped", "vanished"):
        identities = [told.id for told in getattr(found, kind)]
        assert identities == sorted(identities)
    assert list(found.added) == sorted(found.added)


def test_without_a_base_every_failure_is_new_and_nothing_else_is_told() -> None:
    found = of({"A": numbered("pfse")}, None)
    assert names(found.new_failures) == ["test_1", "test_3"]
    assert all(told.before is None for told in found.new_failures)
    assert found.base is None
    assert not any((found.still_failing, found.fixed, found.newly_skipped, found.vanished, found.added))


class TestLegs:
    """Failures are compared on their own leg; the headline is the worst of all."""

    def test_failing_elsewhere_on_the_base_excuses_nothing(self) -> None:
        base = snapshot(BASE, leg({"A": {"t": "p"}}, name="linux"), leg({"A": {"t": "f"}}, name="windows"))
        head = with_legs(leg({"A": {"t": "f"}}, name="linux"), leg({"A": {"t": "f"}}, name="windows"))
        found = compare_tests(head, base)
        assert [(told.id.name, told.legs, told.all_legs) for told in found.new_failures] == [("t", ("linux",), 2)]
        assert not found.still_failing  # a test is in one list only

    def sides(self, head: dict[str, str], base: dict[str, str]) -> TestComparison:
        """Test `t` on legs by a letter each, a dash where the leg lacks it; `u` passes everywhere."""
        made = [
            [
                leg({"A": {"u": "p", **({} if letter == "-" else {"t": letter})}}, name=name)
                for name, letter in side.items()
            ]
            for side in (head, base)
        ]
        return compare_tests(with_legs(*made[0]), snapshot(BASE, *made[1]))

    @pytest.mark.parametrize(
        ("head", "base", "kind", "legs"),
        [
            ({"linux": "p", "windows": "-"}, {"linux": "p", "windows": "f"}, "vanished", ("windows",)),
            ({"linux": "p", "windows": "-"}, {"linux": "p", "windows": "p"}, "vanished", ("windows",)),
            ({"linux": "p", "windows": "s"}, {"linux": "p", "windows": "f"}, "newly_skipped", ("windows",)),
            ({"linux": "s", "windows": "s"}, {"linux": "p", "windows": "s"}, "newly_skipped", ("linux",)),
            ({"linux": "s", "windows": "p"}, {"linux": "p", "windows": "s"}, "newly_skipped", ("linux",)),
            ({"linux": "p", "windows": "p"}, {"linux": "p", "windows": "f"}, "fixed", ()),
            ({"one": "-", "two": "p"}, {"one": "p", "two": "-"}, "", ()),  # it only moved
            ({"linux": "f", "windows": "-"}, {"linux": "f", "windows": "p"}, "still_failing", ("linux",)),
            ({"linux": "f", "windows": "s"}, {"linux": "p", "windows": "p"}, "new_failures", ("linux",)),
        ],
    )
    def test_what_is_taken_from_one_leg_is_told(
        self, head: dict[str, str], base: dict[str, str], kind: str, legs: tuple[str, ...]
    ) -> None:
        found = self.sides(head, base)
        kinds = ("new_failures", "still_failing", "fixed", "newly_skipped", "vanished")
        assert {name: names(getattr(found, name)) for name in kinds} == {
            name: ["t"] if name == kind else [] for name in kinds
        }
        if legs:
            (told,) = getattr(found, kind)
            assert told.legs == legs

    def test_a_test_that_is_left_on_other_legs_is_not_taken_for_a_renamed_one(self) -> None:
        base = snapshot(BASE, *(leg({"A": {"test_one": "p", "u": "p"}}, name=name) for name in ("linux", "windows")))
        head = with_legs(
            leg({"A": {"test_one": "p", "u": "p"}}, name="linux"),
            leg({"A": {"test_ones": "p", "u": "p"}}, name="windows"),
        )
        found = compare(head, baseline(base), changes=None, since_baseline=None).tests
        assert (names(found.vanished), names(found.added), found.renamed) == (["test_one"], ["test_ones"], ())

    def test_failing_on_the_same_leg_is_inherited(self) -> None:
        both = (leg({"A": {"t": "p"}}, name="linux"), leg({"A": {"t": "f"}}, name="windows"))
        found = compare_tests(with_legs(*both), snapshot(BASE, *both))
        assert [(told.legs, told.all_legs) for told in found.still_failing] == [(("windows",), 2)]
        assert not found.new_failures

    def test_a_leg_that_the_base_lacks_inherits_nothing(self) -> None:
        base = snapshot(BASE, leg({"A": {"t": "f"}}, name="linux"))
        found = compare_tests(with_legs(leg({"A": {"t": "f"}}, name="macos")), base)
        assert names(found.new_failures) == ["t"]
        assert found.new_failures[0].before is Outcome.FAILED
        assert not found.still_failing

    @pytest.mark.parametrize(
        ("on_one", "on_two", "inherited"), [("f", "", True), ("p", "", False), ("f", "f", True), ("f", "p", False)]
    )
    def test_a_test_that_moved_to_another_part_of_its_suite_keeps_its_outcome(
        self, on_one: str, on_two: str, inherited: bool
    ) -> None:
        base = snapshot(
            BASE,
            leg({"A": {"t": on_one, "u": "p"}}, name="1"),
            leg({"A": {"v": "p", **({"t": on_two} if on_two else {})}}, name="2"),
            leg({"A": {"w": "p"}}, name="3"),
        )
        head = with_legs(
            leg({"A": {"u": "p"}}, name="1"),
            leg({"A": {"v": "p"}}, name="2"),
            leg({"A": {"w": "p", "t": "f"}}, name="3"),
        )
        found = compare_tests(head, base)
        assert names(found.still_failing if inherited else found.new_failures) == ["t"]

    def test_the_same_leg_of_another_group_is_another_leg(self) -> None:
        base = snapshot(BASE, leg({"A": {"t": "f"}}, group="unit", name="linux"))
        found = compare_tests(with_legs(leg({"A": {"t": "f"}}, group="e2e", name="linux")), base)
        assert [told.id.group for told in found.new_failures] == ["e2e"]
        assert found.vanished == ()  # the suite left no report, which says nothing about its tests

    @pytest.mark.parametrize(("one", "other"), [("p", "s"), ("s", "p"), ("k", "s")])
    def test_a_test_that_passed_on_one_leg_and_was_skipped_on_another_passed(self, one: str, other: str) -> None:
        side = snapshot(BASE, leg({"A": {"t": one}}, name="a"), leg({"A": {"t": other, "u": "s"}}, name="b"))
        assert (side.counts().passed, side.counts().skipped) == (1, 1)

    def test_the_headline_is_the_worst_leg(self) -> None:
        legs = [leg({"A": {"t": letter, "u": "p"}}, name=name) for name, letter in (("a", "p"), ("b", "f"), ("c", "s"))]
        found = compare_tests(with_legs(*legs), snapshot(BASE, leg({"A": {"t": "p", "u": "p"}}, name="a")))
        assert (found.head.total, found.head.failed, found.head.passed) == (2, 1, 1)

    def test_the_headline_of_legs_that_ran_different_tests(self) -> None:
        legs = (leg({"A": {"t": "p", "u": "s"}}, name="a"), leg({"A": {"t": "f"}, "B": {"v": "p"}}, name="b"))
        head = with_legs(*legs)
        merged = {key: dict(block.items()) for key, block in head.snapshot.headline().items()}
        assert merged == {
            ("", "A"): {"t": Outcome.FAILED, "u": Outcome.SKIPPED},
            ("", "B"): {"v": Outcome.PASSED},
        }
        found = compare_tests(head, None)
        assert [(told.legs, told.all_legs) for told in found.new_failures] == [(("b",), 2)]

    def test_passing_on_one_leg_is_no_fix_while_another_fails(self) -> None:
        base = snapshot(BASE, leg({"A": {"t": "f"}}, name="a"), leg({"A": {"t": "f"}}, name="b"))
        head = with_legs(leg({"A": {"t": "p"}}, name="a"), leg({"A": {"t": "f"}}, name="b"))
        found = compare_tests(head, base)
        assert not found.fixed
        assert [told.legs for told in found.still_failing] == [("b",)]


def test_a_detail_of_the_report_comes_along() -> None:
    head = measure(report({"A": {"t": "f", "u": "s", "v": "p"}}))
    found = compare_tests(head, snapshot(BASE, leg({"A": {"t": "p", "u": "p", "v": "p"}})))
    assert found.new_failures[0].detail is not None
    assert found.new_failures[0].detail.message == "assert 1 == 2"
    assert found.newly_skipped[0].detail is not None
    assert found.newly_skipped[0].detail.message == "needs a server"


def test_a_namesake_that_passes_hides_no_failure() -> None:
    one, other = report({"A": {"t": "p", "u": "p"}}), report({"A": {"t": "f", "v": "p"}})
    for order in ((one, other), (other, one)):
        found = compare_tests(measure(*order), snapshot(BASE, leg({"A": {"t": "p"}})))
        assert names(found.new_failures) == ["t"]
        assert (found.head.total, found.head.failed) == (4, 1)
    assert measure(one, other).snapshot == measure(other, one).snapshot


def many(number: int, outcome: Outcome) -> tuple[Leg, Snapshot]:
    per_class = 500
    blocks = {}
    for start in range(0, number, per_class):
        tests = [f"test_case_{n:06d}" for n in range(start, start + per_class)]
        times = array("f", [0.01] * per_class)
        blocks[f"tests.test_{start:06d}"] = ClassBlock.build(tests, bytes([outcome]) * per_class, times)
    counts = count_outcomes(bytes([outcome]) * number)
    made = Leg(blocks=blocks, executions=counts, seconds=1.0)
    return made, Snapshot(commit=BASE, legs=(made,))


@pytest.mark.slow
def test_50_000_failures_are_compared_in_moments() -> None:
    failing, _ = many(50_000, Outcome.FAILED)
    _, passing = many(50_000, Outcome.PASSED)
    start = time.process_time()
    found = compare_tests(with_legs(failing), passing)
    assert len(found.new_failures) == 50_000
    assert time.process_time() - start < 4


def test_a_million_equal_tests_cost_next_to_nothing() -> None:
    passing, base = many(1_000_000, Outcome.PASSED)
    start = time.process_time()
    found = compare_tests(with_legs(passing), base)
    assert found.head == found.base
    assert time.process_time() - start < 0.5


class TestDocumentationOnly:
    """A change counts as documentation only if that is certain."""

    @pytest.mark.parametrize(
        ("paths", "expected"),
        [
            (["README.md"], True),
            (["a/b/notes.md", "docs/conf.py", "LICENSE", "LICENSE.txt"], True),
            (["docs/deep/er/x.rst"], True),
            (["README.md", "src/a.py"], False),
            (["mydocs/a.py"], False),
            (["src/LICENSE.py"], False),
            (["README.mdx"], False),
            (["LICENSES/tool.py"], False),
            ([], False),
        ],
    )
    def test_paths(self, paths: list[str], expected: bool) -> None:
        assert is_docs_only(changes(*(change(path, [1]) for path in paths))) is expected

    def test_a_rename_counts_on_both_sides(self) -> None:
        assert not is_docs_only(changes(change("docs/a.py", status="renamed", old_path="src/a.py")))
        assert is_docs_only(changes(change("docs/a.md", status="renamed", old_path="a.md")))

    def test_what_is_not_known_is_not_documentation(self) -> None:
        assert not is_docs_only(None)
        assert not is_docs_only(Changes(base=BASE, head="b", files=(change("a.md", [1]),), complete=False))


def test_the_comparison_tells_both_sides() -> None:
    head = measure(report({"A": {"t": "p"}}))
    base = snapshot(BASE, leg({"A": {"t": "p"}}))
    known = baseline(base)
    found = compare(head, known, changes=None, changes_note="no diff", since_baseline=None)
    assert found.baseline is known
    assert found.head is head
    assert isinstance(found.head, HeadRun)
    assert found.coverage is None
    alone = compare(head, None, baseline_note="none stored", changes=None, since_baseline=None)
    assert (alone.baseline, alone.baseline_note) == (None, "none stored")
