"""Components, categories, goals, exclusions, durations: worked by hand."""

import time
from array import array
from collections.abc import Mapping
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import (
    baseline,
    change,
    changes,
    compared,
    cover,
    coverage,
    leg,
    measure,
    numbered,
    policy,
    report,
    snapshot,
    with_legs,
)

from readygate.compare import durations
from readygate.compare.categories import category_results
from readygate.compare.components import component_results
from readygate.compare.durations import ENOUGH, LEAST, STEADY, compare_durations, find_slowest
from readygate.compare.exclusions import newly_excluded
from readygate.compare.goals import next_goal
from readygate.compare.skip_reasons import count_skip_reasons
from readygate.compare.suites import count_suites, suite_names
from readygate.judge.verdict import judge
from readygate.model.changes import FileChange
from readygate.model.comparison import Comparison, FileLines
from readygate.model.coverage import EXCLUDED, Ratio
from readygate.model.measures import (
    SLOWER,
    TIMED_SHOWN,
    ComponentResult,
    SharedTime,
    SkipReason,
    SlowdownLimit,
    SuiteResult,
    Timed,
)
from readygate.model.policy import Category, Component, Goal, Policy
from readygate.model.results import ClassBlock, Counts, FailureDetail, Leg, Outcome, TestId
from readygate.model.rich_text import Untrusted
from readygate.model.snapshot import Snapshot
from readygate.render.markdown.file_coverage import goal_line


def ratio(covered: int, total: int) -> Ratio:
    return Ratio(covered=covered, total=total)


def covering(head: dict[str, str], base: dict[str, str] | None, *files: FileChange) -> Comparison:
    suite = report({"A": numbered("p")})
    known = None if base is None else measure(suite, cover(base), commit="b" * 40)
    return compared(measure(suite, cover(head)), known, diff=changes(*files))


class TestComponents:
    """Lines of the files that fit, of both sides."""

    def one(self, comparison: Comparison, **more: object) -> ComponentResult:
        part = Component(name="auth", paths=("src/auth/**", "!src/auth/gen/**"), **more)  # type: ignore[arg-type]
        (found,) = component_results(comparison, replace(policy(), components=(part,)))
        return found

    def test_files_that_fit(self) -> None:
        head = {"src/auth/a.py": "hhm", "src/auth/gen/b.py": "mmmm", "src/auth/x/c.py": "h", "src/b.py": "m"}
        found = self.one(covering(head, None), minimum=Fraction(3, 4))
        assert (found.files, found.lines, found.base, found.fell) == (2, ratio(3, 4), None, None)
        assert not found.below

    def test_without_coverage_there_is_none(self) -> None:
        chosen = replace(policy(), components=(Component(name="a", paths=("**",)),))
        assert component_results(compared(measure(report({"A": numbered("p")}))), chosen) == ()

    def test_removing_covered_lines_is_no_drop(self) -> None:
        # 16 of 20 covered; the change removes 10 covered lines: 6 of 10 are what the rest was
        head, base = {"src/auth/a.py": "h" * 6 + "m" * 4}, {"src/auth/a.py": "h" * 16 + "m" * 4}
        found = self.one(covering(head, base, change("src/auth/a.py", [], range(1, 11))), maximum_drop=Fraction(0))
        assert (found.base, found.lines, found.fell) == (ratio(6, 10), ratio(6, 10), Fraction(0))
        assert not found.dropped

    def test_a_removed_file_leaves_the_base(self) -> None:
        base = {"src/auth/a.py": "hm", "src/auth/b.py": "hhhh"}
        gone = change("src/auth/b.py", status="removed")
        found = self.one(covering({"src/auth/a.py": "hm"}, base, gone), maximum_drop=Fraction(0))
        assert (found.base, found.fell, found.gone) == (ratio(1, 2), Fraction(0), ())

    def test_a_file_that_moves_in_brings_its_base(self) -> None:
        moved = change("src/auth/b.py", status="renamed", old_path="src/b.py")
        found = self.one(covering({"src/auth/b.py": "hm"}, {"src/b.py": "hh"}, moved), maximum_drop=Fraction(1, 2))
        assert (found.base, found.fell) == (ratio(2, 2), Fraction(1, 2))
        assert not found.dropped  # exactly what it may

    def test_a_file_no_longer_measured_ends_the_comparison(self) -> None:
        base = {"src/auth/a.py": "h", "src/auth/b.py": "h"}
        found = self.one(covering({"src/auth/a.py": "m"}, base), maximum_drop=Fraction(0))
        assert found.gone == ("src/auth/b.py",)
        assert found.fell is None
        assert not found.dropped


