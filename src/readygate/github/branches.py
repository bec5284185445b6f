"""Which branches are base branches: those that others are merged into, and whose results are kept."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.support.errors import ForgeError

QUEUE = "gh-readonly-queue/"
"""Branches that a merge queue makes for its groups.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#merge_group
"""

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
"""Rules under which nobody just pushes to a branch.

https://docs.github.com/en/graphql/reference/enums#repositoryruletype
"""


def _none(_branch: str, _default: str) -> bool:
    """No policy lists any branch."""
    return False


class Branches(Struct, frozen=True, kw_only=True):
    """Tells base branches from others.

    Attributes:
        hub: asked about a protected branch; without a session only the default branch is a base branch.
        listed: says of a branch, and of the default branch, whether the policy there lists the former.
    """

    hub: GitHub | None = None
    listed: Callable[[str, str], bool] = _none

    def is_base(self, branch: str, default: str, *, protected: bool) -> bool:
        """Whether a branch is a base branch: the default one, one that the policy lists, or one that is guarded.

        Protection alone does not tell: a rule that forbids forced pushes often covers every branch. A branch that
        asks for a pull request, a merge queue or required checks is one that nobody works on directly.

        Args:
            branch: its name.
            default: the name of the default branch.
            protected: whether any rule covers the branch; False spares the question.

        Raises:
            SettingsError: the policy of the default branch cannot be read.
            ForgeError: GitHub could not be asked for it.
        """
        if branch == default:
            return True
        if self.hub is None or branch.startswith(QUEUE):
            return False
        return self.listed(branch, default) or (protected and _is_guarded(self.hub, branch))


def _is_guarded(hub: GitHub, branch: str) -> bool:
    owner, _, name = hub.repository.partition("/")
    try:
        data = hub.query(QUERY, {"owner": owner, "name": name, "ref": f"refs/heads/{branch}"})
    except ForgeError:
        return False  # an older server knows no rules, or the token may not see them
    ref = (data.get("repository") or {}).get("ref") or {}
    update = ref.get("refUpdateRule") or {}
    if update.get("requiredApprovingReviewCount") is not None or update.get("requiredStatusCheckContexts"):
        return True
    rules = (ref.get("rules") or {}).get("nodes") or []
    return any((rule or {}).get("type") in _GUARDING for rule in rules)
