"""Which stored snapshot a change is compared with, and how snapshots are stored.

Names in a store: `snapshots/GATE/RUN-COMMIT[.incomplete]`; the run number orders them, the suffix keeps a damaged or
cancelled run from ever becoming a baseline without anyone having to read it. `history/GATE/BRANCH` is what the last
runs of one branch said; each snapshot carries it as it was then. `badges/GATE/BRANCH/` is what the newest run of a
branch says to a README.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from readygate.baseline import history_codec as past
from readygate.baseline.snapshot_codec import decode, encode
from readygate.baseline.stores import Load, Store
from readygate.model.history import History
from readygate.model.rich_text import Name, Phrase, count
from readygate.model.snapshot import Baseline, Snapshot
from readygate.support.errors import StoreError
from readygate.support.git_names import SHA

KEPT = 200
"""Snapshots kept per gate; the oldest go first."""

MOST_PASSED_OVER = 5
"""Snapshots that cannot be used and are passed over for an older one."""

FIRST_RUN = "After the first run of Readygate on a push to the base branch, changes are compared."

_PACKED = b"rgh1"
"""Ends a snapshot that carries a history, behind the history's length in bytes."""

_PLAIN = re.compile(r"^[a-z0-9-]{1,50}$")
_NAME = re.compile(rf"^snapshots/([^/]+)/(\d+)-({SHA})(\.incomplete)?$")


class _Entry(Struct, frozen=True, kw_only=True):
    name: str
    run: int
    commit: str
    complete: bool


class Choice(Struct, frozen=True, kw_only=True):
    """The baseline, or why there is none (part of a sentence) and what to do about it (a sentence).

    Attributes:
        warning: what could not be read beside it or was passed over, for the log; sentences, a line each.
    """

    baseline: Baseline | None
    note: Phrase | str = ""
    todo: str = ""
    warning: str = ""


