"""A failure under another name is inherited leg by leg, as under the same name."""

from itertools import product

import pytest
from msgspec.structs import replace
from tests.support.builders import baseline, compared, leg, with_legs

from readygate.model.results import Leg
from readygate.model.snapshot import HeadRun

OUTCOMES = "pfs"


def measured(name: str, **letters: str) -> HeadRun:
    """Return a run with one test, by its letter on each leg; `u` fails for an unknown cause."""
    legs: list[Leg] = []
    for place, letter in letters.items():
        each = leg({"A": {name: "f" if letter == "u" else letter, "other": "p"}}, name=place)
        legs.append(replace(each, causes={("A", name): "c0ffee00"} if letter == "f" else {}))
    return with_legs(*legs)


@pytest.mark.parametrize("before", list(product(OUTCOMES, repeat=2)))
@pytest.mark.parametrize("after", list(product(OUTCOMES, repeat=2)))
def test_a_renamed_test_inherits_what_the_same_test_would(before: tuple[str, str], after: tuple[str, str]) -> None:
    base = baseline(measured("t[1.0]", linux=before[0], windows=before[1]))
    same = compared(measured("t[1.0]", linux=after[0], windows=after[1]), base).tests
    renamed = compared(measured("t[1.1]", linux=after[0], windows=after[1]), base).tests
    assert len(renamed.new_failures) == len(same.new_failures)
    assert len(renamed.still_failing) == len(same.still_failing)


def test_an_unknown_cause_on_another_leg_is_not_the_same_failure() -> None:
    base = baseline(measured("t[1.0]", linux="f", windows="f"))
    assert len(compared(measured("t[1.1]", linux="f", windows="u"), base).tests.new_failures) == 1


def test_a_leg_that_the_base_lacks_inherits_nothing() -> None:
    base = baseline(measured("t[1.0]", linux="f"))
    assert len(compared(measured("t[1.1]", linux="f", windows="f"), base).tests.new_failures) == 1
