"""Commits that the GraphQL API writes: `createCommitOnBranch`.

What it refuses, and the texts that are known: https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch,
https://github.com/planetscale/ghcommit/pull/153, https://github.com/Thinkmill/keystatic/issues/1269
"""

import base64
import binascii
from collections.abc import Iterable

from .graphql_talk import refuse
from .routes_git import broken_rules
from .routing import Json
from .state import Token, World, now


def create_commit(world: World, token: Token, given: Json) -> tuple[str, str]:
    """Add a commit to a branch, and return the full name of the branch and the id of the commit."""
    name = _branch(world, given["branch"])
    tip = world.git.commit(name)
    if tip is None:
        raise refuse("NOT_FOUND", f"Could not resolve to a branch with the name '{name}'.")
    headline, body = given["message"]["headline"].strip(), (given["message"].get("body") or "").strip()
    if not headline:
        raise refuse("UNPROCESSABLE", "A commit headline is required.")
    if given["expectedHeadOid"] != tip.sha:
        problem = f'Expected branch to point to "{given["expectedHeadOid"]}" but it did not.  Pull and try again.'
        raise refuse("STALE_DATA", problem)
    if problem := broken_rules(world, name, "UPDATE"):
        raise refuse("UNPROCESSABLE", problem)
    tree = _tree(world, tip.tree, given.get("fileChanges") or {})
    author = (token.login, f"{token.user_id}+{token.login}@users.noreply.github.com", now())
    message = f"{headline}\n\n{body}" if body else headline
    sha = world.git.write_commit(tree, [tip.sha], message, author, ("GitHub", "noreply@github.com", now()))
    with world.lock:
        if world.git.swap_ref(name, sha, tip.sha):
            return name, sha
    raise refuse("STALE_DATA", f'Expected branch to point to "{tip.sha}" but it did not.  Pull and try again.')


def _branch(world: World, branch: Json) -> str:
    """Return the full name of the branch. The fake knows no branches by node id."""
    if not branch.get("branchName") or not branch.get("repositoryNameWithOwner") or branch.get("id"):
        raise refuse("UNPROCESSABLE", "A branch must be given by `repositoryNameWithOwner` and `branchName`.")
    if branch["repositoryNameWithOwner"].lower() != world.full_name.lower():
        problem = f"Could not resolve to a Repository with the name '{branch['repositoryNameWithOwner']}'."
        raise refuse("NOT_FOUND", problem)
    return f"refs/heads/{branch['branchName'].removeprefix('refs/heads/')}"


def _tree(world: World, base: str, changes: Json) -> str:
    additions, deletions = changes.get("additions") or [], changes.get("deletions") or []
    _check_paths([row["path"] for row in (*additions, *deletions)])
    contents = [(row["path"], _decoded(row["contents"])) for row in additions]
    if sum(len(data) for _, data in contents) > world.limits.commit_bytes:
        raise refuse("UNPROCESSABLE", "The file changes are too large.")
    entries: list[tuple[str, str, str | None]] = []
    for path, data in contents:
        present = world.git.entry(base, path)
        entries.append((path, present[0] if present else "100644", world.git.write_blob(data)))
    for row in deletions:
        present = world.git.entry(base, row["path"])
        if present is None:
            problem = f"A path was requested for deletion which does not exist as of commit oid `{base}`"
            raise refuse("UNPROCESSABLE", problem)
        entries.append((row["path"], present[0], None))
    return world.git.write_tree(base, entries)


def _check_paths(paths: Iterable[str]) -> None:
    seen: set[str] = set()
    for path in paths:
        if any(part in ("", ".", "..", ".git") for part in path.split("/")) or "\0" in path:
            raise refuse("UNPROCESSABLE", f"The path {path!r} is malformed.")
        if path in seen:
            raise refuse("UNPROCESSABLE", f"The path {path!r} is given more than once.")
        seen.add(path)


def _decoded(contents: object) -> bytes:
    try:
        return base64.b64decode(str(contents), validate=True)
    except binascii.Error as error:
        raise refuse("UNPROCESSABLE", "The contents are not valid Base64.") from error
