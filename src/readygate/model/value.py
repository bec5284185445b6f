"""`dataclass` for values, at a fraction of its cost.

The standard library writes and compiles up to seven methods of each class when it is defined. A run defines eighty
values and uses half of them, so that was a fourth of its start. Here the same methods are made, by the standard
library, when one of them is first called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  (told again, for others to import)
else:

    def dataclass(*, frozen=False, slots=False, kw_only=False, order=False):
        """Define a value; as `dataclasses.dataclass` with these arguments. Others have to be asked for there."""

        def define(cls: type) -> type:
            plain = not (frozen and slots and kw_only) or any(map(dataclasses.is_dataclass, cls.__mro__))
            if plain or not _MADE.isdisjoint(cls.__dict__):
                return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, order=order)(cls)
            return _define(cls, order=order)

        return define


_MADE = frozenset(("__init__", "__repr__", "__eq__", "__hash__"))
_ORDER = frozenset(("__lt__", "__le__", "__gt__", "__ge__"))


def _define(cls: Any, *, order: bool) -> type:
    names = _MADE | _ORDER if order else _MADE
    known: list[type] = []

    def late(name: str) -> Callable[..., Any]:
        def method(self: object, /, *arguments: Any, **named: Any) -> Any:
            _complete(known[0], names, order=order)
            return getattr(known[0], name)(self, *arguments, **named)

        return method

    for name in names:
        setattr(cls, name, late(name))
    cls.__setattr__, cls.__delattr__ = _refuse, _refuse
    cls.__getstate__, cls.__setstate__ = _state, _restore
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    parameters = made.__dataclass_params__
    parameters.init = parameters.repr = parameters.eq = parameters.frozen = True
    parameters.order = order
    known.append(made)
    return made  # type: ignore[no-any-return]


def _complete(cls: type, names: frozenset[str], *, order: bool) -> None:
    """Take the methods of a class with the same fields."""
    twin = dataclasses.make_dataclass(
        cls.__name__,
        [(field.name, field.type, field) for field in dataclasses.fields(cls)],
        namespace={"__post_init__": cls.__post_init__} if hasattr(cls, "__post_init__") else None,
        frozen=True,
        kw_only=True,
        order=order,
    )
    for name in names:
        setattr(cls, name, twin.__dict__[name])


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
