"""Which stored snapshot a change is compared with, and how snapshots are stored.

Names in a store: `snapshots/GATE/RUN-COMMIT[.incomplete]`; the run number orders them, the suffix keeps a damaged or
cancelled run from ever becoming a baseline without anyone having to read it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from readygate.errors import StoreError
from readygate.model.phrase import count
from readygate.model.snapshot import Baseline, Snapshot
from readygate.snapshot.codec import decode, encode
from readygate.stores import Store

KEPT = 200
"""Snapshots kept per gate; the oldest go first."""

FIRST_RUN = "After the first run of Readygate on a push to the base branch, changes are compared."

_NAME = re.compile(r"^snapshots/([^/]+)/(\d+)-([0-9a-f]{40,64})(\.incomplete)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    run: int
    commit: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The baseline, or why there is none (part of a sentence) and what to do about it (a sentence)."""

    baseline: Baseline | None
    note: str = ""
    todo: str = ""


def slug(gate: str) -> str:
    """A gate's name as part of a path: readable, and distinct for distinct names."""
    plain = re.sub(r"[^a-z0-9]+", "-", gate.lower()).strip("-")[:40]
    if plain == gate:
        return plain
    return f"{plain}-{hashlib.sha256(gate.encode()).hexdigest()[:8]}".lstrip("-")


def choose(
    store: Store,
    gate: str,
    *,
    wanted: str,
    relation: str,
    branch: str,
    ancestors: Callable[[], Iterable[str]],
) -> Choice:
    """Choose the snapshot of the wanted commit, else of its nearest first-parent ancestor that has one.

    Args:
        store: where snapshots lie.
        gate: whose snapshots.
        wanted: the commit the change starts from.
        relation: what that commit is, for the reader.
        branch: the base branch, for the reader.
        ancestors: lists the first-parent ancestors, the nearest first; only asked if the commit has no snapshot.

    Raises:
        StoreError, ForgeError: there is a store, or a snapshot, and it cannot be read.
    """
    entries = {entry.commit: entry for entry in _entries(store.names(), gate) if entry.complete}
    if not entries:
        return Choice(
            baseline=None,
            note=f"`{branch}` has no stored results yet" if branch else "there are no stored results yet",
            todo=FIRST_RUN,
        )
    behind, found = 0, wanted if wanted in entries else ""
    if not found:
        for behind, commit in enumerate(ancestors(), start=1):  # noqa: B007  (the last count is what we want)
            if commit in entries:
                found = commit
                break
    if not found:
        return Choice(
            baseline=None,
            note=f"neither {wanted[:7]} nor any commit before it that was looked at has stored results",
            todo=FIRST_RUN,
        )
    name = entries[found].name
    snapshot = decode(store.load(name), where=f"{store.where}, {name}")
    if snapshot.commit != found:
        raise StoreError(f"the snapshot says it is of {snapshot.commit[:7]}", where=f"{store.where}, {name}")
    return Choice(
        baseline=Baseline(
            snapshot=snapshot,
            wanted=wanted,
            behind=behind if found != wanted else 0,
            branch=branch,
            relation=relation,
        )
    )


def record(store: Store, gate: str, snapshot: Snapshot, *, gap_only: bool = False) -> str:
    """Store a snapshot; one of the same commit is replaced, and the oldest beyond `KEPT` are taken away.

    Args:
        store: where to.
        gate: whose snapshot.
        snapshot: what to store.
        gap_only: leave a complete snapshot of the same commit alone.

    Returns:
        what was done, for the log.

    Raises:
        StoreError, ForgeError: it could not be stored.
    """
    data = encode(snapshot)
    done = ""

    def change(names: tuple[str, ...]) -> Mapping[str, bytes | None]:
        nonlocal done
        entries = sorted(_entries(names, gate), key=lambda entry: (entry.run, entry.commit))
        same = [entry for entry in entries if entry.commit == snapshot.commit]
        if any(entry.complete for entry in same) and (gap_only or not snapshot.provenance.complete):
            done = f"{snapshot.commit[:7]} has stored results already; they stay"
            return {}
        run = snapshot.provenance.run_id or max((entry.run for entry in entries), default=0) + 1
        suffix = "" if snapshot.provenance.complete else ".incomplete"
        name = f"snapshots/{slug(gate)}/{run:012d}-{snapshot.commit}{suffix}"
        others = [entry.name for entry in entries if entry.commit != snapshot.commit]
        gone = [entry.name for entry in same if entry.name != name] + others[: max(0, len(others) + 1 - KEPT)]
        done = f"stored {name} ({count(len(data), 'byte')})"
        return {name: data, **dict.fromkeys(gone)}

    store.update(change)
    return done


def _entries(names: Iterable[str], gate: str) -> Iterable[_Entry]:
    wanted = slug(gate)
    for name in names:
        match = _NAME.match(name)
        if match and match[1] == wanted:
            yield _Entry(name=name, run=int(match[2]), commit=match[3], complete=match[4] is None)
