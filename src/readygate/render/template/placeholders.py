"""Values of a user's template that no template can turn into markup: it only ever sees a token for each.

After the template has run, each token is replaced by its value, written so that it is the same text wherever it
stands: in a paragraph, a table, an element, a quoted attribute, a comment. Every character that Markdown or HTML gives
a meaning is a numeric reference, which never makes structure, and so is a line break of a trace. Whatever a template
cuts out of a token leaves nothing behind.
https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
"""

from __future__ import annotations

import html
import re

from msgspec import Struct, field

from readygate.render.escaping import fenced
from readygate.render.html.from_markdown import inline

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Characters for private use: names that hold them are shown as escapes, and a template's own are taken out."""

_TOKEN = re.compile(f"{_OPEN}([0-9]{{1,7}}){_CLOSE}")
_LEFT = re.compile(f"[{_OPEN}{_CLOSE}]")
_IN_TAG = re.compile(rf"<[A-Za-z/](?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?{_OPEN}")
_TAGS = re.compile(r"(<[^<>]*>)")
_ACTIVE = re.compile(r"[!-,./:-@\[-^`{-~]|(?<![A-Za-z0-9])[-_]|[-_](?![A-Za-z0-9])|\bwww|\n|\t")
"""All ASCII punctuation but `-` and `_` inside a word, the `www` that begins a link, and what ends a line."""
_MARKUP = re.compile(r"[!\"#$&'*<>@\[-`{-~\n\t]")
"""What makes markup of words of ours, which hold no name: the rest stays as it is read in a plain mail."""


def stands_in_tag(text: str) -> bool:
    """Whether a template has put a value between `<` and `>` outside of quotes, where it would end the tag."""
    return _IN_TAG.search(text) is not None


def dead(text: str) -> str:
    """Text in which every character with a meaning is a numeric reference."""
    return _ACTIVE.sub(_reference, text)


def dead_markdown(markdown: str) -> str:
    """One line of our Markdown as HTML whose texts are dead; the tags are ours, with addresses of GitHub."""
    made, in_code = [], False
    for at, part in enumerate(_TAGS.split(inline(markdown))):
        if at % 2:
            in_code = part == "<code>"
            made.append(part)
        else:
            text = html.unescape(part)
            made.append(dead(text) if in_code else _MARKUP.sub(_reference, text))
    return "".join(made)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0][0])};{found[0][1:]}"


def dead_trace(text: str, lines: int = 30) -> str:
    """A trace as one line of HTML, which shows as many."""
    rows = fenced(text, lines).split("\n")[1:-1]
    return f"<pre>{dead(chr(10).join(rows))}</pre>" if rows else ""


class Slots(Struct):
    """Tokens and what they stand for; equal values share one, so that a template can compare and group them."""

    _values: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def markdown(self, text: str) -> str:
        """A token for a line of our Markdown; empty for none."""
        return self._put(dead_markdown(text)) if text else ""

    def trace(self, text: str) -> str:
        """A token for a trace."""
        return self._put(dead_trace(text)) if text.strip() else ""

    def _put(self, value: str) -> str:
        token = self._known.get(value)
        if token is None:
            token = self._known[value] = f"{_OPEN}{len(self._values)}{_CLOSE}"
            self._values.append(value)
        return token

    def fill(self, text: str) -> str:
        """Put the values in; what is left of broken tokens goes."""

        def value(found: re.Match[str]) -> str:
            number = int(found[1])
            return self._values[number] if number < len(self._values) else ""

        return _LEFT.sub("", _TOKEN.sub(value, text))
