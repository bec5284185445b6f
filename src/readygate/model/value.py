"""`dataclass` for values, at a fraction of its cost.

The standard library writes and compiles up to seven methods of each class when it is defined. A run defines eighty
values and uses half of them, most of them only to be made, so that was a fourth of its start. Here the same methods
are made when they are first called.
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


_COMPARED = frozenset(("__repr__", "__eq__", "__hash__"))
_ORDERED = frozenset(("__lt__", "__le__", "__gt__", "__ge__"))
_MADE = _COMPARED | {"__init__"}
_UNTOLD = object()


def _define(cls: Any, *, order: bool) -> type:
    others = _COMPARED | _ORDERED if order else _COMPARED
    known: list[type] = []

    def late(name: str) -> Callable[..., Any]:
        def method(self: object, /, *arguments: Any, **named: Any) -> Any:
            if name == "__init__":
                _complete_init(known[0])
            else:
                _complete(known[0], others, order=order)
            return getattr(known[0], name)(self, *arguments, **named)

        return method

    for name in others | {"__init__"}:
        setattr(cls, name, late(name))
    cls.__setattr__, cls.__delattr__ = _refuse, _refuse
    cls.__getstate__, cls.__setstate__ = _state, _restore
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    parameters = made.__dataclass_params__
    parameters.init = parameters.repr = parameters.eq = parameters.frozen = True
    parameters.order = order
    known.append(made)
    return made  # type: ignore[no-any-return]


def _complete_init(cls: Any) -> None:
    """Write the method that sets the slots: one function, where the standard library's compiles several for it."""
    scope: dict[str, Any] = {"untold": _UNTOLD}
    told, body = [], []
    for field in dataclasses.fields(cls):
        name = field.name
        scope[f"set_{name}"] = getattr(cls, name).__set__
        value = name
        if field.default is not dataclasses.MISSING:
            scope[f"default_{name}"] = field.default
            told.append(f"{name}=default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"make_{name}"] = field.default_factory
            told.append(f"{name}=untold")
            value = f"make_{name}() if {name} is untold else {name}"
        else:
            told.append(name)
        body.append(f" set_{name}(self, {value})\n")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()\n")
    signature = ", ".join(("self", "*", *told) if told else ("self",))
    exec(f"def __init__({signature}):\n{''.join(body) or ' pass'}", scope)  # noqa: S102  (names of fields of ours)
    made = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = made


def _complete(cls: type, names: frozenset[str], *, order: bool) -> None:
    """Take the other methods from a class with the same fields."""
    fields = [(field.name, field.type, field) for field in dataclasses.fields(cls)]
    twin = dataclasses.make_dataclass(cls.__name__, fields, init=False, frozen=True, kw_only=True, order=order)
    for name in names:
        setattr(cls, name, twin.__dict__[name])


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
