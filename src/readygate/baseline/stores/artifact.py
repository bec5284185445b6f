"""The store `artifact:NAME`: artifacts that runs on the base branch upload, for tokens without `contents: write`.

Each artifact holds the history as of its run and the snapshot of its run's commit. The next run goes on with the
history of the nearest commit before it. The workflow itself uploads: `update` only writes files into the folder of the
input `report`. An artifact is trusted by what GitHub says about its run, never by its content: a fork may use the same
names for its branch and its artifact.
https://docs.github.com/en/rest/actions/artifacts and https://docs.github.com/en/rest/actions/workflow-runs
"""

import shutil
import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.baseline.stores._artifact_files import FOLDER, LARGEST, ArtifactFiles, commit_of, is_stored_path
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, NotFoundError, SettingsError, StoreError
from readygate.support.git_names import QUEUE_PREFIX, blob_id, is_sha

ARTIFACT = "readygate"
MOST = 500
"""Artifacts that are searched, the newest first."""
MOST_RUNS = 1_000
"""Runs of the workflow that are searched; GitHub lists no more."""

EVENTS = {"push": 0, "merge_group": 1, "schedule": 2, "workflow_dispatch": 3}
"""Events whose runs may provide a baseline; if a commit has several, the lowest number wins."""


def open_artifact(opening: Opening) -> Store:
    """Open the artifacts of a name: `NAME`, or `NAME@WORKFLOW.yml` if another workflow uploads them.

    Raises:
        SettingsError: there is no token for GitHub.
    """
    if opening.client is None:
        raise SettingsError(
            ("the baseline is an artifact and the input `token` is empty",),
            todo="give the token, or choose another store by the input `baseline`",
        )
    return _Artifacts(opening.client, opening).store()


class _Found(Struct, frozen=True, kw_only=True):
    """An artifact whose run is accepted."""

    artifact: int
    size: int
    run: int
    rank: int


