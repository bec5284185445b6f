"""Size limits of the documents on GitHub, and the order in which a document drops blocks to stay below them."""

from enum import IntEnum

from msgspec import Struct

COMMENT_CHARACTERS = 65_000
"""GitHub rejects a comment of more than 65,536 characters. The difference leaves space for the marker.

https://docs.github.com/en/rest/issues/comments
"""
CHECK_BYTES = 65_535
"""https://docs.github.com/en/rest/checks/runs#create-a-check-run"""
SUMMARY_BYTES = 1_048_576
"""https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits"""


class SizeLimits(Struct, frozen=True, kw_only=True):
    """The size limits of one document.

    Attributes:
        characters: the maximum number of characters.
        bytes: the maximum number of bytes in UTF-8.
        long: whether to write the long form, which folds only traces and lists of names.
        trace: the maximum number of characters of one trace.
        traces: the maximum number of characters of all traces together.
    """

    characters: int
    bytes: int
    long: bool = False
    trace: int = 2_500
    traces: int = 12_000

    def allows(self, text: str) -> bool:
        """Return whether a text is within both limits."""
        return len(text) <= self.characters and len(text.encode("utf-8", "replace")) <= self.bytes


COMMENT = SizeLimits(characters=COMMENT_CHARACTERS, bytes=4 * COMMENT_CHARACTERS)
CHECK = SizeLimits(characters=CHECK_BYTES, bytes=CHECK_BYTES)
SUMMARY = SizeLimits(characters=SUMMARY_BYTES, bytes=SUMMARY_BYTES - 1024, long=True, trace=8_000, traces=160_000)


class Block(Struct, frozen=True, kw_only=True):
    """A part of a document that is kept or dropped as a whole.

    Attributes:
        kind: the name of the content in the note about dropped blocks.
        text: the content as Markdown.
        drop_order: the block with the highest value is dropped first; a block with 0 is never dropped.
    """

    kind: str
    text: str
    drop_order: int


class DropOrder(IntEnum):
    """The drop order by content.

    The folds of a section get consecutive values from `TRACES`, `PERSISTENT_TRACES` or `FOLDED` on.
    """

    ALWAYS_KEPT = 0
    RULES = 1
    MEASURES = 2
    FAILING = 3
    VANISHED = 4
    FLAKY = 5
    SKIPPED = 6
    UNCOVERED = 7
    STILL_FAILING = 8
    FIXED = 9
    TRACES = 10
    PERSISTENT_TRACES = 30
    MATRIX = 55
    FOLDED = 60
    ADDED = 70
    SOURCES = 80
    COVERAGE_GOAL = 85
    FIGURES = 90
