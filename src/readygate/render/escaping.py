"""Escape untrusted text for Markdown: shorten it, redact secrets, and show it as code or in a fence.

Code spans and fences: https://github.github.com/gfm/#code-spans and https://github.github.com/gfm/#fenced-code-blocks
"""

import re
from functools import lru_cache
from html import escape

from readygate.model.rich_text import RichText, Untrusted
from readygate.support.ansi import strip_ansi
from readygate.support.redaction import redact
from readygate.support.text import visible

__all__ = [
    "LONGEST_MESSAGE",
    "LONGEST_NAME",
    "code",
    "escape_markdown",
    "fenced",
    "html_code",
    "inline_or_code",
    "plain",
    "redact",
    "render_rich_text",
    "shorten",
    "visible",
]

LONGEST_NAME = 60
LONGEST_MESSAGE = 300
LONGEST_TRACE = 30
LONGEST_FENCE = 15_000
_LONGEST_NOTE = 160

_REMEMBERED = 5_000
"""Entries in the cache of `code`: every document of a run shows the same names."""

_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|<>~@:-])")
_LINKED = re.compile(r"(?i)@|#\d|\bgh-\d|://|www\.|\b[0-9a-f]{7,40}\b|:[a-z0-9_+-]+:|&[a-z0-9#]+;|\bmailto:|\$")
"""Text that GitHub converts to a link, a mention, an emoji or a formula.

https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

_HARMLESS = re.compile(r"[A-Za-z0-9 ,.%;()'–-]+")


def shorten(text: str, longest: int = LONGEST_NAME) -> str:
    """Return text of at most `longest` characters, cut in the middle, because similar names differ at their ends."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


@lru_cache(_REMEMBERED)
def code(text: str, longest: int = LONGEST_NAME) -> str:
    """Return untrusted text as a code span; "(no name)" for an empty text.

    Bars are not escaped, because a table escapes the bars in its cells.
    """
    shown = shorten(visible(redact(text)), longest).strip()
    if not shown:
        return "(no name)"
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def html_code(text: str) -> str:
    """Return untrusted text as a code element for a `<summary>`, in which GitHub does not parse Markdown."""
    shown = shorten(visible(redact(text)), LONGEST_MESSAGE).strip()
    return f"<code>{escape(shown)}</code>" if shown else "(no message)"


def fenced(text: str, lines: int = LONGEST_TRACE, characters: int = LONGEST_FENCE) -> str:
    """Return untrusted text as a fenced block.

    Of a long trace the first three lines and the end are kept, because the error message is usually at the end.
    """
    rows = redact(strip_ansi(text)).strip("\r\n").splitlines()
    widest = max(80, min(500, characters // 6))
    shown = {row: visible(row.expandtabs(4)).rstrip()[:widest] for row in (*rows[:lines], *rows[-lines:])}
    kept = lines
    while kept > 6 and sum(len(shown[row]) + 1 for row in (*rows[:3], *rows[-(kept - 4) :])) > characters:
        kept -= 1
    if len(rows) > kept:
        middle = f"… {len(rows) - kept + 1:,} lines left out …"
        rows = [*(shown[row] for row in rows[:3]), middle, *(shown[row] for row in rows[-(kept - 4) :])]
    else:
        rows = [shown[row] for row in rows]
    fence = "`" * max(3, max((len(run) for row in rows for run in _BACKTICKS.findall(row)), default=0) + 1)
    return "\n".join((f"{fence}text", *rows, fence))


def escape_markdown(text: str) -> str:
    """Escape a user's text, such as the name of a gate, for Markdown; return it as code if GitHub could link it.

    A backslash does not prevent such links, because GitHub searches for mentions and numbers in the rendered text.
    """
    shown = visible(text)
    return code(text, 200) if _LINKED.search(shown) else _MARKDOWN.sub(r"\\\1", shown)


def inline_or_code(text: str) -> str:
    """Return text that may contain names unchanged if it has neither markup nor links, else as code."""
    shown = shorten(visible(redact(text)), _LONGEST_NOTE).strip()
    return shown if _HARMLESS.fullmatch(shown) and not _LINKED.search(shown) else code(text, _LONGEST_NOTE)


def render_rich_text(parts: RichText | str) -> str:
    """Return a phrase as Markdown: Readygate's own text unchanged, names as code."""
    return "".join(code(part.text) if isinstance(part, Untrusted) else part for part in parts)


def plain(parts: RichText | str) -> str:
    """Return a phrase without markup, for the console or JSON; names are redacted and shortened."""
    return "".join(shorten(visible(redact(part.text)), 200) if isinstance(part, Untrusted) else part for part in parts)
