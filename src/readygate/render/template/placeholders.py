"""Placeholders for the values of a user's template, so that no value can become markup.

A template sees only a token for each value. After the template has run, each token is replaced by its value, encoded so
that it is the same text wherever it is: in a paragraph, a table, an element, a quoted attribute or a comment. Every
character with a meaning in Markdown or HTML becomes a numeric reference, which cannot create structure, and so does
each line break of a trace. What is left of a token that a template cut is removed.
https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
"""

import html
import re

from msgspec import Struct, field

from readygate.render.escaping import fenced
from readygate.render.html.from_markdown import inline

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Private-use characters: names that hold them are shown escaped, and those of a template are removed."""

_TOKEN = re.compile(f"{_OPEN}([0-9]{{1,7}}){_CLOSE}")
_LEFT = re.compile(f"[{_OPEN}{_CLOSE}]")
_IN_TAG = re.compile(rf"<[A-Za-z/](?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?{_OPEN}")
_TAGS = re.compile(r"(<[^<>]*>)")
_ACTIVE = re.compile(r"[!-,./:-@\[-^`{-~]|(?<![A-Za-z0-9])[-_]|[-_](?![A-Za-z0-9])|\bwww|\n|\t")
"""All ASCII punctuation but `-` and `_` inside a word, the `www` that starts a link, line breaks and tabs."""
_MARKUP = re.compile(r"[!\"#$&'*<>@\[-`{-~\n\t]")
"""Characters that could become markup in our own words; the others stay readable in plain-text mail."""


def has_value_in_tag(text: str) -> bool:
    """Return whether a token is between `<` and `>` outside of quotes, where its value would end the tag."""
    return _IN_TAG.search(text) is not None


def to_inert_text(text: str) -> str:
    """Return a text with a numeric reference for every character that has a meaning."""
    return _ACTIVE.sub(_reference, text)


def to_inert_html(markdown: str) -> str:
    """Return one line of our Markdown as HTML with inert texts; its tags are ours, its links lead to GitHub."""
    parts, in_code = [], False
    for at, part in enumerate(_TAGS.split(inline(markdown))):
        if at % 2:
            in_code = part == "<code>"
            parts.append(part)
        else:
            text = html.unescape(part)
            parts.append(to_inert_text(text) if in_code else _MARKUP.sub(_reference, text))
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0][0])};{found[0][1:]}"


def to_inert_trace(text: str) -> str:
    """Return a trace, shortened like one of Markdown, as one line of HTML."""
    rows = fenced(text).split("\n")[1:-1]
    return f"<pre>{to_inert_text(chr(10).join(rows))}</pre>" if rows else ""


class Placeholders(Struct):
    """Tokens and their values; equal values have the same token, so that a template can compare and group them."""

    _values: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def markdown(self, text: str) -> str:
        """Return a token for a line of our Markdown; an empty text needs none."""
        return self._token(to_inert_html(text)) if text else ""

    def trace(self, text: str) -> str:
        """Return a token for a trace."""
        return self._token(to_inert_trace(text)) if text.strip() else ""

    def _token(self, value: str) -> str:
        token = self._known.get(value)
        if token is None:
            token = self._known[value] = f"{_OPEN}{len(self._values)}{_CLOSE}"
            self._values.append(value)
        return token

    def fill(self, text: str) -> str:
        """Replace the tokens of a text by their values, and remove what is left of cut tokens."""

        def value(found: re.Match[str]) -> str:
            number = int(found[1])
            return self._values[number] if number < len(self._values) else ""

        return _LEFT.sub("", _TOKEN.sub(value, text))
