"""Measures whole runs of Readygate, beside other readers of the same files and in the same session.

    .venv/bin/python -m benchmarks [--quick] [--repeat N] [road] [four] [coverage] [failures] [output] [stages]

Without a topic all but `stages` are measured. Figures are medians with the smallest and the largest in brackets;
quote the ratios, as both sides of each were measured in turn.

road: 10,000 to 1,000,000 tests in 1, 10 and 100 files, compared with a stored baseline of the same size; `expat` is
one pass of pyexpat with empty handlers over the files, "junitparser's parse" is its `JUnitXml.fromfile` on each, and
its "reading" the same followed by class, name, time and result of each test, all without their start-up, while ours is
the whole process. four: a suite of four tests, which is start-up. coverage: Cobertura and LCOV. failures: many failing
tests with long traces. output: the same tests in files that captured output makes ten times larger. stages: where
the time of one process goes.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.fakes.github import FakeGitHub

from benchmarks.measure import ROOT, Cost, run, spread, table
from benchmarks.scenes import Action, Local, generate, yardstick
from benchmarks.suites import Suite, write_cobertura, write_lcov

HEADER = (
    "suite",
    "CPU ÷ expat",
    "CPU ÷ junitparser's parse",
    "CPU ÷ junitparser's reading",
    "CPU s",
    "wall s",
    "peak MiB",
    "expat s",
    "parse s",
    "reading s",
    "its peak MiB",
)
SIZES = ((10_000, 1), (10_000, 10), (10_000, 100), (100_000, 1), (100_000, 10), (100_000, 100), (1_000_000, 100))
QUICK = ((10_000, 10), (100_000, 10))

JUNIT = '<testsuites><testsuite name="pytest">{}</testsuite></testsuites>'


def main() -> int:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("topics", nargs="*", metavar="topic", help=", ".join(TOPICS))
    parser.add_argument("--quick", action="store_true", help="small suites, few repetitions")
    parser.add_argument("--repeat", type=int, default=0, help="runs of each (7; with --quick 3)")
    parser.add_argument("--folder", type=Path, help="where the files go (a folder that is removed in the end)")
    given = parser.parse_args()
    if unknown := set(given.topics) - TOPICS.keys():
        parser.error(f"no topic is called {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        for topic in given.topics or [topic for topic in TOPICS if topic != "stages"]:
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
        for side in ("base", "head"):
            generate(place / side, Suite(tests=tests, files=files, changed=side == "head"))
        times = repeat if tests < 1_000_000 else min(repeat, 3)
        label = f"{tests:,} tests, {files} file{'s' * (files > 1)}"
        rows += _both(label, place, times) if files == 10 else [_local(label, place, times)]
        shutil.rmtree(place)
    table("Whole road", HEADER, rows)


def _local(label: str, place: Path, repeat: int) -> tuple[str, ...]:
    local = Local.make(place / "local")
    local.record(place / "base")
    return _beside(f"{label}: CLI", local, place, repeat)


def _both(label: str, place: Path, repeat: int) -> list[tuple[str, ...]]:
    rows = [_local(label, place, repeat)]
    with FakeGitHub("acme/shop", "main") as hub:
        action = Action.make(hub, place / "action")
        action.record(place / "base")
        rows.append(_beside(f"{label}: action", action, place, repeat))
    return rows


def _beside(label: str, scene: Local | Action, place: Path, repeat: int) -> tuple[str, ...]:
    """A row: our process and the yardsticks in turn, as often as asked, after one run that is not counted."""
    reports = place / "head"
    scene.judge(reports)
    costs, expat, parse, read, peaks = [], [], [], [], []
    for _ in range(repeat):
        costs.append(scene.judge(reports))
        expat.append(yardstick("expat", reports, place)[0]["parse"])
        seconds, cost = yardstick("junitparser", reports, place)
        parse.append(seconds["parse"])
        read.append(seconds["read"])
        peaks.append(cost.peak)
    return (
        label,
        *(
            spread([cost.cpu / other for cost, other in zip(costs, others, strict=True)])
            for others in (expat, parse, read)
        ),
        *_plain(costs),
        spread(expat),
        spread(parse),
        spread(read),
        spread(peaks, 0),
    )


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
    with FakeGitHub("acme/shop", "main") as hub:
        action = Action.make(hub, folder / "action")
        action.record(folder / "base")
        action.judge(head)
        rows.append(("action", *_plain([action.judge(head) for _ in range(times)])))
    table("Four tests: the whole process", ("run", "CPU s", "wall s", "peak MiB"), rows)


IMPORTS = "import readygate.action, github"


def _bare(code: str, folder: Path) -> Cost:
    return run([sys.executable, "-I", "-c", code], folder=folder)


def coverage(folder: Path, quick: bool, repeat: int) -> None:
    """Coverage reports of projects of two sizes, with one small report of tests."""
    rows = []
    for files in (100,) if quick else (100, 5_000):
        for kind, name, write in (("Cobertura", "coverage.xml", write_cobertura), ("LCOV", "lcov.info", write_lcov)):
            place = folder / f"{kind}-{files}"
            for side in ("base", "head"):
                generate(place / side, Suite(tests=100, files=1, changed=side == "head"))
                (place / side / "coverage").mkdir()
                write(place / side / "coverage" / name, files, changed=side == "head")
            size = (place / "head" / "coverage" / name).stat().st_size / 1e6
            local = Local.make(place / "local", files)
            local.record(place / "base")
            local.judge(place / "head")
            costs = [local.judge(place / "head") for _ in range(repeat)]
            rows.append((f"{kind}, {files:,} files, {size:.1f} MB", *_plain(costs)))
            shutil.rmtree(place)
    table("Coverage: the whole road", ("reports", "CPU s", "wall s", "peak MiB"), rows)


def failures(folder: Path, quick: bool, repeat: int) -> None:
    """Nothing but failing tests, none of which failed on the base."""
    rows = []
    for tests in (5_000,) if quick else (5_000, 50_000):
        place = folder / str(tests)
        generate(place / "base", Suite(tests=tests, files=1, failing=0, changed=False))
        generate(place / "head", Suite(tests=tests, files=1, failing=1))
        size = (place / "head" / "junit-001.xml").stat().st_size / 1e6
        rows += _both(f"{tests:,} failing tests, {size:.0f} MB", place, min(repeat, 3))
    table("Failing tests", HEADER, rows)


def output(folder: Path, quick: bool, repeat: int) -> None:
    """The same tests, in files that captured output makes ten times larger."""
    tests = 10_000 if quick else 100_000
    rows = []
    for size in (0, 1_400):
        place = folder / str(size)
        for side in (False, True):
            generate(place / str(side), Suite(tests=tests, files=10, output=size, changed=side))
        local = Local.make(place / "local")
        local.record(place / "False")
        local.judge(place / "True")
        bytes_ = sum(file.stat().st_size for file in (place / "True").glob("*.xml"))
        costs = [local.judge(place / "True") for _ in range(min(repeat, 3))]
        rows.append((f"{tests:,} tests, {bytes_ / 1e6:.0f} MB", *_plain(costs)))
        shutil.rmtree(place)
    table("Memory and the size of the files: CLI", ("reports", "CPU s", "wall s", "peak MiB"), rows)


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
    "four": four,
    "coverage": coverage,
    "failures": failures,
    "output": output,
    "stages": stages,
}
