"""Select the stored snapshot that a change is compared with."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from readygate.baseline import history_codec
from readygate.baseline.snapshot_codec import decode
from readygate.baseline.store_keys import StoredSnapshot, gates_with_snapshots, store_key, stored_snapshots
from readygate.baseline.stores import Store
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.snapshot import Baseline, Snapshot
from readygate.support.errors import StoreError

MOST_PASSED_OVER = 5
"""Unusable snapshots that are skipped in favor of an older one; one more is an error."""

FIRST_RUN = "After the first run of Readygate on a push to the base branch, changes are compared."

_PLAIN = re.compile(r"^[a-z0-9-]{1,50}$")


class BaselineChoice(Struct, frozen=True, kw_only=True):
    """The selected baseline, or the reason why there is none.

    Attributes:
        note: why there is no baseline, part of a sentence.
        todo: what to do about it, a sentence.
        warning: snapshots that were skipped or histories that could not be read, for the log; one sentence a line.
    """

    baseline: Baseline | None
    note: RichText | str = ""
    todo: str = ""
    warning: str = ""


def choose(
    store: Store,
    gate: str,
    *,
    wanted: str,
    relation: str,
    branch: str,
    ancestors: Callable[[], Iterable[str]],
) -> BaselineChoice:
    """Choose the snapshot of the wanted commit, or else of its nearest first-parent ancestor that has one.

    Args:
        store: the store to search.
        gate: name of the gate.
        wanted: the commit that the change starts from.
        relation: what that commit is, for the report.
        branch: the base branch, for the report.
        ancestors: lists the first-parent ancestors, nearest first; called only if the commit has no snapshot.

    Raises:
        StoreError, ForgeError: the store, or every snapshot that fits, cannot be read.
    """
    names = store.names()
    stored = {entry.commit: entry for entry in stored_snapshots(names, gate) if entry.complete}
    if not stored:
        return BaselineChoice(
            baseline=None,
            note=(Untrusted(branch), " has no stored results yet") if branch else "there are no stored results yet",
            todo=f"{FIRST_RUN}{_other_gates(names, gate)}",
        )
    skipped: list[StoreError] = []
    snapshot, packed_history, behind = _nearest(store, stored, _line(wanted, ancestors), skipped)
    if snapshot is None:
        if skipped:  # results exist, but none can be read: this must not look like "no baseline"
            raise skipped[0]
        return BaselineChoice(
            baseline=None,
            note=f"neither {wanted[:7]} nor any commit before it that was looked at has stored results",
            todo=FIRST_RUN,
        )
    history, damage = history_codec.try_decode(packed_history, f"{store.where}, {stored[snapshot.commit].name}")
    warnings = [f"{error} Older results were taken in its place." for error in skipped]
    if damage:
        warnings.append(f"{damage} Without it the report tells nothing of earlier runs.")
    return BaselineChoice(
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


def _other_gates(names: Iterable[str], gate: str) -> str:
    """Name other gates with results: a renamed gate is the usual reason to find none."""
    shown = sorted(name for name in gates_with_snapshots(names) - {store_key(gate)} if _PLAIN.match(name))
    if not shown:
        return ""
    more = " and others" if len(shown) > 3 else ""
    return f" There are results of {', '.join(shown[:3])}{more}; each name of a gate has its own."


def _line(wanted: str, ancestors: Callable[[], Iterable[str]]) -> Iterator[str]:
    yield wanted
    yield from ancestors()


def _nearest(
    store: Store, stored: Mapping[str, StoredSnapshot], line: Iterable[str], skipped: list[StoreError]
) -> tuple[Snapshot | None, bytes, int]:
    """Return the first usable snapshot on a line of commits, its encoded history, and its distance in commits."""
    for behind, commit in enumerate(line):
        if commit in stored:
            snapshot, history = _load(store, stored[commit], skipped)
            if snapshot is not None:
                return snapshot, history, behind
    return None, b"", 0


def _load(store: Store, entry: StoredSnapshot, skipped: list[StoreError]) -> tuple[Snapshot | None, bytes]:
    """Load a snapshot and its encoded history.

    Return None, and append the reason to `skipped`, if the snapshot is damaged, has a newer version, or contradicts
    its name.

    Raises:
        StoreError: it cannot be loaded, or more than `MOST_PASSED_OVER` snapshots were unusable.
    """
    where = f"{store.where}, {entry.name}"
    data, history = history_codec.unpack(store.load(entry.name))
    try:
        snapshot = decode(data, where=where)
        if snapshot.commit != entry.commit:
            raise StoreError(f"the snapshot says it is of {snapshot.commit[:7]}", where=where)
        if not snapshot.provenance.complete:
            raise StoreError("the snapshot is of a run that was not complete", where=where)
    except StoreError as error:
        skipped.append(error)
        if len(skipped) > MOST_PASSED_OVER:
            raise
        return None, b""
    return snapshot, history
