"""Everything a report wrote, made harmless: visible, bounded, dead in Markdown, without what looks like a secret.

Code spans and fences: https://github.github.com/gfm/#code-spans and https://github.github.com/gfm/#fenced-code-blocks
"""

from __future__ import annotations

import html
import re
import unicodedata

from readygate.model import secrets
from readygate.model.phrase import Name, Phrase
from readygate.model.secrets import ANSI

LONGEST_NAME = 60
LONGEST_MESSAGE = 300
LONGEST_TRACE = 30

_UNSAFE = re.compile(r"[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u03ff]")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters without a picture that are no format characters: joiners, fillers, the empty braille pattern."""
_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|<>~@:-])")

redact = secrets.redact


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    number = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        if number < 0x100:
            return f"\\x{number:02x}"
        return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return character


def visible(text: str) -> str:
    """One line in which control, bidi and zero-width characters are seen as escapes; colours are taken out."""
    if "\x1b" in text or "\u241b" in text:
        text = ANSI.sub("", text)
    return _UNSAFE.sub(_escape, text)


def shorten(text: str, longest: int = LONGEST_NAME) -> str:
    """Take the middle out of a long name: the ends differ where names repeat."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


def code(text: str, longest: int = LONGEST_NAME) -> str:
    """A code span of untrusted text; an empty name is said in words. Tables escape the `|` of their cells."""
    shown = shorten(visible(redact(text)), longest).strip()
    if not shown:
        return "(no name)"
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def html_code(text: str, longest: int = LONGEST_MESSAGE, empty: str = "(no message)") -> str:
    """The same for a `<summary>`, where Markdown is not read."""
    shown = shorten(visible(redact(text)), longest).strip()
    return f"<code>{html.escape(shown)}</code>" if shown else empty


def fenced(text: str, lines: int = LONGEST_TRACE) -> str:
    """A fenced block of untrusted text: the end of a long trace is kept, as that is where the error stands."""
    text = redact(ANSI.sub("", text))
    rows = [visible(row.expandtabs(4)).rstrip()[:500] for row in text.strip("\r\n").splitlines()]
    if len(rows) > lines:
        left = len(rows) - lines + 1
        rows = [*rows[:3], f"… {left:,} lines left out …", *rows[-(lines - 4) :]]
    fence = "`" * max(3, max((len(run) for row in rows for run in _BACKTICKS.findall(row)), default=0) + 1)
    return "\n".join((f"{fence}text", *rows, fence))


def words(text: str) -> str:
    """Escape text of our users (a gate's name) for Markdown."""
    return _MARKDOWN.sub(r"\\\1", visible(text))


def phrase(parts: Phrase) -> str:
    """Write a phrase in Markdown: our words as they are, names as code."""
    return "".join(code(part.text) if isinstance(part, Name) else part for part in parts)


def plain(parts: Phrase) -> str:
    """Write a phrase without markup, for a console or JSON; names are visible and bounded."""
    return "".join(shorten(visible(redact(part.text)), 200) if isinstance(part, Name) else part for part in parts)
