"""Decide which branches are base branches: others are merged into them, and their results are stored."""

from collections.abc import Callable

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.support.errors import ForgeError
from readygate.support.git_names import QUEUE_PREFIX

QUERY = """
query($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      refUpdateRule { requiredApprovingReviewCount requiredStatusCheckContexts }
      rules(first: 100) { nodes { type } }
    }
  }
}
"""

_GUARDING = frozenset(
    ["MERGE_QUEUE", "PULL_REQUEST", "REQUIRED_STATUS_CHECKS", "REQUIRED_WORKFLOW_STATUS_CHECKS", "WORKFLOWS"]
)
"""Rules that prevent direct pushes to a branch.

https://docs.github.com/en/graphql/reference/enums#repositoryruletype
"""


def _none(_branch: str, _default: str) -> bool:
    """Return false: without a policy, no branch is listed."""
    return False


class Branches(Struct, frozen=True, kw_only=True):
    """Distinguishes base branches from others.

    Attributes:
        client: the client to query protected branches. Without one, only the default branch is a base branch.
        listed: returns whether the policy lists a branch, given the branch and the default branch.
    """

    client: GitHub | None = None
    listed: Callable[[str, str], bool] = _none

    def is_base(self, branch: str, default: str, *, protected: bool) -> bool:
        """Return whether a branch is the default branch, is listed by the policy, or is guarded.

        Protection alone is not enough, because a rule against forced pushes often covers every branch. A branch that
        requires a pull request, a merge queue or checks is guarded: nobody works on it directly.

        Args:
            branch: the name of the branch.
            default: the name of the default branch.
            protected: whether any rule covers the branch; False saves a request.

        Raises:
            SettingsError: the policy of the default branch cannot be read.
            ForgeError: the request for the policy failed.
        """
        if branch == default:
            return True
        if self.client is None or branch.startswith(QUEUE_PREFIX):
            return False
        return self.listed(branch, default) or (protected and _is_guarded(self.client, branch))


def _is_guarded(client: GitHub, branch: str) -> bool:
    owner, _, name = client.repository.partition("/")
    try:
        data = client.query(QUERY, {"owner": owner, "name": name, "ref": f"refs/heads/{branch}"})
    except ForgeError:
        return False  # an older server has no rules, or the token may not read them
    ref = (data.get("repository") or {}).get("ref") or {}
    update = ref.get("refUpdateRule") or {}
    if update.get("requiredApprovingReviewCount") is not None or update.get("requiredStatusCheckContexts"):
        return True
    rules = (ref.get("rules") or {}).get("nodes") or []
    return any((rule or {}).get("type") in _GUARDING for rule in rules)
