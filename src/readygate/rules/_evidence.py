"""Build the evidence of findings: named tests, files, reports and inputs."""

from collections.abc import Mapping, Sequence

from readygate.model.comparison import Comparison, CoverageComparison, CoverageDelta, FileLines, PatchFile, TestChange
from readygate.model.coverage import Ratio
from readygate.model.history import History
from readygate.model.results import TestId
from readygate.model.rich_text import RichText, listed
from readygate.model.verdict import Evidence, EvidenceItem
from readygate.support.number_format import lines_text, percent

_LINES = 50
"""Uncovered lines that the evidence lists for one file."""


def full_name(test: TestId) -> str:
    """Return a test's name as patterns of the policy match it: `suite::class::name`."""
    return "::".join(part for part in (test.group, test.class_name, test.name) if part)


def tests(changes: Sequence[TestChange], comparison: Comparison) -> Evidence:
    """Return tests with their legs, their record on the base branch, and their location."""
    history = comparison.baseline.history if comparison.baseline else None

    def show(change: TestChange) -> EvidenceItem:
        legs = ", ".join(change.legs) if change.legs and len(change.legs) < change.all_legs else ""
        story = record(change, history)
        detail = change.detail
        return EvidenceItem(
            kind="test",
            name=full_name(change.id),
            note="; ".join(part for part in (f"on {legs}" if legs else "", story) if part),
            file=detail.file if detail else "",
            line=detail.line if detail else 0,
        )

    return Evidence.of(changes, show)


def record(change: TestChange, history: History | None) -> str:
    """Return a test's record on the base branch: since which commit and run it fails, or how often it failed."""
    if change.merged:
        return f"also failed at {change.merged[:7]}, which the base branch merged"
    past = change.past
    if past is None or history is None or not past.ran:
        return ""
    since = past.failing_since
    if since is not None and since < len(history.runs):
        run = history.runs[since]
        number = f" (run {run.run_id})" if run.run_id else ""
        runs = past.failing_for
        before = " or before" if past.may_fail_longer else ""
        return f"fails on the base since {run.commit[:7]}{number}{before}, in {runs:,} {'run' if runs == 1 else 'runs'}"
    if past.failed:
        return f"failed in {past.failed:,} of the last {past.ran:,} runs of the base that had it"
    return ""


def carried(comparison: Comparison) -> list[str]:
    """Return the names of the suites and legs that are carried from the base."""
    return [f"{leg.group or leg.path or 'the suite'} {leg.leg}".strip() for leg in comparison.carried]


def named(kind: str, names: Sequence[str], notes: Mapping[str, str] | None = None) -> Evidence:
    """Return things that have only a name and possibly a note; the name of a file is its path."""
    known = notes or {}
    return Evidence.of(
        names,
        lambda name: EvidenceItem(kind=kind, name=name, note=known.get(name, ""), file=name if kind == "file" else ""),
    )


def lost_lines(coverage: CoverageComparison, *, untouched: bool = False) -> Evidence:
    """Return files with more uncovered lines than on the base, the greatest difference first.

    Args:
        coverage: both sides.
        untouched: count only lines that the change does not modify.
    """
    delta = coverage.delta
    patch = coverage.patch.files if coverage.patch and untouched else ()
    changed = {file.path: len(file.uncovered) for file in patch}
    lost = []
    for file in coverage.head.files if delta else ():
        before = delta.base_by_path.get(file.path) if delta else None
        if before is None and untouched:
            continue
        missed = before.total - before.covered if before else 0
        more = file.total - file.covered - missed - changed.get(file.path, 0)
        if more > 0:
            lost.append((more, file.path, before, Ratio(covered=file.covered, total=file.total)))
    lost.sort(key=lambda row: (-row[0], row[1]))

    def show(row: tuple[int, str, Ratio | None, Ratio]) -> EvidenceItem:
        more, path, before, after = row
        then, now = before.fraction if before else None, after.fraction
        shares = f", {percent(now)} after {percent(then)}" if now is not None and then is not None else ""
        noun = "line is" if more == 1 else "lines are"
        return EvidenceItem(kind="file", name=path, note=f"{more:,} more {noun} not covered{shares}", file=path)

    return Evidence.of(lost, show)


STALE_TODO = "run the tests with coverage for this commit; clear caches that bring an older report back."


def stale(delta: CoverageDelta) -> RichText:
    """Return that the coverage of some files is probably that of the base."""
    verb = "has" if len(delta.stale) == 1 else "have"
    fact = f" {verb} the coverage of the base, line for line, although the change moves measured lines."
    return (*listed(delta.stale, 3), fact, " The report is probably that of another commit.")


def line_lists(files: Sequence[FileLines]) -> Evidence:
    """Return files with some of their lines."""
    return Evidence.of(
        files,
        lambda file: EvidenceItem(
            kind="file",
            name=file.path,
            note=f"lines {lines_text(file.lines[:_LINES])}" + (" and more" if file.lines[_LINES:] else ""),
            file=file.path,
            line=file.lines[0],
        ),
    )


def uncovered(files: Sequence[PatchFile]) -> Evidence:
    """Return files with uncovered changed lines, and the lines."""
    open_files = [file for file in files if file.uncovered]

    def show(file: PatchFile) -> EvidenceItem:
        noun = "line" if len(file.uncovered) == 1 else "lines"
        return EvidenceItem(
            kind="file",
            name=file.path,
            note=f"{noun} {lines_text(file.uncovered[:_LINES])}" + (" and more" if file.uncovered[_LINES:] else ""),
            file=file.path,
            line=file.uncovered[0],
        )

    return Evidence.of(open_files, show)