def slug(gate: str) -> str:
    """A gate's name as part of a path: readable, and distinct for distinct names."""
    plain = re.sub(r"[^a-z0-9]+", "-", gate.lower()).strip("-")[:40]
    if plain == gate:
        return plain
    from hashlib import sha256  # noqa: PLC0415  (it loads a library of its own, and plain names need none)

    return f"{plain}-{sha256(gate.encode()).hexdigest()[:8]}".lstrip("-")


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
        StoreError, ForgeError: there is a store, and it, or every snapshot that fits, cannot be read.
    """
    names = store.names()
    entries = {entry.commit: entry for entry in _entries(names, gate) if entry.complete}
    if not entries:
        return Choice(
            baseline=None,
            note=(Name(branch), " has no stored results yet") if branch else "there are no stored results yet",
            todo=f"{FIRST_RUN}{_others(names, gate)}",
        )
    passed_over: list[StoreError] = []
    snapshot, told, behind = _nearest(store, entries, _line(wanted, ancestors), passed_over)
    if snapshot is None:
        if passed_over:  # there are results, and none of them can be read: that is not the same as none
            raise passed_over[0]
        return Choice(
            baseline=None,
            note=f"neither {wanted[:7]} nor any commit before it that was looked at has stored results",
            todo=FIRST_RUN,
        )
    history, damage = _history(told, f"{store.where}, {entries[snapshot.commit].name}")
    warnings = [f"{error} Older results were taken in its place." for error in passed_over]
    if damage:
        warnings.append(f"{damage} Without it the report tells nothing of earlier runs.")
    return Choice(
        warning="\n".join(warnings),
        baseline=Baseline(
            snapshot=snapshot,
            wanted=wanted,
            behind=behind,
            branch=branch,
            relation=relation,
            history=history,
        ),
    )


def _others(names: Iterable[str], gate: str) -> str:
    """A hint at the results of other gates: a name that was changed is the usual reason to find none."""
    found = {match[1] for match in map(_NAME.match, names) if match} - {slug(gate)}
    told = sorted(name for name in found if _PLAIN.match(name))
    if not told:
        return ""
    more = " and others" if len(told) > 3 else ""
    return f" There are results of {', '.join(told[:3])}{more}; each name of a gate has its own."


def _line(wanted: str, ancestors: Callable[[], Iterable[str]]) -> Iterator[str]:
    yield wanted
    yield from ancestors()


def _nearest(
    store: Store, entries: Mapping[str, _Entry], line: Iterable[str], passed_over: list[StoreError]
) -> tuple[Snapshot | None, bytes, int]:
    """The first snapshot on a line of commits that can be used, its history, and how many commits stand before it."""
    for behind, commit in enumerate(line):
        if commit in entries:
            snapshot, told = _usable(store, entries[commit], passed_over)
            if snapshot is not None:
                return snapshot, told, behind
    return None, b"", 0


def _usable(store: Store, entry: _Entry, passed_over: list[StoreError]) -> tuple[Snapshot | None, bytes]:
    """Load a snapshot and its history; None if it is damaged, newer, or not what its name says, which is kept.

    Raises:
        StoreError: it cannot be loaded, or too many in a row were none.
    """
    where = f"{store.where}, {entry.name}"
    data, told = unpack(store.load(entry.name))
    try:
        snapshot = decode(data, where=where)
        if snapshot.commit != entry.commit:
            raise StoreError(f"the snapshot says it is of {snapshot.commit[:7]}", where=where)
        if not snapshot.provenance.complete:
            raise StoreError("the snapshot is of a run that was not complete", where=where)
    except StoreError as error:
        passed_over.append(error)
        if len(passed_over) > MOST_PASSED_OVER:
            raise
        return None, b""
    return snapshot, told


def history_name(gate: str, branch: str) -> str:
    """Where a store keeps the history of a branch."""
    return f"history/{slug(gate)}/{slug(branch) if branch else '-'}"


def badge_name(gate: str, branch: str, name: str) -> str:
    """Where a store keeps a badge of a branch."""
    return f"badges/{slug(gate)}/{slug(branch) if branch else '-'}/{name}"


def pack(snapshot: bytes, history: bytes) -> bytes:
    """Put the history behind the snapshot that it ends with, so that both come with one request."""
    return snapshot + history + struct.pack("<I", len(history)) + _PACKED


def unpack(data: bytes) -> tuple[bytes, bytes]:
    """Take apart what `pack` made; a snapshot alone has an empty history."""
    if len(data) < 8 or not data.endswith(_PACKED):
        return data, b""
    (length,) = struct.unpack("<I", data[-8:-4])
    return data[: -8 - length], data[-8 - length : -8]


def _history(data: bytes, where: str) -> tuple[History | None, str]:
    """The history, and what is wrong with it: it explains, and decides nothing that would be unsafe."""
    if not data:
        return None, ""
    try:
        return past.decode(data, where), ""
    except StoreError as error:
        return None, str(error)


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
    """Store a snapshot; one of the same commit is replaced, and the oldest beyond `KEPT` are taken away.

    Args:
        store: where to.
        gate: whose snapshot.
        snapshot: what to store.
        gap_only: leave a complete snapshot of the same commit alone.
        when: seconds since 1970, for the history.
        ready: the verdict on the commit, for the history.
        extra: more files to store with it, by name, unless a later run has stored its own.

    Returns:
        what was done, for the log.

    Raises:
        StoreError, ForgeError: it could not be stored.
    """
    data = encode(snapshot)
    told = history_name(gate, snapshot.provenance.branch)
    done = ""

    def change(names: tuple[str, ...], load: Load) -> Mapping[str, bytes | None]:
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
        known, _ = _history(load(told) if told in names else b"", store.where)
        history = past.encode(past.grow(known or History(), snapshot, when=when, ready=ready))
        newest = all(entry.run <= run for entry in entries)  # an old run that is repeated brings no old badges back
        more = (extra or {}) if newest else {}
        return {**dict.fromkeys(gone), **more, name: pack(data, history), told: history}

    store.update(change)
    return done


def _entries(names: Iterable[str], gate: str) -> Iterable[_Entry]:
    wanted = slug(gate)
    for name in names:
        match = _NAME.match(name)
        if match and match[1] == wanted:
            yield _Entry(name=name, run=int(match[2]), commit=match[3], complete=match[4] is None)
