"""Payloads of the events that start a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import render
from .gitrepo import ZERO
from .routes_talk import pull_details
from .state import node_id, now

if TYPE_CHECKING:
    from .gitrepo import Commit
    from .routing import Json
    from .state import Pull, World


def _common(world: World, login: str) -> Json:
    organization = {
        "login": world.owner,
        "id": world.id_of_user(world.owner),
        "node_id": "O_1",
        "url": f"{world.url}/orgs/{world.owner}",
        "description": "",
    }
    lists = {name: f"{world.url}/orgs/{world.owner}/{name}" for name in ("repos", "events", "hooks", "issues")}
    organization |= {f"{name}_url": address for name, address in lists.items()}
    organization["members_url"] = f"{world.url}/orgs/{world.owner}/members{{/member}}"
    organization["public_members_url"] = f"{world.url}/orgs/{world.owner}/public_members{{/member}}"
    organization["avatar_url"] = f"{world.html}/avatars/o/1?v=4"
    return {
        "repository": render.repository(world),
        "organization": organization,
        "sender": render.user(world, login),
        "installation": {"id": 51_234_567, "node_id": "MDIzOkluc3RhbGxhdGlvbjUxMjM0NTY3"},
    }


def pull_request(world: World, pull: Pull, action: str) -> Json:
    """Return what a pull_request event carries."""
    payload: Json = {"action": action, "number": pull.number, "pull_request": pull_details(world, pull)}
    if action == "synchronize":
        parent = world.git.commit(pull.head_sha)
        payload["before"] = parent.parents[0] if parent and parent.parents else ZERO
        payload["after"] = pull.head_sha
    if action in ("labeled", "unlabeled") and pull.labels:
        payload["label"] = render.label(world, pull.labels[-1])
    return payload | _common(world, pull.login)


def _commit(world: World, commit: Commit) -> Json:
    author = render.person(commit.author)
    committer = render.person(commit.committer)
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message.removesuffix("\n"),
        "timestamp": committer["date"],
        "url": world.web(f"/commit/{commit.sha}"),
        "author": author,
        "committer": committer,
        "added": [],
        "removed": [],
        "modified": [],
    }


def push(world: World, ref: str, before: str, after: str) -> Json:
    """Return what a push event carries."""
    known = before != ZERO
    selection = [after, f"^{before}"] if known else [after]
    shas = [] if after == ZERO else world.git.lines("rev-list", "--reverse", "--max-count=20", *selection)
    commits = [_commit(world, found) for found in map(world.git.commit, shas) if found]
    forced = known and after != ZERO and not world.git.is_ancestor(before, after)
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "base_ref": None,
        "created": not known,
        "deleted": after == ZERO,
        "forced": forced,
        "compare": world.web(f"/compare/{before[:12]}...{after[:12]}"),
        "commits": commits,
        "head_commit": commits[-1] if commits else None,
        "pusher": {"name": "hubot", "email": "hubot@users.noreply.github.com"},
        **_common(world, "hubot"),
    }


def merge_group(world: World, base: str, base_sha: str, head_sha: str, number: int) -> Json:
    """Return what a merge_group event carries."""
    found = world.git.commit(head_sha)
    commit = _commit(world, found) if found else {}
    group = {
        "head_sha": head_sha,
        "head_ref": f"refs/heads/gh-readonly-queue/{base}/pr-{number}-{base_sha}",
        "base_sha": base_sha,
        "base_ref": f"refs/heads/{base}",
        "head_commit": {
            key: commit.get(key) for key in ("id", "tree_id", "message", "timestamp", "author", "committer")
        },
    }
    return {"action": "checks_requested", "merge_group": group, **_common(world, "hubot")}


_HEAD_COMMIT = ("id", "tree_id", "message", "timestamp", "author", "committer")
_RUN_ADDRESSES = ("jobs", "logs", "check_suite", "artifacts", "cancel", "rerun", "workflow")


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
    commit = _commit(world, found) if found else {}
    own = full_name == world.full_name
    pulls = [pull for pull in world.pulls.values() if own and event == "pull_request" and pull.head == head_branch]
    api = world.api(f"/actions/runs/{run_id}")
    here = {"id": world.repository_id, "url": world.api(), "name": world.name}
    actor = render.user(world, "hubot" if own else (full_name or "ghost/x").partition("/")[0])
    run: Json = {
        "id": run_id,
        "name": "CI",
        "node_id": node_id("WFR", run_id),
        "head_branch": head_branch,
        "head_sha": head_sha,
        "path": path,
        "display_title": "Change the widgets",
        "run_number": max(1, run_id - 1000),
        "run_attempt": attempt,
        "event": event,
        "status": "completed",
        "conclusion": conclusion,
        "workflow_id": 77,
        "check_suite_id": 88,
        "check_suite_node_id": node_id("CS", 88),
        "url": api,
        "html_url": world.web(f"/actions/runs/{run_id}"),
        "pull_requests": [
            {
                "id": 1_800_000_000 + pull.number,
                "number": pull.number,
                "url": world.api(f"/pulls/{pull.number}"),
                "head": {"ref": pull.head, "sha": pull.head_sha, "repo": here},
                "base": {"ref": pull.base, "sha": pull.base_sha, "repo": here},
            }
            for pull in pulls
        ],
        "created_at": moment,
        "updated_at": now(),
        "run_started_at": moment,
        "actor": actor,
        "triggering_actor": actor,
        **{f"{name}_url": f"{api}/{name}" for name in _RUN_ADDRESSES},
        "previous_attempt_url": None,
        "referenced_workflows": [],
        "head_commit": {
            key: commit.get(key) for key in ("id", "tree_id", "message", "timestamp", "author", "committer")
        },
        "repository": render.repository(world),
        "head_repository": render.repository(world, full_name) if full_name else None,
    }
    return {"action": "completed", "workflow_run": run, "workflow": None, **_common(world, "hubot")}
