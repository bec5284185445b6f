"""Whole processes, measured by the operating system's account of them, and the figures of several runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LAUNCHER: Final = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process, with all it started, cost.

    Attributes:
        cpu: seconds, user and system.
        wall: seconds.
        peak: MiB of memory that were resident at most, in the largest of the processes.
        read: megabytes that the process itself read, from files and sockets.
        said: what it printed.
    """

    cpu: float
    wall: float
    peak: float
    read: float
    code: int
    said: str


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    accepted: tuple[int, ...] = (0,),
) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: it ended with an exit code that is not `accepted`.
    """
    output = folder / "printed"
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    order = {
        "command": list(command),
        "folder": str(ROOT),
        "output": str(output),
        "environment": dict(plain if environment is None else environment),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER)], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    cost = json.loads(done.stdout)
    found = Cost(**cost, said=output.read_text(encoding="utf-8", errors="replace"))
    if found.code not in accepted:
        raise RuntimeError(f"{' '.join(command)} ended with {found.code}: {found.said[-2_000:]}")
    return found


def spread(values: Sequence[float], places: int = 2, unit: str = "") -> str:
    """The median, and in brackets the smallest and the largest."""
    low, high = min(values), max(values)
    if len(values) == 1:
        return f"{low:.{places}f}{unit}"
    return f"{median(values):.{places}f}{unit} ({low:.{places}f}–{high:.{places}f})"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of Markdown."""
    print(f"\n{title}\n")
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    for row in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |", flush=True)
