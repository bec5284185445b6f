"""One file of one commit: what a change must not bring itself is read from the commit that it starts from."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from readygate.git import local_git
from readygate.support.errors import ForgeError, NotFoundError

if TYPE_CHECKING:
    from readygate.github.client import GitHub

LARGEST = 1 << 20
"""Bytes; GitHub sends no content of larger files by this way.

https://docs.github.com/en/rest/repos/contents#get-repository-content
"""


def from_github(hub: GitHub, path: str, commit: str) -> bytes | None:
    """The bytes of a file at a commit; None if the commit has no such file.

    Raises:
        ForgeError: GitHub could not be asked, or there is something else than a file by that name.
    """
    try:
        data = hub.get(f"/contents/{quote(path)}", ref=commit)
    except NotFoundError:
        return None
    if not isinstance(data, dict) or data.get("type") != "file" or data.get("encoding") != "base64":
        raise ForgeError(
            f"{path} at {commit[:7]} is no file, or one above {LARGEST >> 20} MiB",
            todo="make it a plain file",
        )
    try:
        return base64.b64decode(data["content"])
    except (ValueError, TypeError) as error:
        raise ForgeError(f"GitHub's copy of {path} at {commit[:7]} is damaged", todo="run the job again") from error


def from_git(repo: Path, path: str, commit: str) -> bytes | None:
    """The same from a local repository.

    Raises:
        GitError: the commit is not there.
    """
    return local_git.show(repo, commit, path) if path in local_git.tracked(repo, commit) else None
