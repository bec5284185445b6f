"""The first-parent line of a commit, from what the record knows and, where that ends, from git or GitHub."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from readygate.baseline.run_records import RunRecord
from readygate.support.git_names import MAX_ANCESTORS


class CommitLine:
    """Walks from a commit to its first-parent ancestors, nearest first.

    A first parent never changes, so that what a record says of it is true whatever became of the branch.
    """

    def __init__(self, commit: str, known: Mapping[str, str], ancestors: Callable[[], Iterable[str]]) -> None:
        """Prepare the walk.

        Args:
            commit: where it begins.
            known: the first parent of each commit whose parent is known.
            ancestors: lists the ancestors of `commit`, nearest first; called only where `known` ends.
        """
        self._commit = commit
        self._known = known
        self._ancestors = ancestors
        self._asked: Iterator[str] | None = None
        self._listed: list[str] = []

    def commits(self, *, ask: bool = True) -> Iterator[str]:
        """Yield the commit and at most `MAX_ANCESTORS` ancestors; without `ask` only those that are known already."""
        commit, seen = self._commit, set[str]()
        for number in range(MAX_ANCESTORS + 1):
            if not commit or commit in seen:  # git has no circles, and a damaged record may have
                return
            seen.add(commit)
            yield commit
            commit = self._known.get(commit) or self._listed_ancestor(number, ask=ask)

    def _listed_ancestor(self, number: int, *, ask: bool) -> str:
        """Return the ancestor of a number, 0 for the first parent; empty if there is none."""
        while len(self._listed) <= number:
            if self._asked is None:
                if not ask:
                    return ""
                self._asked = iter(self._ancestors())
            found = next(self._asked, "") if ask else ""
            if not found:
                return ""
            self._listed.append(found)
        return self._listed[number]


def records_on(line: Iterable[str], runs: Iterable[RunRecord]) -> Iterator[RunRecord]:
    """Yield the recorded runs of a line of commits in its order; those of one commit from the latest to the first."""
    by_commit: dict[str, list[RunRecord]] = {}
    for run in runs:
        by_commit.setdefault(run.commit, []).append(run)
    for commit in line:
        yield from sorted(by_commit.get(commit, ()), key=lambda run: run.order, reverse=True)
