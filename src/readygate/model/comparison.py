"""The comparison of a run with its baseline: tests by name, coverage by line."""

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, field

from readygate.model.causes import Causes
from readygate.model.changes import Changes
from readygate.model.coverage import BranchDelta, Coverage, Ratio, lower_ratio
from readygate.model.history import Flakiness, Past
from readygate.model.measures import Durations, PackageResult, PolicyMeasures, SkipReason, SuiteResult
from readygate.model.policy_change import PolicyChange, Waiver
from readygate.model.results import Counts, FailureDetail, Leg, Outcome, TestId
from readygate.model.rich_text import RichText
from readygate.model.snapshot import Baseline, HeadRun, Snapshot


class TestChange(Struct, frozen=True, kw_only=True):
    """One test that changed, or that fails.

    Attributes:
        before: its outcome on the base, None if the base has no such test.
        after: its outcome now, None if it is missing.
        legs: the legs on which it changed or fails, without empty names.
        all_legs: the number of legs that ran it.
        detail: the report's message of the first of those legs, if any; for a fixed test the message of the base's
            report, if known.
        past: its outcomes on the base branch, on the leg with the worst record; None if it always passed there, or
            nothing is known.
        merged: the commit of another branch, merged into the base branch, at which it failed; empty if the base branch
            has results of its own that say so, or none does.
        flakiness: what the base branch says about whether it is flaky, for a new or a known flaky failure; None if it
            never failed there, or the rule `flaky` is off.
        attempts: the earlier attempts of this workflow run in which it failed, of a test that passes now.
        other_cause: a test of the same class and name failed on the base, for another cause.
    """

    __test__ = False

    id: TestId
    before: Outcome | None
    after: Outcome | None
    legs: tuple[str, ...] = ()
    all_legs: int = 1
    detail: FailureDetail | None = None
    past: Past | None = None
    merged: str = ""
    flakiness: Flakiness | None = None
    attempts: tuple[int, ...] = ()
    other_cause: bool = False


class Rename(Struct, frozen=True, kw_only=True):
    """A test of the base that has another name now.

    Attributes:
        was: its outcome on the base.
        now: its outcome under the new name.
        how: what changed: suite, file, class, parameters, or name (matched by likeness only).
    """

    before: TestId
    after: TestId
    was: Outcome
    now: Outcome
    how: str


class TestComparison(Struct, frozen=True, kw_only=True):
    """The tests of both sides, each identity once.

    Without a base every failing test is in `new_failures` and the lists that need two sides are empty. A failing test
    is in exactly one of `new_failures`, `still_failing`, `known_flaky` and `quarantined`.

    Attributes:
        new_failures: fails now on a leg where the base did not fail.
        still_failing: fails now only on legs where the base, or a branch that it merged, failed too.
        known_flaky: fails now, and is excused by the evidence of the base that it is flaky.
        quarantined: fails now, and the policy excuses it until a day.
        flaky: passed on retry in this run, or failed in an earlier attempt of it and passes now.
        fixed: failed on the base, passes now on every leg that had it.
        newly_skipped: ran on the base, is skipped now, on one leg or more.
        vanished: the base has it and this run lacks it, under any name; `after` is set if other legs still have it.
        added: this run has it and the base lacks it, under any name.
        renamed: the base has it under another name.
    """

    __test__ = False

    head: Counts
    base: Counts | None
    new_failures: tuple[TestChange, ...] = ()
    still_failing: tuple[TestChange, ...] = ()
    known_flaky: tuple[TestChange, ...] = ()
    quarantined: tuple[TestChange, ...] = ()
    flaky: tuple[TestChange, ...] = ()
    fixed: tuple[TestChange, ...] = ()
    newly_skipped: tuple[TestChange, ...] = ()
    vanished: tuple[TestChange, ...] = ()
    added: tuple[TestId, ...] = ()
    renamed: tuple[Rename, ...] = ()


# `rename` keeps the key in report.json
class PatchFile(Struct, frozen=True, kw_only=True, rename={"diff_omitted": "whole"}):
    """The changed lines of one file that are measured.

    Attributes:
        uncovered: line numbers, ascending.
        diff_omitted: the diff of the file was left out, so all of its measured lines count as changed.
    """

    path: str
    lines: Ratio
    uncovered: tuple[int, ...]
    diff_omitted: bool = False


class UnmeasuredLines(Struct, frozen=True, kw_only=True):
    """Added lines of a measured file that seem to be code, if no added line of the file is measured.

    Attributes:
        lines: their numbers, ascending.
        replaced: they replace lines that the base measured.
    """

    path: str
    lines: tuple[int, ...]
    replaced: bool = False


class Patch(Struct, frozen=True, kw_only=True):
    """Coverage of the changed lines.

    Attributes:
        lines: over all files.
        branches: the branches of the changed lines; None if no report measured branches.
        files: files with measured changed lines, sorted by path.
        unmeasured: changed source files that no report measures.
        left_out: files whose diff the source left out; those that are measured count whole.
        moved: the number of uncovered changed lines that are not new: they were uncovered on the base, too, and the
            change only moves or reformats them.
        unmeasured_lines: measured files none of whose added lines is measured, although some seem to be code.
        complete: False if the list of files itself was cut short.
    """

    lines: Ratio
    files: tuple[PatchFile, ...] = ()
    unmeasured: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    moved: int = 0
    unmeasured_lines: tuple[UnmeasuredLines, ...] = ()
    branches: Ratio | None = None
    complete: bool = True

    @property
    def new_share(self) -> Fraction | None:
        """The covered share without uncovered lines that were only moved; None without a line."""
        return Ratio(covered=self.lines.covered, total=self.lines.total - self.moved).fraction


