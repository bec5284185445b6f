"""Compare the branches of both sides, and measure those of changed lines and of components."""

from collections.abc import Callable, Collection, Container

from msgspec.structs import replace

from readygate.model.changes import Changes
from readygate.model.comparison import CoverageComparison
from readygate.model.coverage import (
    BRANCHES,
    LINES,
    BranchDelta,
    Coverage,
    FileCoverage,
    Ratio,
    add_ratios,
    lower_ratio,
    measured_share,
)
from readygate.model.measures import ComponentResult
from readygate.model.policy import Component


def compare_branches(head: Coverage, base: Coverage, since: Changes | None) -> BranchDelta | None:
    """Return the branches of the base and of unchanged lines; None if the base measured no branches."""
    if not base.has_branches:
        return None
    known = since is not None and since.complete
    changed = {file.old_path or file.path: file for file in since.files if file.status != "added"} if since else {}
    now = {file.path: file for file in head.files}
    kept_by: dict[str, Ratio] = {}
    removed_by: dict[str, Ratio] = {}
    unchanged_base, unchanged_head = [], []
    for file in base.files:
        change = changed.get(file.path)
        if change is not None and change.status == "removed":
            removed_by[file.path] = _branches(file)
            continue
        path = change.path if change else file.path
        removed = frozenset(change.removed) if change and known else frozenset()
        kept_by[path] = _branches(file, without=removed)
        removed_by[path] = _branches(file, only=removed)
        mine = now.get(path)
        if mine is not None and known and (change is None or change.shown):
            unchanged_base.append(kept_by[path])
            unchanged_head.append(_branches(mine, without=frozenset(change.added) if change else ()))
    return BranchDelta(
        unchanged_base=add_ratios(unchanged_base) if known else None,
        unchanged_head=add_ratios(unchanged_head) if known else None,
        kept=kept_by,
        removed=removed_by,
    )


def changed_branches(head: Coverage, changes: Changes) -> Ratio | None:
    """Return the branches of the changed lines; None if no report measured branches.

    A file whose diff was left out counts with all of its branches.
    """
    if not head.has_branches:
        return None
    measured = {file.path: file for file in head.files}
    found = [
        _branches(file, only=frozenset(change.added) if change.shown else None)
        for change in changes.files
        if change.status != "removed" and (file := measured.get(change.path)) is not None
    ]
    return add_ratios(found)


def with_measure(
    result: ComponentResult, part: Component, fits: Callable[[str], bool], coverage: CoverageComparison
) -> ComponentResult:
    """Return a component with what its `measure` counts in place of its lines."""
    if part.measure == LINES:
        return result
    own = None
    if coverage.branches is not None:
        own = add_ratios(_branches(file) for file in coverage.head.files if fits(file.path))
    delta = coverage.delta.branches if coverage.delta else None
    base = None
    if delta is not None and result.base is not None:
        kept = add_ratios(ratio for path, ratio in delta.kept.items() if fits(path))
        removed = add_ratios(ratio for path, ratio in delta.removed.items() if fits(path))
        base = measured_share(part.measure, result.base, lower_ratio(kept, add_ratios((kept, removed))))
    lines = measured_share(part.measure, result.lines, own) or Ratio(covered=0, total=0)
    missing = 0 if part.measure == BRANCHES else result.missing
    return replace(result, measure=part.measure, lines=lines, base=base, missing=missing)


def _branches(file: FileCoverage, *, only: Collection[int] | None = None, without: Container[int] = ()) -> Ratio:
    counts = [count for line, count in file.branches.items() if (only is None or line in only) and line not in without]
    return Ratio(covered=sum(taken for taken, _ in counts), total=sum(total for _, total in counts))
