"""Situations of inputs-changed."""

from collections.abc import Callable

from msgspec.structs import replace
from tests.support.builders import (
    change,
    changes,
    compared,
    measure,
    numbered,
    policy,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import BASE, EDIT

from readygate.model.changes import FileChange
from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.snapshot import HeadRun


def with_inputs(
    head: dict[str, str], base: dict[str, str] | None, *files: FileChange, known: bool = True
) -> Callable[[], Comparison]:
    """Inputs on both sides; None is no baseline, and `known` whether the changed files are."""

    def side(inputs: dict[str, str], commit: str) -> HeadRun:
        measured = measure(report({"A": numbered("p")}), commit=commit)
        stored = replace(measured.snapshot, provenance=replace(measured.snapshot.provenance, inputs=inputs))
        return replace(measured, snapshot=stored)

    def make() -> Comparison:
        other = None if base is None else side(base, BASE)
        return compared(side(head, "a" * 40), other, diff=changes(*files) if known else None)

    return make


def guarding(*patterns: str) -> Policy:
    return replace(policy(), guarded=patterns)


SITUATIONS = Situations(
    levels="WARN WARN WARN",
    rows=[
        Row(PASS, with_inputs({"tests": "a"}, {"tests": "a"}, EDIT), ("no workflow was edited",)),
        Row(PASS, with_inputs({"tests": "a"}, {"tests": "a"}, known=False), ("not known",)),
        Row(PASS, with_inputs({"tests": "a"}, {}, EDIT), ("recorded no inputs",)),
        Row(PASS, with_inputs({"tests": "a", "new": "x"}, {"tests": "a", "old": "y"}, EDIT)),
        Row(VIOLATED, with_inputs({"tests": "b"}, {"tests": "a"}, EDIT), ("1 input differs",)),
        Row(VIOLATED, with_inputs({"tests": "", "fail": "never"}, {"tests": "a", "fail": ""}), ("2 inputs differ",)),
        Row(
            VIOLATED,
            with_inputs({"tests": "a"}, {"tests": "a"}, change(".github/workflows/ci.yml", [1])),
            ("1 file that decides what runs is edited",),
        ),
        Row(VIOLATED, with_inputs({}, None, change("sub/action.yml", [1])), ("1 file",)),
        Row(VIOLATED, with_inputs({}, {}, change("ci.yml", [], old_path=".github/workflows/ci.yml", status="renamed"))),
        Row(VIOLATED, with_inputs({}, {}, change(".coveragerc", [1])), under=guarding(".coveragerc")),
        Row(PASS, with_inputs({}, {}, change(".coveragerc", [1]))),
        Row(UNKNOWN, with_inputs({"tests": "a"}, None, EDIT), ("no baseline",)),
        Row(UNKNOWN, with_inputs({"tests": "a"}, {}, known=False), ("recorded no inputs",)),
    ],
)
