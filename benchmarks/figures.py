"""Makes figures of what was measured, puts them into tables, and holds them against the targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.process import Costs

Figures = Mapping[str, float]
"""Of one run, by name."""
HeadRun = Mapping[str, Mapping[str, Sequence[Figures]]]
"""By part and by kind of run."""

SLOW_WALL: Final = "(wall − 0.9 s) ÷ pass"
LARGEST: Final = ("peak MB", "requests")
"""Figures without decimals, of which the largest must be within the bound; of all others it is the median."""
SMALL, MIDDLE, LARGE = "4 tests", "100,000 tests", "1,000,000 tests"
BOUNDS: Final = (
    ("action", SMALL, "CPU ÷ pass", 3.0),
    ("action", SMALL, "wall ÷ pass", 5.0),
    ("action", MIDDLE, "CPU ÷ pass", 7.0),
    ("action", MIDDLE, "wall ÷ pass", 8.0),
    ("action", MIDDLE, "peak MB", 100.0),
    ("action", LARGE, "peak MB", 350.0),
    *(("action", run, "requests", 10.0) for run in (SMALL, MIDDLE, LARGE)),
    ("slow", SMALL, SLOW_WALL, 3.0),
    ("slow", MIDDLE, SLOW_WALL, 8.0),
)
GROWTH: Final = 11.0
"""How many times the cost of 100,000 tests 1,000,000 may take."""
TABLES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "reading": ("Reading alone, 100,000 tests", (SLOW_WALL, "requests")),
    "action": ("The whole action", (SLOW_WALL,)),
    "slow": ("The whole action, 0.1 s for each answer of GitHub", ("wall ÷ pass",)),
}
"""Title and left out figures of each part."""


def figures(costs: Costs, one_pass: Costs) -> Figures:
    """Return the figures of a run, which compare it with the pass before it."""
    return {
        "CPU ÷ pass": costs["cpu"] / one_pass["cpu"],
        "wall ÷ pass": costs["wall"] / one_pass["wall"],
        SLOW_WALL: (costs["wall"] - 0.9) / one_pass["wall"],
        "CPU s": costs["cpu"],
        "wall s": costs["wall"],
        "peak MB": costs["peak"],
        "requests": costs.get("requests", 0),
    }


def targets(measured: HeadRun) -> list[dict[str, Any]]:
    """Return each bound whose run was measured, with the figure and whether it is met."""
    found = []
    for part, run, figure, bound in BOUNDS:
        if samples := measured[part].get(run):
            value = (max if figure in LARGEST else median)(_values(samples, figure))
            found.append((f"{run}, slow GitHub" if part == "slow" else run, figure, bound, value))
    if (large := measured["action"].get(LARGE)) and (middle := measured["action"].get(MIDDLE)):
        for figure in ("CPU s", "wall s"):
            ratio = median(_values(large, figure)) / median(_values(middle, figure))
            found.append((LARGE, f"{figure[:-2]} ÷ that of {MIDDLE}", GROWTH, ratio))
    return [
        {"run": run, "figure": figure, "target": bound, "measured": value, "met": value <= bound}
        for run, figure, bound, value in found
    ]


def lines(measured: HeadRun) -> Iterator[str]:
    """Yield all figures and targets as tables of Markdown."""
    for part, runs in measured.items():
        title, left_out = TABLES[part]
        names = [name for name in next(iter(runs.values()), [{}])[0] if name not in left_out]
        yield from _table(title, ["", *names], [[run, *(_spread(runs[run], name) for name in names)] for run in runs])
    rows = []
    for each in targets(measured):
        told = [f"≤ {each['target']:g}", _plain(each["measured"], each["figure"]), "met" if each["met"] else "missed"]
        rows.append([each["run"], each["figure"], *told])
    yield from _table("Targets", ["run", "figure", "target", "measured", ""], rows)


def _values(samples: Sequence[Figures], figure: str) -> list[float]:
    return [sample[figure] for sample in samples]


def _plain(value: float, figure: str) -> str:
    return f"{value:.{0 if figure in LARGEST else 2}f}"


def _spread(samples: Sequence[Figures], figure: str) -> str:
    values = _values(samples, figure)
    middle, low, high = (_plain(value, figure) for value in (median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from ("", title, "", f"| {' | '.join(header)} |", f"| :-- |{' --: |' * (len(header) - 1)}")
        yield from (f"| {' | '.join(row)} |" for row in rows)
