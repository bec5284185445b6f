"""Encode model values as JSON data and decode them by type, for `values` in report.json.

msgspec defines the form of each value: https://jcristharif.com/msgspec/supported-types.html . The differences:

- A mapping is {"$pairs": [[key, value], …]}, because keys may be tuples.
- A value of a `SHARED` type is written once, in a list of its type. Elsewhere {"$details": 3} refers to it.
- A fraction is [numerator, denominator].

docs/report.md describes the form for other readers.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, Final, TypeVar

from msgspec import Struct, ValidationError, convert, to_builtins

from readygate.model.coverage import Coverage
from readygate.model.results import ClassBlock, FailureDetail

SHARED: Mapping[type, str] = {FailureDetail: "details", Coverage: "coverages", ClassBlock: "blocks"}
"""Types whose values are used in several places, with the names of their lists."""
PAIRS = "$pairs"
MAX_BITS: Final = 512
"""Bits of the largest integer that is read: every fraction of such integers can be rounded to a float."""

T = TypeVar("T")


class Encoder:
    """Encodes values.

    Args:
        clean: returns a value without what must not be written; called once for every value.

    Attributes:
        shared: the encoded values of `SHARED` types, by the name of their list.
    """

    def __init__(self, clean: Callable[[Any], Any]) -> None:
        self.shared: dict[str, list[Any]] = {name: [] for name in SHARED.values()}
        self._numbers: dict[tuple[str, FailureDetail | ClassBlock], int] = {}
        self._coverages: list[Coverage] = []
        self._clean = clean

    def encode(self, value: Any) -> Any:
        """Return a value as JSON data."""
        return self._reference(value) if type(value) in SHARED else self._plain(value)

    def _reference(self, value: Any) -> dict[str, int]:
        name = SHARED[type(value)]
        number = self._coverage_number(value) if isinstance(value, Coverage) else self._numbers.get((name, value))
        if number is None:
            number = len(self.shared[name])
            self.shared[name].append(self._plain(value))
            if isinstance(value, Coverage):
                self._coverages.append(value)
            else:
                self._numbers[name, value] = number
        return {f"${name}": number}

    def _coverage_number(self, value: Coverage) -> int | None:
        """Return the number of an equal coverage; a report holds two or three, which are not hashable."""
        return next((number for number, known in enumerate(self._coverages) if known == value), None)

    def _plain(self, value: Any) -> Any:
        value = self._clean(value)
        if isinstance(value, Struct):
            config = value.__struct_config__
            tag = {} if config.tag is None else {config.tag_field: config.tag}
            names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
            return tag | {key: self.encode(getattr(value, name)) for key, name in names}
        if isinstance(value, Mapping):
            return {PAIRS: [[self.encode(key), self.encode(item)] for key, item in value.items()]}
        if isinstance(value, tuple | list):
            return [self.encode(item) for item in value]
        return to_builtins(value, order="deterministic", enc_hook=_encode_other)


def decode(data: Any, shared: Mapping[str, Any], kind: type[T]) -> T:
    """Return the value of a type that an `Encoder` encoded.

    Args:
        data: what `encode` returned.
        shared: `Encoder.shared`.
        kind: type of the value.

    Raises:
        ValidationError: the data do not fit the type; the text says where.
        UnicodeError: a text that must be ASCII is not.
    """
    known: dict[str, Sequence[Any]] = {}
    for each, name in SHARED.items():
        try:
            known[f"${name}"] = convert(_resolve(shared.get(name), {}), tuple[each, ...], dec_hook=_decode_other)  # type: ignore[valid-type]
        except ValueError as error:
            raise ValidationError(f"{name}: {error}") from error
    return convert(_resolve(data, known), kind, dec_hook=_decode_other)


def _resolve(data: Any, shared: Mapping[str, Sequence[Any]]) -> Any:
    """Return JSON data with values in the place of references, and dictionaries in the place of pairs."""
    if isinstance(data, list):
        return [_resolve(item, shared) for item in data]
    if not isinstance(data, dict):
        if (isinstance(data, int) and data.bit_length() > MAX_BITS) or (isinstance(data, float) and not isfinite(data)):
            raise ValidationError("Expected a finite number of at most 150 digits")
        return data
    if not data.keys().isdisjoint({PAIRS, *shared}):
        if len(data) > 1:
            raise ValidationError(f"Expected one key, got {', '.join(data)[:100]}")
        ((name, value),) = data.items()
        return _pairs(value, shared) if name == PAIRS else _shared_value(value, name, shared[name])
    return {name: _resolve(item, shared) for name, item in data.items()}


def _pairs(data: Any, shared: Mapping[str, Sequence[Any]]) -> dict[Any, Any]:
    """Return a dictionary in the place of pairs."""
    try:
        pairs = {_hashable(key): item for key, item in data}
    except (TypeError, ValueError) as error:
        raise ValidationError(f"Expected pairs of a key and a value: {error}") from error
    return {key: _resolve(item, shared) for key, item in pairs.items()}


def _shared_value(number: Any, name: str, values: Sequence[Any]) -> Any:
    """Return the value that a reference names by its number."""
    if type(number) is not int or not 0 <= number < len(values):
        raise ValidationError(f"No entry {str(number)[:20]} in `{name[1:]}`")
    return values[number]


def _hashable(key: Any) -> Any:
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


def _encode_other(value: Any) -> Any:
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    raise TypeError(f"{type(value).__name__} cannot be part of report.json")


def _decode_other(kind: type, data: Any) -> Any:
    if kind is not Fraction:
        raise TypeError(f"{kind.__name__} cannot be part of report.json")
    numerator, denominator = convert(data, tuple[int, int])
    if denominator < 1:
        raise ValueError("Expected a positive denominator")
    return Fraction(numerator, denominator)
