"""Match the input `legs`: a pattern such as `results-{os}-{python}` that names legs by a part of a report's path.

Paths may come from a hostile archive, so the search does not backtrack: its time is linear in the length of the path
for each part of the pattern.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from msgspec import Struct

_PLACEHOLDER = re.compile(r"\{\w+\}")


class Hit(Struct, frozen=True, kw_only=True):
    """A match of a pattern in a path.

    Attributes:
        before: the folders before the match, joined by `/`.
        part: the matched part.
        after: the folders after the match, without the name of the file.
        values: the value of each name in braces, in their order.
    """

    before: str
    part: str
    after: str
    values: tuple[str, ...]


class LegPattern:
    """A pattern; each of its parts between slashes must match one part of a path."""

    def __init__(self, pattern: str) -> None:
        self._parts = [_PLACEHOLDER.split(part) for part in pattern.strip("/").split("/")]

    def find(self, path: str) -> Hit | None:
        """Return the first match in a path; the name of a file matches with and without its suffix."""
        parts = path.split("/")
        bare = [*parts[:-1], PurePosixPath(path).stem]
        for start in range(len(parts) - len(self._parts) + 1):
            end = start + len(self._parts)
            for names in (bare, parts):
                values = self._values(names[start:end])
                if values is not None:
                    return Hit(
                        before="/".join(parts[:start]),
                        part="/".join(names[start:end]),
                        after="/".join(parts[end:-1]),
                        values=values,
                    )
        return None

    def _values(self, names: Sequence[str]) -> tuple[str, ...] | None:
        values: list[str] = []
        for literals, name in zip(self._parts, names, strict=True):
            found = _split(literals, name)
            if found is None:
                return None
            values += found
        return tuple(values)


def _split(literals: Sequence[str], name: str) -> list[str] | None:
    """Return the values between the literal texts of a name; each is as short as possible and never empty."""
    first, *rest = literals
    if not rest:
        return [] if name == first else None
    last = rest.pop()
    end = len(name) - len(last)
    if not name.startswith(first) or not name.endswith(last):
        return None
    values, at = [], len(first)
    for literal in rest:
        # the leftmost match is right: a later one would only leave less for the rest
        place = name.find(literal, at + 1, end)
        if place < 0:
            return None
        values.append(name[at:place])
        at = place + len(literal)
    return [*values, name[at:end]] if at < end else None
