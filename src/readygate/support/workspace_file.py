"""Read files of the workspace, which the change under test controls."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

_LARGEST: Final = 1 << 25
"""Bytes of a file whose lines are counted."""


def read_workspace_file(root: Path, path: str, longest: int) -> bytes | None:
    """Return the first `longest` bytes of a file, and one more if there are more.

    No link is followed, not even within the workspace: it could lead to the credentials of the checkout in `.git`.

    Returns:
        None for a file that is missing, a link, below a link, below `.git`, or not a regular file.
    """
    full = root / path
    try:
        if full.resolve(strict=True) != root.resolve() / path or ".git" in Path(path).parts:
            return None
        if not stat.S_ISREG(full.stat().st_mode):
            return None
        with full.open("rb") as stream:
            return stream.read(longest + 1)
    except (OSError, RuntimeError, ValueError):
        return None


def line_counter(root: Path) -> Callable[[str], int | None]:
    """Return a function that counts the lines of a file of the workspace; None for one that is not there or too large.

    One line more than there are is allowed for: some tools attribute code to the end of a file.
    """

    def count_lines(path: str) -> int | None:
        data = read_workspace_file(root, path, _LARGEST)
        if data is None or len(data) > _LARGEST:
            return None
        return (data.count(b"\n") or data.count(b"\r")) + 1

    return count_lines
