"""Store the snapshot of a run, with the history of its branch and its badges."""

from collections.abc import Mapping

from readygate.baseline import history_codec
from readygate.baseline.snapshot_codec import encode
from readygate.baseline.store_keys import history_key, snapshot_key, stored_snapshots
from readygate.baseline.stores import Load, Store
from readygate.model.history import History
from readygate.model.rich_text import count
from readygate.model.snapshot import Snapshot

KEPT = 200
"""Snapshots kept per gate; the oldest are removed first."""


def record(
    store: Store,
    gate: str,
    snapshot: Snapshot,
    *,
    gap_only: bool = False,
    when: int = 0,
    ready: bool | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> str:
    """Store a snapshot, replace an older one of the same commit, and remove the oldest beyond `KEPT`.

    Args:
        store: the store to write to.
        gate: name of the gate.
        snapshot: the snapshot to store.
        gap_only: keep a complete snapshot of the same commit.
        when: time of the run for the history, in seconds since 1970.
        ready: verdict on the commit, for the history.
        extra: more files to store, by name. They are skipped if the store holds a later run.

    Returns:
        what was done, for the log.

    Raises:
        StoreError, ForgeError: the snapshot could not be stored.
    """
    data = encode(snapshot)
    history_name = history_key(gate, snapshot.provenance.branch)
    complete = snapshot.provenance.complete
    done = ""

    def change(names: tuple[str, ...], load: Load) -> Mapping[str, bytes | None]:
        nonlocal done
        stored = sorted(stored_snapshots(names, gate), key=lambda entry: (entry.run, entry.commit))
        same = [entry for entry in stored if entry.commit == snapshot.commit]
        if any(entry.complete for entry in same) and (gap_only or not complete):
            done = f"{snapshot.commit[:7]} has stored results already; they stay"
            return {}
        run = snapshot.provenance.run_id or max((entry.run for entry in stored), default=0) + 1
        name = snapshot_key(gate, run, snapshot.commit, complete=complete)
        others = [entry.name for entry in stored if entry.commit != snapshot.commit]
        removed = [entry.name for entry in same if entry.name != name] + others[: max(0, len(others) + 1 - KEPT)]
        done = f"stored {name} ({count(len(data), 'byte')})"
        known, _ = history_codec.try_decode(load(history_name) if history_name in names else b"", store.where)
        grown = history_codec.grow(known or History(), snapshot, when=when, ready=ready)
        history = history_codec.encode(grown)
        newest = all(entry.run <= run for entry in stored)  # a re-run of an old run must not restore old badges
        more = (extra or {}) if newest else {}
        packed = history_codec.pack(data, history)
        return {**dict.fromkeys(removed), **more, name: packed, history_name: history}

    store.update(change)
    return done
