"""Text that XML can hold."""

from __future__ import annotations

import re

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


def xml_text(text: str) -> str:
    """Replace the characters that XML 1.0 cannot hold, however they are written."""
    return _ILLEGAL.sub("\ufffd", text)
