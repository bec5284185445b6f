"""Putting a commit in the place of a branch's tip that is not its parent: forced, and still compare-and-swap.

The REST API forces a ref whatever it points to. GraphQL's `updateRefs` alone takes what the ref must point to before:
https://docs.github.com/en/graphql/reference/mutations#updaterefs
"""

from __future__ import annotations

from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, TimeBudgetError

REPOSITORY = """
query($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) { id ref(qualifiedName: $ref) { target { oid } } }
}
"""
UPDATE = """
mutation($repository: ID!, $ref: GitRefname!, $before: GitObjectID!, $after: GitObjectID!) {
  updateRefs(input: {
    repositoryId: $repository
    refUpdates: [{name: $ref, beforeOid: $before, afterOid: $after, force: true}]
  }) { clientMutationId }
}
"""


def replace_tip(hub: GitHub, branch: str, before: str, after: str) -> bool | None:
    """Let a branch point to `after` if it points to `before`.

    Returns:
        whether it does now; False if another run moved it meanwhile; None if GitHub would not (an older server, a
        rule against forced updates), so that the caller adds to the branch instead.

    Raises:
        ForgeError: the branch cannot be asked for.
    """
    owner, _, name = hub.repository.partition("/")
    ref = f"refs/heads/{branch}"

    def tip() -> tuple[str, str]:
        found = hub.query(REPOSITORY, {"owner": owner, "name": name, "ref": ref})["repository"]
        return str(found["id"]), str(((found.get("ref") or {}).get("target") or {}).get("oid") or "")

    repository, present = tip()
    if present != before:
        return False
    variables = {"repository": repository, "ref": ref, "before": before, "after": after}
    try:
        hub.mutate(UPDATE, variables, lambda: tip()[1] == after or None)
    except TimeBudgetError:
        raise
    except ForgeError:
        present = tip()[1]
        return True if present == after else False if present != before else None
    return True
