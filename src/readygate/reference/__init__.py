"""What a run is compared with, beside its own reports: base commit, changed lines, baseline and policy."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from readygate.baseline.select import Choice
from readygate.baseline.stores import Store
from readygate.model.changes import Changes
from readygate.model.comparison import Waiver
from readygate.policy import PolicyFiles


class Background(Struct, frozen=True, kw_only=True):
    """What a change is compared with, beside its own reports.

    Attributes:
        store: where baselines lie; None if they are switched off.
        changes: what the change adds and removes, None if unknown.
        changes_note: why they are unknown.
        since_baseline: what changed since the baseline's commit.
        files: the repository's files at the measured commit, None if unknown.
        trusted: the commit, else the branch, whose files count and not those of the change; empty if unknown.
        policy: the policy file on both sides.
        waiver: asks for the label by which somebody answers for what is missing; None if it is not set.
    """

    choice: Choice
    store: Store | None = None
    changes: Changes | None = None
    changes_note: str = ""
    since_baseline: Changes | None = None
    files: frozenset[str] | None = None
    trusted: str = ""
    policy: PolicyFiles = PolicyFiles()
    waiver: Callable[[str], Waiver | None] = lambda _label: None
