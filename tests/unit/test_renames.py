"""Vanished and added tests that are the same ones under other names."""

from collections.abc import Mapping
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import baseline, change, changes, compared, leg, measure, numbered, report, with_legs

from readygate.model.changes import Changes
from readygate.model.comparison import TestComparison
from readygate.model.history import History, PastRun
from readygate.model.reports import TestReport
from readygate.model.results import Counts, FailureDetail, Outcome, TestId
from readygate.model.snapshot import HeadRun

Side = Mapping[str, Mapping[str, str]]


def told(base: Side, head: Side, since: Changes | None = None) -> TestComparison:
    run = with_legs(leg(head))
    return compared(run, with_legs(leg(base), commit="b" * 40), diff=since).tests


def hows(tests: TestComparison) -> list[str]:
    return [pair.how for pair in tests.renamed]


def test_a_moved_file() -> None:
    tests = told({"tests.old.TestA": {"one": "p", "two": "p"}}, {"tests.new.TestA": {"one": "p", "two": "p"}})
    assert hows(tests) == ["file", "file"]
    assert (tests.vanished, tests.added) == ((), ())


def test_a_renamed_class() -> None:
    assert hows(told({"tests.a.Old": {"one": "p"}}, {"tests.a.New": {"one": "p"}})) == ["class"]


def test_changed_parameters_pair_as_many_as_there_are() -> None:
    tests = told({"A": {"t[1]": "p", "t[2]": "p"}}, {"A": {"t[1-x]": "p", "t[2-x]": "p", "t[3-x]": "p"}})
    assert [(pair.before.name, pair.after.name) for pair in tests.renamed] == [("t[1]", "t[1-x]"), ("t[2]", "t[2-x]")]
    assert [test.name for test in tests.added] == ["t[3-x]"]


def test_a_name_that_is_much_alike() -> None:
    assert hows(told({"A": {"test_parses_times": "p"}}, {"A": {"test_parses_all_times": "p"}})) == ["name"]
    assert hows(told({"A": {"test_parses_times": "p"}}, {"A": {"test_renders": "p"}})) == []


def test_likeness_never_explains_a_failure() -> None:
    tests = told({"A": {"test_parses_times": "f"}}, {"A": {"test_parses_all_times": "f"}})
    assert hows(tests) == []
    assert len(tests.new_failures) == 1


MOVED = {"tests.old.T": {"t": "f", "u": "p"}}, {"tests.new.T": {"t": "f", "u": "p"}}


def test_a_failing_test_in_a_file_that_git_shows_as_renamed_is_inherited() -> None:
    renamed = changes(change("tests/new.py", old_path="tests/old.py", status="renamed"))
    tests = told(*MOVED, since=renamed)
    assert [change.id.class_name for change in tests.still_failing] == ["tests.new.T"]
    assert tests.new_failures == ()


@pytest.mark.parametrize(
    ("old", "new", "files", "inherited"),
    [
        ("src/a.test.js", "src/b.test.js", ("src/a.test.js", "src/b.test.js"), True),
        ("src/a.test.js", "src/b.test.js", ("src/a.test.js", "src/c.test.js"), False),
        ("src/a.test.js", "src/b.test.js", ("lib/a.test.js", "lib/b.test.js"), False),
        (
            "com.x.OldTest",
            "com.x.NewTest",
            ("src/test/java/com/x/OldTest.java", "src/test/java/com/x/NewTest.java"),
            True,
        ),
        ("old.T", "new.U", ("tests/old.py", "tests/new.py"), False),
    ],
)
def test_a_rename_of_git_has_to_fit_the_class(old: str, new: str, files: tuple[str, str], inherited: bool) -> None:
    renamed = changes(change(files[1], old_path=files[0], status="renamed"))
    tests = told({old: {"renders": "f"}}, {new: {"renders": "f"}}, since=renamed)
    assert bool(tests.still_failing) is inherited
    assert bool(tests.new_failures) is not inherited


@pytest.mark.parametrize(("before", "after", "inherited"), [("a < b", "a < b", True), ("a < b", "c < d", False)])
def test_an_equal_failure_under_another_name_is_inherited(before: str, after: str, inherited: bool) -> None:
    def one(name: str, message: str) -> TestReport:
        detail = FailureDetail(class_name=name, name="t", outcome=Outcome.FAILED, type="ValueError", message=message)
        return report({name: {"t": "f"}}, details=[detail])

    base = measure(one("a.T", before))
    tests = compared(measure(one("b.T", after)), baseline(base, details=base.details)).tests
    assert bool(tests.still_failing) is inherited
    assert bool(tests.new_failures) is not inherited


