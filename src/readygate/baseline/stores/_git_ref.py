"""A ref of a repository on GitHub: find its newest commit, and move it only from the commit that it was seen at.

https://docs.github.com/en/rest/git/refs
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from readygate.baseline.stores._git_refusals import is_moved, is_rule
from readygate.baseline.stores._git_state import Newest, Tip
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, NotFoundError, TimeBudgetError

_HEADS = "refs/heads/"
_UPDATE = """
mutation Replace($repository: ID!, $ref: GitRefname!, $before: GitObjectID!, $after: GitObjectID!) {
  updateRefs(input: {
    repositoryId: $repository
    refUpdates: [{name: $ref, beforeOid: $before, afterOid: $after, force: true}]
  }) { clientMutationId }
}
"""
"""The REST API forces a ref without a condition. Only this mutation takes the commit that the ref must have before.

https://docs.github.com/en/graphql/reference/mutations#updaterefs
"""


class GitRef:
    """A ref by its full name, which need not exist; `branch` is its short name, empty if it is no branch."""

    def __init__(self, client: GitHub, name: str) -> None:
        self.client = client
        self.name = name
        self.branch = name.removeprefix(_HEADS) if name.startswith(_HEADS) else ""

    def find(self) -> str:
        """Return the commit that the ref points to, empty if there is no such ref, by the endpoint that lists refs."""
        try:
            rows = self.client.rows(f"/git/matching-refs/{self._short}")
        except ForgeError as error:
            if error.status == 409:  # a repository without any commit
                return ""
            raise
        return next((str(row["object"]["sha"]) for row in rows if row["ref"] == self.name), "")

    @property
    def _short(self) -> str:
        return quote(self.name.removeprefix("refs/"))

    def resolve(self) -> str:
        """Return the commit that the ref points to, empty if two endpoints agree that there is no such ref."""
        found = self._once_more(lambda: self.client.get(f"/git/ref/{self._short}"))
        return str(found["object"]["sha"]) if found else ""

    def _once_more(self, look: Any) -> Any:
        """Return what `look` finds, None if the list of refs confirms that the ref is missing.

        Another run may create the ref between both requests, but only once.
        """
        for again in (True, False):
            try:
                return look()
            except ForgeError as error:
                if not (isinstance(error, NotFoundError) or error.status == 409):
                    raise
                if not self.find():
                    return None
                if not again:
                    raise
        raise AssertionError("the second answer returns or raises")

    def newest(self) -> Newest | None:
        """Return the commit that the ref points to, None without a ref.

        The endpoint of branches takes one request and, unlike that of commits, sends no diff.
        """
        if self.branch:
            found = self._once_more(lambda: self.client.get(f"/branches/{quote(self.branch)}"))
            if not found or found["name"] != self.branch:  # GitHub redirects from the old name of a renamed branch
                return None
            sha, commit = found["commit"]["sha"], found["commit"]["commit"]
        else:
            sha = self.resolve()
            if not sha:
                return None
            commit = self.client.get(f"/git/commits/{sha}")
        return Newest(commit=str(sha), tree=str(commit["tree"]["sha"]), message=str(commit["message"]))

    def forward(self, tip: Tip, commit: str) -> bool:
        """Move the ref to a descendant of its newest commit; return False if another run moved it.

        Raises:
            ForgeError: GitHub refused for another reason.
        """
        try:
            made = self.client.patch(f"/git/refs/{self._short}", {"sha": commit, "force": False})
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            if is_moved(error) or (error.status == 422 and not is_rule(error) and self.resolve() != tip.commit):
                return False
            raise

    def begin(self, commit: str) -> bool:
        """Create the ref; return False if another run created it.

        Raises:
            ForgeError: GitHub refused for another reason.
        """

        def find() -> Mapping[str, Any] | None:
            sha = self.resolve()
            return {"object": {"sha": sha}} if sha else None

        try:
            made = self.client.create("/git/refs", {"ref": self.name, "sha": commit}, find)
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            present = self.resolve() if error.status in (409, 422) and not is_rule(error) else ""
            if not present:
                raise
            return present == commit

    def replace(self, tip: Tip, commit: str) -> bool:
        """Let the ref point to a commit that does not descend from its newest one, and return whether it does.

        It stays as it is if another run moves it meanwhile, if GitHub refuses (a rule against forced updates), or if
        GraphQL is not available (an outage, an older server).

        Raises:
            TimeBudgetError: the time budget of the step is used up.
        """
        variables = {"repository": tip.repository, "ref": self.name, "before": tip.commit, "after": commit}

        def find() -> Mapping[str, Any] | None:
            return {"updateRefs": {"clientMutationId": None}} if self.resolve() == commit else None

        try:
            made = self.client.mutate(_UPDATE, variables, find)
        except TimeBudgetError:
            raise
        except ForgeError:
            return False
        return bool(made.get("updateRefs"))
