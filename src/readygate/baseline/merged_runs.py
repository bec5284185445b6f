"""Find the recorded runs that a commit merged from other branches since its nearest recorded ancestor."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct, field

from readygate.baseline.commit_line import CommitLine, records_on
from readygate.baseline.run_records import Record, RunRecord

Parents = Mapping[str, Sequence[str]]
"""The parents of commits, the first parent first."""


class MergedRuns(Struct, frozen=True, kw_only=True):
    """The newest runs of the merged branches.

    Attributes:
        runs: the latest complete run of each branch that was merged, the nearest first.
        distances: the number of commits from the merging commit back to each merged one.
        first_parents: the first parent of every commit whose parent is known.
    """

    runs: tuple[RunRecord, ...] = ()
    distances: Mapping[str, int] = field(default_factory=dict)
    first_parents: Mapping[str, str] = field(default_factory=dict)

    def line(self, run: RunRecord) -> list[str]:
        """Return the commit of a run and its first-parent ancestors, as far as they are known."""
        return list(CommitLine(run.commit, self.first_parents, tuple).commits(ask=False))

    def built_on(self, older: RunRecord) -> Iterator[RunRecord]:
        """Yield the baselines among the runs that have the commit of another run on their first-parent line."""
        return (run for run in self.runs if run.is_baseline and older.commit in self.line(run))


def find_merged_runs(wanted: str, older: RunRecord, parents: Parents, record: Record) -> MergedRuns:
    """Return the runs that `wanted` contains and its first-parent line down to `older` does not.

    Args:
        wanted: the commit that the change starts from.
        older: the nearest run on its first-parent line.
        parents: the parents of the commits that `wanted` contains and `older` does not. It may have those of other
            commits that `wanted` does not contain, and of `older`.
        record: all runs of the gate.
    """
    known = {commit: found[0] for commit, found in parents.items() if found} | record.first_parents()
    own = {older.commit, *CommitLine(older.commit, known, tuple).commits(ask=False)}
    distances = _distances(wanted, parents, own)
    complete = [run for run in record.runs if run.complete]
    found = [next(records_on((commit,), complete), None) for commit in distances]
    runs = [run for run in found if run is not None]
    inner = set(chain.from_iterable(_distances(run.commit, parents, own).keys() - {run.commit} for run in runs))
    return MergedRuns(
        runs=tuple(run for run in runs if run.commit not in inner), distances=distances, first_parents=known
    )


def _distances(start: str, parents: Parents, end: set[str]) -> dict[str, int]:
    """Return the commits that `start` contains, the nearest first, with the number of steps to each.

    Args:
        start: where to begin.
        parents: commits that it lacks are left out.
        end: commits that are left out, with all before them.
    """
    found = {start: 0}
    waiting = [start]
    for commit in waiting:
        for parent in parents.get(commit, ()):
            if parent in parents and parent not in found and parent not in end:
                found[parent] = found[commit] + 1
                waiting.append(parent)
    return found
