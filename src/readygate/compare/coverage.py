"""Compare project coverage, and measure changed lines. Lines are matched by the diff, never by number alone."""

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec.structs import replace

from readygate.compare.branches import changed_branches, compare_branches
from readygate.compare.exclusions import newly_excluded
from readygate.compare.kept_lines import LinePairs, is_stale, pair_lines
from readygate.compare.moved_lines import moved_uncovered
from readygate.compare.unmeasured_lines import unmeasured_lines
from readygate.model.changes import Changes, FileChange
from readygate.model.comparison import CoverageComparison, CoverageDelta, FileLines, Patch, PatchFile
from readygate.model.coverage import HIT, MEASURED, Coverage, FileCoverage, Ratio, add_ratios
from readygate.support.source_files import is_source, measured_languages

_NONE: Mapping[str, Container[int]] = {}


def compare_coverage(
    head: Coverage | None,
    base: Coverage | None,
    *,
    changes: Changes | None,
    changes_note: str,
    since_baseline: Changes | None,
    files: Container[str] | None = None,
    unplaced: Container[str] = (),
    partial: bool = False,
) -> CoverageComparison | None:
    """Compare the coverage of both sides; None if the head measured none.

    Args:
        head: what this run covered.
        base: what the base covered.
        changes: what the change adds and removes.
        changes_note: why that is unknown.
        since_baseline: what changed since the base.
        files: the repository's files, to distinguish a deleted file from one that is no longer measured if the changes
            since the base are unknown; None if the files are unknown, too.
        unplaced: files that may be among the measured files without a place.
        partial: the base measured with suites that this run may leave out, so that lines may be missing.
    """
    if head is None:
        return None
    same_base = base and changes and since_baseline and since_baseline.base == changes.base
    moved = moved_uncovered(head, base, since_baseline) if base and since_baseline else {}
    delta = None
    if base is not None:
        branches = compare_branches(head, base, since_baseline)
        delta = replace(_delta(head, base, since_baseline, files, partial=partial), branches=branches)
    return CoverageComparison(
        head=head,
        lines=head.lines(),
        branches=head.branches(),
        patch=None if changes is None else patch_coverage(head, changes, unplaced, moved, base if same_base else None),
        patch_note=changes_note if changes is None else "",
        delta=delta,
    )


def patch_coverage(
    head: Coverage,
    changes: Changes,
    unplaced: Container[str] = (),
    moved: Mapping[str, Container[int]] = _NONE,
    base: Coverage | None = None,
) -> Patch:
    """Measure the changed lines: those that the diff adds and a report measured.

    A file whose diff was left out counts with all of its measured lines, so that it is never ignored.

    Args:
        head: what this run covered.
        changes: what the change adds and removes.
        unplaced: files that may be among the measured files without a place.
        moved: uncovered lines that were moved since the baseline, by file.
        base: what the commit covered that the change starts from, if it is known.
    """
    measured = {file.path: file for file in head.files}
    files, unmeasured, left_out = [], [], []
    languages = measured_languages(measured)
    for change in changes.files:
        if change.status == "removed":
            continue
        file = measured.get(change.path)
        if not change.shown and (file is not None or is_source(change.path, languages)):
            left_out.append(change.path)  # a picture or another binary file has no lines to cover
        if file is not None:
            part = _patch_file(file, change)
            if part.lines.total:
                files.append(part)
        elif (change.added or not change.shown) and is_source(change.path, languages) and change.path not in unplaced:
            unmeasured.append(change.path)
    return Patch(
        lines=add_ratios(part.lines for part in files),
        files=tuple(sorted(files, key=lambda part: part.path)),
        unmeasured=tuple(sorted(unmeasured)),
        left_out=tuple(sorted(left_out)),
        moved=sum(1 for part in files for number in part.uncovered if number in moved.get(part.path, ())),
        unmeasured_lines=tuple(
            sorted(
                unmeasured_lines(measured, {file.path: file for file in base.files} if base else {}, changes),
                key=lambda part: part.path,
            )
        ),
        branches=changed_branches(head, changes),
        complete=changes.complete,
    )


def _patch_file(file: FileCoverage, change: FileChange) -> PatchFile:
    end = len(file.lines)
    numbers: Iterable[int] = change.added if change.shown else range(1, end)
    states = {number: file.lines[number] for number in numbers if number < end}
    uncovered = tuple(number for number, state in states.items() if state == MEASURED)
    covered = sum(1 for state in states.values() if state == HIT)
    return PatchFile(
        path=file.path,
        lines=Ratio(covered=covered, total=covered + len(uncovered)),
        uncovered=uncovered,
        diff_omitted=not change.shown,
    )


