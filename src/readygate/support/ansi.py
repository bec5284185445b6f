"""Terminal escape sequences in the texts of reports."""

import re
from typing import Final

_SEQUENCE: Final = re.compile(r"[\x1b\u241b](?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def strip_ansi(text: str) -> str:
    """Return a text without colors, hyperlinks and other escape sequences.

    Tools that write XML replace ESC, which XML 1.0 forbids, with its symbol U+241B; both forms are removed.

    Source: ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/
    """
    return _SEQUENCE.sub("", text) if "\x1b" in text or "\u241b" in text else text
