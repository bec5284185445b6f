"""Add a commit to a branch in one request, where the REST API takes three.

The mutation writes files, tree and commit, and moves the branch only if its newest commit is the expected one.
https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch
"""

import base64
from collections.abc import Callable, Mapping

from readygate.baseline.stores import File
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, TimeBudgetError

LARGEST = 8 << 20
"""Size in bytes up to which files are sent this way. Files that GitHub has are sent again, as the mutation takes no ids
of blobs. GitHub refuses about 40 MB: https://github.com/grafana/github-api-commit-action/pull/66"""

_COMMIT = """
mutation Append($branch: CommittableBranch!, $before: GitObjectID!, $message: CommitMessage!, $files: FileChanges!) {
  createCommitOnBranch(input: {
    branch: $branch, expectedHeadOid: $before, message: $message, fileChanges: $files
  }) { commit { oid } }
}
"""


def append_commit(
    client: GitHub,
    branch: str,
    before: str,
    message: str,
    edits: Mapping[str, File | None],
    find: Callable[[], str],
) -> str | None:
    """Add a commit to a branch whose newest commit is `before`.

    Args:
        client: the client of the repository.
        branch: the name of the branch, which must exist.
        before: the newest commit.
        message: the headline, an empty line, and the body.
        edits: files by path, None deletes one that must exist.
        find: returns the added commit, empty if there is none; called after a failure that leaves open whether GitHub
            has acted.

    Returns:
        the id of the commit; empty if another run moved the branch; None if the files are too large, or GitHub refuses
        or is not reached. Whether the REST API can write the commit is then for the caller to find out.

    Raises:
        TimeBudgetError: the time budget of the step is used up.
    """
    if sum(len(file.data) for file in edits.values() if file) > LARGEST:
        return None
    headline, _, body = message.partition("\n\n")
    variables = {
        "branch": {"repositoryNameWithOwner": client.repository, "branchName": branch},
        "before": before,
        "message": {"headline": headline, "body": body},
        "files": {
            "additions": [
                {"path": path, "contents": base64.b64encode(file.data).decode()} for path, file in edits.items() if file
            ],
            "deletions": [{"path": path} for path, file in edits.items() if not file],
        },
    }

    def added() -> object:
        commit = find()
        return {"createCommitOnBranch": {"commit": {"oid": commit}}} if commit else None

    try:
        made = client.mutate(_COMMIT, variables, added, tries=1)
    except TimeBudgetError:
        raise
    except ForgeError as error:
        return "" if error.kind == "STALE_DATA" else None
    commit = (made.get("createCommitOnBranch") or {}).get("commit") or {}
    return str(commit.get("oid") or "") or None
