"""Where the time of one process goes: `python benchmarks/stages.py FOLDER REPEAT`, with reports in `base` and `head`.

Prints for each stage the seconds of CPU: median, smallest and largest over the repetitions in one process. The road
alone is all of them but the start and the comment; each of its runs is measured beside one pass of expat over the same
files, in turn: once where one process does all, which the stages are told of, and once as the action does it, where
another process, made when the action starts, reads files that are large together, and then what failing tests say.
"""

from __future__ import annotations

import gc
import io
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar
from xml.parsers import expat

from readygate.baseline.snapshot_codec import decode, encode
from readygate.collect import read_files
from readygate.collect.collect_reports import Reports
from readygate.compare import Terms, ahead, compare
from readygate.config.settings import Settings
from readygate.crew import Hired
from readygate.judge.verdict import judge
from readygate.model.paths import PathRules
from readygate.model.snapshot import Baseline, Measured, Provenance
from readygate.model.subject import Role, Target
from readygate.outputs import all_outputs
from readygate.outputs.comment import render
from readygate.policy import preset
from readygate.render.report_view import Page
from readygate.render.test_locations import Locator
from readygate.snapshot.build import build
from readygate.support.console import Log

T = TypeVar("T")
BASE, HEAD = "1" * 40, "2" * 40
RULES = PathRules(files=frozenset({"src/shop/app.py"}))
TARGET = Target(role=Role.CHANGE, measured=HEAD, measured_note="", base_ref="main", head_sha=HEAD)


class Watch:
    """Seconds by stage.

    Attributes:
        cpu: seconds of CPU.
        wall: seconds.
    """

    def __init__(self) -> None:
        self.cpu: dict[str, list[float]] = {}
        self.wall: dict[str, list[float]] = {}

    def time(self, stage: str, work: Callable[[], T], *, more: bool = False) -> T:
        """Do some work and note what it took; `more` of what was done last in this stage is added to it."""
        ticked, started = time.perf_counter(), _cpu()
        result = work()
        for seconds, spent in ((self.cpu, _cpu() - started), (self.wall, time.perf_counter() - ticked)):
            known = seconds.setdefault(stage, [])
            known.append(spent + (known.pop() if more else 0))
        return result


def _cpu() -> float:
    """Seconds of this process and of the helpers that have ended."""
    own, helpers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + helpers.ru_utime + helpers.ru_stime


def _begun(root: Path, hired: Hired | None) -> Reports:
    settings = Settings(tests=("*.xml",))
    return Reports(root, settings, Log(stream=io.StringIO()), ready=ahead.__name__, hired=hired)


def _measure(root: Path, commit: str) -> Measured:
    with _begun(root, None) as reports:
        return build(commit, reports.read(), RULES, Provenance())


def _expat(root: Path) -> None:
    for file in sorted(root.glob("*.xml")):
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda _tag, _attributes: None
        parser.EndElementHandler = lambda _tag: None
        parser.CharacterDataHandler = lambda _text: None
        parser.Parse(file.read_bytes(), True)


def _road(folder: Path, stored: bytes, watch: Watch, hired: Hired | None) -> Page:
    """What a run does from its reports to what is stored; `hired` is the process that the action made at its start."""
    with watch.time("read", lambda: _begun(folder / "head", hired)) as reports:
        # while others read, if they do
        base = watch.time("load baseline", lambda: Baseline(snapshot=decode(stored, "here"), branch="main"))
        evidence = watch.time("read", reports.read, more=True)
        aside = reports.aside()
        readings = watch.time("compare", lambda: ahead.begin(aside, evidence) if aside else dict)
        head = watch.time("merge", lambda: build(HEAD, evidence, RULES, Provenance()))
        by = Terms(readings=readings)
        comparison = watch.time(
            "compare", lambda: compare(head, base, changes=None, since_baseline=None, terms=by), more=True
        )
        verdict = watch.time("judge", lambda: judge(comparison, preset("standard")))
        watch.time("store", lambda: encode(head.snapshot))
    return Page(gate="readygate", target=TARGET, comparison=comparison, verdict=verdict, locator=Locator(RULES))


def _spread(values: list[float], places: int = 3) -> str:
    return f"{median(values):7.{places}f} ({min(values):.{places}f}–{max(values):.{places}f})"


def main() -> None:
    """Measure the stages."""
    folder, repeat = Path(sys.argv[1]), int(sys.argv[2])
    all_outputs()
    started = time.process_time()
    gc.disable()  # as the program does
    stored = encode(_measure(folder / "base", BASE).snapshot)
    watch, shared = Watch(), Watch()
    ratios: dict[str, tuple[list[float], list[float]]] = {"one process": ([], []), "as it is": ([], [])}
    much = read_files.MUCH
    for _ in range(repeat):
        watch.time("expat", lambda: _expat(folder / "head"))
        for way, own, least in (("one process", watch, 1 << 40), ("as it is", shared, much)):
            read_files.MUCH = least  # from how much input on several processes read
            gc.collect()  # what was measured before must not be in the way
            hired = Hired.make(read_files.prepare) if least == much else None
            page = own.time("road alone", partial(_road, folder, stored, own, hired))
            own.time("render", partial(render, page))
            ratios[way][0].append(own.cpu["road alone"][-1] / watch.cpu["expat"][-1])
            ratios[way][1].append(own.wall["road alone"][-1] / watch.wall["expat"][-1])
    for way, (cpu, wall) in ratios.items():
        print(f"{f'road ÷ expat, {way}':<28} CPU {_spread(cpu, 2)}, wall {_spread(wall, 2)}")
    print(f"{'start and imports':<24} {started:7.3f} s")
    for stage, seconds in watch.cpu.items():
        print(f"{stage:<24} {_spread(seconds)} s")
    print(f"{'peak':<24} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MiB")


if __name__ == "__main__":
    main()
