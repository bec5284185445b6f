"""Which lines a change added and removed."""

import re
from collections.abc import Iterator
from hashlib import blake2b

from msgspec import Struct

MOST_TEXT = 200
"""Characters of a changed line up to which its text is kept; a longer one is known by a hash."""
MOST_TEXTS = 20_000
"""Changed lines of one file up to which their text is kept."""

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class FileChange(Struct, frozen=True, kw_only=True):
    """One file of a diff.

    Attributes:
        path: its path after the change; for a removed file the path before.
        old_path: its path before the change, empty for an added file.
        status: added, modified, renamed or removed.
        added: line numbers of the new side that the diff adds, ascending.
        removed: line numbers of the old side that the diff takes away, ascending.
        added_text: the text of the added lines without whitespace, in the same order; empty if it is unknown.
        removed_text: the text of the removed lines without whitespace, in the same order; empty if it is unknown.
        shown: False if the diff of the file was left out (too large); its lines are then unknown.
    """

    path: str
    old_path: str
    status: str
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    added_text: tuple[str, ...] = ()
    removed_text: tuple[str, ...] = ()
    shown: bool = True


class Changes(Struct, frozen=True, kw_only=True):
    """The difference between two commits.

    Attributes:
        base: the older commit.
        head: the newer commit.
        complete: False if more files changed than the source lists.
    """

    base: str
    head: str
    files: tuple[FileChange, ...]
    complete: bool = True

    @property
    def paths(self) -> frozenset[str]:
        """All known paths that the change touches, those of renamed and removed files before the change included."""
        return frozenset(path for file in self.files for path in (file.path, file.old_path) if path)

    def may_touch(self, path: str) -> bool:
        """Return whether the change touches a path, or may touch it because not all changed files are known."""
        return not self.complete or path in self.paths


def hunk_lines(patch: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the (added, removed) line numbers of the hunks of one file in unified diff form.

    Lines before the first hunk are passed over. Context lines are no changed lines.
    Format: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
    """
    lines = list(_changed_lines(patch))
    return (
        tuple(number for mark, number, _ in lines if mark == "+"),
        tuple(number for mark, number, _ in lines if mark == "-"),
    )


def hunk_texts(patch: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts of the (added, removed) lines that `hunk_lines` returns, without whitespace.

    A line of more than `MOST_TEXT` characters is known by a hash, and a file with more than `MOST_TEXTS` changed lines
    has no texts.
    """
    lines = list(_changed_lines(patch))
    if len(lines) > MOST_TEXTS:
        return (), ()
    return (
        tuple(_squeezed(text) for mark, _, text in lines if mark == "+"),
        tuple(_squeezed(text) for mark, _, text in lines if mark == "-"),
    )


def _squeezed(line: str) -> str:
    text = "".join(line[1:].split())
    return text if len(text) <= MOST_TEXT else blake2b(text.encode(errors="surrogatepass")).hexdigest()


def _changed_lines(patch: str) -> Iterator[tuple[str, int, str]]:
    """Yield the mark, the number and the whole text of each added and removed line."""
    old = new = 0
    left_old = left_new = 0
    for line in patch.split("\n"):
        if left_old <= 0 and left_new <= 0:
            hunk = _HUNK.match(line)
            if hunk:
                old, new = int(hunk[1]), int(hunk[3])
                left_old, left_new = int(hunk[2] or 1), int(hunk[4] or 1)
            continue
        mark = line[:1]
        if mark == "+":
            yield mark, new, line
            new, left_new = new + 1, left_new - 1
        elif mark == "-":
            yield mark, old, line
            old, left_old = old + 1, left_old - 1
        elif mark != "\\":  # "\ No newline at end of file" is no line
            old, new = old + 1, new + 1
            left_old, left_new = left_old - 1, left_new - 1