BEFORE = {"src/old.py": "h" * 80, "src/app.py": "h" * 50 + "m" * 50, "src/util.py": "h" * 40 + "m" * 10}
"""170 of 230: 73.91 %."""


class TestDeletedCode:
    """A change that deletes covered code: the share of the rest falls, and nothing was lost."""

    @pytest.mark.parametrize(
        ("head", "files", "shown", "adjusted", "status"),
        [
            # 40 covered lines of app go, and one more line of what stays is lost: 129 of 190 after 130 of 190
            (
                {**BEFORE, "src/app.py": "h" * 9 + "m" * 51},
                (change("src/app.py", [], range(1, 41)),),
                ratio(129, 190),
                ratio(130, 190),
                "BLOCK",
            ),
            # 10 uncovered lines go, which lifts the share; 8 covered ones are lost, and the lift does not hide it
            (
                {**BEFORE, "src/util.py": "h" * 32 + "m" * 8},
                (change("src/util.py", [], range(41, 51)),),
                ratio(162, 220),
                ratio(170, 220),
                "BLOCK",
            ),
            # the same lines come back in another file, as covered as before
            (
                {"src/new.py": "h" * 80, "src/app.py": BEFORE["src/app.py"], "src/util.py": BEFORE["src/util.py"]},
                (
                    change("src/old.py", [], range(1, 81), status="removed"),
                    change("src/new.py", range(1, 81), status="added"),
                ),
                ratio(170, 230),
                ratio(90, 150),
                "PASS",
            ),
        ],
    )
    def test_arithmetic(
        self, head: dict[str, str], files: tuple[FileChange, ...], shown: Ratio, adjusted: Ratio, status: str
    ) -> None:
        comparison = covering(head, BEFORE, *files)
        assert comparison.coverage is not None
        assert comparison.coverage.delta is not None
        assert comparison.coverage.delta.base == ratio(170, 230)
        assert comparison.coverage.lines == shown
        assert comparison.coverage.delta.adjusted == adjusted
        (found,) = [each for each in judge(comparison, policy()).findings if each.rule == "coverage-drop"]
        assert found.status.name == status


class TestCategories:
    """Sets of tests by name."""

    def counts(self, comparison: Comparison, *tests: str) -> Counts:
        chosen = replace(policy(), categories=(Category(name="c", tests=tests),))
        (found,) = category_results(comparison, chosen)
        return found.counts

    def test_the_worst_of_the_legs_counts_once(self) -> None:
        head = with_legs(
            leg({"A": {"t": "p", "u": "k", "v": "s"}}, group="unit", name="linux"),
            leg({"A": {"t": "f", "u": "p", "v": "s"}}, group="unit", name="windows"),
        )
        assert self.counts(compared(head), "A::*") == Counts(passed=1, failed=1, skipped=1, flaky=1)
        assert self.counts(compared(head), "unit::A::t") == Counts(failed=1)
        assert self.counts(compared(head), "re:^A::[uv]$") == Counts(passed=1, skipped=1, flaky=1)
        assert self.counts(compared(head), "B*") == Counts()

    def test_a_name_without_a_class(self) -> None:
        assert self.counts(compared(measure(report({"": {"adds": "p", "adds more": "f"}}))), "adds") == Counts(passed=1)

    def test_several_categories_at_once(self) -> None:
        chosen = replace(
            policy(),
            categories=tuple(Category(name=name, tests=(f"{name}::*",), minimum=Fraction(1)) for name in "ABC"),
        )
        base = measure(report({"A": numbered("p"), "B": numbered("s"), "C": numbered("p")}), commit="b" * 40)
        head = measure(report({"A": numbered("pf"), "B": numbered("s"), "C": numbered("s")}))
        found = category_results(compared(head, base), chosen)
        assert [(each.name, each.below, each.empty, each.no_longer_run) for each in found] == [
            ("A", True, False, False),
            ("B", False, True, False),
            ("C", False, True, True),
        ]


