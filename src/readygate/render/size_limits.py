"""How large documents may become, and what goes first where room is short."""

from __future__ import annotations

from msgspec import Struct

COMMENT_CHARACTERS = 65_000
"""GitHub refuses a comment above 65,536 characters; a little room stays for the marker.

https://docs.github.com/en/rest/issues/comments
"""
CHECK_BYTES = 65_535
SUMMARY_BYTES = 1_048_576
"""https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits"""


class Budget(Struct, frozen=True, kw_only=True):
    """How large a document may become.

    Attributes:
        long: the long form, in which nothing but traces and names is folded.
        trace: characters of one trace.
        traces: characters of all traces together.
    """

    characters: int
    bytes: int
    long: bool = False
    trace: int = 2_500
    traces: int = 12_000

    def holds(self, text: str) -> bool:
        """Whether a text fits."""
        return len(text) <= self.characters and len(text.encode("utf-8", "replace")) <= self.bytes


COMMENT = Budget(characters=COMMENT_CHARACTERS, bytes=4 * COMMENT_CHARACTERS)
CHECK = Budget(characters=CHECK_BYTES, bytes=CHECK_BYTES)
SUMMARY = Budget(characters=SUMMARY_BYTES, bytes=SUMMARY_BYTES - 1024, long=True, trace=8_000, traces=160_000)


class Block(Struct, frozen=True, kw_only=True):
    """A piece of a document.

    Attributes:
        kind: what it tells, for the notice of what was left out.
        keep: 0 stays always; of the others the highest goes first.
    """

    kind: str
    text: str
    keep: int


# Which goes first if room is short, the highest first; blocks of one kind are told apart by their place.
FIGURES, READ, ADDED, FOLDED, BY_LEG, STILL_TRACES, TRACES = 90, 80, 70, 60, 55, 30, 10
GOAL, FIXED, STILL, UNCOVERED, SKIPPED, FLAKY, GONE, FAILING, PARTS, RULES = 85, 9, 8, 7, 6, 5, 4, 3, 2, 1
