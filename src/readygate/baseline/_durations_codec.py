"""Durations of tests as one character each, on a logarithmic scale.

A step of the scale is 20 %, so that a stored duration differs from the measured one by a tenth at most. A character
is only replaced when the duration moved by more than a quarter: durations jitter, and what does not change costs
nothing to store.
"""

import struct
from collections.abc import Iterable
from functools import cache
from math import log
from typing import Final

_ZERO: Final = 33
"""The character of 0 s, `!`; each later one is a step more, up to `~`."""
_LEVELS: Final = 94
_SHORTEST: Final = 0.001
"""Seconds of the first step; what takes less than half of it counts as 0 s."""
_STEP: Final = log(1.2)
_KEPT_WITHIN: Final = log(1.25) / _STEP
"""Steps by which a duration may differ from the stored character, which is kept then."""


@cache
def _place(half: int) -> float:
    """Return the place on the scale of a 32-bit float by its upper half, which is exact to 1 %."""
    (seconds,) = struct.unpack("<f", struct.pack("<I", half << 16))
    if not seconds > _SHORTEST / 2:
        return 0.0
    return min(_LEVELS - 1.0, max(1.0, 1 + log(seconds / _SHORTEST) / _STEP))


@cache
def _character(half: int) -> int:
    return _ZERO + round(_place(half))


def _halves(seconds: bytes) -> Iterable[int]:
    return struct.unpack(f"<{len(seconds) // 2}H", seconds)[1::2]


def encode_durations(seconds: bytes, like: bytes | None = None) -> str:
    """Return a character for each duration.

    Args:
        seconds: 32-bit floats, little-endian.
        like: the characters of the same tests in the results that these are stored after; kept where they are near.
    """
    halves = _halves(seconds)
    if like is None:
        return bytes(map(_character, halves)).decode()
    pairs = zip(map(_place, halves), like, strict=True)
    return bytes(
        near if (near == _ZERO) == (not place) and abs(place - (near - _ZERO)) <= _KEPT_WITHIN else _ZERO + round(place)
        for place, near in pairs
    ).decode()


@cache
def _seconds(character: int) -> float:
    level = character - _ZERO
    if not 0 <= level < _LEVELS:
        raise ValueError("a duration that does not exist")
    return _SHORTEST * 1.2 ** (level - 1) if level else 0.0


def decode_durations(text: str) -> bytes:
    """Return the durations as 32-bit floats, little-endian.

    Raises:
        ValueError: a character stands for no duration.
    """
    return struct.pack(f"<{len(text)}f", *map(_seconds, text.encode()))
