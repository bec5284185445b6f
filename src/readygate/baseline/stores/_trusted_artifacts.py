"""Find the artifacts that may provide a baseline.

An artifact is trusted by what GitHub says about its run, never by its content: a fork may use the same names for its
branch and its artifact. https://docs.github.com/en/rest/actions/artifacts and
https://docs.github.com/en/rest/actions/workflow-runs
"""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from readygate.baseline.stores import Opening
from readygate.github.client import GitHub
from readygate.support.errors import NotFoundError, StoreError
from readygate.support.git_names import QUEUE_PREFIX, is_sha

MOST: Final = 500
"""Artifacts that are searched of the base branch, and of the default branch, the newest first."""
MOST_LISTED: Final = 2_000
"""Artifacts of all branches and forks that are listed to find them."""
MOST_RUNS: Final = 1_000
"""Runs of the workflow that are searched; GitHub lists no more."""

EVENTS: Final = frozenset(("push", "merge_group", "schedule", "workflow_dispatch"))
"""Events whose runs may provide a baseline."""


class Artifact(Struct, frozen=True, kw_only=True):
    """An artifact of a trusted run; `created` is a time in ISO 8601."""

    id: int
    size: int
    run: int
    commit: str
    created: str


class TrustedArtifacts:
    """Looks up the artifacts of a name.

    Attributes:
        cut: whether a list was longer than the part that was searched, so that older artifacts may exist.
    """

    def __init__(self, client: GitHub, opening: Opening, name: str, workflow: str, where: str) -> None:
        self._client = client
        self._opening = opening
        self._name = name
        self._workflow = workflow
        self._where = where
        self.cut = False

    def by_commit(self) -> Mapping[str, tuple[Artifact, ...]]:
        """Return the artifacts of each commit, the newest first; those that have expired are left out.

        Raises:
            StoreError, ForgeError: they cannot be listed.
        """
        rows = self._listed()
        if not rows:
            return {}
        runs = self._runs([row["workflow_run"] for row in rows])
        found: dict[str, list[Artifact]] = {}
        for row in rows:
            run = runs.get(int(row["workflow_run"]["id"]))
            if run is not None:
                found.setdefault(str(run["head_sha"]), []).append(
                    Artifact(
                        id=int(row["id"]),
                        size=int(row["size_in_bytes"]),
                        run=int(run["id"]),
                        commit=str(run["head_sha"]),
                        created=str(row["created_at"] or ""),
                    )
                )
        return {commit: tuple(sorted(several, key=_age, reverse=True)) for commit, several in found.items()}

    def _listed(self) -> list[Mapping[str, Any]]:
        """Return the artifacts that may be trusted: only they count, as any fork may upload many of the same name."""
        pages = iter(self._client.pages("/actions/artifacts", key="artifacts", name=self._name))
        found: dict[str, list[Mapping[str, Any]]] = {branch: [] for branch in self._opening.branches}
        for row in islice(pages, MOST_LISTED):
            branch = self._trusted_branch(row["workflow_run"])
            if row["expired"] or row["name"] != self._name or not branch:
                continue
            if len(found[branch]) == MOST:
                self.cut = True  # the default branch must not push out the artifacts of another base branch
            else:
                found[branch].append(row)
            if all(len(rows) == MOST for rows in found.values()):
                break
        self.cut |= next(pages, None) is not None
        return [row for rows in found.values() for row in rows]

    def _trusted_branch(self, run: Mapping[str, Any] | None) -> str:
        """Return the branch for which a run of the list may be trusted; empty if it is not of this repository."""
        if run is None or run["head_repository_id"] != run["repository_id"] or not is_sha(str(run["head_sha"])):
            return ""
        return self._base_of(str(run["head_branch"]))

    def _base_of(self, branch: str) -> str:
        """Return the trusted branch that a branch is, or whose queue it is in; empty for any other."""
        bases = self._opening.branches
        return next((base for base in bases if branch == base or branch.startswith(f"{QUEUE_PREFIX}{base}/")), "")

    def _runs(self, claimed: list[Mapping[str, Any]]) -> Mapping[int, Mapping[str, Any]]:
        """Return the trusted runs among those of the artifacts, by number."""
        wanted: dict[tuple[str, str], set[int]] = {}
        for run in claimed:
            branch = str(run["head_branch"])
            search = ("branch", branch) if branch in self._opening.branches else ("event", "merge_group")
            wanted.setdefault(search, set()).add(int(run["id"]))
        found: dict[int, Mapping[str, Any]] = {}
        for (key, value), numbers in wanted.items():
            found |= self._search({key: value}, numbers)
        return found

    def _search(self, search: Mapping[str, str], wanted: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return the trusted runs among those that a search lists, the newest first."""
        found: dict[int, Mapping[str, Any]] = {}
        oldest = min(wanted)
        for seen, run in enumerate(self._pages(search), 1):
            number = int(run["id"])
            if number in wanted and self._trusted(run):
                found[number] = run
            if number <= oldest:
                break
            if seen >= MOST_RUNS:
                self.cut = True
                break
        return found

    def _pages(self, search: Mapping[str, str]) -> Any:
        path = f"/actions/workflows/{quote(self._workflow_id(), safe='')}/runs"
        return self._client.pages(path, key="workflow_runs", exclude_pull_requests="true", **search)

    def _workflow_id(self) -> str:
        """Return the workflow whose artifacts are used: the named one, or else that of this run."""
        if not self._workflow:
            try:
                self._workflow = str(self._client.get(f"/actions/runs/{self._opening.run_id}")["workflow_id"])
            except NotFoundError as error:
                raise StoreError(
                    "GitHub does not know this workflow run, and only it says which workflow may provide a baseline",
                    where=self._where,
                    why="Readygate runs outside of GitHub Actions, or the job lacks the permission `actions: read`",
                    todo=f"add the permission, or name the workflow that uploads: artifact:{self._name}@FILE.yml",
                ) from error
        return self._workflow

    def _trusted(self, run: Mapping[str, Any]) -> bool:
        """Return whether a run may provide a baseline."""
        event, branch = str(run["event"]), str(run["head_branch"])
        repository, head = run["repository"], run["head_repository"] or {}
        queue = event == "merge_group"
        return (
            event in EVENTS
            and repository["id"] == head.get("id")
            and str(repository["full_name"]).lower() == self._client.repository.lower()
            and self._base_of(branch) != ""
            and queue == (branch not in self._opening.branches)
        )


def _age(artifact: Artifact) -> tuple[str, int, int]:
    """Return a key that sorts by age; ids of artifacts do not grow with time."""
    return artifact.created, artifact.run, artifact.id
