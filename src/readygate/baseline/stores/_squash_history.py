"""Replace the newest commit of a ref with one that has no parent: a forced update with compare-and-swap.

The REST API forces a ref without a condition. Only GraphQL's `updateRefs` takes the commit that the ref must have
before: https://docs.github.com/en/graphql/reference/mutations#updaterefs
"""

from readygate.github.client import GitHub
from readygate.support.errors import ForgeError

_TIP = """
query($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    id ref(qualifiedName: $ref) { target { oid ... on Commit { tree { oid } } } }
  }
}
"""
_UPDATE = """
mutation($repository: ID!, $ref: GitRefname!, $before: GitObjectID!, $after: GitObjectID!) {
  updateRefs(input: {
    repositoryId: $repository
    refUpdates: [{name: $ref, beforeOid: $before, afterOid: $after, force: true}]
  }) { clientMutationId }
}
"""


def squash_history(client: GitHub, ref: str, commit: str, message: str) -> None:
    """Replace a commit, the newest of a ref given by its full name, with one that has the same files and no parent.

    The ref keeps its commits if another run moves it meanwhile, if GitHub refuses (a rule against forced updates), or
    if GraphQL is not available (an outage, an older server): nothing is lost by that.
    """
    owner, _, name = client.repository.partition("/")
    try:
        repository = client.query(_TIP, {"owner": owner, "name": name, "ref": ref})["repository"] or {}
        tip = (repository.get("ref") or {}).get("target") or {}
        if tip.get("oid") != commit:
            return
        body = {"message": message, "tree": tip["tree"]["oid"], "parents": []}
        root = str(client.put_object("/git/commits", body)["sha"])
        variables = {"repository": repository["id"], "ref": ref, "before": commit, "after": root}
        client.mutate(_UPDATE, variables)
    except ForgeError:
        return
