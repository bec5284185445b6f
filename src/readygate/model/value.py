"""`dataclass` for values, at a fraction of its cost.

The standard library writes and compiles up to seven methods of each class when it is defined. A run defines eighty
values and uses half of them, most of them only to be made, so that was a fourth of its start. Here the same methods
are made when they are first called.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  (told again, for others to import)
else:

    def dataclass(*, frozen=False, slots=False, kw_only=False):
        """Define a value; as `dataclasses.dataclass` with these arguments. Others have to be asked for there."""

        def define(cls: type) -> type:
            plain = not slots or any(map(dataclasses.is_dataclass, cls.__mro__))
            if plain or not _MADE.isdisjoint(cls.__dict__):
                return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only)(cls)
            return _define(cls, frozen=frozen, kw_only=kw_only)

        return define


_MADE = frozenset(("__init__", "__repr__", "__eq__", "__hash__"))
_UNTOLD = object()


def _define(cls: Any, *, frozen: bool, kw_only: bool) -> type:
    known: list[type] = []

    def late(name: str) -> Callable[..., Any]:
        def method(self: object, /, *arguments: Any, **named: Any) -> Any:
            if name == "__init__":
                _complete_init(known[0])
            else:
                _complete(known[0], name)
            return getattr(known[0], name)(self, *arguments, **named)

        return method

    for name in _MADE:
        setattr(cls, name, late(name))
    if frozen:
        cls.__setattr__, cls.__delattr__ = _refuse, _refuse
        cls.__getstate__, cls.__setstate__ = _state, _restore
    else:
        cls.__hash__ = None
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    parameters = made.__dataclass_params__
    parameters.init = parameters.repr = parameters.eq = True
    parameters.frozen = frozen
    known.append(made)
    return made  # type: ignore[no-any-return]


def _complete_init(cls: Any) -> None:
    """Write the method that sets the slots: one function, where the standard library's compiles several for it."""
    scope: dict[str, Any] = {"untold": _UNTOLD}
    told, body = [], []
    fields = dataclasses.fields(cls)
    for field in fields:
        name = field.name
        value = name
        if field.default_factory is not dataclasses.MISSING:
            scope[f"make_{name}"] = field.default_factory
            value = f"make_{name}() if {name} is untold else {name}" if field.init else f"make_{name}()"
            default = "=untold"
        elif field.default is not dataclasses.MISSING:
            scope[f"default_{name}"] = field.default
            value = name if field.init else f"default_{name}"
            default = f"=default_{name}"
        elif field.init:
            default = ""
        else:  # who makes the value sets it later
            continue
        if field.init:
            told.append(f"{name}{default}")
        scope[f"set_{name}"] = getattr(cls, name).__set__
        body.append(f" set_{name}(self, {value})\n")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()\n")
    by_name = ("*",) if told and fields[0].kw_only else ()
    signature = ", ".join(("self", *by_name, *told))
    exec(f"def __init__({signature}):\n{''.join(body) or ' pass'}", scope)  # noqa: S102  (names of fields of ours)
    made = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = made


def _complete(cls: Any, name: str) -> None:
    """Write one of the other methods, as the standard library does."""
    fields = dataclasses.fields(cls)
    if name == "__repr__":
        told = ", ".join(f"{field.name}={{self.{field.name}!r}}" for field in fields if field.repr)
        made = reprlib.recursive_repr()(_method("__repr__(self)", f'return f"{cls.__qualname__}({told})"'))
    elif name == "__hash__":
        hashed = [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
        made = _method("__hash__(self)", f"return hash({_columns('self', hashed)})")
    else:
        compared = [field.name for field in fields if field.compare]
        both = f"{_columns('self', compared)} == {_columns('other', compared)}"
        made = _method("__eq__(self, other)", f"return {both} if other.__class__ is self.__class__ else NotImplemented")
    made.__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, made)


def _columns(of: str, names: list[str]) -> str:
    return f"({''.join(f'{of}.{name}, ' for name in names)})"


def _method(signature: str, body: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(f"def {signature}:\n {body}", scope)  # noqa: S102  (names of fields of ours)
    return scope[signature.partition("(")[0]]  # type: ignore[no-any-return]


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
