"""The fake itself: what a test holds in its hands."""

import itertools
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import (  # noqa: F401
    events,
    graphql,
    render,
    routes_artifacts,
    routes_checks,
    routes_repo,
    routes_rules,
    routes_runs,
    routes_talk,
)
from .faults import Action, Fault, FaultBook
from .gitrepo import Repository
from .routing import Json
from .server import Request, Server
from .state import ACTIONS_APP, OTHER_APP, SCOPES, Kind, Limits, Protection, Pull, Token, WorkflowRun, World


class FakeGitHub:
    """One repository on a GitHub of its own."""

    def __init__(
        self,
        repository: str = "acme/widgets",
        default_branch: str = "main",
        *,
        private: bool = True,
    ) -> None:
        owner, _, name = repository.partition("/")
        self._folder = Path(tempfile.mkdtemp(prefix="fake-github-"))
        self.git_dir = self._folder / "repository.git"
        self.git = Repository(self.git_dir, default_branch)
        self.world = World(owner=owner, name=name, default_branch=default_branch, private=private, git=self.git)
        self._clock = itertools.count(1_767_225_600, 60)
        self._faults = FaultBook()
        self._server = Server(self.world, self._faults)
        self.url = self.world.url = f"http://127.0.0.1:{self._server.server_port}"
        self._server.start()
        self._storage = routes_artifacts.Storage(self.world)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if error is None and self._server.crashes:
            raise RuntimeError("the fake crashed: " + "\n".join(self._server.crashes))

    def close(self) -> None:
        """Stop the server and remove the repository."""
        self._server.stop()
        self._storage.stop()
        self.git.close()
        with suppress(OSError):
            shutil.rmtree(self._folder)

    @property
    def limits(self) -> Limits:
        """Return the adjustable bounds."""
        return self.world.limits

    @property
    def requests(self) -> list[Request]:
        """Return what was asked since the last reset."""
        return list(self._server.records)

    @property
    def unexpected(self) -> list[Request]:
        """Return requests for which GitHub has no route or no such query parameter."""
        return [entry for entry in self._server.records if entry.unexpected]

    def reset_requests(self) -> None:
        """Forget the recorded requests."""
        self._server.records.clear()

    def token(
        self,
        permissions: dict[str, str] | None = None,
        kind: Kind = "actions",
        login: str = "",
    ) -> str:
        """Issue a token; names and levels of permissions are those of a workflow file.

        Kinds: "actions" is the installation token of the GitHub Actions App, "app" that of another App,
        "pat" a person's own token. Without permissions a token may do nothing, a person's everything.
        """
        given = dict.fromkeys(SCOPES, "write") if permissions is None and kind == "pat" else permissions or {}
        given = {name.replace("-", "_"): level for name, level in given.items()}
        if set(given) - SCOPES or set(given.values()) - {"read", "write", "none"}:
            raise ValueError(f"unknown permission or level in {given}")
        names = {"actions": "github-actions[bot]", "app": f"app-{OTHER_APP}[bot]", "pat": "octocat"}
        login = login or names[kind]
        text = ("ghp_" if kind == "pat" else "ghs_") + secrets.token_hex(18)
        app_id = {"actions": ACTIONS_APP, "app": OTHER_APP, "pat": None}[kind]
        token = Token(text, kind, given, login, self.world.id_of_user(login), app_id)
        self.world.tokens[text] = token
        return text

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        *,
        branch: str = "",
        parents: list[str] | None = None,
        message: str = "Change",
    ) -> str:
        """Commit files (None deletes one) on a branch, without a checkout.

        Without `parents` the commit follows the branch's tip. Without a branch no ref moves. Dates are made
        up, a minute apart, so that the same calls give the same commits.
        """
        tip = self.world.branch_tip(branch) if branch else None
        parents = parents if parents is not None else ([tip] if tip else [])
        data = {path: content.encode() if isinstance(content, str) else content for path, content in files.items()}
        ref = f"refs/heads/{branch}" if branch else ""
        return self.git.change(data, parents, message, ref, next(self._clock))

    def open_pull(
        self,
        number: int,
        base: str = "",
        head: str = "topic",
        head_sha: str = "",
        *,
        head_repo: str | None = None,
        fork: bool = False,
        draft: bool = False,
        title: str = "Change the widgets",
        login: str = "",
        labels: tuple[str, ...] = (),
    ) -> Pull:
        """Open a pull request; its commits must be in the repository already.

        A branch of the repository itself is made if it is missing; a fork's branch is never made.
        """
        base = base or self.world.default_branch
        fork = fork or head_repo is not None
        base_sha = self.world.branch_tip(base)
        head_sha = head_sha or self.world.branch_tip(head) or ""
        if base_sha is None or self.git.commit(head_sha) is None:
            raise ValueError(f"{base!r} or {head_sha or head!r} is not in the repository")
        if not fork and self.world.branch_tip(head) is None:
            self.git.run("update-ref", f"refs/heads/{head}", head_sha)
        pull = Pull(
            number=number,
            base=base,
            base_sha=base_sha,
            head=head,
            head_sha=head_sha,
            head_repo=head_repo or (f"mallory/{self.world.name}" if fork else self.world.full_name),
            fork=fork,
            title=title,
            login=login or ("mallory" if fork else "hubot"),
            draft=draft,
            labels=list(labels),
        )
        self.world.pulls[number] = pull
        self._merge(pull)
        return pull

    def update_pull(self, number: int, head_sha: str = "", *, refresh_base: bool = False) -> Pull:
        """Move a pull request's head and remake its merge commit on the base branch's present tip.

        As on GitHub, `base.sha` stays what it was unless `refresh_base` says otherwise.
        """
        pull = self.world.pulls[number]
        pull.head_sha = head_sha or pull.head_sha
        if not pull.fork:
            self.git.run("update-ref", f"refs/heads/{pull.head}", pull.head_sha)
        if refresh_base:
            pull.base_sha = self.world.branch_tip(pull.base) or pull.base_sha
        self._merge(pull)
        return pull

    def _merge(self, pull: Pull) -> None:
        self.git.run("update-ref", f"refs/pull/{pull.number}/head", pull.head_sha)
        tip = self.world.branch_tip(pull.base) or pull.base_sha
        pull.merge_sha = self.git.merge(tip, pull.head_sha, f"Merge {pull.head_sha} into {tip}")
        if pull.merge_sha:
            self.git.run("update-ref", f"refs/pull/{pull.number}/merge", pull.merge_sha)

    def close_pull(self, number: int, *, merged: bool = False) -> None:
        """Close a pull request."""
        self.world.pulls[number].state = "closed"
        self.world.pulls[number].merged = merged

    def lock(self, number: int) -> None:
        """Lock a conversation."""
        self.world.pulls[number].locked = True

    def protect(
        self, branch: str, *, reviews: int | None = None, checks: tuple[str, ...] = (), rules: tuple[str, ...] = ()
    ) -> None:
        """Protect a branch: by required reviews and checks, by rules of rulesets, or by none (no forced push)."""
        self.world.protections[branch] = Protection(reviews, list(checks), list(rules))

    def add_comment(self, number: int, body: str, login: str = "mallory") -> int:
        """Add somebody's comment and return its number."""
        app_id = ACTIONS_APP if login == "github-actions[bot]" else None
        return routes_talk.add_comment(self.world, number, body, login, app_id).id

    def add_artifact(self, run_id: int, name: str, files: Mapping[str, bytes] | bytes, *, expired: bool = False) -> int:
        """Add an upload of a run, from files or from the bytes of a zip, and return its number."""
        data = files if isinstance(files, bytes) else routes_artifacts.pack(files)
        artifact = routes_artifacts.add_artifact(self.world, run_id, name, data)
        artifact.expired = expired
        return artifact.id

    def add_run(
        self,
        run_id: int,
        event: str,
        head_branch: str,
        head_sha: str,
        *,
        head_repo: str = "",
        workflow: str = ".github/workflows/ci.yml",
    ) -> None:
        """Note a run of a workflow; each file of workflows has a number of its own."""
        known = {run.path: run.workflow_id for run in self.world.workflow_runs.values()}
        self.world.workflow_runs[run_id] = WorkflowRun(
            id=run_id,
            workflow_id=known.get(workflow, 90_000_001 + len(set(known.values()))),
            path=workflow,
            event=event,
            head_branch=head_branch,
            head_sha=head_sha,
            head_repo=head_repo or self.world.full_name,
        )

    def comments(self, number: int) -> list[Json]:
        """Return the comments of a pull request, oldest first, as the API shows them."""
        found = self.world.comments_of(number)
        return [render.comment(self.world, c) for c in found]

    def check_runs(self, sha: str) -> list[Json]:
        """Return the check runs of a commit, oldest first, with all their `annotations`."""
        runs = sorted((r for r in self.world.runs.values() if r.head_sha == sha), key=lambda r: r.id)
        return [routes_checks.run_json(self.world, r) | {"annotations": list(r.annotations)} for r in runs]

    def statuses(self, sha: str) -> list[Json]:
        """Return the statuses of a commit, oldest first."""
        found = [status for status in self.world.statuses if status.sha == sha]
        return [routes_checks.status_json(self.world, status) for status in found]

    def fault(self, method: str, path: str, action: Action, times: int = 1, skip: int = 0) -> Fault:
        """Let requests fail: a method or "*", a regular expression found in the path, and how."""
        return self._faults.add(method, path, action, times, skip)

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def event_pull_request(self, pull: Pull, action: str = "synchronize", **extra: Any) -> Json:
        """Return the payload of a pull_request event."""
        return events.pull_request(self.world, pull, action) | extra

    def event_push(self, ref: str, before: str, after: str) -> Json:
        """Return the payload of a push event."""
        return events.push(self.world, ref, before, after)

    def event_merge_group(self, base: str, base_sha: str, head_sha: str, number: int = 1) -> Json:
        """Return the payload of a merge_group event."""
        return events.merge_group(self.world, base, base_sha, head_sha, number)

    def event_workflow_run(self, run_id: int, event: str, head_branch: str, head_sha: str, **more: Any) -> Json:
        """Return the payload of a workflow_run event about a run that ended.

        Further: `head_repo` (of a fork; None if it is gone), `conclusion`, `attempt`, `path`, `created_at`.
        """
        return events.workflow_run(self.world, run_id, event, head_branch, head_sha, **more)
