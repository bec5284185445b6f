"""What runs on a base branch cost as their number grows: `python -m benchmarks.growth FOLDER RUNS TESTS`.

Each run has the same tests, of which each fails or flakes now and then, and stores its results in a folder as the
action does. Printed for the runs after which a power of two, or all, are stored: what storing one more costs, what
choosing a baseline with its history and comparing with it costs, and what the store holds.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.measure import table
from readygate.baseline.select import Choice, choose, record
from readygate.baseline.stores import Store, open_store
from readygate.compare import compare
from readygate.model.results import ClassBlock, Counts, Leg, Outcome, count_outcomes
from readygate.model.snapshot import Evidence, Measured, Provenance, Snapshot

T = TypeVar("T")
GATE = "readygate"
PER_CLASS = 20


def _snapshot(run: int, tests: int) -> Snapshot:
    """A run in which one test of 500 is not green, a few of them often."""
    dice = random.Random(run)
    outcomes = bytearray(tests)
    for at in dice.sample(range(tests), tests // 1000) + dice.sample(range(tests // 500), tests // 1000):
        outcomes[at] = dice.choice((Outcome.FAILED, Outcome.FLAKY, Outcome.ERRORED, Outcome.SKIPPED))
    blocks = {}
    for first in range(0, tests, PER_CLASS):
        names = [f"test_case_{number:06d}_keeps_its_name" for number in range(first, min(first + PER_CLASS, tests))]
        seconds = array("f", (dice.lognormvariate(-4, 1.5) for _ in names))
        class_name = f"tests.unit.area_{first // 1000:03d}.test_module_{first:07d}"
        blocks[class_name] = ClassBlock.build(names, outcomes[first : first + len(names)], seconds)
    counts: Counts = count_outcomes(outcomes)
    leg = Leg(path="test-results", blocks=blocks, executions=counts, seconds=812.0)
    return Snapshot(
        commit=f"{run:040x}", legs=(leg,), provenance=Provenance(run_id=run + 1, event="push", branch="main")
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def _marks(runs: int) -> Iterator[int]:
    number = 16
    while number < runs:
        yield number
        number *= 2
    yield runs


def main() -> None:
    """Store run after run and measure on the way."""
    folder, runs, tests = Path(sys.argv[1]) / "store", int(sys.argv[2]), int(sys.argv[3])
    gc.disable()
    store = open_store(f"folder:{folder.absolute()}", folder, None)
    marks, rows = set(_marks(runs)), []
    recent: list[float] = []
    for run in range(runs):
        snapshot = _snapshot(run, tests)
        spent, _ = _timed(lambda: record(store, GATE, snapshot, when=run))  # noqa: B023  (it is called at once)
        recent = [*recent[-8:], spent]
        if run + 1 not in marks:
            continue
        head = Measured(snapshot=_snapshot(run + 1, tests), details={}, evidence=Evidence())
        chosen, compared = [], []
        for _ in range(5):
            one, choice = _timed(lambda: _chosen(store, snapshot))  # noqa: B023
            other, _ = _timed(lambda: compare(head, choice.baseline, changes=None, since_baseline=None))  # noqa: B023
            chosen.append(one)
            compared.append(other)
        files = [file for file in folder.rglob("*") if file.is_file()]
        history = [file.stat().st_size for file in files if "history" in file.parts]
        rows.append((
            f"{run + 1}", f"{median(recent):.3f}", f"{median(chosen):.3f}", f"{median(compared):.3f}",
            f"{len(files)}", f"{sum(file.stat().st_size for file in files) / 1e6:.1f}", f"{sum(history) / 1e3:.0f}",
        ))  # fmt: skip
    header = ("stored runs", "store, CPU s", "choose and load, CPU s", "compare, CPU s", "files", "MB", "history kB")
    table("Growth", header, rows)


def _chosen(store: Store, snapshot: Snapshot) -> Choice:
    return choose(
        store,
        GATE,
        wanted=snapshot.commit,
        relation="the base commit",
        branch="main",
        ancestors=lambda: (),
    )


if __name__ == "__main__":
    main()
