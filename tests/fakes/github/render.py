"""The JSON forms of users, repositories, commits, pull requests and comments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from .state import ACTIONS_APP, node_id, now

if TYPE_CHECKING:
    from .gitdiff import FileDiff
    from .gitrepo import Commit
    from .routing import Json
    from .state import Comment, Pull, World

_USER_LISTS = (
    "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events",
    "received_events",
)  # fmt: skip
_REPOSITORY_LISTS = {
    "archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}", "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}", "contributors_url": "/contributors",
    "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
    "forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}", "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}",
    "languages_url": "/languages", "merges_url": "/merges", "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}", "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags",
    "teams_url": "/teams", "trees_url": "/git/trees{/sha}",
}  # fmt: skip


def user(world: World, login: str, kind: str | None = None) -> Json:
    """Return an account."""
    number = world.id_of_user(login)
    kind = kind or ("Bot" if login.endswith("[bot]") else "User")
    api = f"{world.url}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id(kind[0], number),
        "avatar_url": f"{world.html}/avatars/u/{number}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{world.html}/{login.removesuffix('[bot]')}",
        **{f"{name}_url": f"{api}/{name}" for name in _USER_LISTS},
        "type": kind,
        "site_admin": False,
    }


def app(world: World, app_id: int) -> Json:
    """Return a GitHub App."""
    slug = "github-actions" if app_id == ACTIONS_APP else f"app-{app_id}"
    return {
        "id": app_id,
        "slug": slug,
        "node_id": node_id("A", app_id),
        "client_id": f"Iv1.{app_id:016x}",
        "owner": user(world, "github" if app_id == ACTIONS_APP else world.owner, "Organization"),
        "name": "GitHub Actions" if app_id == ACTIONS_APP else f"App {app_id}",
        "description": "",
        "external_url": f"{world.html}/apps/{slug}",
        "html_url": f"{world.html}/apps/{slug}",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2019-12-10T19:04:12Z",
        "permissions": {"checks": "write", "contents": "read", "metadata": "read"},
        "events": [],
    }


def repository(world: World, full_name: str = "") -> Json:
    """Return the repository, or a fork of it."""
    name = full_name or world.full_name
    fork = name.lower() != world.full_name.lower()
    owner, _, short = name.partition("/")
    api, web = f"{world.url}/repos/{name}", f"{world.html}/{name}"
    zero = ("forks", "open_issues", "watchers", "stargazers")
    return {
        "id": world.id_of_repository(name),
        "node_id": node_id("R", world.id_of_repository(name)),
        "name": short,
        "full_name": name,
        "private": world.private,
        "visibility": "private" if world.private else "public",
        "owner": user(world, owner, "User" if fork else "Organization"),
        "html_url": web,
        "description": None,
        "fork": fork,
        "url": api,
        **{key: api + tail for key, tail in _REPOSITORY_LISTS.items()},
        "git_url": f"git://{web.partition('://')[2]}.git",
        "ssh_url": f"git@github.com:{name}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "homepage": None,
        "mirror_url": None,
        "language": "Python",
        **{f"{key}_count": 0 for key in (*zero, "network", "subscribers")},
        **dict.fromkeys(zero[:3], 0),
        "size": 1,
        "default_branch": world.default_branch,
        "topics": [],
        "has_issues": True,
        "has_projects": True,
        "has_wiki": True,
        "has_pages": False,
        "has_downloads": True,
        "has_discussions": False,
        "is_template": False,
        "archived": False,
        "disabled": False,
        "license": None,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "pushed_at": now(),
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": now(),
        "permissions": {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True},
    }


def person(field: str) -> Json:
    """Turn git's `name <mail> seconds zone` into its three parts."""
    who, _, rest = field.rpartition("> ")
    name, _, mail = who.partition(" <")
    seconds, zone = rest.split(" ")
    offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    date = datetime.fromtimestamp(int(seconds), timezone(offset)).astimezone(UTC)
    return {"name": name, "email": mail, "date": date.strftime("%Y-%m-%dT%H:%M:%SZ")}


_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


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
        "verification": dict(_UNSIGNED),
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
            "comment_count": 0,
            "verification": dict(_UNSIGNED),
        },
        "url": world.api(f"/commits/{found.sha}"),
        "html_url": world.web(f"/commit/{found.sha}"),
        "comments_url": world.api(f"/commits/{found.sha}/comments"),
        "author": None,
        "committer": None,
        "parents": [_parent(world, sha, "/commits") for sha in found.parents],
    }


def file(world: World, diff: FileDiff, ref: str) -> Json:
    """Return one changed file."""
    row: Json = {
        "sha": diff.sha,
        "filename": diff.filename,
        "status": diff.status,
        "additions": diff.additions,
        "deletions": diff.deletions,
        "changes": diff.additions + diff.deletions,
        "blob_url": world.web(f"/blob/{ref}/{diff.filename}"),
        "raw_url": world.web(f"/raw/{ref}/{diff.filename}"),
        "contents_url": world.api(f"/contents/{diff.filename}?ref={ref}"),
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
        "author_association": "NONE",
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
        "description": None,
        "color": "ededed",
        "default": False,
        "archived_at": None,
        "archived_by": None,
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
        "commit_id": None,
        "commit_url": None,
        "created_at": pull.created_at,
        "label": {"name": name, "color": "ededed"},
        "performed_via_github_app": None,
    }


def pull_links(world: World, pull: Pull) -> Json:
    """Return the addresses of a pull request."""
    api, web = world.api(f"/pulls/{pull.number}"), world.web(f"/pull/{pull.number}")
    return {
        "url": api,
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": world.api(f"/issues/{pull.number}"),
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": world.api("/pulls/comments{/number}"),
        "comments_url": world.api(f"/issues/{pull.number}/comments"),
        "statuses_url": world.api(f"/statuses/{pull.head_sha}"),
    }


def side(world: World, ref: str, sha: str, full_name: str) -> Json:
    """Return the base or the head of a pull request."""
    owner = full_name.partition("/")[0]
    whole = repository(world, full_name)
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": whole["owner"], "repo": whole}


def pull_summary(world: World, pull: Pull) -> Json:
    """Return a pull request as lists show it."""
    number = 1_800_000_000 + pull.number
    links = pull_links(world, pull)
    names = {"url": "self", "html_url": "html", "issue_url": "issue", "comments_url": "comments"}
    names |= {f"{n}_url": n for n in ("commits", "review_comments", "review_comment", "statuses")}
    closed = None if pull.state == "open" else now()
    return {
        "id": number,
        "node_id": node_id("PR", number),
        **links,
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "active_lock_reason": None,
        "title": pull.title,
        "user": user(world, pull.login),
        "body": None,
        "labels": [label(world, name) for name in pull.labels],
        "milestone": None,
        "created_at": pull.created_at,
        "updated_at": now(),
        "closed_at": closed,
        "merged_at": closed if pull.merged else None,
        "merge_commit_sha": pull.merge_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": side(world, pull.head, pull.head_sha, pull.head_repo),
        "base": side(world, pull.base, pull.base_sha, world.full_name),
        "_links": {name: {"href": links[key]} for key, name in names.items()},
        "author_association": "CONTRIBUTOR",
        "auto_merge": None,
        "draft": pull.draft,
    }
