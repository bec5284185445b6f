"""Split LCOV text in large pieces: a Python loop over millions of lines would take most of the time."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

CHUNK: Final = 1 << 20
"""Bytes read at a time."""

_DIGITS: Final = b"0123456789"
_CHECKSUM: Final = re.compile(rb"((?:^|\nDA:)\d+,\d+),[^\n]*")
_decode: Final = json.JSONDecoder().raw_decode


def pairs(segment: bytes) -> list[int]:
    """Parse `DA` values to line, hits, line, hits, …; return an empty list unless each has two plain numbers.

    To parse all numbers in one call, as JSON, takes a third of the time of a loop over the lines.
    """
    if not _plain(segment):
        segment = _CHECKSUM.sub(rb"\1", segment)
        if not _plain(segment):
            return []
    numbers = segment.replace(b"\nDA:", b",").decode("ascii")
    try:
        return cast("list[int]", _decode(f"[{numbers}]")[0])
    except ValueError:  # an empty number, leading zeros, or thousands of digits
        return []


def _plain(segment: bytes) -> bool:
    return segment.translate(None, _DIGITS) == b",\nDA:" * segment.count(b"\n") + b","


def cut(piece: bytes, marker: bytes) -> tuple[bytes, bytes]:
    """Cut the lines that begin with a marker out of a piece, if they are adjacent.

    Returns:
        their values, separated by the marker, and the piece without them.
    """
    first = piece.find(marker)
    if first < 0:
        return b"", piece
    end = piece.find(b"\n", piece.rfind(marker) + 1)
    if end < 0:
        end = len(piece)
    segment = piece[first + len(marker) : end]
    if segment.count(b"\n") != segment.count(marker):
        return b"", piece
    return segment, piece[:first] + piece[end:]


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the file in UTF-8; Windows PowerShell writes redirected output in UTF-16."""
    chunk = stream.read(CHUNK)
    if not chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield chunk.removeprefix(codecs.BOM_UTF8)
        yield from iter(lambda: stream.read(CHUNK), b"")
        return
    decode = codecs.getincrementaldecoder("utf-16")(errors="replace").decode
    while chunk:
        yield decode(chunk).encode()
        chunk = stream.read(CHUNK)
