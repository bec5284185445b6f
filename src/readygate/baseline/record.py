"""Record a run: its results, what changed since the run before, and the badges of its branch."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice

from msgspec import Struct, field
from msgspec.structs import replace

from readygate.baseline._text import escape
from readygate.baseline.commit_line import CommitLine, records_on
from readygate.baseline.load_snapshot import fetch_files, read_snapshot
from readygate.baseline.run_records import (
    Record,
    RunRecord,
    StoredFile,
    change_fields,
    encode_record,
    escaped_legs,
    read_record,
)
from readygate.baseline.snapshot_codec import encode
from readygate.baseline.store_paths import badge_path, history_path, snapshot_path
from readygate.baseline.stores import File, Read, Store
from readygate.baseline.thin_out import thin_out
from readygate.model.outcome_changes import LegKey, OutcomeChanges
from readygate.model.policy import BASELINE_MB
from readygate.model.rich_text import count
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.errors import GoneError, StoreError, UnusableError
from readygate.support.git_names import QUEUE_PREFIX, blob_id, is_sha

MAX_COMMITS = 250
"""Commits among which the recorded run before this one is searched."""
MAX_UNREADABLE = 3
"""Snapshots that are tried, if the first cannot be read; one that is gone for good must not prevent all later runs."""
MAX_LINE = 100
"""Commits of a line that are recorded where no ancestor has a record."""


class RunToRecord(Struct, frozen=True, kw_only=True):
    """One run as `record_run` stores it.

    Attributes:
        snapshot: its results, those of carried suites included.
        unrun: the suites and legs without results of this run.
        ready: the verdict; None if unknown.
        when: the time of the run, in seconds since 1970.
        workflow: the path of the workflow, empty outside GitHub.
        workflow_gone: whether a workflow is known not to exist any more, by its path.
        gap_only: leave a commit that has a complete snapshot as it is.
        badges: the badges by file name; empty if the run must not change them.
        ancestors: lists the first-parent ancestors of the commit, nearest first.
        changes: compares an earlier snapshot with this one.
        known: a stored snapshot that was read already, with its record.
        max_bytes: limit for the size of all stored files.
        default_branch: the default branch, whose newest results are kept before those of others; empty if unknown.
    """

    snapshot: Snapshot
    unrun: tuple[LegKey, ...] = ()
    ready: bool | None = None
    when: int = 0
    workflow: str = ""
    workflow_gone: Callable[[str], bool] = lambda _path: False
    gap_only: bool = False
    badges: Mapping[str, bytes] = field(default_factory=dict)
    ancestors: Callable[[], Iterable[str]] = tuple
    changes: Callable[[Snapshot, Snapshot], OutcomeChanges]
    known: tuple[RunRecord, Snapshot] | None = None
    max_bytes: int = BASELINE_MB * 1_000_000
    default_branch: str = ""


def record_run(store: Store, gate: str, run: RunToRecord) -> str:
    """Add a run to the record of a gate.

    Returns:
        what was done, for the log.

    Raises:
        StoreError, ForgeError: the run could not be recorded.
    """
    done = ""
    commit = run.snapshot.commit
    if not is_sha(commit):  # it is part of a path
        raise StoreError(f"{commit!r} is not the full id of a commit", where=store.where, todo="give all of its digits")

    def change(read: Read) -> Mapping[str, File | None]:
        nonlocal done
        update = _Update(store, gate, run, _read_record(store, gate, read))
        edits = update.edits()
        done = update.done
        return edits

    store.update(change)
    return done


def _read_record(store: Store, gate: str, read: Read) -> Record:
    """Read the record of a gate; a damaged one, or one of another version, is left as it is.

    Raises:
        StoreError: it cannot be read.
    """
    path = history_path(gate)
    return read_record(lambda: read(path), f"{store.where}, {path}")


def _branch(provenance: Provenance) -> str:
    """Return the branch of a run, or its merge queue: a group may leave it, and is then never on the branch."""
    queue = QUEUE_PREFIX if provenance.event == "merge_group" else ""
    return f"{queue}{provenance.branch}"


class _Update:
    """The change of a store by one run."""

    def __init__(self, store: Store, gate: str, run: RunToRecord, record: Record) -> None:
        self._store, self._gate, self._run, self._record = store, gate, run, record
        self._commit = run.snapshot.commit
        self._line = CommitLine(self._commit, record.first_parents(), run.ancestors)
        self.done = ""

    def edits(self) -> dict[str, File | None]:
        """Return the files to write and to remove."""
        snapshot, run = self._run.snapshot, self._run
        self._check_workflow()
        same = self._same_commit()
        if run.gap_only and any(known.is_baseline for known in same):
            self.done = f"{self._commit[:7]} has stored results already; they stay"
            return {}
        own = (snapshot.provenance.run_id, snapshot.provenance.run_attempt)
        if not snapshot.provenance.complete and any(known.order == own and known.complete for known in same):
            self.done = f"{self._commit[:7]} has complete results of this run already; they stay"
            return {}
        self._check_run()
        since, before = self._earlier()
        newer = any(known.is_baseline and known.order > own > (0, 0) for known in same)
        files = encode(snapshot, before) if snapshot.provenance.complete and not newer else {}
        added = self._new_record(since, before, files)
        others = [
            replace(known, snapshot=None) if files and known.commit == self._commit else known
            for known in self._record.runs
            if known.key != added.key
        ]
        workflow = run.workflow or self._record.workflow
        whole = Record(workflow=workflow, runs=(*others, added))
        record = thin_out(whole, added, run.max_bytes, escape(run.default_branch))
        history = encode_record(record)
        size = sum(map(len, files.values()))
        self.done = f"recorded {self._commit[:7]}" + (f" ({count(size, 'byte')})" if files else " without a snapshot")
        return {
            **dict.fromkeys(self._stored(self._record) - self._stored(record)),
            **self._written(files),
            **self._badges(added),
            history_path(self._gate): File(data=history),
        }

    def _check_workflow(self) -> None:
        """Refuse results of another workflow, which would replace those of the first.

        Raises:
            StoreError: another workflow records this gate.
        """
        known, own = self._record.workflow, self._run.workflow
        if known and own and known != own and not self._run.workflow_gone(known):
            raise StoreError(
                f"the gate is recorded by {known}, and this run belongs to {own}",
                where=f"{self._store.where}, {history_path(self._gate)}",
                why="two workflows use the same name of a gate, and would replace each other's results",
                todo="give the gate of one of them another name (input `name`)",
            )

    def _check_run(self) -> None:
        """Refuse other complete results of the same workflow run, which would replace the first.

        Raises:
            StoreError: the run has recorded other results of this gate.
        """
        snapshot, origin = self._run.snapshot, self._run.snapshot.provenance
        own = (snapshot.counts(), snapshot.coverage and snapshot.coverage.lines(), round(snapshot.seconds, 3))
        for known in self._same_commit():
            same = known.order == (origin.run_id, origin.run_attempt) and known.complete and origin.complete
            if same and (known.counts, known.lines, known.seconds) != own:
                raise StoreError(
                    f"attempt {known.attempt} of the workflow run {known.run_id} has recorded other results of "
                    f"{self._commit[:7]} for this gate already",
                    where=f"{self._store.where}, {history_path(self._gate)}",
                    why="several jobs of the workflow, such as those of a matrix, use the same name of a gate, and "
                    "would replace each other's results",
                    todo="give the gate of each job another name (input `name`), or collect all reports in one job",
                )

    def _same_commit(self) -> list[RunRecord]:
        return [known for known in self._record.runs if known.commit == self._commit]

    def _earlier(self) -> tuple[RunRecord | None, Snapshot | None]:
        """Return the record that the changes count from, with its snapshot if that can be read."""
        if not any(known.is_baseline for known in self._record.runs):
            return None, None
        before = islice((commit for commit in self._line.commits() if commit != self._commit), MAX_COMMITS)
        own = (self._run.snapshot.provenance.run_id, self._run.snapshot.provenance.run_attempt)
        attempts = (known for known in self._same_commit() if known.order != own)  # of a commit without an earlier one
        line = chain(records_on(before, self._record.runs), attempts)
        first: RunRecord | None = None
        for since in islice((known for known in line if known.is_baseline), MAX_UNREADABLE):
            first = first or since
            if self._run.known is not None and self._run.known[0] == since:
                return since, self._run.known[1]
            try:
                files = fetch_files(self._store, self._gate, since)
                return since, read_snapshot(self._store, since, files)
            except (UnusableError, GoneError):  # the changes since an older one say as much
                continue
        return first, None  # what was before this run is then not known

    def _new_record(self, since: RunRecord | None, before: Snapshot | None, files: Mapping[str, bytes]) -> RunRecord:
        snapshot, provenance = self._run.snapshot, self._run.snapshot.provenance
        run_id = provenance.run_id or max((known.run_id for known in self._record.runs), default=0) + 1
        coverage = snapshot.coverage
        record = RunRecord(
            commit=self._commit,
            run_id=run_id,
            attempt=provenance.run_attempt,
            when=self._run.when,
            branch=escape(_branch(provenance)),
            complete=provenance.complete,
            ready=self._run.ready,
            counts=snapshot.counts(),
            lines=None if coverage is None else coverage.lines(),
            seconds=round(snapshot.seconds, 3),
            since=since.key if since else "",
            line=self._line_to(since),
            unrun=escaped_legs(self._run.unrun),
            snapshot=self._stored_files(files) if files else None,
        )
        if since is None or before is None:
            return replace(record, unknown=since is not None)
        return replace(record, **change_fields(self._run.changes(before, snapshot)))

    def _line_to(self, since: RunRecord | None) -> tuple[str, ...]:
        """Return the ancestors up to the commit of an earlier record; without one, as many as are useful."""
        found: list[str] = []
        for commit in self._line.commits():
            if commit != self._commit:
                found.append(commit)
            if (since is not None and commit == since.commit) or (since is None and len(found) == MAX_LINE):
                break
        return tuple(found)

    def _stored_files(self, files: Mapping[str, bytes]) -> dict[str, StoredFile]:
        """Return the ids and sizes of files; the size of a file that is stored already is known."""
        sizes = self._record.files()
        ids = {name: blob_id(data) for name, data in files.items()}
        return {
            name: StoredFile(id=ids[name], size=sizes.get(ids[name]) or len(zlib.compress(data, 1)))
            for name, data in files.items()
        }

    def _written(self, files: Mapping[str, bytes]) -> dict[str, File]:
        known = self._record.files()
        return {
            snapshot_path(self._gate, self._commit, name): File(data=data, stored=blob_id(data) in known)
            for name, data in files.items()
        }

    def _stored(self, record: Record) -> set[str]:
        """Return the paths of all files of a record's snapshots."""
        return {snapshot_path(self._gate, known.commit, name) for known in record.runs for name in known.snapshot or {}}

    def _badges(self, added: RunRecord) -> dict[str, File]:
        """Return the badges, unless a later run of the branch wrote them: a repeated run must not restore old ones."""
        later = any(known.branch == added.branch and known.order > added.order for known in self._record.runs)
        branch = self._run.snapshot.provenance.branch
        badges = {} if later else self._run.badges
        return {badge_path(self._gate, branch, name): File(data=data) for name, data in badges.items()}
