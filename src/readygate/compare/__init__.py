"""Head against base: pure functions from values to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct, field
from msgspec.structs import replace

from readygate.compare.carried_suites import Part, carried_legs, untouched, without_carried
from readygate.compare.classify_failures import Names, Triage, sort_failures
from readygate.compare.coverage import compare_coverage
from readygate.compare.failure_causes import Readings, find_causes
from readygate.compare.match_suites import align
from readygate.compare.renames import match_renames
from readygate.compare.results import compare_tests
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison, TestComparison
from readygate.model.paths import PathRules
from readygate.model.results import ClassBlock, Leg, Outcome, TestId
from readygate.model.rich_text import Phrase
from readygate.model.snapshot import Baseline, Measured, Snapshot

__all__ = ["Sides", "Terms", "compare", "settle"]

DOCUMENTATION = ("*.md", "docs/*", "LICENSE*")


class Sides(Struct, frozen=True, kw_only=True):
    """What is compared with what.

    Attributes:
        base: the baseline in the head's names, without what is carried; None without a baseline.
        names: the head's (group, leg) by that of the baseline, of those that differ.
        carried: legs of the baseline that need not run for this change.
        missing_groups: suites that the baseline has and the head lacks.
        missing_legs: (group, leg) that the baseline has and the head lacks.
    """

    base: Snapshot | None = None
    names: Names = field(default_factory=dict)
    carried: tuple[Leg, ...] = ()
    missing_groups: tuple[str, ...] = ()
    missing_legs: tuple[tuple[str, str], ...] = ()


class Terms(Struct, frozen=True, kw_only=True):
    """What the policy says of a comparison, and what is known of the repository.

    Attributes:
        triage: what excuses a failure.
        parts: suites that need not run where a change does not touch them.
        now: seconds since 1970.
        paths: how paths of traces become paths of the repository, to know the project's own code in them, and which
            files the repository has.
        readings: what another process has read of what failing tests say.
        sides: what `settle` made of them; None to let `compare` do so.
    """

    triage: Triage = Triage()
    parts: tuple[Part, ...] = ()
    now: int = 0
    paths: PathRules | None = None
    readings: Readings = dict
    sides: Sides | None = None


def settle(
    head: Measured,
    baseline: Baseline | None,
    parts: tuple[Part, ...],
    changes: Changes | None,
    since_baseline: Changes | None,
) -> Sides:
    """Settle what is compared with what.

    Args:
        head: what this run measured.
        baseline: what it is compared with, if anything.
        parts: suites that need not run where a change does not touch them.
        changes: as for `compare`.
        since_baseline: the same.
    """
    if baseline is None:
        return Sides()
    found = align(baseline.snapshot, head.snapshot)
    # where no test report was read, no single one is missing
    apart = found if head.snapshot.legs or parts else None
    lost = apart.lost if apart else {}
    base = found.base
    kept = carried_legs(base, lost, untouched(parts, changes))
    carried = {leg.group for leg in kept}
    if kept:
        base = without_carried(base, carried, head.snapshot.coverage, since_baseline)
    return Sides(
        base=base,
        names=found.names,
        carried=kept,
        missing_groups=tuple(sorted(told for group, told in lost.items() if group not in carried)),
        missing_legs=apart.missing_legs if apart else (),
    )


def compare(
    head: Measured,
    baseline: Baseline | None,
    *,
    baseline_note: Phrase | str = "",
    baseline_todo: str = "",
    changes: Changes | None,
    changes_note: str = "",
    since_baseline: Changes | None,
    terms: Terms | None = None,
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
        terms: what the policy says of the comparison itself.
    """
    terms = terms or Terms()
    sides = terms.sides or settle(head, baseline, terms.parts, changes, since_baseline)
    base = sides.base
    tests = _tests(head, base, baseline, sides.names, terms.triage)
    return Comparison(
        head=head,
        baseline=baseline,
        baseline_note=baseline_note,
        baseline_todo=baseline_todo,
        tests=tests,
        causes=find_causes(tests, terms.paths, terms.readings),
        coverage=compare_coverage(
            head.snapshot.coverage,
            base.coverage if base else None,
            changes=changes,
            changes_note=changes_note,
            since_baseline=since_baseline,
            files=terms.paths.files if terms.paths else None,
        ),
        changes=_sorted(changes),
        docs_only=is_docs_only(changes),
        missing_groups=sides.missing_groups,
        missing_legs=sides.missing_legs,
        carried=sides.carried,
        base=base,
        now=terms.now,
    )


def _tests(
    head: Measured, base: Snapshot | None, baseline: Baseline | None, names: Names, triage: Triage
) -> TestComparison:
    tests = compare_tests(head, base, baseline.details if baseline else None)
    if tests.added and tests.vanished:
        tests = match_renames(tests, outcomes_of(tests.added, head.snapshot.headline()))
    return sort_failures(tests, head, baseline.history if baseline else None, names, triage)


def outcomes_of(tests: Iterable[TestId], blocks: Mapping[tuple[str, str], ClassBlock]) -> dict[TestId, Outcome]:
    """The outcomes of some tests; each class is taken apart once."""
    wanted: dict[tuple[str, str], list[TestId]] = {}
    for test in tests:
        wanted.setdefault((test.group, test.class_name), []).append(test)
    found = {}
    for key, some in wanted.items():
        block = blocks.get(key)
        known = dict(block.items()) if block else {}
        found.update({test: known[test.name] for test in some if test.name in known})
    return found


def _sorted(changes: Changes | None) -> Changes | None:
    return changes and replace(changes, files=tuple(sorted(changes.files, key=lambda file: file.path)))


def is_docs_only(changes: Changes | None) -> bool:
    """Whether a change is known, complete, not empty, and touches nothing but documentation."""
    if changes is None or not changes.files or not changes.complete:
        return False
    paths = {path for file in changes.files for path in (file.path, file.old_path) if path}
    return all(any(_fits(path, pattern) for pattern in DOCUMENTATION) for path in paths)


def _fits(path: str, pattern: str) -> bool:
    """Whether a path fits; `*` at the end of a file's name stands for no folder below it: `LICENSES/tool.py`."""
    return fnmatchcase(path, pattern) and (pattern != "LICENSE*" or "/" not in path)
