"""`dataclass` for values, at a fraction of its cost.

The standard library looks at each field, and writes and compiles up to seven methods, when a class is defined. A run
defines more than a hundred values and uses half of them, most of them only to be made, so that was a fourth of its
start. Here the same methods are made when they are first called, and fields are looked at when somebody asks for them.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  (told again, for others to import)
    from dataclasses import replace as replace  # noqa: PLC0414
else:

    def dataclass(*, frozen=False, slots=False, kw_only=False):
        """Define a value; as `dataclasses.dataclass` with these arguments. Others have to be asked for there."""

        def define(cls: type) -> type:
            foreign = any("__dataclass_fields__" in base.__dict__ and _OWN not in base.__dict__ for base in cls.__mro__)
            if not slots or foreign or not _MADE.isdisjoint(cls.__dict__):
                return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only)(cls)
            return _define(cls, frozen=frozen, kw_only=kw_only)

        return define

    def replace(value, /, **changes):
        """Return a value with other fields; as `dataclasses.replace`."""
        told = getattr(value, _OWN, None)
        if told is None or not told[2]:
            return dataclasses.replace(value, **changes)
        return type(value)(**{name: getattr(value, name) for name in told[0] if name not in changes}, **changes)


_MADE = frozenset(("__init__", "__repr__", "__eq__", "__hash__"))
_TOLD = ("__dataclass_fields__", "__dataclass_params__")
_SLOWLY = 8
"""Values of a class that are made without a method of its own, which takes as long to write as to make a hundred."""
_OWN = "__value__"
"""Where a value's class keeps the annotations and defaults of its fields, and whether all can be given."""
_UNTOLD = object()


def _define(cls: Any, *, frozen: bool, kw_only: bool) -> type:
    """Make the class anew, with slots."""
    told = dict(cls.__dict__)
    own = dict(cls.__annotations__) if "__annotations__" in told else {}
    defaults = {name: told.pop(name) for name in own if name in told}
    fields, defaults = _with_inherited(cls, own, defaults)
    known: list[type] = []
    made_slowly = 0

    def late(name: str) -> Callable[..., Any]:
        def method(self: object, /, *arguments: Any, **named: Any) -> Any:
            _complete(known[0], name)
            return getattr(known[0], name)(self, *arguments, **named)

        return method

    def initialize(self: object, /, *arguments: Any, **named: Any) -> None:
        nonlocal made_slowly
        made_slowly += 1
        if made_slowly > _SLOWLY or arguments or not _fill(self, fields, defaults, named):
            _complete_init(known[0], fields, defaults, by_name=kw_only)
            known[0].__init__(self, *arguments, **named)  # type: ignore[misc]

    for name in ("__dict__", "__weakref__"):
        told.pop(name, None)
    told |= {name: late(name) for name in _MADE} | {"__init__": initialize}
    if frozen:
        told |= {"__setattr__": _refuse, "__delattr__": _refuse, "__getstate__": _state, "__setstate__": _restore}
    else:
        told["__hash__"] = None
    told |= {"__slots__": tuple(own), "__match_args__": () if kw_only else tuple(fields)}
    told[_OWN] = (fields, defaults, all(getattr(given, "init", True) for given in defaults.values()))
    told |= {name: _Told(name, frozen=frozen, kw_only=kw_only) for name in _TOLD}
    made = type(cls)(cls.__name__, cls.__bases__, told)
    made.__qualname__ = cls.__qualname__
    known.append(made)
    return made  # type: ignore[no-any-return]


def _with_inherited(
    cls: type, fields: dict[str, Any], defaults: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The annotations and defaults of all fields, those of other values that the class is made from first."""
    for base in cls.__mro__[1:]:
        if _OWN in base.__dict__:
            inherited, given, _ = base.__dict__[_OWN]
            return {**inherited, **fields}, {**given, **defaults}
    return fields, defaults


class _Told:
    """What the standard library keeps of a value's class, worked out when somebody asks for it."""

    def __init__(self, name: str, *, frozen: bool, kw_only: bool) -> None:
        self._name = name
        self._frozen, self._kw_only = frozen, kw_only
        self._owner: Any = None

    def __set_name__(self, owner: type, _name: str) -> None:
        self._owner = owner

    def __get__(self, _instance: object, _owner: type | None = None) -> Any:
        owner = self._owner
        fields, defaults, _ = owner.__dict__[_OWN]
        told = {"__module__": owner.__module__, "__annotations__": fields, "__doc__": "."}  # else it would write one
        plain = type(owner.__name__, (), {**told, **defaults})
        like: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=self._kw_only)(plain)
        parameters = like.__dataclass_params__
        parameters.init = parameters.repr = parameters.eq = True
        parameters.frozen = self._frozen
        for name in _TOLD:
            setattr(owner, name, getattr(like, name))
        return getattr(owner, self._name)


def _fill(value: Any, fields: Iterable[str], defaults: dict[str, Any], given: dict[str, Any]) -> bool:
    """Set the slots one by one; False where there is more to be done, or something is wrong with the arguments."""
    taken = 0
    for name in fields:
        told = defaults.get(name, _UNTOLD)
        if isinstance(told, dataclasses.Field):
            if not told.init:
                return False
            told = _default(told) if name not in given else _UNTOLD
        if name in given:
            told, taken = given[name], taken + 1
        elif told is _UNTOLD:
            return False
        object.__setattr__(value, name, told)
    if taken < len(given):
        return False
    if hasattr(value, "__post_init__"):
        value.__post_init__()
    return True


def _default(field: Any) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _UNTOLD if field.default is dataclasses.MISSING else field.default


def _complete_init(cls: Any, names: Iterable[str], defaults: dict[str, Any], *, by_name: bool) -> None:
    """Write the method that sets the slots: one function, where the standard library's compiles several for it."""
    scope: dict[str, Any] = {"untold": _UNTOLD}
    told, body = [], []
    for name in names:
        given = defaults.get(name, dataclasses.MISSING)
        field = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
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
    signature = ", ".join(("self", *(("*",) if told and by_name else ()), *told))
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
    return [getattr(self, name) for name in getattr(self, _OWN)[0]]


def _restore(self: Any, state: list[object]) -> None:
    for name, value in zip(getattr(self, _OWN)[0], state, strict=True):
        object.__setattr__(self, name, value)
