"""Places of tests in their names: what moves, and what every name costs."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import compared, leg, with_legs

from readygate.model.comparison import TestComparison

FORMS = (
    "[{}] {}",
    "{} - {}",
    "#{} {}",
    "({}) {}",
    "test {}: {}",
    "t(String)[{}] {}",
    "case_{}_{}",
    "spec/a.lua:{}: {}",
)
WORDS = ("alpha", "beta", "gamma", "delta", "kappa")


def told(form: str, before: list[tuple[str, str]], after: list[tuple[str, str]]) -> TestComparison:
    """Compare two lists of names and outcomes, with the place of each test in its name."""
    base, head = (
        {form.format(place, name): letter for place, (name, letter) in enumerate(side, 1)} for side in (before, after)
    )
    return compared(with_legs(leg({"A": head})), with_legs(leg({"A": base}), commit="b" * 40)).tests


@given(
    st.sampled_from(FORMS),
    st.lists(st.sampled_from("pfs"), min_size=5, max_size=5),
    st.lists(st.sampled_from("pfs"), min_size=5, max_size=5),
    st.permutations(WORDS),
)
def test_a_test_is_judged_by_its_own_outcomes_wherever_it_is(
    form: str, before: list[str], after: list[str], order: list[str]
) -> None:
    old = dict(zip(WORDS, before, strict=True))
    new = dict(zip(WORDS, after, strict=True))
    tests = told(form, list(old.items()), [("first", "p"), *((word, new[word]) for word in order)])

    def words(changes: object) -> set[str]:
        return {word for word in WORDS for change in changes if change.id.name.endswith(word)}  # type: ignore[attr-defined]

    assert words(tests.new_failures) == {word for word in WORDS if new[word] == "f" and old[word] != "f"}
    assert words(tests.still_failing) == {word for word in WORDS if new[word] == "f" == old[word]}
    assert (tests.vanished, tests.renamed) == ((), ())


@pytest.mark.parametrize(
    "name",
    [
        "a" + ":1" * 900 + ":",
        "a:1:b" * 800,
        "[1]" * 1_300,
        "[1]" + " " * 3_900,
        "t(a)[1]" + " " * 3_900,
        "(line 1" * 500,
        "a.py:1" * 600,
        "9" * 4_000,
        "test " * 800,
        "case_1_" * 550,
    ],
)
def test_no_name_takes_long(name: str) -> None:
    began = process_time()
    told("{}" + name + "{}", [("x", "p"), ("y", "f")], [("z", "p"), ("y", "f")])
    told(name + ":{}:{}", [("x", "p"), ("y", "f")], [("z", "p"), ("y", "f")])
    assert process_time() - began < 1