@pytest.mark.parametrize(
    ("before", "after", "inherited"),
    [
        (["adds"], ["sums up"], 1),
        (["adds", "adds twice"], ["sums up", "totals"], 2),
        (["adds"], ["sums up", "totals"], 0),  # which of them is the old one?
        (["adds", "adds twice"], ["sums up"], 0),
    ],
)
def test_a_failing_test_with_another_name_in_its_class_is_inherited_by_its_cause(
    before: list[str], after: list[str], inherited: int
) -> None:
    def side(names: list[str]) -> TestReport:
        details = [
            FailureDetail(class_name="T", name=name, outcome=Outcome.FAILED, type="ValueError", message="no price of 7")
            for name in names
        ]
        return report({"T": dict.fromkeys(names, "f")}, details=details)

    base = measure(side(before))
    tests = compared(measure(side(after)), baseline(base, details=base.details)).tests
    assert (len(tests.still_failing), len(tests.new_failures)) == (inherited, len(after) - inherited)


def test_a_likely_rename_excuses_no_failure() -> None:
    tests = told(*MOVED)
    assert hows(tests) == ["file", "file"]
    assert [change.id.name for change in tests.new_failures] == ["t"]
    assert tests.still_failing == ()


@pytest.mark.parametrize("form", ["t[{}-{}]", "t[{1}-{0}]", "t[{}]({})", "t({0}, '{1}')", "t[v{}-{}]"])
def test_a_parameter_that_changed_in_all_names_pairs_each_test_with_its_successor(form: str) -> None:
    kinds = ["alpha", "beta", "gamma", "delta"]
    base = {form.format("1.0", kind): letter for kind, letter in zip(kinds, "fppp", strict=True)}
    head = {form.format("1.1", kind): letter for kind, letter in zip(kinds, "ppfp", strict=True)}
    tests = told({"A": base}, {"A": head})
    pairs = {(pair.before.name, pair.after.name) for pair in tests.renamed}
    assert pairs == {(form.format("1.0", kind), form.format("1.1", kind)) for kind in kinds}
    assert [change.id.name for change in tests.new_failures] == [form.format("1.1", "gamma")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("30.01.2026", "31.01.2026"), ("31.01.2026", "01.02.2026")),
        (("1.8", "1.9"), ("1.9", "1.10")),
        (("9", "10"), ("10", "11")),
        (("jan", "feb"), ("feb", "apr")),
        (("abcdef", "fedcba"), ("fedcba", "aabbcc")),
    ],
)
def test_values_that_move_on_pair_by_the_words_beside_them(before: tuple[str, str], after: tuple[str, str]) -> None:
    base = failing({f"t[{before[0]}-alpha]": "boom", f"t[{before[1]}-gamma]": ""})
    head = failing({f"t[{after[0]}-alpha]": "", f"t[{after[1]}-gamma]": "boom"})
    tests = compared(head, baseline(base)).tests
    assert [change.id.name for change in tests.new_failures] == [f"t[{after[1]}-gamma]"]


@pytest.mark.parametrize(
    ("functions", "name"),
    [
        (100, "test_{}[{}-2026-11-{:02}T10:00:00]"),
        (1, "{0}{1}" + "ab" * 100 + "{2}"),
        (1, "test[{1} " + "x " * 200 + "{2}]"),
        (1, "{1}" + "ab" * 1_900 + "{2}"),
        (1, "{1} " + "test " * 700 + "{2}"),
    ],
)
def test_many_names_are_matched_in_moments(functions: int, name: str) -> None:
    each = 2_500 // functions if functions == 1 else 50
    base, head = (
        {"A": {name.format(function, number, day): "p" for function in range(functions) for number in range(each)}}
        for day in (29, 30)
    )
    began = process_time()
    tests = told(base, head)
    assert process_time() - began < 2
    assert len(tests.renamed) + len(tests.vanished) == functions * each


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[3] c", "[4] c"),
        ("4 - check d", "5 - check d"),
        ("m:12 d_test", "m:17 d_test"),
        ("root:0:a:1:x", "root:0:a:2:x"),
        ("(3) c", "(4) c"),
        ("#3: c", "#4: c"),
        ("test 3: c", "test 4: c"),
        ("t(String)[3] c", "t(String)[4] c"),
        ("t [3] c", "t [4] c"),
        ("t[3](c)", "t[4](c)"),
        ("t[3: fib(2)=1]", "t[4: fib(2)=1]"),
        ("case_3_c", "case_4_c"),
        ("spec/a.lua:12: c", "spec/a.lua:31: c"),
        ("c (a.rb:12)", "c (a.rb:31)"),
        ("src/lib.rs - bar (line 12)", "src/lib.rs - bar (line 31)"),
        ("[1:12] c", "[1:31] c"),
    ],
)
def test_a_failing_test_of_which_only_the_place_moved_is_inherited(before: str, after: str) -> None:
    tests = told({"A": {before: "f", "other": "p"}}, {"A": {after: "f", "other": "p"}})
    assert [change.id.name for change in tests.still_failing] == [after]
    assert (tests.new_failures, tests.vanished, tests.added, tests.renamed) == ((), (), (), ())


