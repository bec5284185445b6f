"""A value is what `dataclasses.dataclass` makes, though its methods are made late."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from readygate.model.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
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


def test_is_equal_and_hashed_by_its_fields() -> None:
    assert Point(x=1) == Point(x=1, y=2, note="n") != Point(x=2)
    assert hash(Point(x=1)) == hash(Point(x=1, note="n"))
    assert Other(x=1) != Checked(x=1)  # type: ignore[comparison-overlap]
    assert len({Other(x=1), Other(x=1), Other(x=2)}) == 2


def test_is_ordered_if_asked_for() -> None:
    assert sorted([Point(x=2), Point(x=1, y=9), Point(x=1)]) == [Point(x=1), Point(x=1, y=9), Point(x=2)]
    with pytest.raises(TypeError):
        _ = Other(x=1) < Other(x=2)  # type: ignore[operator]


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
