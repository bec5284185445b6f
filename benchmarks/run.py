"""Measures whole runs of Readygate, beside other readers of the same files and in the same session.

    .venv/bin/python -m benchmarks [--quick] [--repeat N] [--peers PYTHON] [TOPIC ...]

Topics: road, shapes, four, coverage, growth, stages; without one all are measured. Figures are medians with the
smallest and the largest in brackets; quote the ratios, as both sides of each were measured in turn.

road: 10,000 to 1,000,000 tests in 10 and 100 files, compared with a stored baseline of the same size. shapes: 100,000
tests in 1 and 1,000 files, without failing tests and with 30 % of them, with captured output that makes the files ten
times larger, and 20 variants of 5,000 tests. four: a suite of four tests, which is start-up. coverage: Cobertura, LCOV,
JaCoCo and coverage.py JSON. growth: what a base run costs with a long history behind it. stages: where the time of one
process goes, and the road without start-up.

Ours is the whole process, with the git programs that it starts; the readers beside it are told without their start-up
(`yardstick.py` tells what each does). `--peers` names a Python that has them: lxml, junitparser, test-results-parser,
diff-cover, pycobertura. What it lacks is left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.fakes.github import FakeGitHub, faults

from benchmarks.measure import ROOT, Cost, run, spread, table
from benchmarks.scenes import OPENED, PROGRAM, Action, Local, generate, yardstick
from benchmarks.suites import Suite, lines_of, write_cobertura, write_coverage_py, write_jacoco, write_lcov

PEERS: Final = ("expat", "lxml", "junitparser", "rust")
HEADER: Final = (
    *("suite", *(f"CPU ÷ {peer}" for peer in PEERS), "wall ÷ expat"),
    *("CPU s", "wall s", "peak MiB", "MB read", "requests", "peak MiB of peers"),
)
SIZES: Final = ((10_000, 10), (100_000, 10), (1_000_000, 100))
QUICK: Final = SIZES[:2]

ANSWER: Final = 0.1
"""Seconds that a GitHub farther away takes for an answer."""
JUNIT: Final = '<testsuites><testsuite name="pytest">{}</testsuite></testsuites>'
peers = [sys.executable]
"""The Python that has the other readers."""


def main() -> int:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("topics", nargs="*", metavar="topic", help=", ".join(TOPICS))
    parser.add_argument("--quick", action="store_true", help="small suites, few repetitions")
    parser.add_argument("--repeat", type=int, default=0, help="runs of each (7; with --quick 3)")
    parser.add_argument("--folder", type=Path, help="where the files go (a folder that is removed in the end)")
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="the Python with the other readers")
    given = parser.parse_args()
    peers[:] = [given.peers]
    if unknown := set(given.topics) - TOPICS.keys():
        parser.error(f"no topic is called {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        for topic in given.topics or TOPICS:
            folder = Path(name) / topic
            folder.mkdir()
            TOPICS[topic](folder, given.quick, given.repeat or (3 if given.quick else 7))
            shutil.rmtree(folder)
    return 0


def road(folder: Path, quick: bool, repeat: int) -> None:
    """The whole road at several sizes, by the command line and by the action."""
    rows = []
    for tests, files in QUICK if quick else SIZES:
        place = folder / f"{tests}-{files}"
        suite = Suite(tests=tests, files=files)
        rows += _both(f"{tests:,} tests, {files} files", place, suite, repeat if tests < 1_000_000 else min(repeat, 3))
    table("Whole road", HEADER, rows)


def shapes(folder: Path, quick: bool, repeat: int) -> None:
    """100,000 tests in other files, with other outcomes, and as variants."""
    tests = 10_000 if quick else 100_000
    suites = {
        "1 file": Suite(tests=tests, files=1),
        f"{tests // 100:,} files": Suite(tests=tests, files=tests // 100),
        "none failing": Suite(tests=tests, files=10, failing=0),
        "30 % failing": Suite(tests=tests, files=10, failing=0.3),
        "captured output": Suite(tests=tests, files=10, output=1_400),
        "20 variants": Suite(tests=tests // 20, files=2, variants=20),
    }
    rows = [_local(f"{label}: CLI", folder / str(number), suite, repeat) for number, (label, suite) in
            enumerate(suites.items())]  # fmt: skip
    table(f"{tests:,} executions in other shapes", HEADER, rows)


def _sides(place: Path, suite: Suite) -> None:
    for side in ("base", "head"):
        generate(place / side, replace(suite, changed=side == "head"))


def _local(label: str, place: Path, suite: Suite, repeat: int) -> tuple[str, ...]:
    _sides(place, suite)
    local = Local.make(place / "local")
    local.record(place / "base")
    row = _beside(label, local, place, repeat)
    shutil.rmtree(place)
    return row


def _both(label: str, place: Path, suite: Suite, repeat: int) -> list[tuple[str, ...]]:
    rows = [_local(f"{label}: CLI", place, suite, repeat)]
    _sides(place, suite)
    with FakeGitHub("acme/shop", "main") as hub:
        action = Action.make(hub, place / "action")
        action.record(place / "base")
        rows.append(_beside(f"{label}: action", action, place, repeat))
    shutil.rmtree(place)
    return rows


def _beside(label: str, scene: Local | Action, place: Path, repeat: int) -> tuple[str, ...]:
    """A row: our process and the other readers in turn, as often as asked, after one run that is not counted."""
    reports = place / "head"
    files = sorted(reports.rglob("*.xml"))
    scene.judge(reports)
    costs: list[Cost] = []
    others: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
    for _ in range(repeat):
        costs.append(scene.judge(reports))
        for peer in PEERS:
            others[peer].append(yardstick(peer, files, place, peers[0]))
    ratios = [
        spread([cost.cpu / other["cpu"] for cost, other in zip(costs, others[peer], strict=True)])
        if others[peer][0]
        else "-"
        for peer in PEERS
    ]
    walls = [cost.wall / other["wall"] for cost, other in zip(costs, others["expat"], strict=True)]
    told = [f"{peer} {max(other['peak'] for other in others[peer]):.0f}" for peer in PEERS if others[peer][0]]
    asked = str(scene.requests) if isinstance(scene, Action) else "0"
    read = f"{max(cost.read for cost in costs):.1f}"
    return (label, *ratios, spread(walls), *_plain(costs), read, asked, ", ".join(told))


def _plain(costs: list[Cost]) -> tuple[str, str, str]:
    return (
        spread([cost.cpu for cost in costs]),
        spread([cost.wall for cost in costs]),
        spread([cost.peak for cost in costs], 0),
    )


def four(folder: Path, quick: bool, repeat: int) -> None:
    """Four tests: what a run costs that has next to nothing to read."""
    cases = '<testcase classname="tests.test_api" name="test_{}" time="0.01"/>'
    for side, failing in (("base", ""), ("head", '<failure message="assert 1 == 2">tests/test_api.py:3</failure>')):
        (folder / side / "coverage").mkdir(parents=True)
        last = f'<testcase classname="tests.test_api" name="test_4" time="0.01">{failing}</testcase>'
        text = "".join(cases.format(number) for number in range(3)) + last
        (folder / side / "junit.xml").write_text(JUNIT.format(text))
        write_lcov(folder / side / "coverage" / "lcov.info", 4, changed=side == "head")
    local = Local.make(folder / "local")
    local.record(folder / "base")
    head = folder / "head"
    times = max(repeat, 5) if quick else 3 * repeat
    rows = [("python -c pass", *_plain([_bare("pass", folder) for _ in range(times)]))]
    rows.append(("importing the action and PyGithub", *_plain([_bare(IMPORTS, folder) for _ in range(times)])))
    local.judge(head)
    rows.append(("CLI", *_plain([local.judge(head) for _ in range(times)])))
    opened = [("CLI", _opened([local.judge(head, OPENED) for _ in range(times)]))]
    with FakeGitHub("acme/shop", "main") as hub:
        action = Action.make(hub, folder / "action")
        action.record(folder / "base")
        action.judge(head)
        rows.append(("action", *_plain([action.judge(head) for _ in range(times)])))
        action.program = OPENED
        opened.append(("action", _opened([action.judge(head) for _ in range(times)])))
        action.program = PROGRAM
        hub.fault("*", ".", faults.delay(ANSWER), times=20 * times)
        label = f"action, {ANSWER} s for each answer"
        rows.append((label, *_plain([action.judge(head) for _ in range(times)])))
    table("Four tests: the whole process", ("run", "CPU s", "wall s", "peak MiB"), rows)
    table("Four tests: until the first report is opened", ("run", "wall s"), opened)


def _opened(costs: list[Cost]) -> str:
    """Seconds until the first report was opened, as `opened.py` tells them."""
    found = [re.search(r"first report opened after (\S+) s", cost.said) for cost in costs]
    return spread([float(each[1]) for each in found if each])


IMPORTS = "import readygate.commands.action; from readygate.github import pygithub; pygithub.load()"


def _bare(code: str, folder: Path) -> Cost:
    return run([sys.executable, "-I", "-c", code], folder=folder)


TREES: Final = frozenset(("diff-cover", "pycobertura"))
"""Readers that need gigabytes for millions of lines."""
TWIN: Final = "expat over Cobertura"
"""One pass of expat over the same lines in the other format."""
WRITERS: Final = {
    "Cobertura": ("coverage.xml", write_cobertura, ("expat", "lxml", "diff-cover", "pycobertura")),
    "LCOV": ("lcov.info", write_lcov, ("loop", "lines", "diff-cover", TWIN)),
    "JaCoCo": ("jacoco.xml", write_jacoco, ("expat", "lxml")),
    "coverage.py JSON": ("coverage.json", write_coverage_py, ("json",)),
}


def coverage(folder: Path, quick: bool, repeat: int) -> None:
    """Coverage reports of projects of several sizes, with one small report of tests."""
    rows = []
    for files in (100,) if quick else (100, 10_000, 32_000):
        for kind, (name, write, others) in WRITERS.items():
            if files > 10_000 and kind not in {"Cobertura", "LCOV"}:
                continue
            place = folder / f"{kind}-{files}"
            for side in ("base", "head"):
                generate(place / side, Suite(tests=100, files=1, changed=side == "head"))
                (place / side / "coverage").mkdir()
                write(place / side / "coverage" / name, files, changed=side == "head")
            beside = tuple(other for other in others if files <= 10_000 or other not in TREES)
            rows.append(_covered(kind, files, place, name, beside, min(repeat, 5 if files <= 10_000 else 3)))
            shutil.rmtree(place)
    table("Coverage: the whole road", ("reports", "reader ÷ others", "CPU s", "wall s", "peak MiB", "MB read"), rows)


def _covered(kind: str, files: int, place: Path, name: str, others: tuple[str, ...], repeat: int) -> tuple[str, ...]:
    report, twin = place / "head" / "coverage" / name, place / "twin.xml"
    if TWIN in others:
        write_cobertura(twin, files)
    lines = sum(len(lines_of(number, changed=True)) for number in range(files))
    local = Local.make(place / "local", files)
    local.record(place / "base")
    local.judge(place / "head")
    costs: list[Cost] = []
    ratios: dict[str, list[float]] = {}
    for _ in range(repeat):
        costs.append(local.judge(place / "head"))
        own = yardstick("readygate", [report], place)
        for other in others:
            cost = yardstick("expat", [twin], place) if other == TWIN else yardstick(other, [report], place, peers[0])
            if cost:
                ratios.setdefault(other, []).append(own["cpu"] / cost["cpu"])
    told = ", ".join(f"{other} {spread(values)}" for other, values in ratios.items())
    read = f"{max(cost.read for cost in costs):.1f}"
    label = f"{kind}, {files:,} files, {lines:,} lines, {report.stat().st_size / 1e6:.1f} MB"
    return (label, told, *_plain(costs), read)


def growth(folder: Path, quick: bool, _repeat: int) -> None:
    """What a run on the base branch costs with a long history behind it; see `growth.py`."""
    runs, tests = (60, 2_000) if quick else (500, 20_000)
    command = [sys.executable, "-m", "benchmarks.growth", str(folder), str(runs), str(tests)]
    print(f"\nGrowth over {runs} stored runs of {tests:,} tests\n", flush=True)
    subprocess.run(command, check=True, cwd=ROOT)


def stages(folder: Path, quick: bool, repeat: int) -> None:
    """Where the time of one process goes."""
    tests = 10_000 if quick else 100_000
    for side in ("base", "head"):
        generate(folder / side, Suite(tests=tests, files=10, changed=side == "head"))
    print(f"\nStages, {tests:,} tests in 10 files: seconds of CPU in one process\n")
    command = [sys.executable, "-I", str(ROOT / "benchmarks" / "stages.py"), str(folder), str(repeat)]
    subprocess.run(command, check=True)


TOPICS: dict[str, Callable[[Path, bool, int], None]] = {
    "road": road,
    "shapes": shapes,
    "four": four,
    "coverage": coverage,
    "growth": growth,
    "stages": stages,
}
