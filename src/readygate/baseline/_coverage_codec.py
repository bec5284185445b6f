"""Coverage as sorted text: a line for each file, with its path, a character for each line, and its branches."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from readygate.baseline._text import escape_field, split_into_files, unescape
from readygate.model.coverage import EXCLUDED, HIT, MAX_STORED, MEASURED, FileCoverage

_STATES: Final = {0: ".", MEASURED: "-", HIT: "+", EXCLUDED: "x"}
_BRANCHES: Final = re.compile(r"(?:[1-9][0-9]{0,9}:[0-9]{1,10}/[0-9]{1,10}(?: (?!$)|$))*")
"""The branches of a file, in the digits that `_branches` writes."""
_TO_TEXT: Final = bytes(ord(_STATES.get(state, "?")) for state in range(256))
_FROM_TEXT: Final = {ord(text): state for state, text in _STATES.items()}
_TO_STATE: Final = bytes(_FROM_TEXT.get(text, 255) for text in range(256))


def encode_coverage(files: Sequence[FileCoverage]) -> list[bytes]:
    """Return the coverage of files, sorted by path, as stored files."""
    return list(split_into_files(map(_record, files), sum(len(file.lines) for file in files)))


def _record(file: FileCoverage) -> str:
    lines = file.lines.translate(_TO_TEXT).decode()
    return f"{escape_field(file.path)}\t{lines}\t{' '.join(_branches(file))}"


def _branches(file: FileCoverage) -> Iterator[str]:
    """Yield the branches of each line as `step:taken/total`, where the step counts from the line before."""
    last = 0
    for line, (taken, total) in sorted(file.branches.items()):
        yield f"{line - last}:{taken}/{total}"
        last = line


def decode_coverage(files: Iterable[bytes]) -> Iterator[FileCoverage]:
    """Yield the coverage of each file.

    Raises:
        ValueError: the text is damaged.
    """
    for data in files:
        text = data.decode()
        if text and not text.endswith("\n"):
            raise ValueError("the coverage is cut short")
        yield from map(_file, text.split("\n")[:-1])


def _file(record: str) -> FileCoverage:
    path, lines, branches = record.split("\t")
    if _BRANCHES.fullmatch(branches) is None:
        raise ValueError("branches that do not exist")
    states = lines.encode("ascii").translate(_TO_STATE)
    if 255 in states:
        raise ValueError("a state of a line that does not exist")
    found: dict[int, tuple[int, int]] = {}
    line = 0
    for branch in branches.split():
        step, _, counts = branch.partition(":")
        taken, _, total = counts.partition("/")
        line += int(step)
        found[line] = (int(taken), int(total))
    if line > MAX_STORED or any(total > MAX_STORED for _, total in found.values()):
        raise ValueError("a number of branches that does not exist")
    return FileCoverage(path=unescape(path), lines=states, branches=found)
