"""Vanished and added tests that are the same ones under other names."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import compared, leg, numbered, with_legs

from readygate.model.comparison import TestComparison

Side = Mapping[str, Mapping[str, str]]


def told(base: Side, head: Side) -> TestComparison:
    return compared(with_legs(leg(head)), with_legs(leg(base), commit="b" * 40)).tests


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


def test_a_failing_test_that_moved_is_inherited() -> None:
    tests = told({"a.T": {"t": "f", "u": "p"}}, {"b.T": {"t": "f", "u": "p"}})
    assert [change.id.class_name for change in tests.still_failing] == ["b.T"]
    assert tests.new_failures == ()


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
