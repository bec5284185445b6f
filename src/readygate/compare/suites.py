"""Tests by suite: by group where a run has several, else by the first part of the class path in which they differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress, count, islice, pairwise, takewhile
from operator import ne

from msgspec import Struct

from readygate.model.once import once
from readygate.model.results import Counts, columns, count_outcomes, joined
from readygate.model.snapshot import Snapshot

FEW = 5
DEEPER = 30
"""Below so many rows the next part of the path is told, too, if that makes no more than `DEEPER` rows."""

_PARTS = re.compile(r"::|[./\\]|\s>\s|\s›\s")
Name = tuple[str, ...]
Key = tuple[str, str]
"""Group and class."""


class Suite(Struct, frozen=True, kw_only=True):
    """One row.

    Attributes:
        name: parts of the path; empty for tests without any.
        seconds: over all legs.
    """

    name: Name
    head: Counts
    base: Counts | None
    seconds: float


@once
def suites(head: Snapshot, base: Snapshot | None) -> tuple[Suite, ...]:
    """The suites of a run, those with failures first; `base` is what each is compared with."""
    blocks = head.headline()
    keys = list(blocks)
    names = _names(keys)
    counts = _counts(_sorted_out(names, columns(blocks.values())[1]))
    before = _counts(_of_base(base, keys, names)) if base else {}
    seconds = _seconds(head, keys, names)
    rows = [Suite(name=n, head=c, base=before.get(n), seconds=seconds.get(n, 0.0)) for n, c in counts.items()]
    return tuple(sorted(rows, key=lambda row: (row.head.pass_rate is None, row.head.pass_rate or 0, row.name)))


def _split(class_name: str) -> Name:
    """The parts of a path; where a file has an ending, as `tests/test_a.py::TestB`, it stays with its name."""
    whole = class_name.strip()
    path = _PARTS.split(whole)
    if "/" in whole or "\\" in whole:
        path = [part for piece in re.split(r"::|\s>\s|\s›\s", whole) for part in re.split(r"[/\\]", piece)]
    return tuple(filter(None, path))


def _names(keys: Sequence[Key]) -> list[Name]:
    """What the suite of each class is called."""
    classes = [name for _, name in keys]
    every, lowest, highest = ".".join(classes), min(classes, default=""), max(classes, default="")
    plain = ".." not in f".{every}." and every.replace(".", "").isidentifier()  # nothing but dots divides them
    shared = "".join(
        one for one, other in takewhile(lambda pair: pair[0] == pair[1], zip(lowest, highest, strict=False))
    )
    if not plain or shared == lowest or len({group for group, _ in keys}) > 1:
        return _chosen([(group, *_split(name)) for group, name in keys])
    begin = shared.rfind(".") + 1
    one = [(name[begin:].partition(".")[0],) for name in classes]
    if len(set(one)) < FEW:
        two = [tuple(name[begin:].split(".", 2)[:2]) for name in classes]
        if len(set(two)) <= DEEPER:
            return two
    return list(one)


def _chosen(paths: Sequence[Name]) -> list[Name]:
    """Cut every path to the depth at which there is more than one suite."""
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*paths, strict=False)))
    deepest = max(map(len, paths), default=0)
    depth = min(shared + 1, deepest)
    start = min(shared, depth - 1)
    one = [path[start:depth] for path in paths]  # what stands before is the same in all of them
    if len(set(one)) < FEW and depth < deepest:
        two = [path[start : depth + 1] for path in paths]
        if len(set(two)) <= DEEPER:
            return two
    return one


def _counts(sorted_out: Mapping[Name, list[bytes]]) -> dict[Name, Counts]:
    return {name: count_outcomes(b"".join(column)) for name, column in sorted_out.items()}


def _of_base(base: Snapshot, keys: Sequence[Key], names: Sequence[Name]) -> dict[Name, list[bytes]]:
    """Outcomes of the base by suite; classes that the head does not have stand in no row."""
    blocks = base.headline()
    told = names if list(blocks) == keys else map(dict(zip(keys, names, strict=True)).get, blocks)
    return _sorted_out(told, columns(blocks.values())[1])


def _seconds(head: Snapshot, keys: Sequence[Key], names: Sequence[Name]) -> dict[Name, float]:
    parts = columns(chain.from_iterable(leg.blocks.values() for leg in head.legs))[2]
    told: Iterable[Name | None] = names
    if len(parts) > len(keys):  # legs have the same classes
        known = dict(zip(keys, names, strict=True))
        told = (known[leg.group, name] for leg in head.legs for name in leg.blocks)
    return {name: sum(joined(column)) for name, column in _sorted_out(told, parts).items()}


def _sorted_out(names: Iterable[Name | None], parts: Sequence[bytes]) -> dict[Name, list[bytes]]:
    """The parts of a column by the suites that they belong to; what belongs to none is left out."""
    every = list(names)
    found: defaultdict[Name | None, list[bytes]] = defaultdict(list)
    # the classes of a suite mostly stand together
    starts = [0, *compress(count(1), map(ne, islice(every, 1, None), every))] if every else []
    for begin, end in pairwise((*starts, len(every))):
        found[every[begin]] += parts[begin:end]
    return {name: column for name, column in found.items() if name is not None}
