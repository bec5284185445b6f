"""Add one file of coverage.py's JSON; its data file is converted to the same JSON."""

from typing import Any

from readygate.formats.coverage._document import Shape
from readygate.formats.coverage._report_builder import CoverageBuilder


def add_entry(builder: CoverageBuilder, shape: Shape, name: str, entry: dict[str, Any], *, branches: bool) -> None:
    """Add the lines of one file, and its branches if they were measured."""
    place = f"files[{name[:100]!r}]"
    builder.add(
        name,
        shape.numbers(entry.get("executed_lines"), f"{place}.executed_lines"),
        shape.numbers(entry.get("missing_lines"), f"{place}.missing_lines"),
        shape.numbers(entry.get("excluded_lines", []), f"{place}.excluded_lines"),
    )
    if not branches:
        return
    taken = _arcs(shape, entry.get("executed_branches", []), f"{place}.executed_branches")
    missed = _arcs(shape, entry.get("missing_branches", []), f"{place}.missing_branches")
    builder.named_branches(name, ((*_named(arc), arc in taken) for arc in taken | missed))


def _named(arc: tuple[int, int]) -> tuple[int, str]:
    """Return the line and the name of a branch; most have the same few names, because the target is relative."""
    line, target = arc
    return line, f"{target - line:+d}" if target > 0 else f"exit {-target}"


def _arcs(shape: Shape, value: Any, place: str) -> set[tuple[int, int]]:
    """Parse branches (from line, to line); a negative line is the exit of a function."""
    arcs = set()
    for at, arc in enumerate(shape.array(value, place)):
        if isinstance(arc, list) and len(arc) == 2 and type(arc[0]) is type(arc[1]) is int:
            arcs.add((arc[0], arc[1]))
        else:
            shape.wrong(f"{place}[{at}] is no pair of line numbers")
    return arcs
