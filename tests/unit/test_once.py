"""A result is kept for the very same arguments, and for no others."""

from __future__ import annotations

import pytest

from readygate.model.once import expect, once


def test_it_is_worked_out_once_for_the_same_value() -> None:
    asked: list[object] = []

    @once
    def length(value: list[int], most: int = 9) -> int:
        asked.append(value)
        return min(len(value), most)

    one, equal = [1, 2], [1, 2]
    assert [length(one), length(one), length(one)] == [2, 2, 2]
    assert len(asked) == 1
    assert length(equal) == 2
    assert [value is equal for value in asked] == [False, True]
    assert [length(equal, 1), length(equal, most=1), length(equal, most=1), length(one)] == [1, 1, 1, 2]
    assert len(asked) == 5


def test_what_somebody_else_works_out_is_waited_for_once() -> None:
    asked: list[str] = []

    @once
    def length(value: list[int], most: int = 9) -> int:
        asked.append("here")
        return min(len(value), most)

    def elsewhere() -> int:
        asked.append("elsewhere")
        return 17

    value: list[int] = []
    expect(length, elsewhere, value, most=3)
    assert asked == []
    assert length([1]) == 1
    assert length(value, most=4) == 0  # other arguments are no business of whoever is asked
    assert asked == ["here", "here"]
    asked.clear()
    expect(length, elsewhere, value, most=3)
    assert [length(value, most=3), length(value, most=3)] == [17, 17]
    assert asked == ["elsewhere"]


def test_who_fails_to_work_it_out_is_not_asked_again() -> None:
    @once
    def double(value: list[int]) -> list[int]:
        return value * 2

    def fail() -> list[int]:
        raise ValueError

    value = [1]
    expect(double, fail, value)
    with pytest.raises(ValueError):  # noqa: PT011  (the one from above)
        double(value)
    assert double(value) == [1, 1]
