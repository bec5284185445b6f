"""Text for a terminal: how wide it is, where its lines end, and our Markdown without its marks."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from readygate.render.html.from_markdown import inline

_TAG = re.compile(r"<[^>]*>")


def bare(markdown: str) -> str:
    """A line of our Markdown as plain text; names stay whole, with backticks of their own."""
    return html.unescape(_TAG.sub("", inline(markdown)))


def columns_of(text: str) -> int:
    """How many columns a text takes: two for wide characters, none for those that combine with the one before."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrapped(text: str, width: int, *, first: int = 0, rest: int = 0) -> list[str]:
    """Break a text at its spaces.

    A word that fits no line, as a long path, stays whole: it is there to be copied.

    Args:
        text: what to break.
        width: columns of a line; 0 breaks nothing.
        first: columns that are taken already in the first line.
        rest: spaces to begin the other lines with.
    """
    if not width:
        return [text]
    return list(_wrapped(text, max(width, rest + 20), first, rest))


def _wrapped(text: str, width: int, first: int, rest: int) -> Iterator[str]:
    words = text.lstrip(" ").split(" ")
    indent = len(text) - len(text.lstrip(" "))
    line = " " * indent + words[0]
    taken = first + columns_of(line)
    for word in words[1:]:
        wide = columns_of(word)
        if taken + 1 + wide > width:
            yield line
            line, taken = " " * rest + word, rest + wide
        else:
            line, taken = f"{line} {word}", taken + 1 + wide
    yield line