def _delta(
    head: Coverage, base: Coverage, since: Changes | None, files: Container[str] | None, *, partial: bool
) -> CoverageDelta:
    if since is None or not since.complete:
        return _plain_delta(head, base, since, files)
    changed = _of_base(since)
    now = {file.path: file for file in head.files}
    base = _of_repository(base, changed, now, files)
    stale = []
    pairs: dict[str, LinePairs] = {}
    gone = []
    kept_by: dict[str, Ratio] = {}
    removed_by: dict[str, Ratio] = {}
    known = True  # which lines are removed
    for file in base.files:
        change = changed.get(file.path)
        if change is not None and change.status == "removed":
            removed_by[file.path] = _ratio(file.lines)
            continue
        path = change.path if change else file.path
        kept = _ratio(_without(file.lines, change.removed if change else ()))
        kept_by[path] = kept
        if change is not None:
            removed_by[path] = Ratio(covered=file.covered - kept.covered, total=file.total - kept.total)
        mine = now.get(path)
        if mine is None:
            added = change is not None and bool(change.added)
            if kept.total or (file.total and added):  # a report may leave out a file without lines to measure
                gone.append(path)
            continue
        if change is not None and not change.shown:
            known = False  # its lines cannot be matched; those of all other files can
            continue
        pairs[path] = pair_lines(file.lines, mine.lines, change)
        if change is not None and is_stale(file.lines, mine.lines, change):
            stale.append(path)
    missing = {} if partial else {path: pair for path, pair in sorted(pairs.items()) if pair.missing.total}
    return CoverageDelta(
        base=base.lines(),
        base_branches=base.branches(),
        adjusted=add_ratios(kept_by.values()) if known else None,
        unchanged_base=add_ratios(pair.before for pair in pairs.values()),
        unchanged_head=add_ratios(pair.after for pair in pairs.values()),
        missing=tuple(FileLines(path=path, lines=pair.missing_lines) for path, pair in missing.items()),
        missing_lines=add_ratios(pair.missing for pair in missing.values()),
        fresh=add_ratios((*(pair.fresh for pair in pairs.values()), *_new_files(head, base, since))),
        stale=tuple(sorted(stale)),
        gone=tuple(sorted(gone)),
        base_by_path=kept_by,
        removed_by_path=removed_by,
        excluded=newly_excluded(head, base, since),
    )


def _of_repository(
    base: Coverage, changed: Container[str], now: Container[str], files: Container[str] | None
) -> Coverage:
    """Return the base without files that are not in the repository and that the change does not remove or rename.

    Such files, for example the headers of a compiler, cannot be missing from this run. If the files are not known, or
    listed only in part, all are kept.
    """
    if files is None:
        return base
    kept = tuple(file for file in base.files if file.path in files or file.path in changed or file.path in now)
    return replace(base, files=kept)


def _new_files(head: Coverage, base: Coverage, since: Changes) -> Iterator[Ratio]:
    """Yield the lines of files that are measured for the first time, without those that the change adds."""
    changed = {file.path: file for file in since.files if file.status != "removed"}
    before = {file.path for file in base.files}
    for file in head.files:
        change = changed.get(file.path)
        if change is None and file.path not in before:
            yield _ratio(file.lines)
        elif change is not None and change.shown and change.status != "added" and change.old_path not in before:
            yield _ratio(_without(file.lines, change.added))


def _plain_delta(head: Coverage, base: Coverage, since: Changes | None, files: Container[str] | None) -> CoverageDelta:
    """Return both sides as they are, for changes that are not or not completely known.

    A file that this run does not measure counts as no longer measured, unless it is known to be deleted or renamed:
    a missing file could hide a drop.
    """
    known = _of_base(since) if since else {}
    now = {file.path for file in head.files}
    kept, gone = {}, []
    for file in base.files:
        change = known.get(file.path)
        if change is not None and change.status == "removed":
            continue
        path = change.path if change else file.path
        kept[path] = _ratio(file.lines)
        if file.total and path not in now and (change is not None or files is None or path in files):
            gone.append(path)
    return CoverageDelta(base=base.lines(), base_branches=base.branches(), base_by_path=kept, gone=tuple(sorted(gone)))


def _of_base(since: Changes) -> dict[str, FileChange]:
    """Return the changes of the files that the base has, by their paths there."""
    return {file.old_path or file.path: file for file in since.files if file.status != "added"}


def _without(lines: bytes, numbers: tuple[int, ...]) -> bytes:
    """Return the states of a file with some lines set to not measured."""
    if not numbers:
        return lines
    kept = bytearray(lines)
    for number in numbers:
        if number < len(kept):
            kept[number] = 0
    return bytes(kept)


def _ratio(lines: bytes) -> Ratio:
    covered = lines.count(HIT)
    return Ratio(covered=covered, total=covered + lines.count(MEASURED))
