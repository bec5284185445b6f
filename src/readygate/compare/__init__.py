"""Head against base: pure functions from values to values."""

from __future__ import annotations

from fnmatch import fnmatchcase

from readygate.compare.align import align
from readygate.compare.coverage import compare_coverage
from readygate.compare.tests import compare_tests
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.snapshot import Baseline, Measured

__all__ = ["compare"]

DOCUMENTATION = ("*.md", "docs/*", "LICENSE*")


def compare(
    head: Measured,
    baseline: Baseline | None,
    *,
    baseline_note: str = "",
    baseline_todo: str = "",
    changes: Changes | None,
    changes_note: str = "",
    since_baseline: Changes | None,
) -> Comparison:
    """Compare what a run measured with its baseline.

    Args:
        head: what this run measured.
        baseline: what it is compared with, if anything.
        baseline_note: why there is no baseline.
        baseline_todo: what to do about that.
        changes: what the change itself adds and removes, for the coverage of changed lines.
        changes_note: why the changed lines are unknown.
        since_baseline: what changed since the baseline's commit, to map its lines to those of today; the same as
            `changes` where the baseline is the commit that the change starts from.
    """
    found = align(baseline.snapshot, head.snapshot) if baseline else None
    base = found.base if found else None
    apart = found if head.snapshot.legs else None  # where no test report was read, no single one is missing
    return Comparison(
        head=head,
        baseline=baseline,
        baseline_note=baseline_note,
        baseline_todo=baseline_todo,
        tests=compare_tests(head, base),
        coverage=compare_coverage(
            head.snapshot.coverage,
            base.coverage if base else None,
            changes=changes,
            changes_note=changes_note,
            since_baseline=since_baseline,
        ),
        changes=changes,
        docs_only=is_docs_only(changes),
        missing_groups=apart.missing_groups if apart else (),
        missing_legs=apart.missing_legs if apart else (),
    )


def is_docs_only(changes: Changes | None) -> bool:
    """Whether a change is known, complete, not empty, and touches nothing but documentation."""
    if changes is None or not changes.files or not changes.complete:
        return False
    paths = {path for file in changes.files for path in (file.path, file.old_path) if path}
    return all(any(_fits(path, pattern) for pattern in DOCUMENTATION) for path in paths)


def _fits(path: str, pattern: str) -> bool:
    """Whether a path fits; `*` at the end of a file's name stands for no folder below it: `LICENSES/tool.py`."""
    return fnmatchcase(path, pattern) and (pattern != "LICENSE*" or "/" not in path)
