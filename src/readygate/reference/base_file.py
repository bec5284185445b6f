"""Read one file of one commit.

Files that decide the verdict come from the commit that the change starts from, so that a change cannot bring its own.
"""

import base64
from pathlib import Path
from urllib.parse import quote

from readygate.git import local_git
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, NotFoundError

LARGEST = 1 << 20
"""The size in bytes up to which this endpoint sends the content of a file.

https://docs.github.com/en/rest/repos/contents#get-repository-content
"""


def from_github(client: GitHub, path: str, commit: str) -> bytes | None:
    """Return the bytes of a file at a commit, or None if the commit has no such file.

    Raises:
        ForgeError: the request failed, or the path is not a file.
    """
    try:
        data = client.get(f"/contents/{quote(path)}", ref=commit)
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
    """Return the bytes of a file at a commit of a local repository, or None if the commit has no such file.

    Raises:
        GitError: the commit is not in the repository.
    """
    return local_git.show(repo, commit, path) if path in local_git.tracked(repo, commit) else None
