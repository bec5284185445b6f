"""The JSON forms of users, repositories, commits, pull requests and comments."""

from datetime import UTC, datetime, timedelta, timezone

from .gitdiff import FileDiff
from .gitrepo import Commit
from .routing import Json
from .state import ACTIONS_APP, Comment, Pull, World, node_id, now


def user(world: World, login: str, kind: str | None = None) -> Json:
    """Return an account."""
    number = world.id_of_user(login)
    kind = kind or ("Bot" if login.endswith("[bot]") else "User")
    return {
        "login": login,
        "id": number,
        "node_id": node_id(kind[0], number),
        "html_url": f"{world.html}/{login.removesuffix('[bot]')}",
        "type": kind,
    }


def app(world: World, app_id: int) -> Json:
    """Return a GitHub App."""
    slug = "github-actions" if app_id == ACTIONS_APP else f"app-{app_id}"
    return {
        "id": app_id,
        "slug": slug,
        "node_id": node_id("A", app_id),
        "name": "GitHub Actions" if app_id == ACTIONS_APP else f"App {app_id}",
    }


def repository(world: World, full_name: str = "") -> Json:
    """Return the repository, or a fork of it."""
    name = full_name or world.full_name
    fork = name.lower() != world.full_name.lower()
    owner, _, short = name.partition("/")
    return {
        "id": world.id_of_repository(name),
        "node_id": node_id("R", world.id_of_repository(name)),
        "name": short,
        "full_name": name,
        "private": world.private,
        "visibility": "private" if world.private else "public",
        "owner": user(world, owner, "User" if fork else "Organization"),
        "html_url": f"{world.html}/{name}",
        "fork": fork,
        "url": f"{world.url}/repos/{name}",
        "default_branch": world.default_branch,
    }


def person(field: str) -> Json:
    """Turn git's `name <mail> seconds zone` into its three parts."""
    who, _, rest = field.rpartition("> ")
    name, _, mail = who.partition(" <")
    seconds, zone = rest.split(" ")
    offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    date = datetime.fromtimestamp(int(seconds), timezone(offset)).astimezone(UTC)
    return {"name": name, "email": mail, "date": date.strftime("%Y-%m-%dT%H:%M:%SZ")}


def git_commit(world: World, commit: Commit) -> Json:
    """Return a commit as the git data API shows it."""
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": world.api(f"/git/commits/{commit.sha}"),
        "html_url": world.web(f"/commit/{commit.sha}"),
        "author": person(commit.author),
        "committer": person(commit.committer),
        "tree": {"sha": commit.tree, "url": world.api(f"/git/trees/{commit.tree}")},
        "message": commit.message.removesuffix("\n"),
        "parents": [_parent(world, sha, "/git/commits") for sha in commit.parents],
    }


def _parent(world: World, sha: str, below: str) -> Json:
    return {"sha": sha, "url": world.api(f"{below}/{sha}"), "html_url": world.web(f"/commit/{sha}")}


def commit(world: World, found: Commit) -> Json:
    """Return a commit as the repository API lists it."""
    return {
        "sha": found.sha,
        "node_id": f"C_{found.sha}",
        "commit": {
            "author": person(found.author),
            "committer": person(found.committer),
            "message": found.message.removesuffix("\n"),
            "tree": {"sha": found.tree, "url": world.api(f"/git/trees/{found.tree}")},
            "url": world.api(f"/git/commits/{found.sha}"),
        },
        "url": world.api(f"/commits/{found.sha}"),
        "html_url": world.web(f"/commit/{found.sha}"),
        "parents": [_parent(world, sha, "/commits") for sha in found.parents],
    }


def file(world: World, diff: FileDiff) -> Json:
    """Return one changed file."""
    row: Json = {
        "sha": diff.sha,
        "filename": diff.filename,
        "status": diff.status,
        "additions": diff.additions,
        "deletions": diff.deletions,
        "changes": diff.additions + diff.deletions,
    }
    if diff.previous:
        row["previous_filename"] = diff.previous
    if diff.patch is not None and len(diff.patch.encode()) <= world.limits.patch_bytes:
        row["patch"] = diff.patch
    return row


def comment(world: World, found: Comment) -> Json:
    """Return a comment of a conversation."""
    return {
        "id": found.id,
        "node_id": found.node_id,
        "url": world.api(f"/issues/comments/{found.id}"),
        "html_url": world.web(f"/pull/{found.number}#issuecomment-{found.id}"),
        "issue_url": world.api(f"/issues/{found.number}"),
        "body": found.body,
        "user": user(world, found.login),
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "performed_via_github_app": app(world, found.app_id) if found.app_id else None,
    }


def label(world: World, name: str) -> Json:
    """Return a label."""
    number = 9000 + sum(name.encode())
    return {
        "id": number,
        "node_id": node_id("LA", number),
        "url": world.api(f"/labels/{name}"),
        "name": name,
    }


def labeled(world: World, pull: Pull, name: str) -> Json:
    """Return the event of a label that was set."""
    number = 70_000 + pull.number * 100 + pull.labels.index(name)
    return {
        "id": number,
        "node_id": node_id("LE", number),
        "url": world.api(f"/issues/events/{number}"),
        "actor": user(world, pull.labeler) if pull.labeler else None,
        "event": "labeled",
        "created_at": pull.created_at,
        "label": {"name": name, "color": "ededed"},
    }


def side(world: World, ref: str, sha: str, full_name: str) -> Json:
    """Return the base or the head of a pull request."""
    owner = full_name.partition("/")[0]
    whole = repository(world, full_name)
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": whole["owner"], "repo": whole}


def pull_reference(world: World, pull: Pull) -> Json:
    """Return a pull request as runs and checks refer to it."""
    here = {"id": world.repository_id, "url": world.api(), "name": world.name}
    return {
        "id": 1_800_000_000 + pull.number,
        "number": pull.number,
        "url": world.api(f"/pulls/{pull.number}"),
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": here},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": here},
    }


def pull_summary(world: World, pull: Pull) -> Json:
    """Return a pull request as lists show it."""
    number = 1_800_000_000 + pull.number
    closed = None if pull.state == "open" else now()
    return {
        "id": number,
        "node_id": node_id("PR", number),
        "url": world.api(f"/pulls/{pull.number}"),
        "html_url": world.web(f"/pull/{pull.number}"),
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "title": pull.title,
        "user": user(world, pull.login),
        "labels": [label(world, name) for name in pull.labels],
        "created_at": pull.created_at,
        "updated_at": now(),
        "closed_at": closed,
        "merged_at": closed if pull.merged else None,
        "merge_commit_sha": pull.merge_sha,
        "head": side(world, pull.head, pull.head_sha, pull.head_repo),
        "base": side(world, pull.base, pull.base_sha, world.full_name),
        "draft": pull.draft,
    }
