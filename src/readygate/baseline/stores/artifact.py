"""The store `artifact:NAME`: artifacts that runs on the base branch upload, for tokens without `contents: write`.

Each artifact holds the history as of its run and the snapshots of its run's commit. The next run goes on with the
history of the nearest commit before it; another run of the same commit also goes on with the artifact of the first, and
keeps its snapshot unless it replaces it. The workflow itself uploads: `update` only writes files into the folder of the
input `report`. See `_trusted_artifacts` for the artifacts that are used.
"""

import threading
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress

from readygate.baseline.run_records import Record, decode_record, encode_record
from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.baseline.stores._artifact_files import FOLDER, LARGEST, ArtifactFiles, commit_of, is_stored_path
from readygate.baseline.stores._trusted_artifacts import MOST, MOST_LISTED, MOST_RUNS, Artifact, TrustedArtifacts
from readygate.baseline.stores._upload_folder import write_upload
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, GoneError, SettingsError, StoreError, UnusableError
from readygate.support.git_names import blob_id

ARTIFACT = "readygate"

MOST_OPENED = 10
"""Artifacts that are downloaded to find the history of a gate; those of other gates may have the same name."""

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
            again = known.get(self.opening.commit, ()) if self.opening.records else ()
            self.own = self._first(path, again)
            before = (artifact for commit in line for artifact in known.get(commit, ())) if known else ()
            self.before = self._first(path, before)
            self.searched = True
            if self.own is None and self.before is None and not self.passed_over:
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

    def _first(self, path: str, artifacts: Iterable[Artifact]) -> ArtifactFiles | None:
        """Return the files of the first artifact that has a history at a path.

        Artifacts of other gates are passed over. A run that records passes over damaged ones, too: it writes a history
        that later runs can read.

        Raises:
            UnusableError: an artifact is damaged, and this run reads only.
            StoreError: an artifact cannot be read.
        """
        for number, artifact in enumerate(artifacts):
            if number == MOST_OPENED:
                self.passed_over[
                    f"{self.where}: the {MOST_OPENED} nearest artifacts have no {path}, and older ones were not read."
                ] = None
                return None
            try:
                files = self._open(artifact)
                data = files.read(path)
                if data is not None and self.opening.records:
                    decode_record(data, files.where)
            except GoneError:
                continue
            except UnusableError as error:
                if not self.opening.records:
                    raise
                self.passed_over[f"{error} This run goes on without it."] = None
                continue
            if data is not None:
                return files
        return None

    def _history(self, path: str) -> bytes | None:
        """Return the history that a run goes on with."""
        own, before = (files.read(path) if files else None for files in (self.own, self.before))
        if own is not None and before is not None:
            return _joined(own, before, f"{self.where}, {path}")
        return own if own is not None else before

    def fetch(self, path: str, blob: str) -> bytes:
        commit = commit_of(path)
        problem: StoreError = GoneError(
            f"the stored results of {commit[:7]} no longer exist",
            where=self.where,
            why="their artifact has expired, or was deleted or replaced",
            todo="run the workflow on the base branch again, and keep its artifacts longer (`retention-days`)",
        )
        with self.lock:
            if commit not in self._known() and self.trusted.cut and not self.opening.records:
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
                lacks = data is None
                problem = UnusableError(
                    f"the artifact lacks {path}" if lacks else f"{path} of run {artifact.run} does not match its id",
                    where=self._place(artifact),
                    why="another run of the same commit replaced the artifact"
                    + (", or the upload was incomplete" if lacks else ""),
                    todo=f"run the workflow for commit {commit[:7]} of the base branch again",
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
        gate = next(iter(files)).partition("/")[0]
        kept = self._kept(edits)
        mine = {path: data for path, data in kept.items() if path.startswith(f"{gate}/")}
        others = {path: data for path, data in kept.items() if path not in mine}
        run = f"{self.opening.run_id} {self.opening.commit}"
        write_upload(folder / FOLDER, run, {**mine, **files}, others)

    def _kept(self, edits: Container[str]) -> Mapping[str, bytes]:
        """Return the snapshots of an earlier run of the commit, and the histories of other gates.

        The upload may overwrite its artifact.
        """
        own, commit = self.own, self.opening.commit
        if own is None:
            return {}
        kept: dict[str, bytes] = {}
        for path in own.paths():
            if commit_of(path) in (commit, "") and path not in edits:
                with suppress(UnusableError):  # a damaged file is lost, the others must not be
                    kept[path] = own.read(path) or b""
        return kept

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

    def _place(self, artifact: Artifact) -> str:
        return f"{self.where}, run {artifact.run} of {artifact.commit[:7]}"

    def _open(self, artifact: Artifact) -> ArtifactFiles:
        """Return the files of an artifact, which is downloaded once.

        Raises:
            GoneError: it has expired since it was listed.
            UnusableError: it is damaged or too large.
            StoreError: it cannot be read.
        """
        if artifact.id not in self.files:
            where = self._place(artifact)
            if artifact.size > LARGEST:
                raise UnusableError(
                    f"the artifact is larger than {LARGEST >> 20} MiB",
                    where=where,
                    why="the workflow uploaded another folder under this name",
                    todo=f"upload the folder {FOLDER}, and run the workflow for commit {artifact.commit[:7]} again",
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
            self.files[artifact.id] = ArtifactFiles(packed, where, artifact.commit)
        return self.files[artifact.id]


def _joined(own: bytes, before: bytes, where: str) -> bytes:
    """Return one history of two; if both have a run, the line of the own history counts.

    Raises:
        StoreError: a history is damaged or has another version.
    """
    first, second = decode_record(own, where), decode_record(before, where)
    runs = {run.key: run for run in (*second.runs, *first.runs)}
    return encode_record(Record(workflow=first.workflow or second.workflow, runs=tuple(runs.values())))


STORE = StoreKind(
    scheme="artifact", title="an artifact that runs on the base branch upload", open=open_artifact, writes=False
)
