"""What was read of a file as a few large values, which go from one process to another at little cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from readygate.model.report import TestReport
from readygate.model.snapshot import ReadFile
from readygate.model.tests import OUTCOMES, Detail, columns, cut


def pack(file: ReadFile | None) -> object:
    """Make of a file's many values few; `unpack` gives equal ones."""
    report = file.report if file is not None else None
    if file is None or not isinstance(report, TestReport):
        return (file,)
    names, outcomes, seconds = columns(report.blocks.values())
    return (
        replace(file, report=replace(report, blocks={}, details=())),
        list(report.blocks),
        "".join(names),
        b"".join(outcomes),
        b"".join(seconds),
        list(map(len, names)),
        list(map(len, outcomes)),
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
    _, classes, *parts, told = parcel
    blocks = dict(zip(classes, cut(*parts), strict=True))
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
    return replace(file, report=replace(file.report, blocks=blocks, details=details))
