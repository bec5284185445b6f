"""A value is what `dataclasses.dataclass` makes, though its methods are made late."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from readygate.model.value import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = dataclasses.field(default_factory=tuple)
    note: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Point):
    """A point with a name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A value that looks at itself."""

    x: int

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("too small")


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another value with the fields of `Checked`."""

    x: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A value made by position, too."""

    one: int
    other: int = 0


@dataclass(slots=True)
class Tally:
    """Something that changes."""

    count: int
    seen: list[int] = dataclasses.field(default_factory=list)
    last: int = dataclasses.field(default=-1, init=False)
    later: list[int] = dataclasses.field(default_factory=list, init=False)
    unset: int = dataclasses.field(init=False, compare=False, repr=False)


def test_takes_its_fields_by_position_if_asked_for() -> None:
    assert Pair(1, 2) == Pair(1, other=2) == Pair(one=1, other=2) != Pair(1)
    assert (Pair(1).other, repr(Pair(1))) == (0, "Pair(one=1, other=0)")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pair(1).one = 2  # type: ignore[misc]


def test_may_be_changed_if_asked_for() -> None:
    tally = Tally(1)
    tally.count += 1
    tally.seen.append(3)
    assert (tally.count, tally.seen, tally.last, tally.later) == (2, [3], -1, [])
    assert Tally(1).seen == [] != tally.seen
    with pytest.raises(AttributeError):
        _ = tally.unset
    tally.unset = 1
    other = pickle.loads(pickle.dumps(tally))
    assert other == copy.copy(tally) == tally != Tally(2)
    with pytest.raises(TypeError):
        hash(tally)
    with pytest.raises(TypeError):
        Tally(1, [], 2)  # type: ignore[call-arg]


def test_is_equal_and_hashed_by_its_fields() -> None:
    assert Point(x=1) == Point(x=1, y=2, note="n") != Point(x=2)
    assert hash(Point(x=1)) == hash(Point(x=1, note="n"))
    assert Other(x=1) != Checked(x=1)  # type: ignore[comparison-overlap]
    assert len({Other(x=1), Other(x=1), Other(x=2)}) == 2


def test_tells_its_fields() -> None:
    assert repr(Point(x=1)) == "Point(x=1, y=2, tags=(), note='')"
    assert dataclasses.asdict(Other(x=3)) == {"x": 3}
    assert dataclasses.replace(Point(x=1), y=5) == Point(x=1, y=5)


@pytest.mark.parametrize("arguments", [{}, {"x": 1, "z": 2}])
def test_refuses_other_arguments(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Point(**arguments)
    with pytest.raises(TypeError):
        Other(1)  # type: ignore[call-arg]


def test_cannot_be_changed() -> None:
    point = Point(x=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_runs_what_follows_its_making() -> None:
    assert Checked(x=1).x == 1
    with pytest.raises(ValueError, match="too small"):
        Checked(x=-1)


def test_can_be_extended_and_copied() -> None:
    named = Named(x=1, name="a")
    assert named == Named(x=1, y=2, name="a") != Point(x=1)
    for value in (named, Point(x=1, tags=("t",))):
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == copy.copy(value) == value


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Fields of every kind."""

    plain: int
    shown: str = dataclasses.field(default="s", repr=False)
    made: list[int] = dataclasses.field(default_factory=list)
    fixed: int = dataclasses.field(default=7, init=False)


@pytest.mark.parametrize("number", range(20))  # the first few are made without a method of their own
def test_each_is_made_alike(number: int) -> None:
    odd = Odd(plain=number, made=[number])
    assert (odd.plain, odd.shown, odd.made, odd.fixed) == (number, "s", [number], 7)
    assert Point(x=number) == Point(x=number, y=2, tags=(), note="n")
    assert Named(x=number, name="n").y == 2
    assert Odd(plain=1).made is not Odd(plain=1).made
    unfit: tuple[dict[str, Any], ...] = ({}, {"plain": 1, "fixed": 2}, {"plain": 1, "more": 2})
    for wrong in unfit:
        with pytest.raises(TypeError):
            Odd(**wrong)
    with pytest.raises(ValueError, match="too small"):
        Checked(x=-1 - number)


def test_is_replaced_as_the_standard_library_does() -> None:
    for value, changes in ((Point(x=1, tags=("t",)), {"y": 5}), (Named(x=1, name="a"), {"name": "b", "x": 3})):
        assert replace(value, **changes) == dataclasses.replace(value, **changes) != value
    assert replace(Odd(plain=1), plain=2).plain == 2
    with pytest.raises(TypeError):
        replace(Point(x=1), z=1)  # type: ignore[call-arg]
    with pytest.raises((TypeError, ValueError)):
        replace(Odd(plain=1), fixed=1)


def test_tells_the_standard_library_of_its_fields() -> None:
    assert dataclasses.is_dataclass(Named)
    told = [(field.name, field.default, field.kw_only, field.compare) for field in dataclasses.fields(Named)]
    assert told == [
        ("x", dataclasses.MISSING, True, True),
        ("y", 2, True, True),
        ("tags", dataclasses.MISSING, True, True),
        ("note", "", True, False),
        ("name", dataclasses.MISSING, True, True),
    ]
    assert dataclasses.asdict(Named(x=1, name="a")) == {"x": 1, "y": 2, "tags": (), "note": "", "name": "a"}
    assert (Pair.__match_args__, Point.__match_args__) == (("one", "other"), ())
