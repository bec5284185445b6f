"""Merge the branches of LCOV records by their names, "line,block,branch"."""

import re
from typing import Final

from readygate.formats.coverage._report_builder import hit_count

_EXCEPTION: Final = re.compile(rb"^(\d+),e(?=\d)", re.MULTILINE)


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

    def named(self) -> tuple[list[tuple[int, str, bool]], bytes]:
        """Return (line, "block,branch", taken), and one record without a line or branch, if any."""
        found: list[tuple[int, str, bool]] = []
        odd = b""
        names: dict[bytes, str] = {}
        for key, taken in self._merged().items():
            line, _, branch = key.partition(b",")
            if not line.isdigit() or len(line) > 9 or b"," not in branch:
                odd = key or b","
                continue
            name = names.get(branch) or names.setdefault(branch, branch.decode("utf-8", errors="backslashreplace"))
            found.append((int(line), name, taken))
        return found, odd

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
