"""Read files of the workspace, which the change under test controls."""

import stat
from pathlib import Path


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
