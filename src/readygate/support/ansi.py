"""Terminal escape sequences in the texts of reports."""

import re
from typing import Final

_ESC: Final = r"[\x1b\u241b]"
_BEL: Final = r"[\x07\u2407]"
_SEQUENCE: Final = re.compile(
    rf"{_ESC}(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\u2407\x1b\u241b]*+(?:{_BEL}|{_ESC}\\)|[@-Z\\-_])"
)
"""A command with parameters (CSI), a text such as a hyperlink up to its end (OSC), or a single letter.

No part runs past the next ESC, so the time is linear to the text, whatever it contains.
"""


def strip_ansi(text: str) -> str:
    """Return a text without colors, hyperlinks and other escape sequences.

    Tools that write XML replace ESC and BEL, which XML 1.0 forbids, with their symbols U+241B and U+2407; sequences of
    both forms are removed.

    Source: ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/
    """
    return _SEQUENCE.sub("", text) if "\x1b" in text or "\u241b" in text else text
