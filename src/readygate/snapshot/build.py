"""Merges all reports of a run into what the run measured."""

from __future__ import annotations

from collections.abc import Iterable

from readygate.model.paths import PathRules, place_all
from readygate.model.report import CoverageReport, Severity, TestReport
from readygate.model.snapshot import Evidence, Measured, Provenance, Snapshot
from readygate.model.tests import ClassBlock, Counts, Detail, Leg, TestId


def build(commit: str, evidence: Evidence, paths: PathRules, provenance: Provenance) -> Measured:
    """Merge the reports of a run; the order of the files has no influence on the snapshot.

    Args:
        commit: the commit whose tree was measured.
        evidence: the files that were read.
        paths: how paths of reports become paths of the repository.
        provenance: where the run comes from; it is marked incomplete if a file is damaged.
    """
    tests = [file.report for file in evidence.files if isinstance(file.report, TestReport)]
    covers = [file.report for file in evidence.files if isinstance(file.report, CoverageReport)]
    damaged = any(p.severity is Severity.DAMAGE for file in evidence.files for p in file.problems)
    leg = _leg(tests)
    coverage = None
    if covers:
        coverage = place_all(
            (measured for report in covers for measured in report.files),
            paths,
            has_branches=any(report.has_branches for report in covers),
        )
    return Measured(
        snapshot=Snapshot(
            commit=commit,
            legs=(leg,) if tests else (),
            coverage=coverage,
            provenance=Provenance(
                run_id=provenance.run_id,
                run_attempt=provenance.run_attempt,
                event=provenance.event,
                branch=provenance.branch,
                complete=provenance.complete and not damaged,
            ),
        ),
        details=_details(tests),
        evidence=evidence,
    )


def _leg(reports: Iterable[TestReport]) -> Leg:
    blocks: dict[str, list[ClassBlock]] = {}
    executions, seconds = Counts(), []
    for report in reports:
        for name, block in report.blocks.items():
            blocks.setdefault(name, []).append(block)
        executions += report.executions
        seconds.append(report.seconds)
    return Leg(
        blocks={name: ClassBlock.merge(blocks[name]) for name in sorted(blocks)},
        executions=executions,
        seconds=sum(sorted(seconds)),
    )


def _details(reports: Iterable[TestReport]) -> dict[tuple[TestId, str], Detail]:
    """Keep of each test the detail of its worst execution; of equal ones the first in the order of their text."""
    details: dict[tuple[TestId, str], Detail] = {}
    for report in reports:
        for detail in report.details:
            key = (TestId(class_name=detail.class_name, name=detail.name), "")
            known = details.get(key)
            if known is None or _weight(detail) > _weight(known):
                details[key] = detail
    return details


def _weight(detail: Detail) -> tuple[int, str, str, str]:
    return (detail.outcome, detail.type, detail.message, detail.text)
