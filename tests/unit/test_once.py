"""A result is kept for the very same arguments, and for no others."""

from __future__ import annotations

from readygate.model.once import once


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
