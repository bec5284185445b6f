"""Where the time of one process goes: `python benchmarks/stages.py FOLDER REPEAT`, with reports in `base` and `head`.

Prints for each stage the seconds of CPU: median, smallest and largest over the repetitions in one process.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from readygate.collect import read_reports
from readygate.compare import compare
from readygate.judge import judge
from readygate.log import Log
from readygate.model.paths import PathRules
from readygate.model.snapshot import Baseline, Measured, Provenance
from readygate.model.target import Role, Target
from readygate.outputs import all_outputs
from readygate.outputs.comment import render
from readygate.policy import preset
from readygate.render.locate import Locator
from readygate.render.page import Page
from readygate.settings import Settings
from readygate.snapshot.build import build
from readygate.snapshot.codec import decode, encode

T = TypeVar("T")
BASE, HEAD = "1" * 40, "2" * 40
RULES = PathRules(files=frozenset({"src/shop/app.py"}))
TARGET = Target(role=Role.CHANGE, measured=HEAD, measured_note="", base_ref="main", head_sha=HEAD)


class Watch:
    """Seconds of CPU by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def time(self, stage: str, work: Callable[[], T]) -> T:
        """Do some work and note what it took."""
        started = time.process_time()
        result = work()
        self.seconds.setdefault(stage, []).append(time.process_time() - started)
        return result


def _measure(root: Path, commit: str, watch: Watch) -> Measured:
    settings = Settings(tests=("*.xml",))
    evidence = watch.time("read", lambda: read_reports(root, settings, Log(stream=io.StringIO())))
    return watch.time("merge", lambda: build(commit, evidence, RULES, Provenance()))


def _road(folder: Path, stored: bytes, watch: Watch) -> None:
    head = _measure(folder / "head", HEAD, watch)
    base = Baseline(snapshot=watch.time("load baseline", lambda: decode(stored, "here")), branch="main")
    comparison = watch.time("compare", lambda: compare(head, base, changes=None, since_baseline=None))
    verdict = watch.time("judge", lambda: judge(comparison, preset("standard")))
    page = Page(gate="readygate", target=TARGET, comparison=comparison, verdict=verdict, locator=Locator(RULES))
    watch.time("render", lambda: render(page))
    watch.time("store", lambda: encode(head.snapshot))


def main() -> None:
    """Measure the stages."""
    folder, repeat = Path(sys.argv[1]), int(sys.argv[2])
    all_outputs()
    watch = Watch()
    watch.seconds["start and imports"] = [time.process_time()]
    stored = encode(_measure(folder / "base", BASE, Watch()).snapshot)
    for _ in range(repeat):
        _road(folder, stored, watch)
    for stage, seconds in watch.seconds.items():
        low, high = min(seconds), max(seconds)
        print(f"{stage:<18} {median(seconds):6.3f} ({low:.3f}–{high:.3f}) s")


if __name__ == "__main__":
    main()
