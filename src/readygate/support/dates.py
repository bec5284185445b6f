"""Dates in UTC, from seconds since 1970 that the caller supplies."""

from datetime import UTC, datetime
from typing import Final

_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799
"""Seconds of the first and the last moment that `datetime` can show, in the years 1 and 9999."""


def utc_date(seconds: float) -> str:
    """Return the UTC date of a time as `YYYY-MM-DD`; a stored time out of range becomes the nearest date.

    Args:
        seconds: seconds since 1970-01-01T00:00:00Z.
    """
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC).date().isoformat()