class FileLines(Struct, frozen=True, kw_only=True):
    """Some lines of one file, ascending."""

    path: str
    lines: tuple[int, ...]


class CoverageDelta(Struct, frozen=True, kw_only=True, rename={"base_by_path": "kept"}):
    """Both sides of the project's coverage.

    Attributes:
        base: as the base measured it.
        adjusted: the base without the lines that the change removes; None where the diff is unknown.
        unchanged_base: lines that the change does not touch and that both sides measured, as the base measured them.
        unchanged_head: the same lines now.
        missing: lines that the base measured, that the change does not touch, and that this run does not measure, in
            the files that it measures; by their numbers now. Lines that it excludes are not among them.
        missing_lines: the same lines, as the base measured them.
        stale: files whose coverage is that of the base, line for line, although the change moves measured lines.
        fresh: lines that the change does not touch and that only this run measured.
        gone: files that the base measured, that still exist, and that this run does not measure.
        base_by_path: each file that the base measured and that still exists, by its path now, as the base measured it
            without the lines that the change removes; with them where those are unknown.
        removed_by_path: the lines that the change removes, as the base measured them, by the same paths; a removed
            file by the path that it had.
        excluded: lines that this run leaves out of the measurement and the base did not; None where the diff is
            unknown.
        branches: None if the base did not measure branches.
    """

    base: Ratio
    base_branches: Ratio | None = None
    adjusted: Ratio | None = None
    unchanged_base: Ratio | None = None
    unchanged_head: Ratio | None = None
    missing: tuple[FileLines, ...] = ()
    stale: tuple[str, ...] = ()
    missing_lines: Ratio = Ratio(covered=0, total=0)
    fresh: Ratio = Ratio(covered=0, total=0)
    gone: tuple[str, ...] = ()
    base_by_path: Mapping[str, Ratio] = field(default_factory=dict)
    removed_by_path: Mapping[str, Ratio] = field(default_factory=dict)
    excluded: tuple[FileLines, ...] | None = None
    branches: BranchDelta | None = None

    @property
    def lowest(self) -> Ratio:
        """The lower one of `base` and `adjusted`: removed lines may explain a drop, but never cause one."""
        return self.base if self.adjusted is None else lower_ratio(self.base, self.adjusted)


class CoverageComparison(Struct, frozen=True, kw_only=True):
    """The coverage of the head and what it is compared with.

    Attributes:
        patch: None if the changed lines are unknown; `patch_note` then says why.
        delta: None without a base that measured coverage.
    """

    head: Coverage
    lines: Ratio
    branches: Ratio | None
    patch: Patch | None = None
    patch_note: str = ""
    delta: CoverageDelta | None = None

    @property
    def left_out(self) -> int:
        """The number of lines that this run should measure and does not: missing ones, and code in place of code."""
        missing = self.delta.missing_lines.total if self.delta else 0
        files = self.patch.unmeasured_lines if self.patch else ()
        return missing + sum(len(file.lines) for file in files if file.replaced)

    @property
    def least(self) -> Ratio:
        """The lines with those that are left out as not covered, so that leaving lines out never lifts a share."""
        return Ratio(covered=self.lines.covered, total=self.lines.total + self.left_out)


class Comparison(Struct, frozen=True, kw_only=True):
    """Everything that rules judge and outputs show.

    Attributes:
        baseline_note: why there is no baseline, if `baseline` is None.
        baseline_todo: what to do about it, a sentence.
        causes: the causes of the failing tests.
        suites: the tests by suite, the lowest pass rate first.
        packages: the packages of a monorepo by path; empty if reports do not lie in several.
        skip_reasons: the reasons of skipped tests, the most frequent first; tests without a reason come last.
        durations: the slowest and the slower tests.
        measures: the measures of what the policy names.
        coverage: None if this run measured none.
        changes: the changed lines, None if unknown.
        docs_only: the change touches only documentation.
        missing_groups: suites that the base had and this run lacks.
        missing_legs: (group, leg) that the base had and this run lacks, of suites that this run has.
        unmeasured_legs: (group, leg) that had a coverage report on the base and have none in this run.
        carried: legs that the base had, that this run lacks, and that may be missing under the policy because the
            change does not touch their paths.
        policy_change: what the change does to the policy file; None if nothing, or unknown.
        waiver: the label that excuses findings that the policy allows it to excuse; None without one.
        base: the baseline's snapshot with the names of suites and legs of the head, without carried legs.
        score: the readiness score as a share; None before the other rules were judged.
        now: seconds since 1970; 0 if unknown.
    """

    head: HeadRun
    baseline: Baseline | None
    baseline_note: RichText | str = ""
    baseline_todo: str = ""
    tests: TestComparison
    causes: Causes = field(default_factory=Causes)
    suites: tuple[SuiteResult, ...] = ()
    packages: tuple[PackageResult, ...] = ()
    skip_reasons: tuple[SkipReason, ...] = ()
    durations: Durations = Durations()
    measures: PolicyMeasures = PolicyMeasures()
    coverage: CoverageComparison | None = None
    changes: Changes | None = None
    docs_only: bool = False
    missing_groups: tuple[str, ...] = ()
    missing_legs: tuple[tuple[str, str], ...] = ()
    unmeasured_legs: tuple[tuple[str, str], ...] = ()
    carried: tuple[Leg, ...] = ()
    policy_change: PolicyChange | None = None
    waiver: Waiver | None = None
    base: Snapshot | None = None
    score: Fraction | None = None
    now: int = 0
