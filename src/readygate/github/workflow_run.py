"""Read the target from a `workflow_run` event: a second workflow with a token that may write judges the first.

The judged run may belong to a fork, and its artifacts are untrusted. So the pull request is never taken from them. It
is found by the repository, branch and commit of its head, which GitHub states.
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.github.branches import Branches
from readygate.github.client import GitHub
from readygate.github.payload import Payload
from readygate.model.subject import Role
from readygate.support.errors import DOCS, NotFoundError, SettingsError
from readygate.support.git_names import read_queue_branch

RUN = "workflow_run"

_RAN = ("success", "failure", "skipped")


def read(
    payload: Payload, place: RunnerEnvironment, settings: Settings, _measured: str, branches: Branches
) -> dict[str, Any]:
    """Return the values of a target; a checkout in the workspace is not the measured commit.

    Raises:
        SettingsError: a run of this kind is not supported.
        ForgeError: a request to GitHub failed.
    """
    if branches.client is None:
        raise SettingsError(("the event 'workflow_run' needs the input `token`",))
    if settings.pull_request:
        raise SettingsError(
            ("the input `pull-request` cannot be given here: a number that the other run hands over may be anybody's",),
            todo="leave it out; the pull request is found from the head of the run",
        )
    if payload.text("action", default="completed") != "completed":
        raise SettingsError(("the other workflow has not ended yet",), todo="write types: [completed]")
    about = payload.text(RUN, "event")
    reader = {"pull_request": _pull_request, "push": _push, "merge_group": _merge_group}.get(about)
    if reader is None:
        raise SettingsError(
            (f"the other workflow ran for {about!r}, and that cannot be judged from here",),
            todo="leave such runs out by `if: github.event.workflow_run.event == 'pull_request'`; "
            f"see {DOCS}/events.md",
        )
    number = payload.number(RUN, "id")
    facts: dict[str, Any] = {
        "event": about,
        "triggered_by": RUN,
        "workflow": payload.text(RUN, "path", default="").partition("@")[0],
        "head_sha": payload.sha(RUN, "head_sha"),
        "run_id": number,
        "run_number": payload.number(RUN, "run_number"),
        "run_attempt": payload.number(RUN, "run_attempt"),
        "run_url": f"{place.server_url.rstrip('/')}/{place.repository}/actions/runs/{number}",
    }
    facts["measured"], facts["measured_note"] = facts["head_sha"], "the head of the judged run"
    facts |= reader(payload, branches, branches.client, facts["head_sha"])
    if settings.commit:
        merged = facts.get("merged", False) and settings.commit == facts["measured"]
        facts |= {"measured": settings.commit, "measured_note": "named by the input `commit`", "merged": merged}
    return facts


def conclusion(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the result of the judged run in the form of the input `needs`; a cancelled run lacks results."""
    payload = Payload(RUN, event)
    ended = payload.text(RUN, "conclusion", default="cancelled")
    return {payload.text(RUN, "name", default="the judged run"): ended if ended in _RAN else "cancelled"}


def _default_branch(payload: Payload) -> str:
    return payload.text("repository", "default_branch", default="main")


def _is_own(payload: Payload) -> bool:
    """Return whether the head of the run is in this repository: the branch of a fork may also be named `main`."""
    return payload.has(RUN, "head_repository", "id") and (
        payload.number(RUN, "head_repository", "id") == payload.number("repository", "id")
    )


def _push(payload: Payload, branches: Branches, client: GitHub, head: str) -> dict[str, Any]:
    if not _is_own(payload):
        raise SettingsError(("the other workflow ran for a push to another repository",))
    branch, default = payload.text(RUN, "head_branch", default=""), _default_branch(payload)
    # the name may be that of a tag, and a tag may be called `main`
    if branches.is_base(branch, default, head, protected=True) and _is_on(client, branch, head):
        return {"role": Role.RECORD, "base_ref": branch}
    return {"role": Role.CHANGE, "base_ref": default}


def _is_on(client: GitHub, branch: str, commit: str) -> bool:
    """Return whether a branch contains a commit."""
    try:
        tip = client.get(f"/git/ref/heads/{quote(branch)}")["object"]["sha"]
        data = client.get(f"/compare/{tip}...{commit}", per_page=1)
    except NotFoundError:
        return False
    return data["status"] in ("identical", "behind")


def _merge_group(payload: Payload, _branches: Branches, _client: GitHub, _head: str) -> dict[str, Any]:
    found = read_queue_branch(payload.text(RUN, "head_branch"))
    if found is None or not _is_own(payload):
        raise SettingsError(("the other workflow ran for a merge group whose base its branch does not tell",))
    return {"role": Role.CHANGE, "base_ref": found.base, "base_sha": found.sha}


def _pull_request(payload: Payload, _branches: Branches, client: GitHub, head: str) -> dict[str, Any]:
    default = _default_branch(payload)
    facts: dict[str, Any] = {"role": Role.CHANGE, "base_ref": default}
    pulls = _pulls(payload, client, head)
    if not pulls:
        return {**facts, "remark": f"No pull request has {head[:7]} as its head now, so no comment is written."}
    pull, *others = sorted(
        pulls, key=lambda row: (row["state"] != "open", row["base"]["ref"] != default, int(row["number"]))
    )
    facts |= {
        "base_ref": str(pull["base"]["ref"]),
        "number": int(pull["number"]),
        "closed": pull["state"] != "open",
    }
    also = ", ".join(f"#{row['number']}" for row in others if row["state"] == "open")
    if also:
        facts["remark"] = (
            f"{head[:7]} is the head of {also}, too. It is judged as #{facts['number']}, whose base is "
            f"`{facts['base_ref']}`: the event does not tell which of them the run was for."
        )
    return facts | _tested_merge(payload, client, pull, head)


def _pulls(payload: Payload, client: GitHub, head: str) -> list[dict[str, Any]]:
    """Return the pull requests with this head; `workflow_run.pull_requests` lacks those from forks."""
    if not payload.has(RUN, "head_repository", "id") or not payload.has(RUN, "head_branch"):
        return []  # the fork is gone
    owner, branch = payload.text(RUN, "head_repository", "owner", "login"), payload.text(RUN, "head_branch")
    number = payload.number(RUN, "head_repository", "id")
    rows = client.pages("/pulls", head=f"{owner}:{branch}", state="all")
    return [row for row in rows if row["head"]["sha"] == head and (row["head"].get("repo") or {}).get("id") == number]


def _tested_merge(payload: Payload, client: GitHub, pull: Mapping[str, Any], head: str) -> dict[str, Any]:
    """Return the merge commit that the run tested, if it is still known.

    GitHub creates a new one when the base branch moves. The current one was tested if it is older than the run.
    """
    merge = str(pull.get("merge_commit_sha") or "")
    if not merge:
        return {}
    try:
        commit = client.get(f"/git/commits/{quote(merge, safe='')}")
    except NotFoundError:
        return {}
    parents = [parent["sha"] for parent in commit["parents"]]
    made, began = commit["committer"]["date"], payload.text(RUN, "created_at")
    if len(parents) > 1 and parents[1] == head and _moment(made) <= _moment(began):
        note = "the merge commit that the judged run tested"
        return {"measured": merge, "measured_note": note, "merged": True, "stated_base": parents[0]}
    return {"measured_note": "the head of the pull request, as the merge commit that the run tested is no longer known"}


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError((f"{text[:40]!r} in the event is no time",)) from error
