"""What a run is compared with: base commit, changed lines, baseline and policy."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from readygate.baseline.select import BaselineChoice
from readygate.baseline.stores import Store
from readygate.model.changes import Changes
from readygate.model.comparison import Waiver
from readygate.policy import PolicyFiles


class Reference(Struct, frozen=True, kw_only=True):
    """What a change is compared with.

    Attributes:
        choice: the baseline, or the reason why there is none.
        store: the store of baselines; None if baselines are off.
        changes: the lines that the change adds and removes, None if unknown.
        changes_note: the reason why they are unknown.
        since_baseline: the changes since the commit of the baseline.
        files: the files of the repository at the measured commit, None if unknown.
        trusted: the commit, else the branch, whose files count instead of those of the change; empty if unknown.
        policy: the policy file on both sides.
        waiver: returns the waiver of the label by that name; None if the label is not set.
    """

    choice: BaselineChoice
    store: Store | None = None
    changes: Changes | None = None
    changes_note: str = ""
    since_baseline: Changes | None = None
    files: frozenset[str] | None = None
    trusted: str = ""
    policy: PolicyFiles = PolicyFiles()
    waiver: Callable[[str], Waiver | None] = lambda _label: None

    def notices(self) -> Iterator[str]:
        """Yield what could not be read and is not needed."""
        if self.choice.warning:
            yield self.choice.warning
        if self.policy.note:
            yield f"The policy file of the base could not be read: {self.policy.note}."
