"""Files that were read as a few large values, which go from one process to another at little cost."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from readygate.model.reports import TestReport
from readygate.model.results import OUTCOMES, ClassBlock, Detail, columns, cut, cut_text
from readygate.model.snapshot import ReadFile


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


def _pack_blocks(blocks: Mapping[str, ClassBlock]) -> object:
    names, outcomes, seconds = columns(blocks.values())
    lengths, sizes = array("I", map(len, names)), array("I", map(len, outcomes))
    return (list(blocks), "".join(names), lengths, b"".join(outcomes), b"".join(seconds), sizes)


def _unpack_blocks(packed: Any) -> dict[str, ClassBlock]:
    classes, text, lengths, outcomes, seconds, sizes = packed
    return dict(zip(classes, cut(cut_text(text, lengths), outcomes, seconds, sizes), strict=True))
