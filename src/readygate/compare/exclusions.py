"""Find lines that a change excludes from the measurement: excluded now, and not on the base."""

from bisect import bisect_left

from readygate.compare.kept_lines import KeptLines
from readygate.model.changes import Changes, FileChange
from readygate.model.comparison import FileLines
from readygate.model.coverage import EXCLUDED, MEASURED, Coverage


def newly_excluded(head: Coverage, base: Coverage, since: Changes) -> tuple[FileLines, ...]:
    """Return the lines that are newly excluded since the base, by file.

    A line that the change does not touch counts if the base measured it. A line that it adds counts, unless it is in
    code that was excluded before: next to an excluded line that it replaces, or between two excluded lines. A file
    whose diff was left out is ignored, as its lines cannot be matched.
    """
    before = {file.path: file.lines for file in base.files}
    changed = {file.path: file for file in since.files if file.status != "removed"}
    found = []
    for file in head.files:
        if EXCLUDED not in file.lines:
            continue
        change = changed.get(file.path)
        if change is not None and not change.shown:
            continue
        old_path = file.path if change is None else change.old_path
        numbers = _new(file.lines, before.get(old_path, b""), change)
        if numbers:
            found.append(FileLines(path=file.path, lines=numbers))
    return tuple(found)


def _new(now: bytes, then: bytes, change: FileChange | None) -> tuple[int, ...]:
    added = change.added if change else ()
    removed = change.removed if change else ()
    own, lost = set(added), set(removed)
    kept = KeptLines(removed)
    numbers = []
    at = now.find(EXCLUDED, 1)
    while at >= 0:
        before = at - 1 - bisect_left(added, at)  # kept lines
        if at in own:
            new = not _inside(then, kept.line(before), lost)
        else:
            place = kept.line(before + 1)
            new = place < len(then) and bool(then[place] & MEASURED)
        if new:
            numbers.append(at)
        at = now.find(EXCLUDED, at + 1)
    return tuple(numbers)


def _inside(then: bytes, place: int, removed: set[int]) -> bool:
    """Return whether a line that is added after a kept line of the old side is among excluded ones."""
    after = place + 1
    while after in removed:
        if after < len(then) and then[after] == EXCLUDED:
            return True
        after += 1
    return _next(then, place, -1) == EXCLUDED and _next(then, after, 1) == EXCLUDED


def _next(states: bytes, at: int, step: int) -> int:
    """Return the state of the nearest line in a direction that has one; 0 if there is none."""
    while 0 < at < len(states):
        if states[at]:
            return states[at]
        at += step
    return 0
