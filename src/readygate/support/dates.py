"""Dates in UTC, from seconds since 1970 that the caller supplies."""

from datetime import UTC, datetime
from typing import Final

_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799
"""Seconds of the first and the last moment that `datetime` can show, in the years 1 and 9999."""


def utc_date(seconds: float) -> str:
    """Return the UTC date of a time in seconds since 1970 as `YYYY-MM-DD`; one out of range becomes the nearest."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC).date().isoformat()
