"""Dates in UTC, from seconds since 1970 that the caller supplies."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_date(seconds: float) -> str:
    """Return the UTC date of a time as `YYYY-MM-DD`.

    Args:
        seconds: seconds since 1970-01-01T00:00:00Z.
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