class TestGoals:
    """The distance to the next step."""

    def ladder(self, *shares: int) -> Policy:
        goals = tuple(Goal(coverage=Fraction(share, 100), by="2030-06-30" if share == 25 else "") for share in shares)
        return replace(policy(), goals=goals)

    def test_the_next_step(self) -> None:
        head = {"a.py": "h" * 3010, "b.py": "m" * 9450, "c.py": "m" * 600, "d.py": "h" * 0 + "m" * 84}
        found = next_goal(covering(head, None), self.ladder(20, 25, 60))
        assert found is not None
        assert (found.goal, found.by, found.lines) == (Fraction(1, 4), "2030-06-30", ratio(3010, 13_144))
        assert (found.needed, found.reached, found.steps) == (276, 1, 3)  # 25 % of 13,144 are 3,286
        assert [(file.path, file.lines) for file in found.largest] == [("b.py", 9450), ("c.py", 600), ("d.py", 84)]
        line = goal_line(found)
        assert "".join(part.text if isinstance(part, Untrusted) else part for part in line) == (
            "22.90% → 25% by 2030-06-30: 276 more covered lines; largest uncovered: b.py 9,450, c.py 600, d.py 84"
        )

    @pytest.mark.parametrize(("shares", "goal"), [((), None), ((50,), None), ((50, 51), 51), ((90, 51), 51)])
    def test_a_step_is_reached_exactly(self, shares: tuple[int, ...], goal: int | None) -> None:
        found = next_goal(covering({"a.py": "hm"}, None), self.ladder(*shares))
        assert (found and found.goal) == (None if goal is None else Fraction(goal, 100))

    def test_nothing_measured_has_no_distance(self) -> None:
        assert next_goal(covering({"a.py": "."}, None), self.ladder(50)) is None
        assert next_goal(compared(measure(report({"A": numbered("p")}))), self.ladder(50)) is None

    @given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 10_000))
    def test_so_many_lines_reach_it_and_one_less_does_not(self, covered: int, open_lines: int, share: int) -> None:
        chosen = replace(policy(), goals=(Goal(coverage=Fraction(share, 10_000)),))
        found = next_goal(covering({"a.py": "h" * covered + "m" * open_lines}, None), chosen)
        if found is None:
            assert Fraction(covered, covered + open_lines) >= Fraction(share, 10_000)
            return
        total = covered + open_lines
        assert Fraction(covered + found.needed, total) >= found.goal > Fraction(covered + found.needed - 1, total)


class TestExclusions:
    """Lines joined by the diff."""

    @pytest.mark.parametrize(
        ("head", "base", "diff", "lines"),
        [
            ("hx", "hm", None, (2,)),
            ("hx", "hx", None, ()),
            ("h.", "hm", None, ()),
            ("hx", "h.", None, ()),  # nothing was measured there
            # two lines are added in front: line 3 was line 1
            ("..xh", "hh", change("a.py", [1, 2]), (3,)),
            ("..xh", "xh", change("a.py", [1, 2]), ()),
            # one line goes: line 2 was line 3
            ("hx", "hmh", change("a.py", [], [2]), (2,)),
            ("hx", "hmx", change("a.py", [], [2]), ()),
            # a new line, excluded
            ("hhx", "hh", change("a.py", [3]), (3,)),
            # a new line among excluded ones
            ("hxxx", "hxx", change("a.py", [3]), ()),
            ("hx.xx", "hx.x", change("a.py", [4]), ()),
            # an excluded line is rewritten
            ("hx", "hx", change("a.py", [2], [2]), ()),
            # a measured line is rewritten and excluded
            ("hx", "hm", change("a.py", [2], [2]), (2,)),
            # an added file
            ("xh", None, change("a.py", [1, 2], status="added"), (1,)),
            # a renamed file
            ("xh", "hh", change("a.py", [], status="renamed", old_path="b.py"), (1,)),
            # a file whose diff was left out
            ("xh", "hh", change("a.py", shown=False), ()),
        ],
    )
    def test_what_is_new(self, head: str, base: str | None, diff: FileChange | None, lines: tuple[int, ...]) -> None:
        old = "b.py" if diff is not None and diff.status == "renamed" else "a.py"
        before = coverage({} if base is None else {old: base})
        found = newly_excluded(coverage({"a.py": head}), before, changes(*([diff] if diff else [])))
        assert found == ((FileLines(path="a.py", lines=lines),) if lines else ())

    @given(st.text("hmx.", max_size=30), st.sets(st.integers(1, 30)))
    def test_nothing_is_new_between_equal_sides(self, lines: str, added: set[int]) -> None:
        both = coverage({"a.py": lines})
        assert newly_excluded(both, both, changes()) == ()
        # every line of a file whose every line is new is new
        whole = changes(change("a.py", range(1, 31), status="added"))
        found = newly_excluded(both, coverage({}), whole)
        states = both.files[0].lines
        excluded = tuple(number for number, state in enumerate(states) if state == EXCLUDED)
        assert [line for file in found for line in file.lines] == list(excluded)


