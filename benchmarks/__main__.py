"""Measure the action beside one pass of expat over 100,000 tests, and hold it against the targets.

A pass precedes every run, and all kinds of runs take turns: a ratio compares a run with its own pass. Figures are
medians, with the smallest and the largest in brackets. docs/performance.md tells what is measured.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import flaky
from benchmarks.figures import Figures, HeadRun, figures, lines, targets
from benchmarks.process import Costs, run
from benchmarks.readers import PACKAGES, READERS
from benchmarks.scene import Scene
from benchmarks.suites import write_suite

SOURCES: Final = Path(__file__).parents[1] / "src"
SCRIPT: Final = Path(__file__).with_name("readers.py")
PASS_TESTS: Final = 100_000
SIZES: Final = (4, 100_000, 1_000_000)
PARTS: Final = ("reading", "action", "slow")
FLAKY_HISTORIES: Final = 100
"""Random histories of each kind for `flaky`, which measures no time."""

Measure = Callable[[], Costs]
Measures = dict[str, dict[str, Measure]]
"""By part and by kind of run."""


def main() -> int:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: these), or flaky")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="counted runs of each kind (default: 5)")
    parser.add_argument("--size", type=int, action="append", metavar="TESTS", help="a suite of the action; repeatable")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has the other readers (default: make one)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures to a file")
    given = parser.parse_args()
    if given.parts == ["flaky"]:
        print(*flaky.table(FLAKY_HISTORIES), sep="\n")
        return 0
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    for compiled in (str(SOURCES), *site.getsitepackages()):  # as the image does: -B writes no compiled files
        compileall.compile_dir(compiled, quiet=2, workers=0)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        files = write_suite(folder / "pass", PASS_TESTS, "head")
        parts = given.parts or PARTS
        readers = _readers(folder, files, given.peers) if "reading" in parts else {}
        measures = {"reading": readers, **_actions(folder, parts, given.size or SIZES, stack)}
        measured = _take_turns(measures, partial(_read, "expat", sys.executable, folder, files), given.repeat)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(machine, *lines(measured), sep="\n")
    if given.json:
        found = {"machine": machine, "samples": measured, "targets": targets(measured)}
        given.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _read(reader: str, python: str, folder: Path, files: Iterable[Path]) -> Costs:
    """Read the files by a process of its own. Return what the reading cost."""
    costs, said = run([python, "-I", str(SCRIPT), reader, *map(str, files)], folder)
    return {**costs, **json.loads(said)}


def _readers(folder: Path, files: Sequence[Path], peers: str | None) -> dict[str, Measure]:
    """Return all readers; those of others come from an environment of their own."""
    if peers is None:
        peers = str(folder / "peers" / "bin" / "python")
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
        subprocess.run([peers, "-m", "pip", "install", "--quiet", "--quiet", *PACKAGES.values()], check=True)
    pythons = {reader: peers if reader in PACKAGES else sys.executable for reader in READERS}
    return {reader: partial(_read, reader, python, folder, files) for reader, python in pythons.items()}


def _actions(folder: Path, parts: Collection[str], sizes: Iterable[int], stack: ExitStack) -> Measures:
    """Return the runs of the action, with a GitHub that answers at once and with a slow one."""
    found: Measures = {"action": {}, "slow": {}}
    for tests in sizes:
        wanted = [part for part in found if part in parts and (part == "action" or tests <= PASS_TESTS)]
        if wanted:
            scene = Scene(folder / str(tests), tests, stack)
            for part in wanted:
                found[part][f"{tests:,} tests"] = partial(scene.judge, slow=part == "slow")
    return found


def _take_turns(measures: Measures, one_pass: Measure, repeat: int) -> HeadRun:
    """Run all of them in turn, each after a pass. The first round is not counted."""
    measured: dict[str, dict[str, list[Figures]]] = {
        part: {name: [] for name in runs} for part, runs in measures.items()
    }
    for number in range(repeat + 1):
        print(f"round {number} of {repeat}", file=sys.stderr)
        for part, runs in measures.items():
            for name, measure in runs.items():
                found = figures(one_pass=one_pass(), costs=measure())
                if number:
                    measured[part][name].append(found)
    return measured


if __name__ == "__main__":
    raise SystemExit(main())