def failing(tests: Mapping[str, str]) -> HeadRun:
    """Return a run of one class: each test with the message of its failure, empty if it passed."""
    details = [
        FailureDetail(class_name="A", name=name, outcome=Outcome.FAILED, type="ValueError", message=message)
        for name, message in tests.items()
        if message
    ]
    return measure(report({"A": {name: "f" if message else "p" for name, message in tests.items()}}, details=details))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"10:30:00": "a"}, {"10:30:00": "", "10:50:00": "b"}),
        ({"10:30:00": "a"}, {"10:50:00": "b"}),
        ({"404 - found": "a"}, {"503 - found": "b"}),
        ({"404 - found": "a", "500 - found": ""}, {"404 - found": "", "500 - found": "", "503 - found": "b"}),
        ({"2023 - leap": "a", "2024 - leap": ""}, {"2023 - leap": "", "2024 - leap": "", "2025 - leap": "b"}),
        ({"localhost:80 up": "a"}, {"localhost:90 up": "b"}),
        ({"status:404": "a"}, {"status:500": "b"}),
        ({"status:404": "a"}, {"status:404": "", "status:500": "b"}),
        ({"2 - way": "a", "3 - way": ""}, {"2 - way": "", "3 - way": "", "4 - way": "b"}),
    ],
)
def test_a_number_that_is_no_place_excuses_no_failure(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    tests = compared(failing({**before, "z": ""}), baseline(failing({**after, "z": ""}))).tests
    assert len(tests.new_failures) == 1
    tests = compared(failing({**after, "z": ""}), baseline(failing({**before, "z": ""}))).tests
    assert [change.id.name for change in tests.new_failures] == [name for name, message in after.items() if message]
    assert tests.still_failing == ()


def test_tests_that_only_a_place_tells_apart_are_inherited_by_cause() -> None:
    base = failing({"[1] c": "", "[2] c": "a"})
    tests = compared(failing({"[1] c": "b", "[2] c": "", "[3] c": "a"}), baseline(base)).tests
    assert [change.id.name for change in tests.still_failing] == ["[3] c"]
    assert [change.id.name for change in tests.new_failures] == ["[1] c"]


def test_tests_that_all_move_by_one_place_keep_their_outcomes() -> None:
    tests = told({"A": {"[1] a": "p", "[2] b": "f", "[3] c": "p"}}, {"A": {"[1] x": "p", "[2] a": "p", "[3] b": "f"}})
    assert [change.id.name for change in tests.still_failing] == ["[3] b"]
    assert [test.name for test in tests.added] == ["[1] x"]
    assert [gone.id.name for gone in tests.vanished] == ["[3] c"]


def test_tests_that_only_a_line_tells_apart_are_compared_in_their_order() -> None:
    tests = told({"A": {"m:12 t": "f", "m:15 t": "p"}}, {"A": {"m:15 t": "p", "m:18 t": "f"}})
    assert [change.id.name for change in tests.new_failures] == ["m:18 t"]


def test_tests_that_only_a_line_tells_apart_are_compared_by_number() -> None:
    base = {"A": {"m:12 t": "f", "m:15 t": "p"}}
    one_more = told(base, {"A": {"m:1 t": "p", "m:15 t": "f", "m:18 t": "p"}})
    assert (len(one_more.still_failing), len(one_more.new_failures), len(one_more.added)) == (1, 0, 1)
    two_fail = told(base, {"A": {"m:1 t": "f", "m:15 t": "f", "m:18 t": "p"}})
    assert (len(two_fail.still_failing), len(two_fail.new_failures)) == (1, 1)
    one_less = told(base, {"A": {"m:13 t": "p"}})
    assert (len(one_less.fixed), len(one_less.vanished)) == (1, 1)


def test_the_history_follows_a_place_that_moved() -> None:
    past = History(runs=(PastRun(commit="b" * 40, counts=Counts()),), tests={(TestId("", "A", "[3] c"), ""): "F"})
    head, base = with_legs(leg({"A": {"[4] c": "f"}})), with_legs(leg({"A": {"[3] c": "f"}}))
    (change,) = compared(head, baseline(base, history=past)).tests.still_failing
    assert change.past is not None
    assert change.past.failed == 1


def test_a_rename_does_not_hide_a_new_failure_or_skip() -> None:
    tests = told({"a.T": {"t": "p", "u": "p"}}, {"b.T": {"t": "f", "u": "s"}})
    assert [change.id.name for change in tests.new_failures] == ["t"]
    assert [change.id.name for change in tests.newly_skipped] == ["u"]


@given(st.text("pfs", min_size=1, max_size=6), st.text("pfs", min_size=1, max_size=6))
def test_nothing_is_lost_and_nothing_told_twice(base: str, head: str) -> None:
    tests = told({"a.T": numbered(base)}, {"b.T": numbered(head, prefix="test_x")})
    befores = [pair.before for pair in tests.renamed] + [change.id for change in tests.vanished]
    afters = [pair.after for pair in tests.renamed] + list(tests.added)
    assert sorted(test.name for test in befores) == sorted(numbered(base))
    assert sorted(test.name for test in afters) == sorted(numbered(head, prefix="test_x"))
    failing = [change.id for change in (*tests.new_failures, *tests.still_failing)]
    assert len(failing) == len(set(failing)) == head.count("f")
