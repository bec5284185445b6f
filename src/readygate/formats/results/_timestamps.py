"""The times that a report states of itself; only those that mean one moment count.

A time without a zone can be half a day off, so it is passed over. Forms: https://www.rfc-editor.org/rfc/rfc3339 .
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

_SHORTEST: Final = len("2027-03-31T12:00:00Z")
_LONGEST: Final = 40
_MILLISECONDS: Final = (10**12, 10**13)
"""Numbers that are milliseconds since 1970: of the years 2001 to 2286."""


class Clock:
    """Keeps the newest of the times that it is shown.

    Attributes:
        newest: seconds since 1970; None if none had a zone.
    """

    __slots__ = ("newest",)

    def __init__(self) -> None:
        self.newest: float | None = None

    def see(self, text: str | None) -> None:
        """Look at a text that may be a time."""
        if (
            not text
            or not _SHORTEST <= len(text) <= _LONGEST
            or not (text[-1] in "Zz" or "+" in text or "-" in text[19:])
        ):
            return
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                self._take(moment.timestamp())
        except (ValueError, OverflowError):
            return

    def see_milliseconds(self, value: object) -> None:
        """Look at what may be milliseconds since 1970."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and _MILLISECONDS[0] <= value < _MILLISECONDS[1]:  # type: ignore[operator]
            self._take(float(value) / 1000)  # type: ignore[arg-type]

    def _take(self, seconds: float) -> None:
        if self.newest is None or seconds > self.newest:
            self.newest = seconds
