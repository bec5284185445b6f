"""Find uncovered lines that a change only moves or reformats: the same text, uncovered before and after."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from readygate.model.changes import Changes, FileChange
from readygate.model.coverage import MEASURED, Coverage


def moved_uncovered(head: Coverage, base: Coverage, since: Changes) -> dict[str, frozenset[int]]:
    """Return the uncovered added lines that are not new, by file.

    An added line was moved if the change removes an uncovered line of the same text, whitespace aside, from this or
    another file; each removed line is counted once. All lines of a block were reformatted if the block has the same
    text as the lines that it replaces, however it is divided into lines, and none of those was covered.
    """
    before = {file.path: file.lines for file in base.files}
    now = {file.path: file.lines for file in head.files}
    left = Counter(
        text
        for change in since.files
        for number, text in zip(change.removed, change.removed_text, strict=False)
        if _state(before.get(change.old_path, b""), number) == MEASURED
    )
    found: dict[str, set[int]] = defaultdict(set)
    for change in sorted(since.files, key=lambda file: file.path):
        lines = now.get(change.path, b"")
        for number, text in zip(change.added, change.added_text, strict=False):
            if text and left[text] > 0 and _state(lines, number) == MEASURED:
                left[text] -= 1
                found[change.path].add(number)
        found[change.path].update(_reformatted(change, before.get(change.old_path, b""), lines))
    return {path: frozenset(numbers) for path, numbers in found.items() if numbers}


def _reformatted(change: FileChange, before: bytes, now: bytes) -> Iterator[int]:
    """Yield the uncovered lines of blocks that are only divided into lines in another way."""
    added = _blocks(change.added, change.added_text)
    removed = _blocks(change.removed, change.removed_text)
    for place, (numbers, text) in added.items():
        old_numbers, old_text = removed.get(place, ((), ""))
        if text and text == old_text:
            states = {_state(before, number) for number in old_numbers}
            if MEASURED in states and not states - {0, MEASURED}:
                yield from (number for number in numbers if _state(now, number) == MEASURED)


def _blocks(numbers: tuple[int, ...], texts: tuple[str, ...]) -> Mapping[int, tuple[tuple[int, ...], str]]:
    """Return the numbers and the text of adjacent changed lines, by the number of kept lines before them."""
    blocks: dict[int, tuple[tuple[int, ...], str]] = {}
    if len(numbers) != len(texts):
        return blocks
    rows: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(numbers):
        rows[number - index - 1].append(index)
    for place, indexes in rows.items():
        blocks[place] = tuple(numbers[index] for index in indexes), "".join(texts[index] for index in indexes)
    return blocks


def _state(lines: bytes, number: int) -> int:
    return lines[number] if number < len(lines) else 0
