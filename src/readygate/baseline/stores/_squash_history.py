"""Replace the commit of a ref by one that is not its child: a forced update with compare-and-swap.

The REST API forces a ref without a condition. Only GraphQL's `updateRefs` takes the commit that the ref must have
before: https://docs.github.com/en/graphql/reference/mutations#updaterefs
"""

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


def squash_history(client: GitHub, ref: str, before: str, after: str) -> bool | None:
    """Move a ref, given by its full name, from the commit `before` to the commit `after`.

    Returns:
        True if the ref points to `after`; False if another run moved it; None if GitHub refuses or GraphQL is not
        available (an outage, an older server, a rule against forced updates), and the caller must add a commit instead.

    Raises:
        TimeBudgetError: the time budget of the step is used up.
    """
    owner, _, name = client.repository.partition("/")

    def tip() -> tuple[str, str]:
        found = client.query(REPOSITORY, {"owner": owner, "name": name, "ref": ref})["repository"] or {}
        return str(found.get("id", "")), str(((found.get("ref") or {}).get("target") or {}).get("oid") or "")

    try:
        repository, present = tip()
        if present != before:
            return False if present else None
        variables = {"repository": repository, "ref": ref, "before": before, "after": after}
        try:
            client.mutate(UPDATE, variables, lambda: tip()[1] == after or None)
        except TimeBudgetError:
            raise
        except ForgeError:
            present = tip()[1]
            return True if present == after else False if present != before else None
    except TimeBudgetError:
        raise
    except ForgeError:
        return None
    return True
