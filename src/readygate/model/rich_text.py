"""Text with names in it: what is ours and what a report wrote stay apart until an output escapes the latter."""

from collections.abc import Sequence
from typing import NamedTuple


class Untrusted(NamedTuple):
    """A name from a report, a path, a branch: untrusted, shown as code."""

    text: str


RichText = tuple[str | Untrusted, ...]


def count(number: int, noun: str, plural: str = "") -> str:
    """Write "1 test" or "1,327 tests"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: tuple[str, ...], limit: int) -> RichText:
    """Write the first names, separated by commas, and how many more there are."""
    parts: list[str | Untrusted] = []
    for name in names[:limit]:
        parts += [", ", Untrusted(name)] if parts else [Untrusted(name)]
    if len(names) > limit:
        parts.append(f" and {len(names) - limit:,} more")
    return tuple(parts)


def sentences(facts: Sequence[RichText], limit: int) -> RichText:
    """Write the first facts as sentences, and how many more there are."""
    parts: list[str | Untrusted] = []
    for fact in facts[:limit]:
        parts += [" " if parts else "", *fact, "."]
    if len(facts) > limit:
        parts.append(f" And {len(facts) - limit:,} more.")
    return tuple(part for part in parts if part)
