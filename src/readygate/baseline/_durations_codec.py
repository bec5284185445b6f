"""Durations of tests as one or two characters each, on a logarithmic scale.

A test of less than about a second takes one character. A step of its scale is 20 %, so that a stored duration differs
from the measured one by a tenth at most. A longer test takes two, whose steps are 0.4 %. Durations jitter, and what
does not change costs nothing to store: the characters of the run before are kept until the duration moves by more than
a quarter, that of a longer test by more than 5 %.
"""

import re
import struct
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import repeat
from math import exp, log
from typing import Final

_ZERO: Final = ord("!")
"""The character of 0 s, and the first of all characters."""
_CHARACTERS: Final = 94
"""Printable characters of ASCII."""
_SHORTEST: Final = 0.001
"""Seconds of the first step; what takes less than half of it counts as 0 s."""
_STEP: Final = log(1.2)
_LEVELS: Final = 39
"""Durations of one character, 0 s included; a later character is the first of two."""
_LONG: Final = _SHORTEST * 1.2 ** (_LEVELS - 1.5)
"""Seconds from which a duration takes two characters, 0.93."""
_FINE_LEVELS: Final = (_CHARACTERS - _LEVELS) * _CHARACTERS
_FINE_STEP: Final = log(1e9 / _LONG) / _FINE_LEVELS
"""With 1e9 s, the longest duration of a report, at the end of the scale."""
_KEPT_WITHIN: Final = log(1.25)
_KEPT_WITHIN_LONG: Final = log(1.05)

_TOKEN: Final = re.compile(f"[!-{chr(_ZERO + _LEVELS - 1)}]|[{chr(_ZERO + _LEVELS)}-~][!-~]")
_LONG_TOKEN: Final = re.compile(f"[^!-{chr(_ZERO + _LEVELS - 1)}]")


def encode_durations(seconds: bytes, like: Iterable[str] | None = None) -> list[str]:
    """Return the one or two characters of each duration.

    Args:
        seconds: 32-bit floats, little-endian.
        like: the characters of the same tests in the results that these are stored after, empty for a test that they
            lack; kept where they are near.
    """
    values = struct.unpack(f"<{len(seconds) // 4}f", seconds)
    halves = struct.unpack(f"<{len(seconds) // 2}H", seconds)[1::2]
    return [
        _long(value, near) if value >= _LONG else _short(half, near)
        for value, half, near in zip(values, halves, repeat("", len(values)) if like is None else like, strict=True)
    ]


@cache
def _short(half: int, near: str) -> str:
    """Return the character of a 32-bit float, given by its upper half, which is exact to 1 %."""
    (seconds,) = struct.unpack("<f", struct.pack("<I", half << 16))
    if not seconds > _SHORTEST / 2:
        return chr(_ZERO)
    if _is_near(seconds, near, _KEPT_WITHIN):
        return near
    level = 1 + round(log(seconds / _SHORTEST) / _STEP)
    return chr(_ZERO + min(max(level, 1), _LEVELS - 1))


def _long(seconds: float, near: str) -> str:
    if _is_near(seconds, near, _KEPT_WITHIN_LONG):
        return near
    first, second = divmod(min(int(log(seconds / _LONG) / _FINE_STEP), _FINE_LEVELS - 1), _CHARACTERS)
    return chr(_ZERO + _LEVELS + first) + chr(_ZERO + second)


def _is_near(seconds: float, near: str, within: float) -> bool:
    stored = _seconds(near) if near else 0.0
    return stored > 0 and abs(log(seconds / stored)) <= within


@cache
def _seconds(token: str) -> float:
    level = ord(token[0]) - _ZERO
    if len(token) == 1:
        return _SHORTEST * 1.2 ** (level - 1) if level else 0.0
    place = (level - _LEVELS) * _CHARACTERS + ord(token[1]) - _ZERO
    return _LONG * exp((place + 0.5) * _FINE_STEP)


def decode_durations(text: str) -> bytes:
    """Return the durations as 32-bit floats, little-endian.

    Raises:
        ValueError: a character is not one of the scale.
    """
    tokens: Sequence[str] = text
    if _LONG_TOKEN.search(text):
        tokens = _TOKEN.findall(text)
        if sum(map(len, tokens)) != len(text):
            raise ValueError("a duration that does not exist")
    return struct.pack(f"<{len(tokens)}f", *map(_seconds, tokens))
