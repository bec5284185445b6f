"""Text that XML can hold."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""https://www.w3.org/TR/xml/#charsets"""

_QUOTED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def xml_text(text: str) -> str:
    """Replace the characters that XML 1.0 cannot hold, however they are written."""
    return _ILLEGAL.sub("\ufffd", text)


def quoted(text: str) -> str:
    """Return a text that XML can hold as the value of an attribute, with its quotes."""
    return f'"{text.translate(_QUOTED)}"'
