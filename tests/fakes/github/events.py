"""Payloads of the events that start a workflow."""

from . import render
from .gitrepo import ZERO, Commit
from .routes_talk import pull_details
from .routing import Json
from .state import Pull, World, node_id, now


def _common(world: World, login: str) -> Json:
    return {
        "repository": render.repository(world),
        "organization": render.user(world, world.owner, "Organization"),
        "sender": render.user(world, login),
    }


def pull_request(world: World, pull: Pull, action: str) -> Json:
    """Return what a pull_request event carries."""
    payload: Json = {"action": action, "number": pull.number, "pull_request": pull_details(world, pull)}
    if action == "synchronize":
        parent = world.git.commit(pull.head_sha)
        payload["before"] = parent.parents[0] if parent and parent.parents else ZERO
        payload["after"] = pull.head_sha
    return payload | _common(world, pull.login)


def _commit(world: World, commit: Commit) -> Json:
    author = render.person(commit.author)
    committer = render.person(commit.committer)
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message.removesuffix("\n"),
        "timestamp": committer["date"],
        "url": world.web(f"/commit/{commit.sha}"),
        "author": author,
        "committer": committer,
    }


def push(world: World, ref: str, before: str, after: str) -> Json:
    """Return what a push event carries."""
    found = None if after == ZERO else world.git.commit(after)
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == ZERO,
        "deleted": after == ZERO,
        "head_commit": _commit(world, found) if found else None,
        **_common(world, "hubot"),
    }


def merge_group(world: World, base: str, base_sha: str, head_sha: str, number: int) -> Json:
    """Return what a merge_group event carries."""
    found = world.git.commit(head_sha)
    group = {
        "head_sha": head_sha,
        "head_ref": f"refs/heads/gh-readonly-queue/{base}/pr-{number}-{base_sha}",
        "base_sha": base_sha,
        "base_ref": f"refs/heads/{base}",
        "head_commit": _commit(world, found) if found else {},
    }
    return {"action": "checks_requested", "merge_group": group, **_common(world, "hubot")}


def workflow_run(
    world: World,
    run_id: int,
    event: str,
    head_branch: str,
    head_sha: str,
    *,
    head_repo: str | None = "",
    conclusion: str = "success",
    attempt: int = 1,
    path: str = ".github/workflows/ci.yml",
    created_at: str = "",
) -> Json:
    """Return what a workflow_run event carries; `pull_requests` names none from a fork, as on GitHub."""
    full_name = world.full_name if head_repo == "" else head_repo
    moment = created_at or now()
    found = world.git.commit(head_sha)
    own = full_name == world.full_name
    pulls = [pull for pull in world.pulls.values() if own and event == "pull_request" and pull.head == head_branch]
    run: Json = {
        "id": run_id,
        "name": "CI",
        "node_id": node_id("WFR", run_id),
        "head_branch": head_branch,
        "head_sha": head_sha,
        "path": path,
        "run_number": max(1, run_id - 1000),
        "run_attempt": attempt,
        "event": event,
        "status": "completed",
        "conclusion": conclusion,
        "workflow_id": 77,
        "html_url": world.web(f"/actions/runs/{run_id}"),
        "pull_requests": [render.pull_reference(world, pull) for pull in pulls],
        "created_at": moment,
        "updated_at": now(),
        "head_commit": _commit(world, found) if found else {},
        "repository": render.repository(world),
        "head_repository": render.repository(world, full_name) if full_name else None,
    }
    return {"action": "completed", "workflow_run": run, **_common(world, "hubot")}
