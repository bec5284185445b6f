r"""The text of stored files: one record a line, without control characters that git or JSON treat specially.

A backslash starts an escape: `\n`, `\r`, `\t`, `\0`, `\\`, and `\uXXXX` for half of a surrogate pair, which
UTF-8 cannot encode.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

SMALLEST: Final = 2 << 20
"""Characters of a file above which it may end at a suitable record."""
LARGEST: Final = 32 << 20
"""Characters that a file of several records does not exceed; a record is cut to fewer."""
_MOST_FILES: Final = 3
"""Files above which larger ones are written: a later run takes a request for each one that changed."""
_EVERY: Final = 64
"""One of 64 records, chosen by its text, may begin a new file."""

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED: Final = re.compile(r"\\(u[0-9a-f]{4}|.)", re.DOTALL)
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "0": "\0"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def escape(text: str) -> str:
    """Return a text on one line and in valid Unicode. NUL is left, which separates the names of a class."""
    for character, escaped in _ESCAPES.items():
        if character in text:
            text = text.replace(character, escaped)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text


def escape_field(text: str) -> str:
    """Return a text as `escape` does, and without NUL."""
    return escape(text).replace("\0", "\\0")


def unescape(text: str) -> str:
    """Return the text that `escape` or `escape_field` was given.

    Raises:
        ValueError: the text holds an escape that does not exist.
    """
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 5:
        return chr(int(code[1:], 16))
    if code not in _PLAIN:
        raise ValueError(f"an escape that does not exist: {found[0]!r}")
    return _PLAIN[code]


def split_into_files(records: Iterable[str], total: int) -> Iterator[bytes]:
    """Join sorted records to files, each record with a line break at its end.

    Whether a file ends before a record depends on the text of this record, so that a record that is added or removed
    changes the files around it and no other, but where the total passes a size from which files are twice as large.

    Args:
        records: the records.
        total: about how many characters they have together.
    """
    smallest = SMALLEST
    while smallest * 4 <= LARGEST and smallest * _MOST_FILES < total:
        smallest *= 2
    parts: list[str] = []
    size = 0
    for record in records:
        full = size and size + len(record) >= LARGEST
        if full or (size >= smallest and not crc32(record[:200].encode()) % _EVERY):
            yield "".join(parts).encode()
            parts, size = [], 0
        parts += (record, "\n")
        size += len(record) + 1
    yield "".join(parts).encode()
