"""What the fake remembers beside the git repository."""

from __future__ import annotations

import base64
import itertools
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from .gitrepo import Repository

Kind = Literal["actions", "app", "pat"]
SCOPES = frozenset({"actions", "checks", "contents", "issues", "metadata", "pull_requests", "statuses"})
ACTIONS_APP = 15368
OTHER_APP = 771_201


def now() -> str:
    """Return the present time as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """Return an opaque identifier such as GraphQL uses."""
    return f"{kind}_{base64.urlsafe_b64encode(f'{kind}{number}'.encode()).decode().rstrip('=')}"


@dataclass(slots=True)
class Limits:
    """Bounds that a test may tighten to reach them with little data."""

    patch_bytes: int = 500_000
    diff_files: int = 300
    pull_files: int = 3_000
    tree_entries: int = 100_000
    statuses_per_context: int = 1000
    inline_content_bytes: int = 1024 * 1024
    raw_content_bytes: int = 100 * 1024 * 1024
    commit_bytes: int = 40_000_000
    comment_characters: int = 65_536
    requests_per_hour: int = 1000


@dataclass(slots=True)
class Token:
    """Who calls, and what they may do."""

    text: str
    kind: Kind
    permissions: dict[str, str]
    login: str
    user_id: int
    app_id: int | None
    used: int = 0

    def may(self, need: str) -> bool:
        """Tell whether one permission, such as "checks:write", is granted."""
        scope, _, level = need.partition(":")
        have = self.permissions.get(scope, "read" if scope == "metadata" else "none")
        return have in ("write", level)


@dataclass(slots=True)
class Pull:
    """A pull request."""

    number: int
    base: str
    base_sha: str
    head: str
    head_sha: str
    head_repo: str
    fork: bool
    title: str
    login: str
    draft: bool = False
    state: str = "open"
    locked: bool = False
    merged: bool = False
    merge_sha: str | None = None
    labels: list[str] = field(default_factory=list)
    labeler: str = "maintainer"
    created_at: str = field(default_factory=now)


@dataclass(slots=True)
class Comment:
    """A comment of a pull request's conversation."""

    id: int
    number: int
    body: str
    login: str
    user_id: int
    app_id: int | None
    created_at: str
    updated_at: str

    @property
    def node_id(self) -> str:
        """Return the GraphQL identifier."""
        return node_id("IC", self.id)


@dataclass(slots=True)
class CheckRun:
    """A check run with all the annotations that it was ever given."""

    id: int
    app_id: int
    head_sha: str
    fields: dict[str, Any]
    output: dict[str, Any]
    annotations: list[dict[str, Any]]


@dataclass(slots=True)
class Status:
    """A commit status."""

    id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    login: str
    user_id: int
    created_at: str


@dataclass(slots=True)
class Artifact:
    """One upload of a run; uploads are never changed, a later one of the same name stands beside it."""

    id: int
    run_id: int
    name: str
    data: bytes
    created_at: str
    expired: bool = False


@dataclass(slots=True)
class Protection:
    """What guards a branch: classic protection as everybody may see it, and the types of its rulesets' rules.

    Without any of them, it only forbids forced pushes.
    """

    reviews: int | None = None
    checks: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


@dataclass(slots=True)
class WorkflowRun:
    """A run of a workflow, as the API states it."""

    id: int
    workflow_id: int
    path: str
    event: str
    head_branch: str
    head_sha: str
    head_repo: str
    created_at: str = field(default_factory=now)


@dataclass(slots=True)
class World:
    """The state of one repository; `lock` guards all but the git objects."""

    owner: str
    name: str
    default_branch: str
    private: bool
    git: Repository
    used: bool = False
    url: str = ""
    html: str = "https://github.com"
    limits: Limits = field(default_factory=Limits)
    tokens: dict[str, Token] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    runs: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    workflow_runs: dict[int, WorkflowRun] = field(default_factory=dict)
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    storage: str = ""
    users: dict[str, int] = field(default_factory=dict)
    repositories: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    comment_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(2_400_000_001))
    run_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(2_400_000_002))
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(2_400_000_003))

    @property
    def full_name(self) -> str:
        """Return owner/name."""
        return f"{self.owner}/{self.name}"

    @property
    def repository_id(self) -> int:
        """Return the numeric identifier of the repository."""
        return self.id_of_repository(self.full_name)

    def id_of_repository(self, full_name: str) -> int:
        """Return the numeric identifier of a repository or of a fork of it."""
        return self.repositories.setdefault(full_name.lower(), 640_000_001 + len(self.repositories))

    def id_of_user(self, login: str) -> int:
        """Return the numeric identifier of an account."""
        known = {"github-actions[bot]": 41_898_282}
        return known.get(login) or self.users.setdefault(login.lower(), 5_000_001 + len(self.users))

    def api(self, tail: str = "") -> str:
        """Return an address below the repository's own."""
        return f"{self.url}/repos/{self.full_name}{tail}"

    def web(self, tail: str = "") -> str:
        """Return an address of the site for people."""
        return f"{self.html}/{self.full_name}{tail}"

    def branch_tip(self, name: str) -> str | None:
        """Return the commit that a branch points to."""
        return self.git.ref(f"refs/heads/{name}")

    def comments_of(self, number: int) -> list[Comment]:
        """Return the comments of a pull request, oldest first."""
        return sorted((c for c in self.comments.values() if c.number == number), key=lambda c: c.id)
