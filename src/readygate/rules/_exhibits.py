"""What findings rest on, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readygate.figures import lines_text
from readygate.model.comparison import Comparison, PatchFile, TestChange
from readygate.model.history import History
from readygate.model.tests import TestId
from readygate.model.verdict import Exhibit, Exhibits

_LINES = 50
"""Lines that are told of one file."""


def full_name(test: TestId) -> str:
    """A test's name as patterns of the policy see it: `suite::class::name`."""
    return "::".join(part for part in (test.group, test.class_name, test.name) if part)


def tests(changes: Sequence[TestChange], comparison: Comparison) -> Exhibits:
    """Tests with their legs, what became of them on the base, and where they stand."""
    history = comparison.baseline.history if comparison.baseline else None

    def show(change: TestChange) -> Exhibit:
        legs = ", ".join(change.legs) if change.legs and len(change.legs) < change.all_legs else ""
        story = record(change, history)
        detail = change.detail
        return Exhibit(
            kind="test",
            name=full_name(change.id),
            note="; ".join(part for part in (f"on {legs}" if legs else "", story) if part),
            file=detail.file if detail else "",
            line=detail.line if detail else 0,
        )

    return Exhibits.of(changes, show)


def record(change: TestChange, history: History | None) -> str:
    """What became of a test on the base: since which commit and run it fails, or how often it failed."""
    past = change.past
    if past is None or history is None or not past.ran:
        return ""
    since = past.failing_since
    if since is not None and since < len(history.runs):
        run = history.runs[since]
        number = f" (run {run.run_id})" if run.run_id else ""
        runs = past.failing_for
        return f"fails on the base since {run.commit[:7]}{number}, in {runs:,} {'run' if runs == 1 else 'runs'}"
    if past.failed:
        return f"failed in {past.failed:,} of the last {past.ran:,} runs of the base that had it"
    return ""


def carried(comparison: Comparison) -> list[str]:
    """The names of the suites and legs that are carried from the base."""
    return [f"{leg.group or leg.path or 'the suite'} {leg.leg}".strip() for leg in comparison.carried]


def named(kind: str, names: Sequence[str], notes: Mapping[str, str] | None = None) -> Exhibits:
    """Things that only have a name, and perhaps a note."""
    known = notes or {}
    return Exhibits.of(names, lambda name: Exhibit(kind=kind, name=name, note=known.get(name, "")))


def uncovered(files: Sequence[PatchFile]) -> Exhibits:
    """Files with changed lines that nothing covers, and which."""
    open_files = [file for file in files if file.uncovered]

    def show(file: PatchFile) -> Exhibit:
        noun = "line" if len(file.uncovered) == 1 else "lines"
        return Exhibit(
            kind="file",
            name=file.path,
            note=f"{noun} {lines_text(file.uncovered[:_LINES])}" + (" and more" if file.uncovered[_LINES:] else ""),
            file=file.path,
            line=file.uncovered[0],
        )

    return Exhibits.of(open_files, show)
