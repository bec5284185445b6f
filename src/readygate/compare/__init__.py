"""Compare what a run measured with its baseline: pure functions from values to values."""

from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from readygate.compare.carried_suites import OptionalSuites
from readygate.compare.classify_failures import FailureCriteria, classify_failures
from readygate.compare.coverage import compare_coverage
from readygate.compare.durations import compare_durations
from readygate.compare.failure_causes import find_causes
from readygate.compare.measures import policy_measures
from readygate.compare.packages import find_packages
from readygate.compare.rename_evidence import RenameEvidence
from readygate.compare.renames import match_renames
from readygate.compare.results import compare_tests, outcomes_of
from readygate.compare.sides import ComparedSides, prepare_sides
from readygate.compare.skip_reasons import count_skip_reasons
from readygate.compare.suites import count_suites
from readygate.model.attempts import Attempts
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison, CoverageComparison, TestComparison
from readygate.model.load_errors import load_errors
from readygate.model.measures import SlowdownLimit
from readygate.model.paths import PathRules
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText
from readygate.model.snapshot import Baseline, HeadRun

__all__ = ["ComparisonOptions", "compare"]

DOCUMENTATION = ("*.md", "docs/*", "LICENSE*")


class ComparisonOptions(Struct, frozen=True, kw_only=True):
    """What the policy and the repository contribute to a comparison.

    Attributes:
        policy: its components, categories, goals and quarantine are measured; None for none of them.
        failures: when a failure counts as flaky or quarantined.
        optional_suites: suites that may be missing if the change does not touch their paths.
        slowdown: the limit for the time of a single test; None if no rule checks it.
        attempts: the earlier attempts of this workflow run in which tests failed, as a comment remembers them.
        now: seconds since 1970; 0 if unknown.
        paths: the files of the repository, and how paths of traces map to them; None if unknown.
    """

    policy: Policy | None = None
    failures: FailureCriteria = FailureCriteria()
    optional_suites: tuple[OptionalSuites, ...] = ()
    slowdown: SlowdownLimit | None = None
    attempts: Attempts = {}
    now: int = 0
    paths: PathRules | None = None


def compare(
    head: HeadRun,
    baseline: Baseline | None,
    *,
    baseline_note: RichText | str = "",
    baseline_todo: str = "",
    changes: Changes | None,
    changes_note: str = "",
    since_baseline: Changes | None,
    options: ComparisonOptions | None = None,
) -> Comparison:
    """Compare what a run measured with its baseline.

    Args:
        head: what this run measured.
        baseline: what it is compared with, if anything.
        baseline_note: why there is no baseline.
        baseline_todo: what to do about that.
        changes: what the change itself adds and removes, for the coverage of changed lines.
        changes_note: why the changed lines are unknown.
        since_baseline: what changed since the baseline's commit, to map its lines to those of the head; the same as
            `changes` if the baseline is the commit that the change starts from.
        options: what the policy and the repository contribute.
    """
    options = options or ComparisonOptions()
    sides = prepare_sides(head, baseline, options.optional_suites, changes, since_baseline)
    base = sides.base
    tests = _tests(head, sides, baseline, since_baseline, options)
    comparison = Comparison(
        head=head,
        baseline=baseline,
        baseline_note=baseline_note,
        baseline_todo=baseline_todo,
        tests=tests,
        causes=find_causes(tests, options.paths),
        suites=count_suites(head.snapshot, base),
        packages=find_packages(head, base, options.paths),
        skip_reasons=count_skip_reasons(head, tests.head.skipped),
        durations=compare_durations(head.snapshot, base, options.slowdown),
        coverage=_coverage(head, sides, changes, changes_note, since_baseline, options),
        changes=_sorted(changes),
        docs_only=is_docs_only(changes),
        missing_groups=sides.missing_groups,
        missing_legs=sides.missing_legs,
        unmeasured_legs=sides.unmeasured_legs,
        carried=sides.carried,
        base=base,
        now=options.now,
    )
    if options.policy is None:
        return comparison
    return replace(comparison, measures=policy_measures(comparison, options.policy))


def _coverage(
    head: HeadRun,
    sides: ComparedSides,
    changes: Changes | None,
    changes_note: str,
    since_baseline: Changes | None,
    options: ComparisonOptions,
) -> CoverageComparison | None:
    base = sides.base
    return compare_coverage(
        head.snapshot.coverage,
        base.coverage if base and not sides.unmeasured_legs else None,
        changes=changes,
        changes_note=changes_note,
        since_baseline=since_baseline,
        files=options.paths.files if options.paths else None,
        unplaced=frozenset(path for file in head.unplaced for path in file.maybe),
        partial=bool(sides.carried),
    )


def _tests(
    head: HeadRun,
    sides: ComparedSides,
    baseline: Baseline | None,
    since_baseline: Changes | None,
    options: ComparisonOptions,
) -> TestComparison:
    details = sides.in_head_names(baseline.details) if baseline else {}
    tests = compare_tests(head, sides.base, details)
    if tests.added and tests.vanished:
        files = since_baseline.files if since_baseline else ()
        moved = tuple((file.old_path, file.path) for file in files if file.status == "renamed")
        evidence = RenameEvidence(files=moved, base=sides.base.legs if sides.base else (), head=head.snapshot.legs)
        tests = match_renames(tests, outcomes_of(tests.added, head.snapshot.headline()), evidence)
    errors = {change.id for change in load_errors(tests)}
    if errors:  # a file that could not be loaded is not an added test
        tests = replace(tests, added=tuple(test for test in tests.added if test not in errors))
    history = baseline.history if baseline else None
    return classify_failures(tests, head, history, sides.names, options.failures, options.attempts, sides.moved)


def _sorted(changes: Changes | None) -> Changes | None:
    return changes and replace(changes, files=tuple(sorted(changes.files, key=lambda file: file.path)))


def is_docs_only(changes: Changes | None) -> bool:
    """Return whether a change is known, complete, not empty, and touches only documentation."""
    if changes is None or not changes.files or not changes.complete:
        return False
    return all(any(_fits(path, pattern) for pattern in DOCUMENTATION) for path in changes.paths)


def _fits(path: str, pattern: str) -> bool:
    """Return whether a path fits a pattern; `LICENSE*` fits no folder: `LICENSES/tool.py` is code."""
    return fnmatchcase(path, pattern) and (pattern != "LICENSE*" or "/" not in path)
