"""Parse durations as test tools write them."""

import re
from typing import Final

MAX_SECONDS: Final = 1e9
"""Maximum duration in seconds, about 30 years."""

_MAX_LENGTH: Final = 64

_ISO: Final = re.compile(r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(?:(?:(\d+)[.:])?(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_UNIT: Final = re.compile(r"([0-9.,e+-]+)\s*(ms|s|sec|seconds)", re.IGNORECASE)


def seconds_of(text: str) -> float | None:
    """Parse a duration to seconds; return None if it is not one.

    Accepted are plain numbers; a decimal comma (`0,5`) and thousands separators (`1,234.5`, `1.234,5`); a unit
    (`12 ms`, `1.2s`); ISO 8601 (`PT1.5S`); a clock (`00:00:01.5`, with days `1.00:00:01.5`). A single comma is a
    decimal comma. Negative, infinite and NaN values are rejected.
    """
    if len(text) > _MAX_LENGTH:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _written_out(text.strip())
    return seconds + 0.0 if 0 <= seconds <= MAX_SECONDS else None  # `-0.000` is 0; NaN is not within any limits


def _written_out(text: str) -> float | None:
    if match := _UNIT.fullmatch(text):
        value = _number(match[1])
        return value / 1000 if value is not None and match[2].lower() == "ms" else value
    if match := _ISO.fullmatch(text) or _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return _valid(days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
    return _number(text)


def _number(text: str) -> float | None:
    if "," in text:
        point = "," if text.rfind(",") > text.rfind(".") and text.count(",") == 1 else "."
        text = text.replace("." if point == "," else ",", "").replace(",", ".")
    try:
        return _valid(float(text))
    except ValueError:
        return None


def _valid(value: float) -> float | None:
    return value if 0 <= value <= MAX_SECONDS else None
