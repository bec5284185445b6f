"""What a run is compared with: base commit, changed lines, baseline and policy."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from readygate.baseline.load_snapshot import Own
from readygate.baseline.select import BaselineChoice
from readygate.baseline.stores import Store
from readygate.model.changes import Changes
from readygate.model.policy_change import Waiver
from readygate.policy import PolicyFiles


class LoadedBaseline(Struct, frozen=True, kw_only=True):
    """The baseline, or the reason why there is none.

    Attributes:
        choice: the baseline.
        since: the changes since its commit, None if unknown.
    """

    choice: BaselineChoice
    since: Changes | None = None

    def measured_files(self) -> frozenset[str]:
        """Return the files whose coverage the baseline has."""
        coverage = self.choice.baseline.snapshot.coverage if self.choice.baseline else None
        return frozenset(file.path for file in coverage.files) if coverage else frozenset()


class Reference(Struct, frozen=True, kw_only=True):
    """What a change is compared with.

    Attributes:
        load: returns the baseline, or the reason why there is none, and the changes since its commit. It is given a
            function that returns files of this run's own snapshot, which need not be fetched, and `Policy.repeats`.
        ancestors: lists the first-parent ancestors of the measured commit, nearest first.
        store: the store of baselines; None if baselines are off.
        changes: the lines that the change adds and removes, None if unknown.
        changes_note: the reason why they are unknown.
        files: the files of the repository at the measured commit, None if unknown.
        links: the symbolic links among them, and what they lead to.
        trusted: the commit, else the branch, whose files count instead of those of the change; empty if unknown.
        policy: the policy file on both sides.
        waiver: returns the waiver of the label by that name; None if the label is not set.
    """

    load: Callable[[Own, str], LoadedBaseline]
    ancestors: Callable[[], Iterable[str]] = tuple
    store: Store | None = None
    changes: Changes | None = None
    changes_note: str = ""
    files: frozenset[str] | None = None
    links: Mapping[str, str] = {}
    trusted: str = ""
    policy: PolicyFiles = PolicyFiles()
    waiver: Callable[[str], Waiver | None] = lambda _label: None

    def notices(self) -> Iterator[str]:
        """Yield what could not be read and is not needed."""
        if self.store is not None:
            yield from self.store.notices()
        if self.policy.note:
            yield f"The policy file of the base could not be read: {self.policy.note}."
