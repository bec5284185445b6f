"""Names that git and GitHub give: ids of commits and blobs, and the branches of a merge queue."""

import hashlib
import re
from typing import Final, NamedTuple

MAX_ANCESTORS: Final = 500
"""The number of first-parent ancestors of a commit that are searched for a baseline."""
SHA: Final = "[0-9a-f]{40}(?:[0-9a-f]{24})?"
"""Regular expression of a full commit id: 40 hexadecimal digits (SHA-1) or 64 (SHA-256)."""
QUEUE_PREFIX: Final = "gh-readonly-queue/"
"""Prefix of the branches that a merge queue creates. Only GitHub can create them.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#merge_group
"""

_SHA: Final = re.compile(SHA)
_QUEUE_BRANCH: Final = re.compile(
    rf"{re.escape(QUEUE_PREFIX)}(?P<base>.+)/pr-(?P<number>[1-9][0-9]{{0,9}})-(?P<sha>{SHA})"
)


class QueueBranch(NamedTuple):
    """What the name of a merge queue's branch contains.

    Attributes:
        base: the branch that the group merges into.
        number: the pull request that was added to the queue.
        sha: the commit that the group was built on.
    """

    base: str
    number: int
    sha: str


def is_sha(text: str) -> bool:
    """Return whether a text is a full commit id in lower case."""
    return _SHA.fullmatch(text) is not None


def blob_id(data: bytes) -> str:
    """Return the object id that git gives a blob: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    digest = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def read_queue_branch(ref: str) -> QueueBranch | None:
    """Parse the branch of a merge queue, with or without `refs/heads/`; None for any other branch."""
    found = _QUEUE_BRANCH.fullmatch(ref.removeprefix("refs/heads/"))
    return QueueBranch(found["base"], int(found["number"]), found["sha"]) if found else None
