"""Read a file of a commit: by REST, or out of the response to a GraphQL query.

Files that decide the verdict come from the commit that the change starts from, so that a change cannot bring its own.
https://docs.github.com/en/graphql/reference/objects#blob
"""

import base64
from collections.abc import Mapping
from typing import Any

from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, NotFoundError
from readygate.support.git_names import blob_id

LARGEST = 1 << 20
"""The size in bytes up to which this endpoint sends the content of a file.

https://docs.github.com/en/rest/repos/contents#get-repository-content
"""
BLOB_FIELDS = "oid ... on Blob { text isTruncated }"
"""The fields of a git object to ask for."""


def whole_text(blob: Mapping[str, Any]) -> bytes | None:
    """Return the bytes of a blob; None if they are not those of its id, as GitHub cuts the text of a large one."""
    text = blob.get("text")
    if not isinstance(text, str) or blob.get("isTruncated"):
        return None
    data = text.encode(errors="surrogatepass")  # half of a surrogate pair is no text of git
    return data if blob_id(data) == blob.get("oid") else None


def file_at(client: GitHub, path: str, commit: str) -> bytes | None:
    """Return the bytes of a file at a commit, or None if the commit has no such file.

    A file that this run has read before is not requested again.

    Raises:
        ForgeError: the request failed, or the path is not a file.
    """
    if (path, commit) in client.files:
        return client.files[path, commit]
    try:
        data = client.contents(path, commit)
    except NotFoundError:
        return None
    if not isinstance(data, dict) or data.get("type") != "file" or data.get("encoding") != "base64":
        raise ForgeError(
            f"{path} at {commit[:7]} is not a regular file of up to {LARGEST >> 20} MiB",
            todo="replace it by a smaller regular file",
        )
    try:
        return base64.b64decode(data["content"])
    except (ValueError, TypeError) as error:
        raise ForgeError(f"GitHub's copy of {path} at {commit[:7]} is damaged", todo="run the job again") from error
