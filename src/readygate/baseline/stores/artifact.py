"""The store `artifact:NAME`: artifacts that runs on the base branch upload, for tokens without `contents: write`.

The workflow itself uploads: `update` only writes the file into the folder of the input `report`. An artifact is trusted
by what GitHub says about its run, never by its content: a fork may use the same names for its branch and its artifact.
https://docs.github.com/en/rest/actions/artifacts and https://docs.github.com/en/rest/actions/workflow-runs
"""

import io
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

from msgspec import Struct

from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, NotFoundError, SettingsError, StoreError
from readygate.support.git_names import QUEUE_PREFIX, is_sha

ARTIFACT = "readygate"
MEMBER = "readygate.snapshot"
LARGEST = 256 << 20
"""Largest snapshot in bytes, zipped or not; a million tests take about 100 MB before compression."""
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
        self.known: Mapping[str, _Found] | None = None

    def store(self) -> Store:
        return Store(where=self.where, names=self.names, load=self.load, update=self.update)

    def names(self) -> tuple[str, ...]:
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
        return tuple(sorted(self.known))

    def load(self, name: str) -> bytes:
        self.names()
        found = (self.known or {})[name]
        try:
            if found.size > LARGEST:
                raise StoreError(f"the artifact is larger than {LARGEST >> 20} MiB", where=self.where)
            packed = self.client.download(f"/actions/artifacts/{found.artifact}/zip", LARGEST)
        except ForgeError as error:
            raise StoreError(
                f"the artifact of run {found.run} cannot be read ({error.what})",
                where=self.where,
                todo="run the job again",
            ) from error
        return _unpack(packed)

    def update(self, change: Change) -> None:
        """Write the snapshot into the folder of the input `report`, for the workflow to upload.

        Raises:
            StoreError: there is no such folder, or it cannot be written to.
        """
        edits = change((), self.load)
        data = next((data for name, data in edits.items() if name.startswith("snapshots/") and data), None)
        if data is None:
            return
        folder = self.opening.folder
        if folder is None:
            raise StoreError(
                f"there is no file {MEMBER} for the workflow to upload",
                where=self.where,
                why="the input `report` is empty, so that it was not written",
                todo=f"give the input `report`, and upload {MEMBER} of that folder as {self.name} in a step after this",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / MEMBER
            path.unlink(missing_ok=True)  # a link may lead anywhere
            path.write_bytes(data)
        except OSError as error:
            raise StoreError(
                f"the file {MEMBER} could not be written ({error.strerror or error})", where=str(folder)
            ) from error

    def _accepted(self) -> Mapping[str, _Found]:
        """Return one artifact for each commit, by name in the store, of runs that may provide a baseline."""
        rows = [row for row in self._listed() if self._may_be(row["workflow_run"])]
        if not rows:
            return {}
        runs = self._runs([row["workflow_run"] for row in rows])
        best: dict[str, tuple[tuple[int, int, int], str, _Found]] = {}
        for row in rows:
            run = runs.get(int(row["workflow_run"]["id"]))
            if run is None:
                continue
            number, commit, rank = int(run["id"]), str(run["head_sha"]), EVENTS[str(run["event"])]
            found = _Found(artifact=int(row["id"]), size=int(row["size_in_bytes"]), run=number, rank=rank)
            order = (-rank, number, found.artifact)
            if commit not in best or order > best[commit][0]:
                best[commit] = (order, f"snapshots/{self.opening.gate}/{number:012d}-{commit}", found)
        return {name: found for _, name, found in best.values()}

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


def _unpack(packed: bytes) -> bytes:
    """Return the snapshot in a zip file, or empty bytes, which cannot be decoded, if there is not exactly one."""
    try:
        with ZipFile(io.BytesIO(packed)) as archive:
            members = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == MEMBER]
            if len(members) != 1 or members[0].file_size > LARGEST:
                return b""
            with archive.open(members[0]) as stream:
                data = stream.read(LARGEST + 1)
            return data if len(data) <= LARGEST else b""
    except Exception:  # zlib.error, BadZipFile, NotImplementedError, RuntimeError: no common base class
        return b""


STORE = StoreKind(
    scheme="artifact", title="an artifact that runs on the base branch upload", open=open_artifact, writes=False
)