def took(legs: Mapping[str, Mapping[str, float]], commit: str = "h" * 40) -> Snapshot:
    """One class by leg and test, in seconds."""
    return snapshot(
        commit,
        *(
            Leg(
                leg=name,
                path=name,
                blocks={"A": ClassBlock.build(list(tests), bytes(len(tests)), array("f", tests.values()))},
                executions=Counts(passed=len(tests)),
                seconds=sum(tests.values()),
            )
            for name, tests in legs.items()
        ),
    )


SECONDS = st.floats(0, 1e9, width=32) | st.integers(0, 400).map(lambda eighths: eighths / 8) | st.just(float(0))
"""Any, and such as are often equal."""


def named(name: str) -> TestId:
    return TestId(class_name="A", name=name)


def slower(head: Snapshot, base: Snapshot, *, factor: Fraction, seconds: Fraction) -> tuple[Timed, ...]:
    return compare_durations(head, base, SlowdownLimit(factor=factor, seconds=seconds)).above_limit


def pace(head: Snapshot, base: Snapshot) -> Fraction:
    return compare_durations(head, base).pace


class TestDurations:
    """How long tests take."""

    def test_the_slowest_of_all_legs_once(self) -> None:
        head = took({"a": {"t": 1.0, "u": 3.0, "v": 0.25}, "b": {"t": 2.0, "u": 0.5, "w": LEAST / 2}})
        base = took({"a": {"u": 2.5}, "b": {"x": 1.0}})
        assert find_slowest(head, base, 3) == (
            Timed(test=named("u"), leg="a", seconds=3.0, before=2.5),
            Timed(test=named("t"), leg="b", seconds=2.0),
            Timed(test=named("v"), leg="a", seconds=0.25),
        )
        assert [row.test.name for row in find_slowest(head, None, 1)] == ["u"]

    @given(st.lists(SECONDS, min_size=1, max_size=60), st.integers(1, 5))
    def test_the_slowest_are_those_of_a_sort(self, seconds: list[float], most: int) -> None:
        tests = {f"t{number:02}": value for number, value in enumerate(seconds)}
        parts = [dict(list(tests.items())[at : at + 7]) for at in range(0, len(tests), 7)]
        head = took({str(number): part for number, part in enumerate(parts)})
        expected = sorted((-value, name) for name, value in tests.items() if value >= LEAST)[:most]
        assert [(-row.seconds, row.test.name) for row in find_slowest(head, None, most)] == expected

    def test_slower_on_the_same_leg(self) -> None:
        head = took({"a": {"t": 4.0, "u": 1.0}, "b": {"t": 1.0, "u": 5.0, "new": 9.0}})
        base = took({"a": {"t": 1.0, "u": 1.0}, "b": {"t": 1.0, "u": 1.0}})
        found = slower(head, base, factor=Fraction(2), seconds=Fraction(1))
        assert [(row.test.name, row.leg, row.seconds, row.before) for row in found] == [
            ("u", "b", 5.0, 1.0),
            ("t", "a", 4.0, 1.0),
        ]
        assert slower(head, base, factor=Fraction(6), seconds=Fraction(1)) == ()
        assert slower(head, base, factor=Fraction(2), seconds=Fraction(5)) == ()
        assert slower(head, took({"c": {"t": 1.0}}), factor=Fraction(2), seconds=Fraction(1)) == ()

    @given(st.lists(st.tuples(SECONDS, SECONDS), max_size=40), st.fractions(1, 3), st.fractions(0, 2))
    def test_the_slower_are_those_of_a_plain_look(
        self, times: list[tuple[float, float]], factor: Fraction, seconds: Fraction
    ) -> None:
        head = took({"": {f"t{number:02}": now for number, (now, _) in enumerate(times)}})
        base = took({"": {f"t{number:02}": then for number, (_, then) in enumerate(times)}})
        ratios = [now / then for now, then in times if then >= STEADY]
        expected_pace = max(Fraction(1), Fraction(median(ratios))) if len(ratios) >= ENOUGH else Fraction(1)
        assert pace(head, base) == expected_pace
        expected = {
            f"t{number:02}"
            for number, (now, then) in enumerate(times)
            if now - then >= float(seconds) and Fraction(now) > factor * expected_pace * Fraction(then)
        }
        assert {row.test.name for row in slower(head, base, factor=factor, seconds=seconds)} == expected

    @given(st.lists(st.tuples(st.sampled_from("abc"), SECONDS, SECONDS), max_size=30))
    def test_documents_list_the_first_of_the_slower(self, times: list[tuple[str, float, float]]) -> None:
        now: dict[str, dict[str, float]] = {}
        then: dict[str, dict[str, float]] = {}
        for number, (leg_name, after, before) in enumerate(times):
            for legs, seconds in ((now, after), (then, before)):
                legs.setdefault(leg_name, {})[f"t{number % 19}"] = seconds  # names come up on several legs
        found = compare_durations(took(now), took(then), SLOWER)
        assert (found.slower_total, found.slower) == (len(found.above_limit), found.above_limit[:TIMED_SHOWN])

    def test_without_a_limit_no_test_is_above_it(self) -> None:
        found = compare_durations(took({"": {"t": 9.0}}), took({"": {"t": 1.0}}))
        assert (found.above_limit, found.slower_total) == ((), 1)

    def test_of_very_many_tests_some_are_asked_how_fast_the_machine_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(durations, "_SAMPLE", 10)
        base = took({"": {f"t{number:03}": 1.0 for number in range(100)}})
        head = took({"": {f"t{number:03}": 2.0 if number % 10 else 9.0 for number in range(100)}})
        assert pace(head, base) == 2

    def test_a_time_of_minus_nothing_is_none(self) -> None:
        """Some tools write `-0.000`, and stored results can hold it."""
        odd = {f"odd{number:02}": -0.0 for number in range(12)}
        head = took({"": {**odd, **{f"t{number}": 2.0 + number for number in range(8)}}})
        base = took({"": {**odd, **{f"t{number}": 0.2 for number in range(7)}, "t7": 9.0}})
        assert [row.test.name for row in find_slowest(head, base, 3)] == ["t7", "t6", "t5"]
        assert pace(head, base) > 1
        assert slower(head, base, factor=Fraction(1), seconds=Fraction(1))

    def test_many_that_take_as_long_are_told_in_time(self) -> None:
        head = took({"": {f"t{number:05}": 1.0 for number in range(20_000)}})
        base = took({"": {f"t{number:05}": 0.0 for number in range(20_000)}})
        begun = time.process_time()
        assert [row.test.name for row in find_slowest(head, None, 2)] == ["t00000", "t00001"]
        assert compare_durations(head, base).slower_total == 20_000
        assert time.process_time() - begun < 3

    def test_a_slow_machine_excuses_what_it_slows(self) -> None:
        base = took({"": {f"t{number}": 1.0 for number in range(9)}})
        head = took({"": {f"t{number}": 3.0 if number else 7.0 for number in range(9)}})
        assert pace(head, base) == 3
        assert [row.test.name for row in slower(head, base, factor=Fraction(2), seconds=Fraction(1))] == ["t0"]
        assert pace(base, head) == 1  # a fast machine asks no more of anybody

    @pytest.mark.parametrize(("steady", "expected"), [(ENOUGH - 1, 1), (ENOUGH, 2)])
    def test_the_pace_needs_enough_steady_tests(self, steady: int, expected: int) -> None:
        times = {f"t{number}": STEADY if number < steady else STEADY / 2 for number in range(2 * ENOUGH)}
        assert pace(took({"": {name: 2 * value for name, value in times.items()}}), took({"": times})) == expected

    def test_a_limit_is_reached_by_the_seconds_and_exceeded_by_the_factor(self) -> None:
        head, base = took({"": {"a": 1.5, "b": 2.0, "c": 3.0}}), took({"": {"a": 1.0, "b": 1.0, "c": 1.5}})
        found = slower(head, base, factor=Fraction(3, 2), seconds=Fraction(1))
        assert [row.test.name for row in found] == ["c", "b"]
        assert [row.test.name for row in slower(head, base, factor=Fraction(2), seconds=Fraction(0))] == []

    @pytest.mark.parametrize("slow", ["a", "b", "c"])
    def test_a_test_of_several_legs_is_listed_with_the_largest_difference(self, slow: str) -> None:
        head = took({name: {"t": 9.0 if name == slow else 4.0} for name in "abc"})
        found = slower(head, took({name: {"t": 1.0} for name in "abc"}), factor=Fraction(1), seconds=Fraction(1))
        assert [(row.leg, row.seconds) for row in found] == [(slow, 9.0)]

    def test_of_equal_legs_the_first_is_listed(self) -> None:
        head, base = (took({name: {"t": seconds} for name in "abc"}) for seconds in (4.0, 1.0))
        found = slower(head, base, factor=Fraction(1), seconds=Fraction(1))
        assert [row.leg for row in found] == ["a"]

    def test_only_what_both_have_is_added_up(self) -> None:
        head, base = took({"": {"a": 1.0, "b": 2.0, "new": 64.0}}), took({"": {"a": 4.0, "b": 8.0, "old": 64.0}})
        shared = compare_durations(head, base).shared
        assert shared == SharedTime(now=3.0, before=12.0, tests=2)

    @given(st.lists(st.integers(0, 80), min_size=1, max_size=20))
    def test_equal_sides_have_no_slower_test(self, eighths: list[int]) -> None:
        side = took({"": {f"t{number}": value / 8 for number, value in enumerate(eighths)}})
        assert slower(side, side, factor=Fraction(1), seconds=Fraction(0)) == ()


