"""Find the newest time that a report states.

Only times with a zone count: without one a time can be half a day off. Forms:
https://www.rfc-editor.org/rfc/rfc3339
"""

from datetime import datetime
from typing import Final

_SHORTEST: Final = len("2027-03-31T12:00:00Z")
_LONGEST: Final = 40
_MILLISECONDS: Final = (10**12, 10**13)
"""Numbers that are milliseconds since 1970: the years 2001 to 2286."""


class NewestTime:
    """Keeps the newest of several times.

    Attributes:
        seconds: seconds since 1970; None if no time had a zone.
    """

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        self.seconds: float | None = None

    def add(self, text: str | None) -> None:
        """Record a timestamp if it parses and has a zone."""
        if not text or not _SHORTEST <= len(text) <= _LONGEST:
            return
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                self._keep(moment.timestamp())
        except (ValueError, OverflowError):
            return

    def add_milliseconds(self, value: object) -> None:
        """Record a number of milliseconds since 1970 if it lies in the years 2001 to 2286."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        if _MILLISECONDS[0] <= value < _MILLISECONDS[1]:
            self._keep(float(value) / 1000)

    def _keep(self, seconds: float) -> None:
        if self.seconds is None or seconds > self.seconds:
            self.seconds = seconds
