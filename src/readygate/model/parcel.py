"""Files that were read, and snapshots, as a few large values, which go from one process to another at little cost."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import compress
from typing import Any

from readygate.model.report import TestReport
from readygate.model.snapshot import ReadFile, Snapshot
from readygate.model.tests import OUTCOMES, ClassBlock, Detail, columns, cut, cut_text
from readygate.model.value import replace


def pack(file: ReadFile | None) -> object:
    """Make of a file's many values few; `unpack` gives equal ones."""
    report = file.report if file is not None else None
    if file is None or not isinstance(report, TestReport):
        return (file,)
    return (
        replace(file, report=replace(report, blocks={}, details=())),
        _pack_blocks(report.blocks),
        [
            (one.class_name, one.name, int(one.outcome), one.type, one.message, one.text, one.file, one.line)
            for one in report.details
        ],
    )


def unpack(parcel: Any) -> ReadFile | None:
    """Make of what `pack` made the values again."""
    file: ReadFile | None = parcel[0]
    if file is None or len(parcel) == 1:
        return file
    _, packed, told = parcel
    details = tuple(
        Detail(
            class_name=class_name,
            name=name,
            outcome=OUTCOMES[outcome],
            type=kind,
            message=message,
            text=text,
            file=place,
            line=line,
        )
        for class_name, name, outcome, kind, message, text, place, line in told
    )
    assert isinstance(file.report, TestReport)  # noqa: S101  (as it was packed)
    return replace(file, report=replace(file.report, blocks=_unpack_blocks(packed), details=details))


def pack_tests(snapshot: Snapshot, twin: Snapshot | None = None) -> object:
    """The same for the tests of a snapshot.

    Args:
        snapshot: all else of it is left out.
        twin: what `unpack_tests` will be given, too: most classes have the same tests in both.
    """
    known = _legs(twin)
    return [
        (replace(leg, blocks={}), _pack_blocks(leg.blocks, known.get((leg.group, leg.leg)))) for leg in snapshot.legs
    ]


def unpack_tests(parcel: Any, twin: Snapshot | None = None) -> Snapshot:
    """Make of what `pack_tests` made a snapshot of nothing but tests."""
    known = _legs(twin)
    legs = (replace(leg, blocks=_unpack_blocks(packed, known.get((leg.group, leg.leg)))) for leg, packed in parcel)
    return Snapshot(commit="", legs=tuple(legs))


Blocks = Mapping[str, ClassBlock]


def _legs(snapshot: Snapshot | None) -> dict[tuple[str, str], Blocks]:
    return {(leg.group, leg.leg): leg.blocks for leg in snapshot.legs} if snapshot else {}


def _pack_blocks(blocks: Blocks, known: Blocks | None = None) -> object:
    names, outcomes, seconds = columns(blocks.values())
    there = [known.get(name) for name in blocks] if known else [None] * len(names)
    own = bytes([other is None or other.names != told for other, told in zip(there, names, strict=True)])
    kept = list(compress(names, own))
    lengths, sizes = array("I", map(len, kept)), array("I", map(len, outcomes))
    classes = None if known is not None and list(known) == list(blocks) else list(blocks)
    return (classes, own, "".join(kept), lengths, b"".join(outcomes), b"".join(seconds), sizes)


def _unpack_blocks(packed: Any, known: Blocks | None = None) -> dict[str, ClassBlock]:
    classes, own, text, lengths, outcomes, seconds, sizes = packed
    kept, there = iter(cut_text(text, lengths)), known or {}
    classes = list(there) if classes is None else classes
    names = [next(kept) if mine else there[name].names for name, mine in zip(classes, own, strict=True)]
    return dict(zip(classes, cut(names, outcomes, seconds, sizes), strict=True))
