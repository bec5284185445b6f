"""Truncate long text in bounded memory: keep its beginning, and its end, where a traceback names the error."""

from typing import Final

MAX_TEXT: Final = 8_000
"""Maximum characters of a trace."""
MAX_MESSAGE: Final = 2_000
"""Maximum characters of a message."""

_LEFT_OUT: Final = "\n… {:,} characters left out …\n"
_HEAD: Final = MAX_TEXT // 2
_TAIL: Final = MAX_TEXT - _HEAD - len(_LEFT_OUT) - 20
_WAITING: Final = 1 << 16


class Excerpt:
    """Collects pieces of text; keeps the beginning and the end of all of them."""

    __slots__ = ("_cut", "_length", "_pieces", "_waiting")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._waiting = 0
        self._length = 0
        self._cut = False

    def add(self, piece: str) -> None:
        """Append a piece of any length."""
        self._pieces.append(piece)
        self._length += len(piece)
        self._waiting += len(piece)
        if self._waiting > _WAITING:
            self._shorten()

    def _shorten(self) -> None:
        text = "".join(self._pieces)
        if len(text) > MAX_TEXT:
            self._cut = True
            text = text[:_HEAD] + text[-_TAIL:]
        self._pieces = [text]
        self._waiting = 0

    def text(self) -> str:
        """Return the stripped text, at most `MAX_TEXT` characters."""
        if len(self._pieces) != 1 or self._length > MAX_TEXT:
            self._shorten()
        text = self._pieces[0]
        if self._cut:
            missing = _LEFT_OUT.format(self._length - _HEAD - _TAIL)
            text = text[:_HEAD] + missing + text[-_TAIL:]
        return text.lstrip("\r\n").rstrip()


def shorten(message: str) -> str:
    """Truncate a message to `MAX_MESSAGE` characters."""
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"
