"""Count tests by suite: by group if a run has several, else by the first part of the class path that differs."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile

from readygate.model.measures import SuiteResult
from readygate.model.results import Counts, count_outcomes
from readygate.model.snapshot import Blocks, Snapshot

FEW = 5
"""Below this number of suites the next part of the path is added, if that gives at most `DEEPER` suites."""
DEEPER = 30

_PIECE = re.compile(r"::|\s>\s|\s›\s")
_SLASH = re.compile(r"[/\\]")
_PART = re.compile(r"::|[./\\]|\s>\s|\s›\s")

SuitePath = tuple[str, ...]


def count_suites(head: Snapshot, base: Snapshot | None) -> tuple[SuiteResult, ...]:
    """Return the suites of a run, those with the lowest pass rate first.

    Args:
        head: what this run measured.
        base: the base in the head's names; its classes that the head lacks are in no suite.
    """
    blocks = head.headline()
    names = dict(zip(blocks, suite_names(list(blocks)), strict=True))
    counts = _counts(blocks, names)
    before = _counts(base.headline(), names) if base else {}
    seconds = _seconds(head, names)
    rows = [
        SuiteResult(name=name, head=found, base=before.get(name), seconds=seconds[name])
        for name, found in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.head.pass_rate is None, row.head.pass_rate or 0, row.name)))


def suite_names(keys: Sequence[tuple[str, str]]) -> list[SuitePath]:
    """Return the name of the suite of each (group, class): its path up to the depth with more than one suite."""
    paths = [(group, *_parts(class_name)) for group, class_name in keys]
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*paths, strict=False)))
    deepest = max(map(len, paths), default=0)
    depth = min(shared + 1, deepest)
    start = min(shared, depth - 1)
    short = [path[start:depth] for path in paths]  # the parts before it are the same in all paths
    if len(set(short)) < FEW and depth < deepest:
        longer = [path[start : depth + 1] for path in paths]
        if len(set(longer)) <= DEEPER:
            return longer
    return short


def _parts(class_name: str) -> SuitePath:
    """Split a path into parts; a file keeps its suffix, as in `tests/test_a.py::TestB`."""
    whole = class_name.strip()
    if "/" in whole or "\\" in whole:
        return tuple(part for piece in _PIECE.split(whole) for part in _SLASH.split(piece) if part)
    return tuple(filter(None, _PART.split(whole)))


def _counts(blocks: Blocks, names: Mapping[tuple[str, str], SuitePath]) -> dict[SuitePath, Counts]:
    outcomes: defaultdict[SuitePath, bytearray] = defaultdict(bytearray)
    for key, block in blocks.items():
        name = names.get(key)
        if name is not None:
            outcomes[name] += block.outcomes
    return {name: count_outcomes(column) for name, column in outcomes.items()}


def _seconds(head: Snapshot, names: Mapping[tuple[str, str], SuitePath]) -> dict[SuitePath, float]:
    seconds: defaultdict[SuitePath, array[float]] = defaultdict(lambda: array("f"))
    for leg in head.legs:
        for class_name, block in leg.blocks.items():
            seconds[names[leg.group, class_name]].frombytes(block.seconds)
    return {name: sum(column) for name, column in seconds.items()}
