"""Format text for a terminal: measure its width, wrap its lines."""

import unicodedata
from collections.abc import Iterator

MIN_TEXT_WIDTH = 20
"""Columns that a line has for text, however deep it is indented."""


def display_width(text: str) -> int:
    """Return the columns that a text takes: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrap(text: str, width: int, *, first: int = 0, rest: int = 0) -> list[str]:
    """Wrap a text at its spaces.

    A word that is longer than a line, such as a path, is not split, so that it can be copied.

    Args:
        text: one line, perhaps indented.
        width: the columns of a line; 0 for no wrapping.
        first: the columns of the first line that are already taken.
        rest: the indentation of the other lines.
    """
    if not width:
        return [text]
    return list(_wrap(text, max(width, rest + MIN_TEXT_WIDTH), first, rest))


def _wrap(text: str, width: int, first: int, rest: int) -> Iterator[str]:
    words = text.lstrip(" ").split(" ")
    indent = len(text) - len(text.lstrip(" "))
    line = " " * indent + words[0]
    used = first + display_width(line)
    for word in words[1:]:
        word_width = display_width(word)
        if used + 1 + word_width > width:
            yield line
            line, used = " " * rest + word, rest + word_width
        else:
            line, used = f"{line} {word}", used + 1 + word_width
    yield line
