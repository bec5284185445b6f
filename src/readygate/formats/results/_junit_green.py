"""Green tests that were read in rows and wait to be entered, in columns."""

from __future__ import annotations

from itertools import chain

Columns = list[list[str]]
"""Classes, names and durations of tests, in the order of the report."""


class Green:
    """Parts of columns, which are taken out as one; a part that is all of its columns is never copied."""

    def __init__(self) -> None:
        self._parts: list[tuple[Columns, int, int]] = []
        self._size = 0

    def __len__(self) -> int:
        """How many tests wait."""
        return self._size

    def add(self, columns: Columns, begin: int, end: int) -> None:
        """Add the tests from one place of some columns to another."""
        self._size += end - begin
        if self._parts:
            known, first, last = self._parts[-1]
            if known is columns and last == begin:
                self._parts[-1] = (columns, first, end)
                return
        self._parts.append((columns, begin, end))

    def take(self) -> Columns:
        """Take out all tests that wait; there must be some."""
        parts = [
            columns if end - begin == len(columns[1]) else [column[begin:end] for column in columns]
            for columns, begin, end in self._parts
        ]
        self._parts, self._size = [], 0
        return parts[0] if len(parts) == 1 else [list(chain.from_iterable(each)) for each in zip(*parts, strict=True)]
