"""The store `artifact:NAME`: artifacts that runs on the base branch upload, for tokens without `contents: write`.

Each artifact holds the history as of its run and the snapshots of its run's commit. The next run goes on with the
history of the nearest commit before it; another run of the same commit also goes on with the artifact of the first, and
keeps its snapshot unless it replaces it. The workflow itself uploads: `update` only writes files into the folder of the
input `report`. See `_trusted_artifacts` for the artifacts that are used.
"""

import shutil
import threading
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from readygate.baseline.run_records import Record, decode_record, encode_record
from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.baseline.stores._artifact_files import FOLDER, LARGEST, ArtifactFiles, commit_of, is_stored_path
from readygate.baseline.stores._trusted_artifacts import MOST, MOST_LISTED, MOST_RUNS, Artifact, TrustedArtifacts
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, GoneError, SettingsError, StoreError, UnusableError
from readygate.support.git_names import blob_id

ARTIFACT = "readygate"

_GONE = 410
"""The status of an artifact that has expired."""


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


class _Artifacts:
    def __init__(self, client: GitHub, opening: Opening) -> None:
        self.client = client
        self.opening = opening
        name, _, workflow = opening.rest.partition("@")
        self.name = name or ARTIFACT
        self.where = f"artifacts {self.name} of {client.repository}"
        self.trusted = TrustedArtifacts(client, opening, self.name, workflow, self.where)
        self.known: Mapping[str, tuple[Artifact, ...]] | None = None
        self.files: dict[int, ArtifactFiles] = {}
        self.searched = False
        self.own: ArtifactFiles | None = None  # of an earlier run of the measured commit
        self.before: ArtifactFiles | None = None  # of the nearest commit before
        self.passed_over: dict[str, None] = {}  # notices, in their order
        self.lock = threading.Lock()

    def store(self) -> Store:
        return Store(
            where=self.where,
            history=self.history,
            fetch=self.fetch,
            update=self.update,
            notices=lambda: tuple(self.passed_over),
        )

    def history(self, path: str, line: Iterator[str]) -> bytes | None:
        with self.lock:
            known = self._known()
            self.own = self._earlier_run(path) if self.opening.records else None
            commits = (commit for commit in line if commit in known) if known else iter(())
            self.before = next((files for commit in commits if (files := self._newest(commit))), None)
            self.searched = True
            if self.own is None and self.before is None:
                self._check_searched()
            return self._history(path)

    def _check_searched(self) -> None:
        """Report that no artifact was found, if there are older ones than were searched.

        A run that records begins a new record then: no later run could end this state.

        Raises:
            StoreError: this run reads only, and a baseline may exist.
        """
        if not self.trusted.cut:
            return
        error = self._cut("no results were found before this commit")
        if not self.opening.records:
            raise error
        self.passed_over[f"{error} A new record was begun."] = None

    def _cut(self, what: str) -> StoreError:
        return StoreError(
            f"{what} in the newest artifacts, and older ones were not searched",
            where=self.where,
            why=f"there are more than {MOST} of the base branch, {MOST_LISTED:,} of all branches, or"
            f" {MOST_RUNS:,} newer runs of the workflow",
            todo="run the workflow on the base branch again, or upload under another name (`baseline: artifact:NAME`)",
        )

    def _earlier_run(self, path: str) -> ArtifactFiles | None:
        """Return the artifact of an earlier run of the measured commit; this run replaces a damaged one."""
        try:
            found = self._newest(self.opening.commit)
            return found if found and found.read(path) is not None else None
        except UnusableError:
            return None

    def _newest(self, commit: str) -> ArtifactFiles | None:
        """Return the newest artifact of a commit, None if there is none."""
        for artifact in self._known().get(commit, ()):
            try:
                return self._open(artifact)
            except GoneError:
                continue
        return None

    def _history(self, path: str) -> bytes | None:
        """Return the history that a run goes on with."""
        newer, older = (files.read(path) if files else None for files in (self.own, self.before))
        return _joined(newer, older, f"{self.where}, {path}") if newer and older else newer or older

    def fetch(self, path: str, blob: str) -> bytes:
        commit = commit_of(path)
        problem: StoreError = GoneError(
            f"the stored results of {commit[:7]} no longer exist",
            where=self.where,
            why="their artifact has expired, or was deleted or replaced",
            todo="run the workflow on the base branch again, and keep its artifacts longer (`retention-days`)",
        )
        with self.lock:
            if commit not in self._known() and self.trusted.cut:
                raise self._cut(f"the stored results of {commit[:7]} were not found")
            for artifact in self._known().get(commit, ()):
                try:
                    data = self._open(artifact).read(path)
                except GoneError:
                    continue
                except UnusableError as error:
                    problem = error
                    continue
                if data is not None and blob_id(data) == blob:
                    return data
                if data is not None:
                    problem = UnusableError(
                        f"{path} of run {artifact.run} is not what its id says",
                        where=self.where,
                        why="another run of the same commit replaced the artifact",
                        todo="run the workflow on the base branch again",
                    )
        raise problem

    def update(self, change: Change) -> None:
        """Write the history and the snapshot of this run into the folder of the input `report`, for the upload.

        The history before this run is the one that `history` returned.

        Raises:
            StoreError: there is no such folder, it cannot be written to, or `history` was not called before.
        """
        if not self.searched:
            raise StoreError("the history before this run was not read", where=self.where)
        edits = change(self._history)
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
        _write(folder / FOLDER, {**self._kept(edits), **files})

    def _kept(self, edits: Container[str]) -> Mapping[str, bytes]:
        """Return the snapshot of an earlier run of the commit, which the upload may overwrite."""
        own, commit = self.own, self.opening.commit
        if own is None:
            return {}
        paths = (path for path in own.paths() if commit_of(path) == commit and path not in edits)
        try:
            return {path: data for path in paths if (data := own.read(path)) is not None}
        except UnusableError:
            return {}  # nothing is lost that could be read

    def _known(self) -> Mapping[str, tuple[Artifact, ...]]:
        """Return the artifacts of trusted runs by commit, the newest first."""
        if self.known is None:
            try:
                self.known = self.trusted.by_commit()
            except StoreError:
                raise
            except ForgeError as error:
                raise StoreError(
                    f"the stored results cannot be read ({error.what})",
                    where=self.where,
                    why="GitHub may be having an outage, or the job lacks the permission `actions: read`",
                    todo="run the job again, or add the permission",
                ) from error
        return self.known

    def _open(self, artifact: Artifact) -> ArtifactFiles:
        """Return the files of an artifact, which is downloaded once.

        Raises:
            GoneError: it has expired since it was listed.
            UnusableError: it is damaged or too large.
            StoreError: it cannot be read.
        """
        if artifact.id not in self.files:
            where = f"{self.where}, run {artifact.run}"
            if artifact.size > LARGEST:
                raise UnusableError(
                    f"the artifact is larger than {LARGEST >> 20} MiB",
                    where=where,
                    why="the workflow uploaded another folder under this name",
                    todo=f"upload the folder {FOLDER}, and run the workflow on the base branch again",
                )
            try:
                packed = self.client.download(f"/actions/artifacts/{artifact.id}/zip", LARGEST)
            except ForgeError as error:
                what = f"the artifact of run {artifact.run} cannot be read ({error.what})"
                if error.status == _GONE:
                    raise GoneError(what, where=self.where) from error
                raise StoreError(
                    what,
                    where=self.where,
                    why="GitHub may be having an outage, or the artifact was deleted a moment ago",
                    todo="run the job again",
                ) from error
            self.files[artifact.id] = ArtifactFiles(packed, where)
        return self.files[artifact.id]


def _joined(newer: bytes, older: bytes, where: str) -> bytes:
    """Return one history of two; if both have a run, the newer one's line counts.

    Raises:
        StoreError: a history is damaged or has another version.
    """
    first, second = decode_record(newer, where), decode_record(older, where)
    runs = {run.key: run for run in (*second.runs, *first.runs)}
    return encode_record(Record(workflow=first.workflow or second.workflow, runs=tuple(runs.values())))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace a folder by files; what it held before must not be uploaded, and a link may lead anywhere.

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
            f"the folder {FOLDER} could not be written ({error.strerror or error})",
            where=str(folder.parent),
            why="the permissions of the folder forbid it, or the disk is full",
            todo="check the folder that the input `report` names",
        ) from error


STORE = StoreKind(
    scheme="artifact", title="an artifact that runs on the base branch upload", open=open_artifact, writes=False
)
