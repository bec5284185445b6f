"""Store the results of a run as a baseline for later runs, and report whether that succeeded."""

from msgspec import Struct
from msgspec.structs import replace

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.stores import Store
from readygate.model.comparison import Comparison
from readygate.model.snapshot import Snapshot
from readygate.model.subject import Role, Subject
from readygate.support.errors import ForgeError, PermissionDeniedError, StoreError


class StoreOutcome(Struct, frozen=True, kw_only=True):
    """What became of the results.

    Attributes:
        text: what was done, or why not; a line for the log. Empty if the run stores nothing.
        failed: results that a later run needs are not stored.
    """

    text: str = ""
    failed: bool = False


def mark_incomplete(snapshot: Snapshot, comparison: Comparison) -> Snapshot:
    """Mark a snapshot incomplete if a job failed and its results are missing: a crash must not shrink a baseline."""
    failed = "failure" in (comparison.head.evidence.needs or {}).values()
    missing = comparison.missing_groups or comparison.missing_legs or comparison.unmeasured_legs
    lost = missing or not snapshot.executions.failing
    if not (failed and lost):
        return snapshot
    return replace(snapshot, provenance=replace(snapshot.provenance, complete=False))


def store_results(store: Store, gate: str, run: RunToRecord, subject: Subject) -> StoreOutcome:
    """Record a run.

    The results of a merge group may be lost, because the push that follows records the same commit.
    """
    if not run.snapshot.legs and run.snapshot.coverage is None:
        return StoreOutcome(text="Nothing was measured, so nothing is stored.")
    try:
        done = record_run(store, gate, run)
    except (StoreError, ForgeError) as error:
        text = f"The results were not stored: {error}"
        if isinstance(error, PermissionDeniedError):
            text += " Storing needs the permission `contents: write`."
        return StoreOutcome(text=text, failed=subject.role is not Role.CHANGE)
    return StoreOutcome(text=f"{store.where}: {done}")
