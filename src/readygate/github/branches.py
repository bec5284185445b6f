"""Decide which branches are base branches: others are merged into them, and their results are stored."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.github.files import BLOB_FIELDS, file_at, whole_text
from readygate.github.responses import AGAIN, OUTAGE
from readygate.model.policy import POLICY_PATH
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, TimeBudgetError
from readygate.support.git_names import QUEUE_PREFIX

QUERY = f"""
query Branch($owner: String!, $name: String!, $ref: String!, $policy: String!, $own: String!) {{
  repository(owner: $owner, name: $name) {{
    ref(qualifiedName: $ref) {{
      refUpdateRule {{ requiredApprovingReviewCount requiredStatusCheckContexts }}
      rules(first: 100) {{ nodes {{ type }} }}
    }}
    policy: object(expression: $policy) {{ {BLOB_FIELDS} }}
    own: object(expression: $own) {{ {BLOB_FIELDS} }}
  }}
}}
"""

_GUARDING = frozenset(
    ["MERGE_QUEUE", "PULL_REQUEST", "REQUIRED_STATUS_CHECKS", "REQUIRED_WORKFLOW_STATUS_CHECKS", "WORKFLOWS"]
)
"""Rules that prevent direct pushes to a branch.

https://docs.github.com/en/graphql/reference/enums#repositoryruletype
"""


class Branches(Struct, frozen=True, kw_only=True):
    """Distinguishes base branches from others.

    Attributes:
        client: the client to query protected branches. Without one, only the default branch is a base branch.
        lists: returns whether a policy lists a branch, given the policy file of the default branch, the branch and the
            default branch. Without it, no branch is listed.
    """

    client: GitHub | None = None
    lists: Callable[[bytes, str, str], bool] | None = None

    def is_base(self, branch: str, default: str, commit: str, *, protected: bool) -> bool:
        """Return whether a branch is the default branch, is listed by the policy, or is guarded.

        Protection alone is not enough, because a rule against forced pushes often covers every branch. A branch that
        requires a pull request, a merge queue or checks is guarded: nobody works on it directly.

        Args:
            branch: the name of the branch.
            default: the name of the default branch.
            commit: the measured commit, whose policy is read in the same request.
            protected: whether any rule covers the branch.

        Raises:
            SettingsError: the policy of the default branch cannot be read.
            ForgeError: GitHub says too little to decide.
        """
        if branch == default:
            return True
        if self.client is None or branch.startswith(QUEUE_PREFIX):
            return False
        policy, guarded = _ask(self.client, branch, default, commit, protected=protected)
        if guarded:
            return True
        return policy is not None and self.lists is not None and self.lists(policy, branch, default)


def _ask(client: GitHub, branch: str, default: str, commit: str, *, protected: bool) -> tuple[bytes | None, bool]:
    """Return the policy file of the default branch, None if it has none, and whether a branch is guarded.

    Raises:
        ForgeError: the policy file cannot be read, or GitHub does not say whether a protected branch is guarded. The
            results of a base branch would be lost if it were taken for another.
    """
    owner, _, name = client.repository.partition("/")
    variables = {
        "ref": f"refs/heads/{branch}",
        "policy": f"refs/heads/{default}:{POLICY_PATH}",
        "own": f"{commit}:{POLICY_PATH}",
    }
    try:
        data = client.query(QUERY, {"owner": owner, "name": name, **variables}).get("repository")
        if not data:
            raise ForgeError("GitHub's answer lacks the repository", why=OUTAGE, todo=AGAIN)
    except TimeBudgetError:
        raise
    except ForgeError as error:
        # an older server has no rules, or the token may not read them
        refused = error.kind or isinstance(error, PermissionDeniedError | NotFoundError)
        if protected and not refused:
            raise
        return file_at(client, POLICY_PATH, default), False
    own = whole_text(data.get("own") or {})
    if own is not None:
        client.files[POLICY_PATH, commit] = own
    blob, ref = data.get("policy"), data.get("ref")
    policy = whole_text(blob) if blob else None
    if blob and policy is None:
        policy = file_at(client, POLICY_PATH, default)
    if protected and not ref and _exists(client, branch):
        raise ForgeError(f"GitHub lists the branch {branch} and does not find its rules", todo="run the job again")
    return policy, protected and _is_guarded(ref or {})


def _exists(client: GitHub, branch: str) -> bool:
    try:
        client.get(f"/git/ref/heads/{quote(branch)}")
    except NotFoundError:  # it was deleted, or is a tag
        return False
    return True


def _is_guarded(ref: Mapping[str, Any]) -> bool:
    update = ref.get("refUpdateRule") or {}
    if update.get("requiredApprovingReviewCount") is not None or update.get("requiredStatusCheckContexts"):
        return True
    rules = (ref.get("rules") or {}).get("nodes") or []
    return any((rule or {}).get("type") in _GUARDING for rule in rules)
