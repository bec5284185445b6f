"""Durations as test tools write them."""

from __future__ import annotations

import re
from math import isfinite
from typing import Final

MAX_SECONDS: Final = 1e9
"""Seconds (some 30 years) above which a duration is no duration."""

LONGEST: Final = 64

_ISO: Final = re.compile(r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(?:(?:(\d+)[.:])?(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_UNIT: Final = re.compile(r"([0-9.,e+-]+)\s*(ms|s|sec|seconds)", re.IGNORECASE)


def seconds_of(text: str) -> float | None:
    """Return the seconds that a text means, or None if it means none.

    Plain numbers; decimal comma (`0,5`) and thousands (`1,234.5`, `1.234,5`); a unit (`12 ms`, `1.2s`);
    ISO 8601 (`PT1.5S`); a clock (`00:00:01.5`, with days in front `1.00:00:01.5`). A lone comma is a decimal
    comma, because tools write fractions. What is negative, infinite or not a number is no duration.
    """
    if len(text) > LONGEST:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _written_out(text.strip())
    return _sane(seconds)


def _written_out(text: str) -> float | None:
    if match := _UNIT.fullmatch(text):
        value = _number(match[1])
        return value / 1000 if value is not None and match[2].lower() == "ms" else value
    if match := _ISO.fullmatch(text) or _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return _sane(days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
    return _number(text)


def _number(text: str) -> float | None:
    if "," in text:
        point = "," if text.rfind(",") > text.rfind(".") and text.count(",") == 1 else "."
        text = text.replace("." if point == "," else ",", "").replace(",", ".")
    try:
        return _sane(float(text))
    except ValueError:
        return None


def _sane(value: float) -> float | None:
    return value + 0.0 if isfinite(value) and 0 <= value <= MAX_SECONDS else None  # `-0.000` is 0
