"""Merge all reports of a run into what the run measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from operator import itemgetter
from pathlib import PurePosixPath

from msgspec.structs import replace

from readygate.model.paths import PathRules
from readygate.model.policy import LAST, WORST
from readygate.model.reports import CoverageReport, Problem, Severity, TestReport
from readygate.model.results import ClassBlock, Counts, FailureDetail, Leg, Outcome, TestId, raw_name
from readygate.model.rich_text import count
from readygate.model.snapshot import HeadRun, InputFiles, Provenance, Snapshot, is_damaged
from readygate.model.subject import Subject
from readygate.snapshot.coverage_merge import PlacedCoverage, merge_reports, place_reports
from readygate.snapshot.failure_cause import failure_causes
from readygate.snapshot.matrix import Bucket, Named, assign
from readygate.snapshot.renderings import find_renderings
from readygate.snapshot.repeats import with_last


def provenance(subject: Subject, evidence: InputFiles, inputs: Mapping[str, str]) -> Provenance:
    """Return where a snapshot comes from; it is marked incomplete if a needed job was cancelled or skipped."""
    return Provenance(
        run_id=subject.run_id,
        run_attempt=subject.run_attempt,
        event=subject.event,
        branch=subject.base_ref,
        inputs=inputs,
        complete=not any(result in ("cancelled", "skipped") for result in (evidence.needs or {}).values()),
    )


def build(
    commit: str,
    evidence: InputFiles,
    paths: PathRules,
    provenance: Provenance,
    *,
    pattern: str = "",
    repeats: str = WORST,
) -> HeadRun:
    """Merge the reports of a run; the order of the files has no influence on the snapshot.

    Args:
        commit: the commit whose tree was measured.
        evidence: the files that were read.
        paths: how paths of reports become paths of the repository.
        provenance: where the run comes from; it is marked incomplete if a file is damaged.
        pattern: names the legs of a matrix by a part of the reports' paths; empty for none.
        repeats: `Policy.repeats`.
    """
    placed, evidence = _coverage(evidence, paths)
    named = [
        Named(
            path=file.name, report=with_last(file.report) if repeats == LAST else file.report, damaged=is_damaged(file)
        )
        for file in evidence.files
        if isinstance(file.report, TestReport)
    ]
    buckets = assign(named, pattern)
    measured = _with_coverage(named, buckets, evidence)
    legs = tuple(_leg(bucket, has_coverage=number in measured) for number, bucket in enumerate(buckets))
    details = _details(buckets, legs)
    legs = _with_causes(legs, details)
    return HeadRun(
        snapshot=Snapshot(
            commit=commit,
            legs=legs,
            coverage=placed.coverage if placed else None,
            provenance=replace(
                provenance,
                complete=provenance.complete and not any(is_damaged(file) for file in evidence.files),
                reports={file.name: file.checksum for file in evidence.files if file.checksum},
            ),
        ),
        details=details,
        evidence=evidence,
        unplaced=placed.unplaced if placed else (),
        outside=placed.outside if placed else 0,
    )


def _coverage(evidence: InputFiles, paths: PathRules) -> tuple[PlacedCoverage | None, InputFiles]:
    """Return the coverage, and the files with a note on reports that are not used."""
    reports = [(file.name, file.report) for file in evidence.files if isinstance(file.report, CoverageReport)]
    if not reports:
        return None, evidence
    placed = place_reports(reports, paths)
    unused = find_renderings(placed)
    beyond = {report.name: report.beyond for report in placed if report.beyond and report.name not in unused}
    files = tuple(
        replace(file, problems=(_unused(unused[file.name]),)) if file.name in unused else file
        for file in evidence.files
    )
    files = tuple(
        replace(file, problems=(*file.problems, _beyond(beyond[file.name]))) if file.name in beyond else file
        for file in files
    )
    return merge_reports([report for report in placed if report.name not in unused]), replace(evidence, files=files)


def _beyond(lines: Mapping[str, int]) -> Problem:
    path, number = max(lines.items(), key=itemgetter(1))
    others = f", and beyond that of {count(len(lines) - 1, 'other file')}" if len(lines) > 1 else ""
    return Problem(
        severity=Severity.NOTE,
        what=f"{count(number, 'line')} beyond the end of {path}{others}: not counted",
        why="the report is of another commit, or the compiler put code of other files there",
        todo="measure the commit that is checked out",
    )


def _unused(other: str) -> Problem:
    return Problem(
        severity=Severity.NOTE,
        what=f"not used: {other} holds the same measurement",
        why="the tool wrote one measurement in several forms",
        todo="nothing; name one of them in the input `coverage` to choose it",
    )


def _with_coverage(named: Sequence[Named], buckets: Sequence[Bucket], evidence: InputFiles) -> set[int]:
    """Return the buckets that have coverage reports: each belongs to the one bucket whose files are the nearest."""
    numbers = {id(report): number for number, bucket in enumerate(buckets) for report in bucket.reports}
    folders = {(PurePosixPath(file.path).parent.parts, numbers[id(file.report)]) for file in named}
    found = set()
    for file in evidence.files if len(buckets) > 1 else ():
        if isinstance(file.report, CoverageReport):
            parts = PurePosixPath(file.name).parent.parts
            shared = {(_common(parts, folder), number) for folder, number in folders}
            nearest = {number for length, number in shared if length == max(shared)[0]}
            found |= nearest if len(nearest) == 1 else set()
    return found


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the number of parts with which two paths begin alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _leg(bucket: Bucket, *, has_coverage: bool) -> Leg:
    return Leg(
        group=bucket.group,
        leg=bucket.leg,
        path=bucket.path,
        blocks=_merged([report.blocks for report in bucket.reports]),
        executions=sum((report.executions for report in bucket.reports), Counts()),
        seconds=sum(sorted(report.seconds for report in bucket.reports)),
        has_coverage=has_coverage,
    )


def _merged(reports: Sequence[Mapping[str, ClassBlock]]) -> dict[str, ClassBlock]:
    """Return the blocks of several reports in the order of their classes; most classes are in one report only."""
    merged: dict[str, ClassBlock] = {}
    for blocks in reports:
        merged.update(blocks)
    names = sorted(merged)
    if sum(map(len, reports)) > len(names):
        every: dict[str, list[ClassBlock]] = {name: [] for name in names}
        for blocks in reports:
            for name, block in blocks.items():
                every[name].append(block)
        return {name: ClassBlock.merge(several) for name, several in every.items()}
    return dict(zip(names, map(merged.__getitem__, names), strict=True))


def _details(buckets: Iterable[Bucket], legs: Iterable[Leg]) -> dict[tuple[TestId, str], FailureDetail]:
    """Return the details by test and leg, sorted, so that the order of the files has no influence."""
    details: dict[tuple[TestId, str], FailureDetail] = {}
    for bucket, leg in zip(buckets, legs, strict=True):
        by_class: dict[str, list[FailureDetail]] = {}
        for report in bucket.reports:
            for detail in report.details:
                by_class.setdefault(detail.class_name, []).append(detail)
        for class_name, several in by_class.items():
            for name, detail in _with_numbers(several, leg.blocks.get(class_name)):
                details.setdefault((TestId(leg.group, class_name, name), leg.leg), detail)
    return dict(sorted(details.items(), key=itemgetter(0)))


def _with_causes(legs: Iterable[Leg], details: Mapping[tuple[TestId, str], FailureDetail]) -> tuple[Leg, ...]:
    """Return the legs with the causes of their failures."""
    by_leg: dict[tuple[str, str], list[tuple[str, FailureDetail]]] = {}
    for (test, leg), detail in details.items():
        by_leg.setdefault((test.group, leg), []).append((test.name, detail))
    return tuple(
        replace(leg, causes=failure_causes(by_leg[leg.group, leg.leg])) if (leg.group, leg.leg) in by_leg else leg
        for leg in legs
    )


def _with_numbers(details: list[FailureDetail], block: ClassBlock | None) -> Iterator[tuple[str, FailureDetail]]:
    """Yield the details of a class with the names of their tests; of equal outcomes the last by its text first."""
    numbered: dict[tuple[str, Outcome], list[str]] = {}
    if block is not None and "(#" in block.names:
        for name, outcome in block.items():
            numbered.setdefault((raw_name(name), outcome), []).append(name)
        for names in numbered.values():
            names.sort(key=lambda name: (len(name), name), reverse=True)  # the lowest number is the last
    for detail in sorted(details, key=_weight, reverse=True):
        names = numbered.get((detail.name, detail.outcome), [])
        yield (names.pop() if names else detail.name), detail


def _weight(detail: FailureDetail) -> tuple[int, str, str, str]:
    return (detail.outcome, detail.type, detail.message, detail.text)
