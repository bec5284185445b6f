"""Values to JSON and back, by the types of their fields: what `report.json` holds for `readygate render`.

docs/report.md describes the shape for other readers. A value becomes an object of its fields, without those that have
their default, and its type under `is`; a mapping a list of pairs; a tuple a list; bytes base64; an enumeration the
name of its member; a fraction "1/3"; a name in a phrase {"name": …}. Values of `POOLED` types stand once in a pool
each and are elsewhere their number in it: a run of many failures names each of them several times.
"""

from __future__ import annotations

import base64
import binascii
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from readygate.model.coverage import Coverage
from readygate.model.results import ClassBlock, Detail
from readygate.model.rich_text import Name

POOLED: dict[type, str] = {Detail: "details", Coverage: "coverages", ClassBlock: "blocks"}


class UnreadableError(ValueError):
    """Something that is no value of the expected type; the text says where."""


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _fields(kind: type) -> tuple[tuple[str, Any, Any], ...]:
    """(name, type, default) of each field; the default is `NODEFAULT` where there is none."""
    hints = _hints(kind)
    if issubclass(kind, Struct):
        return tuple((f.name, hints[f.name], _default(f)) for f in fields(kind))
    defaults = getattr(kind, "_field_defaults", {})
    return tuple((name, hints[name], defaults.get(name, NODEFAULT)) for name in _named(kind))


def _named(kind: Any) -> tuple[str, ...]:
    """The fields of a named tuple; nothing for any other type."""
    return getattr(kind, "_fields", ()) if isinstance(kind, type) and issubclass(kind, tuple) else ()


def _is_value(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, Struct) or bool(_named(kind)))


def _default(item: FieldInfo) -> Any:
    if item.default is not NODEFAULT:
        return item.default
    if item.default_factory is not NODEFAULT:
        return item.default_factory()
    return NODEFAULT


class Writer:
    """Encodes values; `pools` holds those that are written once.

    Args:
        clean: takes what may not leave out of a value before it is written, and hands it back.
    """

    def __init__(self, clean: Callable[[Any], Any]) -> None:
        self.pools: dict[str, list[Any]] = {name: [] for name in POOLED.values()}
        self._known: dict[Any, int] = {}
        self._held: list[Any] = []  # an address must not be used anew while it stands for a value
        self._clean = clean

    def write(self, value: Any) -> Any:
        """Encode a value of any of the types that the model is made of."""
        if value is None or isinstance(value, bool | float | str) or type(value) is int:
            return value
        if isinstance(value, Name):
            return {"name": self._clean(value).text}
        if isinstance(value, Enum):
            return value.name
        if isinstance(value, bytes):
            return base64.b64encode(value).decode("ascii")
        if isinstance(value, Fraction):
            return f"{value.numerator}/{value.denominator}"
        if isinstance(value, Mapping):
            return [[self.write(key), self.write(item)] for key, item in value.items()]
        if isinstance(value, tuple | list) and not _named(type(value)):
            return [self.write(item) for item in value]
        if isinstance(value, frozenset | set):
            return [self.write(item) for item in sorted(value)]
        if type(value) in POOLED:
            return self._pooled(value)
        return self._object(value)

    def _pooled(self, value: Any) -> int:
        key = (value.names, value.outcomes, value.seconds) if isinstance(value, ClassBlock) else id(value)
        if key not in self._known:
            self._held.append(value)
            pool = self.pools[POOLED[type(value)]]
            pool.append(self._object(value))
            self._known[key] = len(pool) - 1
        return self._known[key]

    def _object(self, value: Any) -> dict[str, Any]:
        value = self._clean(value)
        found: dict[str, Any] = {"is": type(value).__name__}
        for name, _, default in _fields(typing.cast("type", type(value))):
            item = getattr(value, name)
            if default is NODEFAULT or (item is not default and item != default):
                found[name] = self.write(item)
        return found


