"""Tests by suite: by group where a run has several, else by the first part of the class path in which they differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, takewhile

from readygate.figures import percent, points, seconds_text
from readygate.model.once import once
from readygate.model.phrase import count
from readygate.model.report import TestReport
from readygate.model.snapshot import Snapshot
from readygate.model.tests import Counts, columns, count_outcomes, joined
from readygate.model.value import dataclass
from readygate.render.blocks import Table, by, more
from readygate.render.page import Page, comparable
from readygate.render.text import code

SUITES_SHOWN = 20
SUITES_LISTED = 100
"""In the long form."""
FEW = 5
DEEPER = 30
"""Below so many rows the next part of the path is told, too, if that makes no more than `DEEPER` rows."""

_PARTS = re.compile(r"::|[./\\]|\s>\s|\s›\s")
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
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
def suites(page: Page) -> tuple[Suite, ...]:
    """The suites of a run, those with failures first."""
    snapshot, before = page.comparison.head.snapshot, page.comparison.base
    parts = _parts(snapshot)
    names = _chosen(parts)
    head = _counts(snapshot, names)
    base = _counts(before, names) if before and comparable(page, TestReport) else {}
    seconds = _seconds(snapshot, names)
    rows = [Suite(name=n, head=c, base=base.get(n), seconds=seconds.get(n, 0.0)) for n, c in head.items()]
    return tuple(sorted(rows, key=lambda row: (row.head.pass_rate is None, row.head.pass_rate or 0, row.name)))


def _split(class_name: str) -> Name:
    """The parts of a path; where a file has an ending, as `tests/test_a.py::TestB`, it stays with its name."""
    whole = class_name.strip()
    path = _PARTS.split(whole)
    if "/" in whole or "\\" in whole:
        path = [part for piece in re.split(r"::|\s>\s|\s›\s", whole) for part in re.split(r"[/\\]", piece)]
    return tuple(filter(None, path))


def _parts(snapshot: Snapshot) -> dict[tuple[str, str], Name]:
    found: dict[tuple[str, str], Name] = {}
    for leg in snapshot.legs:
        dotted = "".join(leg.blocks).replace(".", "").isidentifier()  # nothing but dots divides them: told at once
        for name in leg.blocks:
            found[leg.group, name] = (leg.group, *(filter(None, name.split(".")) if dotted else _split(name)))
    return found


def _chosen(parts: Mapping[tuple[str, str], Name]) -> dict[tuple[str, str], Name]:
    """Cut every path to the depth at which there is more than one suite."""
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*parts.values(), strict=False)))
    deepest = max(map(len, parts.values()), default=0)
    depth = min(shared + 1, deepest)
    one = {key: name[:depth] for key, name in parts.items()}
    if len(set(one.values())) < FEW and depth < deepest:
        two = {key: name[: depth + 1] for key, name in parts.items()}
        if len(set(two.values())) <= DEEPER:
            one = two
    start = min(shared, depth - 1)
    return {key: name[start:] for key, name in one.items()}


def _counts(snapshot: Snapshot, names: Mapping[tuple[str, str], Name]) -> dict[Name, Counts]:
    """Tests by suite; classes that the head does not have stand in no row."""
    blocks = snapshot.headline()
    sorted_out = _sorted_out(map(names.get, blocks), columns(blocks.values())[1])
    return {name: count_outcomes(b"".join(column)) for name, column in sorted_out.items()}


def _seconds(snapshot: Snapshot, names: Mapping[tuple[str, str], Name]) -> dict[Name, float]:
    keys = [(leg.group, name) for leg in snapshot.legs for name in leg.blocks]
    every = chain.from_iterable(leg.blocks.values() for leg in snapshot.legs)
    sorted_out = _sorted_out(map(names.get, keys), columns(every)[2])
    return {name: sum(joined(column)) for name, column in sorted_out.items()}


def _sorted_out(names: Iterable[Name | None], parts: Iterable[bytes]) -> dict[Name, list[bytes]]:
    """The parts of a column by the suites that they belong to; what belongs to none is left out."""
    found: defaultdict[Name | None, list[bytes]] = defaultdict(list)
    for name, part in zip(names, parts, strict=True):
        found[name].append(part)
    return {name: column for name, column in found.items() if name is not None}


def suite_table(page: Page, *, long: bool) -> tuple[str, Table, str] | None:
    """A title with the answer, the table, and what it leaves out; None if there is one suite only."""
    rows = suites(page)
    if len(rows) < 2:
        return None
    shown = rows[: SUITES_LISTED if long else SUITES_SHOWN]
    green = sum(1 for row in rows if row.head.total and not row.head.failing)
    compared = any(row.base is not None for row in rows)
    columns = [
        "Suite",
        ">Tests",
        ">Passed",
        ">Failed",
        ">Skipped",
        ">Pass rate",
        *([">Difference"] if compared else []),
        ">Time",
    ]
    total = page.comparison.tests.head
    time = page.comparison.head.snapshot.seconds
    every = Suite(name=(), head=total, base=page.comparison.tests.base if compared else None, seconds=time)
    table = Table(
        columns=by(*columns),
        rows=(
            *(_row(_label(row.name), row, compared) for row in shown),
            tuple(f"**{cell}**" for cell in _row(f"All {len(rows):,} suites", every, compared)),
        ),
    )
    answer = f"{green:,} of {count(len(rows), 'suite')} {'passes' if green == 1 else 'pass'} in full"
    return answer, table, more(page, len(rows) - len(shown), "suite")


def _label(name: Name) -> str:
    return code(" / ".join(part for part in name if part)) if any(name) else "(no suite)"


def _row(label: str, row: Suite, compared: bool) -> tuple[str, ...]:
    rate, before = row.head.pass_rate, row.base.pass_rate if row.base else None
    figures = (row.head.total, row.head.passed, row.head.failing, row.head.skipped)
    delta = "–" if row.base is None or rate is None or before is None else points(rate, before)
    shown = ("–" if rate is None else percent(rate), *((delta if row.base else "new",) if compared else ()))
    return (label, *(f"{figure:,}" for figure in figures), *shown, seconds_text(row.seconds))
