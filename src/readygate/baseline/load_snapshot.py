"""Load the snapshot of a recorded run from a store."""

from collections.abc import Callable, Container, Mapping
from concurrent.futures import ThreadPoolExecutor

from readygate.baseline.run_records import RunRecord
from readygate.baseline.snapshot_codec import decode
from readygate.baseline.store_paths import snapshot_path
from readygate.baseline.stores import Store
from readygate.model.snapshot import Snapshot
from readygate.support.errors import UnusableError

PARALLEL = 4
"""Files that are fetched at the same time."""


Own = Callable[[Container[str]], Mapping[str, bytes]]
"""Returns those files of a run, by id, whose ids are asked for."""


def no_files(_ids: Container[str]) -> Mapping[str, bytes]:
    """Return nothing, as a run without files does."""
    return {}


def fetch_files(store: Store, gate: str, run: RunRecord, own: Own = no_files) -> dict[str, bytes]:
    """Return the files of the snapshot of a run by name.

    Args:
        store: the store.
        gate: the name of the gate.
        run: the record of the run, whose snapshot is stored.
        own: returns files that need not be fetched.

    Raises:
        StoreError, ForgeError: a file cannot be read.
        UnusableError: a file is damaged or missing.
        GoneError: the store no longer has the snapshot.
    """
    stored = sorted((run.snapshot or {}).items())
    found = dict(own({file.id for _, file in stored}))
    missing = {file.id: snapshot_path(gate, run.commit, name) for name, file in stored if file.id not in found}
    with ThreadPoolExecutor(PARALLEL) as pool:
        fetched = pool.map(lambda blob: store.fetch(missing[blob], blob), missing)
        found |= zip(missing, fetched, strict=True)
    return {name: found[file.id] for name, file in stored}


def read_snapshot(store: Store, run: RunRecord, files: Mapping[str, bytes]) -> Snapshot:
    """Return the snapshot that the files of a run hold.

    Raises:
        UnusableError: the files are damaged, have another version, or are not of this run.
    """
    where = f"{store.where}, snapshot of {run.commit[:7]}"
    snapshot = decode(files, where)
    if snapshot.commit != run.commit:
        raise UnusableError(
            f"the snapshot says it is of {snapshot.commit[:7]}",
            where=where,
            why="another program than Readygate changed the history or the snapshot",
            todo="run the workflow on the base branch again, which stores new results",
        )
    return snapshot
