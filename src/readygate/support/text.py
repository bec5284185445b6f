"""Make untrusted text visible: one line without control characters or other characters that cannot be seen."""

import re
import unicodedata

from readygate.support.ansi import strip_ansi

_UNSAFE = re.compile(r"[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u03ff]")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters without a glyph that Unicode does not list as format characters: joiners, fillers, the empty braille
pattern."""
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode general categories: https://www.unicode.org/reports/tr44/#General_Category_Values"""
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """Return text as one line, with control, bidi and zero-width characters as escapes, and without ANSI sequences."""
    return _UNSAFE.sub(_escape, strip_ansi(text))


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    number = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character not in _INVISIBLE and unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
