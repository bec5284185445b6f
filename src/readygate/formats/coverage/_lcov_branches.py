"""Merge the branches of LCOV records by their names, "line,block,branch"."""

import re
from collections import Counter
from itertools import compress, repeat
from typing import Final

from readygate.formats.coverage._report_builder import hit_count

_EXCEPTION: Final = re.compile(rb"^(\d+),e(?=\d)", re.MULTILINE)
_NOT_SEPARATORS: Final = bytes(set(range(256)) - set(b",\n"))


class TakenCache(dict[bytes, bool]):
    """Caches whether a `taken` field means that the branch was taken."""

    def __missing__(self, taken: bytes) -> bool:
        if len(self) > 1 << 16:
            self.clear()
        self[taken] = ran = hit_count(taken.decode("utf-8", errors="replace").strip()) is True
        return ran


class Branches:
    """The `BRDA` values of one source file, merged at intervals so that repeated records need no memory."""

    __slots__ = ("_limit", "_ran", "_segments", "_size")

    def __init__(self, ran: TakenCache) -> None:
        self._segments: list[bytes] = []
        self._size = 0
        self._limit = 1 << 16
        self._ran = ran

    def add(self, segment: bytes) -> None:
        """Add values, one per line."""
        self._segments.append(_EXCEPTION.sub(rb"\1,", segment) if b",e" in segment else segment)
        self._size += len(segment)
        if self._size > self._limit:
            lines = (key + (b",1" if taken else b",0") for key, taken in self._merged().items())
            self._segments = [b"\n".join(lines)]
            self._size = len(self._segments[0])
            self._limit = max(self._limit, 2 * self._size)

    def by_line(self) -> tuple[dict[int, tuple[int, int]], bytes]:
        """Return (taken, total) by line, and one record without a line or branch, if any."""
        plain = self._plain() if len(self._segments) == 1 else None
        odd = b""
        if plain is None:
            lines, ran = [], []
            for key, taken in self._merged().items():
                if key.count(b",") < 2:
                    odd = key or b","
                    continue
                lines.append(key[: key.index(b",")])
                ran.append(taken)
        else:
            lines, ran = plain
        total, hit = Counter(lines), Counter(compress(lines, ran))
        for line in [line for line in total if not line.isdigit() or len(line) > 9]:
            odd = line or b","
            del total[line]
        taken_of_all = zip(map(hit.get, total, repeat(0)), total.values(), strict=True)
        return dict(zip(map(int, total), taken_of_all, strict=True)), odd

    def _plain(self) -> tuple[list[bytes], list[bool]] | None:
        """Return lines and whether taken if all values are plain and name different branches, otherwise None."""
        segment = self._segments[0]
        fields = segment.replace(b"\n", b",").split(b",")
        lines, taken = fields[::4], fields[3::4]
        if len(fields) != 4 * (segment.count(b"\n") + 1) or segment.translate(None, _NOT_SEPARATORS) != (
            b",,,\n" * (len(lines) - 1) + b",,,"
        ):
            return None
        if len(set(zip(lines, fields[1::4], fields[2::4], strict=True))) < len(lines):
            return None
        return lines, list(map(self._ran.__getitem__, taken))

    def _merged(self) -> dict[bytes, bool]:
        """Return whether any record of a branch is taken, by "line,block,branch"."""
        merged: dict[bytes, bool] = {}
        for segment in self._segments:
            for record in segment.split(b"\n"):
                key, _, taken = record.rpartition(b",")
                if self._ran[taken]:
                    merged[key] = True
                else:
                    merged.setdefault(key, False)
        return merged