class Reader:
    """Decodes what a `Writer` wrote; pooled values are decoded when they are first asked for.

    Raises:
        UnreadableError: from `read`, where something does not fit its type.
    """

    def __init__(self, pools: Mapping[str, Any]) -> None:
        self._raw = {name: pools.get(name, []) for name in POOLED.values()}
        self._known: dict[tuple[str, int], Any] = {}

    def read(self, data: Any, kind: Any, where: str = "values") -> Any:
        """Decode a value of a type."""
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._either(data, kind, where)
        if origin is not None and issubclass(origin, Mapping):
            key, item = get_args(kind)
            return {
                self.read(a, key, where): self.read(b, item, f"{where}.{a if isinstance(a, str) else '…'}")
                for a, b in _pairs(data, where)
            }
        if origin is tuple:
            return self._tuple(data, get_args(kind), where)
        if _is_value(kind):
            return self._value(data, kind, where)
        return _plain(data, kind, where)

    def _either(self, data: Any, kind: Any, where: str) -> Any:
        options = [option for option in get_args(kind) if option is not types.NoneType]
        if data is None and len(options) < len(get_args(kind)):
            return None
        if isinstance(data, dict) and "is" not in data and Name in options:
            return _plain(data, Name, where)
        if isinstance(data, dict):
            known = [option for option in options if _is_value(option)]
            if not known:
                raise UnreadableError(f"{where} is no {kind}")
            return self._value(data, typing.cast("type", known[0]), where, known)
        if isinstance(data, str) and str in options:
            return data
        rest = [option for option in options if option not in (str, Name)]
        if not rest:
            raise UnreadableError(f"{where} is no {kind}")
        return self.read(data, rest[0], where)

    def _tuple(self, data: Any, kinds: tuple[Any, ...], where: str) -> tuple[Any, ...]:
        rows = _list(data, where)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(self.read(item, kinds[0], f"{where}[{n}]") for n, item in enumerate(rows))
        if len(rows) != len(kinds):
            raise UnreadableError(f"{where} has {len(rows)} items and should have {len(kinds)}")
        return tuple(
            self.read(item, kind, f"{where}[{n}]") for n, (item, kind) in enumerate(zip(rows, kinds, strict=True))
        )

    def _value(self, data: Any, kind: type, where: str, options: list[Any] | None = None) -> Any:
        if kind in POOLED and type(data) is int:
            return self._from_pool(data, kind, where)
        if not isinstance(data, dict):
            raise UnreadableError(f"{where} is no {getattr(kind, '__name__', kind)}")
        kinds = {found.__name__: found for option in options or [kind] for found in _family(option)}
        found = kinds.get(str(data.get("is")))
        if found is None:
            raise UnreadableError(f"{where} is of the unknown type {data.get('is')!r}")
        known = {name: hint for name, hint, _ in _fields(found)}
        strange = set(data) - set(known) - {"is"}
        if strange:
            raise UnreadableError(f"{where} has the unknown field {min(strange)!r}")
        try:
            return found(**{n: self.read(item, known[n], f"{where}.{n}") for n, item in data.items() if n != "is"})
        except TypeError as error:
            raise UnreadableError(f"{where}: {error}") from error

    def _from_pool(self, number: int, kind: type, where: str) -> Any:
        name = POOLED[kind]
        if (name, number) not in self._known:
            rows = _list(self._raw[name], name)
            if not 0 <= number < len(rows) or not isinstance(rows[number], dict):
                raise UnreadableError(f"{where} names number {number} of {len(rows)} {name}")
            self._known[name, number] = self._value(rows[number], kind, f"{name}[{number}]")
        return self._known[name, number]


def _family(kind: Any) -> tuple[type, ...]:
    return (kind, *(below for child in kind.__subclasses__() for below in _family(child)))


def _list(data: Any, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise UnreadableError(f"{where} is no list")
    return data


def _pairs(data: Any, where: str) -> list[list[Any]]:
    rows = _list(data, where)
    if any(not isinstance(row, list) or len(row) != 2 for row in rows):
        raise UnreadableError(f"{where} is no list of pairs")
    return rows


def _plain(data: Any, kind: Any, where: str) -> Any:
    try:
        if kind is bytes and isinstance(data, str):
            return base64.b64decode(data, validate=True)
        if kind is Fraction and isinstance(data, str):
            return Fraction(data)
        if kind is Name and isinstance(data, dict):
            return Name(str(data["name"]))
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(data, str):
            return kind[data]
        if kind is float and type(data) in (int, float):
            return float(data)
    except (KeyError, ValueError, ZeroDivisionError, binascii.Error) as error:
        raise UnreadableError(f"{where} is no {kind.__name__}") from error
    if isinstance(kind, type) and type(data) is kind:
        return data
    raise UnreadableError(f"{where} is no {getattr(kind, '__name__', kind)}")
