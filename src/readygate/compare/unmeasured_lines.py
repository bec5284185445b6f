"""Find measured files none of whose added code lines is measured: a report may have left these lines out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from readygate.model.changes import Changes, FileChange
from readygate.model.comparison import UnmeasuredLines
from readygate.model.coverage import HIT, MEASURED, FileCoverage

_NO_STATEMENT: Final = re.compile(
    r"#|//|/\*|\*|--|<!--|%|@|[\"'`]{3}"  # comments, documentation, decorators
    r"|(?:export|default|declare|public|private|protected|internal|static|abstract|async|final)*"
    r"(?:import|from|package|using|namespace|include|function|class|interface|type|enum|struct|trait|module)"
    r"|\W*(?:else|finally|do|begin|end)?\W*$"
)
_STATEMENT: Final = re.compile(r"[=({;]|:$|^(?:return|raise|throw|yield|break|continue|await|del|pass)")


def unmeasured_lines(
    measured: Mapping[str, FileCoverage], before: Mapping[str, FileCoverage], changes: Changes
) -> Iterator[UnmeasuredLines]:
    """Yield the measured files of a change none of whose added lines is measured, if one seems to be code.

    Without the text of a file's changed lines, only lines that replace measured lines seem to be code.

    Args:
        measured: what this run measured, by path.
        before: what the commit measured that the change starts from, by path; empty if that is unknown.
        changes: what the change adds and removes.
    """
    for change in changes.files:
        file = measured.get(change.path)
        if file is None or not file.total or not change.added or not change.shown or change.status == "removed":
            continue
        if any(_state(file, number) for number in change.added):
            continue
        fresh, replacing = _by_evidence(change, _statements(change), before.get(change.old_path))
        if replacing or (fresh and change.added_text):
            yield UnmeasuredLines(path=change.path, lines=tuple(sorted(fresh | replacing)), replaced=bool(replacing))


def _statements(change: FileChange) -> frozenset[int]:
    """Return the added lines that seem to hold a statement; all lines if their text is unknown."""
    if not change.added_text:
        return frozenset(change.added)
    pairs = zip(change.added, change.added_text, strict=True)
    return frozenset(number for number, text in pairs if is_statement(text))


def is_statement(text: str) -> bool:
    """Return whether a line without whitespace seems to hold a statement, in any language.

    Prose, comments, declarations and the entries of lists and calls are none.
    """
    return _STATEMENT.search(text) is not None and not text.endswith(",") and _NO_STATEMENT.match(text) is None


def _by_evidence(
    change: FileChange, lines: frozenset[int], before: FileCoverage | None
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines of blocks that replace nothing, and those of blocks that replace measured lines.

    What replaces lines that were not measured, such as the rest of a statement, need not be measured either.
    """
    removed = _by_place(change.removed)
    fresh: set[int] = set()
    replacing: set[int] = set()
    for place, numbers in _by_place(change.added).items():
        old = removed.get(place, ())
        if before is None or not old:
            fresh.update(numbers)
        elif any(_state(before, number) in (MEASURED, HIT) for number in old):
            replacing.update(numbers)
    return lines & fresh, lines & replacing


def _by_place(numbers: Iterable[int]) -> dict[int, list[int]]:
    """Return changed lines by the number of kept lines before them."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(numbers):
        found[number - index - 1].append(number)
    return found


def _state(file: FileCoverage, number: int) -> int:
    return file.lines[number] if number < len(file.lines) else 0