class _Artifacts:
    def __init__(self, client: GitHub, opening: Opening) -> None:
        self.client = client
        self.opening = opening
        name, _, self.workflow = opening.rest.partition("@")
        self.name = name or ARTIFACT
        self.where = f"artifacts {self.name} of {client.repository}"
        self.known: Mapping[str, tuple[_Found, ...]] | None = None
        self.files: dict[int, ArtifactFiles] = {}
        self.searched = False
        self.before: ArtifactFiles | None = None
        self.lock = threading.Lock()

    def store(self) -> Store:
        return Store(where=self.where, history=self.history, fetch=self.fetch, update=self.update)

    def history(self, path: str, line: Iterator[str]) -> bytes | None:
        with self.lock:
            known = self._known()
            commit = next((commit for commit in line if commit in known), "") if known else ""
            self.before = self._open(known[commit][0]) if commit else None
            self.searched = True
            return self.before.read(path) if self.before else None

    def fetch(self, path: str, blob: str) -> bytes:
        commit = commit_of(path)
        problem = f"no artifact holds the {path} that the history names"
        with self.lock:
            for found in self._known().get(commit, ()):
                try:
                    data = self._open(found).read(path)
                except StoreError as error:
                    problem = error.what
                    continue
                if data is not None and blob_id(data) == blob:
                    return data
                if data is not None:
                    problem = f"{path} of run {found.run} is not what its id says"
        raise StoreError(
            problem,
            where=self.where,
            why="the artifact has expired, or was deleted or replaced",
            todo="run the workflow on the base branch again",
        )

    def update(self, change: Change) -> None:
        """Write the history and the snapshot of this run into the folder of the input `report`, for the upload.

        The history before this run is the one that `history` returned.

        Raises:
            StoreError: there is no such folder, it cannot be written to, or `history` was not called before.
        """
        if not self.searched:
            raise StoreError("the history before this run was not read", where=self.where)
        before = self.before
        edits = change(lambda path: before.read(path) if before else None)
        files = {path: file.data for path, file in edits.items() if file is not None and is_stored_path(path)}
        if not files:
            return
        folder = self.opening.folder
        if folder is None:
            raise StoreError(
                f"there is no folder {FOLDER} for the workflow to upload",
                where=self.where,
                why="the input `report` is empty, so that it was not written",
                todo=f"give the input `report`, and upload {FOLDER} of that folder as {self.name} in a step after this",
            )
        _write(folder / FOLDER, files)

    def _known(self) -> Mapping[str, tuple[_Found, ...]]:
        """Return the artifacts of trusted runs by commit, the preferred one first."""
        if self.known is None:
            try:
                self.known = self._accepted()
            except StoreError:
                raise
            except ForgeError as error:
                raise StoreError(
                    f"the stored results cannot be read ({error.what})",
                    where=self.where,
                    why="GitHub is disturbed, or the job lacks the permission `actions: read`",
                    todo="run the job again, or add the permission",
                ) from error
        return self.known

    def _open(self, found: _Found) -> ArtifactFiles:
        """Return the files of an artifact, which is downloaded once."""
        if found.artifact not in self.files:
            where = f"{self.where}, run {found.run}"
            if found.size > LARGEST:
                raise StoreError(f"the artifact is larger than {LARGEST >> 20} MiB", where=where)
            try:
                packed = self.client.download(f"/actions/artifacts/{found.artifact}/zip", LARGEST)
            except ForgeError as error:
                raise StoreError(
                    f"the artifact of run {found.run} cannot be read ({error.what})",
                    where=self.where,
                    todo="run the job again",
                ) from error
            self.files[found.artifact] = ArtifactFiles(packed, where)
        return self.files[found.artifact]

    def _accepted(self) -> Mapping[str, tuple[_Found, ...]]:
        """Return the artifacts of runs that may provide a baseline, by commit."""
        rows = [row for row in self._listed() if self._may_be(row["workflow_run"])]
        if not rows:
            return {}
        runs = self._runs([row["workflow_run"] for row in rows])
        found: dict[str, list[_Found]] = {}
        for row in rows:
            run = runs.get(int(row["workflow_run"]["id"]))
            if run is None:
                continue
            found.setdefault(str(run["head_sha"]), []).append(
                _Found(
                    artifact=int(row["id"]),
                    size=int(row["size_in_bytes"]),
                    run=int(run["id"]),
                    rank=EVENTS[str(run["event"])],
                )
            )
        return {commit: tuple(sorted(several, key=_preference)) for commit, several in found.items()}

    def _listed(self) -> list[Mapping[str, Any]]:
        pages = self.client.pages("/actions/artifacts", key="artifacts", name=self.name)
        return [row for row in islice(pages, MOST) if not row["expired"] and row["name"] == self.name]

    def _may_be(self, run: Mapping[str, Any] | None) -> bool:
        """Return whether a run of the list may be trusted: of this repository and on the base branch."""
        return (
            run is not None
            and run["head_repository_id"] == run["repository_id"]
            and self._on_base(str(run["head_branch"]))
            and is_sha(str(run["head_sha"]))
        )

    def _on_base(self, branch: str) -> bool:
        base = self.opening.branch
        return bool(base) and (branch == base or branch.startswith(f"{QUEUE_PREFIX}{base}/"))

    def _runs(self, claimed: list[Mapping[str, Any]]) -> Mapping[int, Mapping[str, Any]]:
        """Return the trusted runs among those of the artifacts, by number."""
        base = self.opening.branch
        queued = {int(run["id"]) for run in claimed if run["head_branch"] != base}
        pushed = {int(run["id"]) for run in claimed} - queued
        found: dict[int, Mapping[str, Any]] = {}
        for search, wanted in (({"branch": base}, pushed), ({"event": "merge_group"}, queued)):
            for run in islice(self._pages(search), MOST_RUNS) if wanted else ():
                number = int(run["id"])
                if number in wanted and self._trusted(run):
                    found[number] = run
                if number < min(wanted):  # runs are listed newest first
                    break
        return found

    def _pages(self, search: Mapping[str, str]) -> Any:
        path = f"/actions/workflows/{quote(self._workflow(), safe='')}/runs"
        return self.client.pages(path, key="workflow_runs", exclude_pull_requests="true", **search)

    def _workflow(self) -> str:
        """Return the workflow whose artifacts are used: the named one, or else that of this run."""
        if not self.workflow:
            try:
                self.workflow = str(self.client.get(f"/actions/runs/{self.opening.run_id}")["workflow_id"])
            except NotFoundError as error:
                raise StoreError(
                    "GitHub does not know the run that asks, so nothing says which workflow may bring a baseline",
                    where=self.where,
                    todo=f"name the workflow that uploads: artifact:{self.name}@FILE.yml",
                ) from error
        return self.workflow

    def _trusted(self, run: Mapping[str, Any]) -> bool:
        """Return whether a run may provide a baseline."""
        event, branch = str(run["event"]), str(run["head_branch"])
        repository, head = run["repository"], run["head_repository"] or {}
        queue = event == "merge_group"
        return (
            event in EVENTS
            and repository["id"] == head.get("id")
            and str(repository["full_name"]).lower() == self.client.repository.lower()
            and self._on_base(branch)
            and queue == (branch != self.opening.branch)
        )


def _preference(found: _Found) -> tuple[int, int, int]:
    return found.rank, -found.run, -found.artifact


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace a folder by files; what stood there before must not be uploaded, and a link may lead anywhere.

    Raises:
        StoreError: it cannot be written to.
    """
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        for path, data in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"the folder {FOLDER} could not be written ({error.strerror or error})", where=str(folder.parent)
        ) from error


STORE = StoreKind(
    scheme="artifact", title="an artifact that runs on the base branch upload", open=open_artifact, writes=False
)
