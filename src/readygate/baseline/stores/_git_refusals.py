"""Distinguish the refusals of GitHub: another run was faster, a rule protects the ref, or a permission is missing."""

import re

from readygate.support.errors import ForgeError, StoreError

_MOVED = re.compile(r"fast[ -]forward|does not exist|reference cannot be updated", re.IGNORECASE)
"""Another run moved or deleted the ref. https://github.com/octokit/octokit.net/issues/2277 has the last text."""

_RULE = re.compile(
    r"rule violation|protected (?:branch|ref)|creations being restricted|reference update failed"
    r"|changes must be made through|approving review|status checks? .*expected|verified signature"
    r"|cannot force-push|not authorized to push|pre-receive",
    re.IGNORECASE,
)
"""A ruleset or a branch protection refuses. GitHub lists these texts nowhere; they are in reports of users, such as
https://github.com/actions/github-script/issues/455 and https://github.com/googleapis/repo-automation-bots/issues/5551"""

_SECRET = re.compile(r"\bsecrets?\b", re.IGNORECASE)
_STATUSES = (403, 409, 422)


def is_moved(error: ForgeError) -> bool:
    """Return whether another run was faster, or deleted the ref."""
    return not is_rule(error) and (error.status == 409 or (error.status == 422 and bool(_MOVED.search(error.what))))


def is_rule(error: ForgeError) -> bool:
    """Return whether a ruleset or a branch protection refuses the update."""
    return error.status in _STATUSES and bool(_RULE.search(error.what))


def unreadable(error: ForgeError, where: str) -> StoreError:
    """Return the error for a store that cannot be read."""
    return StoreError(
        f"the stored results cannot be read ({_line(error)})",
        where=where,
        why="GitHub may be having an outage, or the job lacks the permission `contents: read`",
        todo="run the job again, or add the permission",
    )


def refusal(error: ForgeError, where: str, branch: str) -> StoreError:
    """Return the error for an update that GitHub refuses; `branch` is empty for a ref that is not a branch."""
    if not is_rule(error):
        return StoreError(
            f"the results could not be stored ({_line(error)})",
            where=where,
            why=error.why or "a rule protects the branch, or GitHub may be having an outage",
            todo=error.todo or "run the job again",
        )
    what = f"a rule of the repository does not let the results be stored ({_line(error)})"
    if _SECRET.search(error.what):
        return StoreError(
            what,
            where=where,
            why="push protection found what looks like a secret in the name of a test or a file",
            todo="rename it, or redact it by the policy",
        )
    other = "`baseline: ref:refs/readygate/data` or `baseline: artifact`" if branch else "`baseline: artifact`"
    return StoreError(
        what,
        where=where,
        why=f"a ruleset or a branch protection covers {'this branch' if branch else 'this ref'}, as one for all does",
        todo=f"exclude {branch or 'this ref'} from it, or keep the results elsewhere by {other}",
    )


def _line(error: ForgeError) -> str:
    return " ".join(error.what.split())