def test_the_base_is_told_in_the_names_of_the_head() -> None:
    head = with_legs(leg({"A": numbered("pp")}, group="unit"))
    known = compared(head, baseline(replace(with_legs(leg({"A": numbered("pp")})).snapshot, commit="b" * 40)))
    assert known.base is not None
    assert [each.group for each in known.base.legs] == ["unit"]


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (["a.b.C", "a.b.D"], [("C",), ("D",)]),
        (["a.b.C", "a.b"], [("C",), ()]),
        (["tests/test_a.py::TestB", "tests/test_c.py::TestD"], [("test_a.py", "TestB"), ("test_c.py", "TestD")]),
        (["a", "a"], [("a",), ("a",)]),
        ([""], [()]),
        ([], []),
        # four suites are few, so the next part is added; five are not
        ([f"{name}.x" for name in "abcd"], [(name, "x") for name in "abcd"]),
        ([f"{name}.x" for name in "abcde"], [(name,) for name in "abcde"]),
        # unless that gives more than 30 suites
        ([f"{'ab'[at % 2]}.x{at}" for at in range(30)], [("ab"[at % 2], f"x{at}") for at in range(30)]),
        ([f"{'ab'[at % 2]}.x{at}" for at in range(31)], [("ab"[at % 2],) for at in range(31)]),
    ],
)
def test_a_suite_is_the_path_up_to_where_it_differs(classes: list[str], names: list[tuple[str, ...]]) -> None:
    found = suite_names([("", name) for name in classes])
    assert [tuple(filter(None, name)) for name in found] == names


