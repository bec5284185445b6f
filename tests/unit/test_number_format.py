"""Shown figures: floored, exact at both ends, and never at odds with what was decided."""

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readygate.support.number_format import (
    MINUS,
    decimal,
    hundredths,
    limit,
    lines_text,
    needed,
    percent,
    points,
    ranges,
    seconds_delta,
    signed,
)

shares = st.tuples(st.integers(0, 10**7), st.integers(1, 10**7)).map(
    lambda pair: Fraction(min(pair), max(pair)) if max(pair) else Fraction(0)
)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(1), "100%"),
        (Fraction(0), "0%"),
        (Fraction(99_996, 100_000), "99.99%"),
        (Fraction(999_999, 1_000_000), "99.99%"),
        (Fraction(1, 10_000_000), "under 0.01%"),
        (Fraction(1, 10_000), "0.01%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(2, 3), "66.66%"),
        (Fraction(4, 5), "80.00%"),
        (Fraction(1, 20), "5.00%"),
    ],
)
def test_percent(share: Fraction, shown: str) -> None:
    assert percent(share) == shown


@given(shares)
def test_shares_are_floored_and_whole_only_when_exact(share: Fraction) -> None:
    shown = percent(share)
    assert (shown == "100%") == (share == 1)
    assert (shown == "0%") == (share == 0)
    if shown != "under 0.01%":
        value = Fraction(shown.removesuffix("%")) / 100
        assert value <= share < value + Fraction(1, 10_000)


@given(shares, shares)
def test_a_shown_delta_is_the_difference_of_the_shown_figures(head: Fraction, base: Fraction) -> None:
    shown = points(head, base)
    value = {"±0": Fraction(0), "under 0.01 points": Fraction(0)}.get(shown)
    if value is None:
        assert re.fullmatch(rf"[+{MINUS}]\d+\.\d\d points", shown)
        value = Fraction(shown.removesuffix(" points").replace(MINUS, "-"))
        assert value != 0
    figures = [Fraction(hundredths(share), 100) for share in (head, base)]
    assert figures[0] - figures[1] == value
    assert (shown == "±0") == (head == base)


@pytest.mark.parametrize(
    ("head", "base", "shown"),
    [
        (Fraction(9656, 10_000), Fraction(9697, 10_000), "−0.41 points"),
        (Fraction(1), Fraction(99_996, 100_000), "+0.01 points"),
        (Fraction(99_991, 100_000), Fraction(99_999, 100_000), "under 0.01 points"),
        (Fraction(1, 2), Fraction(1, 2), "±0"),
    ],
)
def test_points(head: Fraction, base: Fraction, shown: str) -> None:
    assert points(head, base) == shown


@given(st.fractions(0, 100), st.fractions(0, 100))
def test_what_is_above_a_limit_is_shown_above_it(value: Fraction, bound: Fraction) -> None:
    assume(value > bound)
    assume(value - bound > Fraction(1, 10**9))
    shown = decimal(value, above=bound)
    assert Fraction(shown) > bound
    assert Fraction(shown) <= value
    assert re.fullmatch(r"\d+\.\d{2,}", shown)


@pytest.mark.parametrize(
    ("value", "above", "shown"),
    [
        (Fraction(1, 2), None, "0.50"),
        (Fraction(5_001, 10_000), Fraction(1, 2), "0.5001"),
        (Fraction(506, 1000), Fraction(1, 2), "0.506"),
        (Fraction(51, 100), Fraction(1, 2), "0.51"),
        (Fraction(1, 2), Fraction(1, 2), "0.50"),
        (Fraction(1234567, 100), None, "12345.67"),
    ],
)
def test_decimal(value: Fraction, above: Fraction | None, shown: str) -> None:
    assert decimal(value, above=above) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(8, 10), "80%"),
        (Fraction(5, 1000), "0.5%"),
        (Fraction(666, 1000), "66.6%"),
        (Fraction(1), "100%"),
        (Fraction(0), "0%"),
        (Fraction(99_999, 100_000), "99.999%"),
    ],
)
def test_limits_are_shown_as_they_were_set(share: Fraction, shown: str) -> None:
    assert limit(share) == shown


@given(st.integers(0, 500), st.integers(0, 500), st.fractions(0, 1, max_denominator=1000))
def test_so_many_more_are_needed_and_not_one_less(covered: int, uncovered: int, minimum: Fraction) -> None:
    total = covered + uncovered
    more = needed(covered, total, minimum)
    assert covered + more >= minimum * total
    assert more == 0 or covered + more - 1 < minimum * total
    assert more <= uncovered


@pytest.mark.parametrize(
    ("delta", "shown"), [(0, "±0"), (5, "+5"), (-3, "−3"), (1234567, "+1,234,567"), (-1234, "−1,234")]
)
def test_signed(delta: int, shown: str) -> None:
    assert signed(delta) == shown


@given(st.sets(st.integers(1, 200)).map(sorted).map(tuple))
def test_ranges_hold_the_same_numbers_and_do_not_touch(numbers: tuple[int, ...]) -> None:
    joined = ranges(numbers)
    assert tuple(n for a, b in joined for n in range(a, b + 1)) == numbers
    assert all(one[1] + 1 < other[0] for one, other in pairwise(joined))


def test_lines_text() -> None:
    assert lines_text((20, 21, 928)) == "20–21, 928"
    assert lines_text(()) == ""


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(99_999_999, 100_000_000), "99.999999%"),
        (Fraction(2_999_999_999, 3_000_000_000), "99.9999%"),
        (Fraction(1), "100%"),
        (Fraction(4, 5), "80%"),
        (Fraction(1, 200), "0.5%"),
        (Fraction(2, 3), "66.6667%"),
        (Fraction(0), "0%"),
    ],
)
def test_a_limit_is_shown_as_it_was_set(share: Fraction, shown: str) -> None:
    assert limit(share) == shown


def test_the_difference_of_durations_is_that_of_the_shown_ones() -> None:
    assert seconds_delta(1.006, 1.004) == "+0.01 s"
    assert seconds_delta(1.004, 1.001) == "±0"
    assert seconds_delta(0.5, 1_200.5) == "−1,200.00 s"