def test_suites_count_tests_and_seconds_of_both_sides() -> None:
    head = snapshot("h" * 40, leg({"a.B": numbered("pf"), "a.C": numbered("pp")}))
    base = snapshot("b" * 40, leg({"a.B": numbered("pp"), "gone.D": numbered("p")}))
    assert count_suites(head, base) == (
        SuiteResult(name=("B",), head=Counts(passed=1, failed=1), base=Counts(passed=2), seconds=0.5),
        SuiteResult(name=("C",), head=Counts(passed=2), base=None, seconds=0.5),
    )


def test_suites_without_a_pass_rate_come_last() -> None:
    head = snapshot("h" * 40, leg({"a.B": numbered("s"), "a.C": numbered("p"), "a.D": numbered("f")}))
    assert [row.name for row in count_suites(head, None)] == [("D",), ("C",), ("B",)]


def test_a_skipped_test_counts_once_with_the_first_reason() -> None:
    def skipped(message: str, text: str = "", outcome: Outcome = Outcome.SKIPPED) -> FailureDetail:
        return FailureDetail(class_name="A", name="", outcome=outcome, message=message, text=text)

    details = {
        (named("t"), "a"): skipped("needs a server\nmore"),
        (named("t"), "b"): skipped("other"),
        (named("u"), "a"): skipped("", "\n  needs a server "),
        (named("v"), "a"): skipped("slow"),
        (named("w"), "a"): skipped("slow"),
        (named("w"), "b"): skipped("", outcome=Outcome.FAILED),
    }
    head = with_legs(
        leg({"A": {"t": "s", "u": "s", "v": "s", "w": "s"}}, name="a"),
        leg({"A": {"t": "s", "w": "f", "x": "s", "y": "s"}}, name="b"),
        details={**details, (named("z"), "a"): skipped("ran on the other leg")},
    )
    assert count_skip_reasons(head, 5) == (
        SkipReason(text="needs a server", tests=2),
        SkipReason(text="slow", tests=1),
        SkipReason(text="", tests=2),
    )
    assert count_skip_reasons(with_legs(), 0) == ()
