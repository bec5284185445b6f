"""Measure what a data branch costs: `.venv/bin/python -m tests.support.record_sizes [TESTS] [RUNS]`.

Each run adds up to four tests, breaks up to five, repairs half of those that fail, and every duration jitters by 15 %.
A run is recorded every six hours into a folder that is a git repository, and each is committed; as on the branch, every
`SQUASH_AFTER`th commit is replaced by one without a parent. Printed are the sizes after `git gc`: of all commits, at
their most if the number of runs is a multiple of `SQUASH_AFTER`, and of the newest commit alone.
"""

import random
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.select import WantedBaseline, choose
from readygate.baseline.stores import open_store
from readygate.baseline.stores._git_store import SQUASH_AFTER
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.model.results import ClassBlock, Counts, Leg, Outcome
from readygate.model.snapshot import Provenance, Snapshot

WORDS = "should returns when empty handles order price user cart checkout total discount login retry parse renders"


class Suite:
    """Generated tests, 25 in a class."""

    def __init__(self, tests: int) -> None:
        self._random = random.Random(5)
        self._classes = [f"com.acme.shop.part{n % 40}.Class{n // 40}Test" for n in range(max(1, tests // 25))]
        self._tests: list[tuple[str, str, float]] = []
        self._failing: set[int] = set()
        for _ in range(tests):
            self._add()

    def _add(self) -> None:
        name = "_".join(self._random.sample(WORDS.split(), 4)) + f"_{len(self._tests)}"
        self._tests.append((self._random.choice(self._classes), name, self._random.lognormvariate(-4, 1.5)))

    def run(self, number: int) -> Snapshot:
        """Change some tests and return the results of the next run."""
        for _ in range(self._random.randint(0, 4)):
            self._add()
        self._failing = {test for test in self._failing if self._random.random() < 0.5}
        self._failing |= {self._random.randrange(len(self._tests)) for _ in range(self._random.randint(0, 5))}
        rows: dict[str, list[tuple[str, int, float]]] = {}
        for at, (class_name, name, seconds) in enumerate(self._tests):
            outcome = Outcome.FAILED if at in self._failing else Outcome.PASSED
            measured = max(0.0, seconds * self._random.gauss(1, 0.15))
            rows.setdefault(class_name, []).append((name, outcome, measured))
        blocks = {
            class_name: ClassBlock.build(
                [name for name, _, _ in some], bytes(o for _, o, _ in some), array("f", [s for _, _, s in some])
            )
            for class_name, some in sorted(rows.items())
        }
        counts = Counts(passed=len(self._tests) - len(self._failing), failed=len(self._failing))
        leg = Leg(path="junit.xml", blocks=blocks, executions=counts, seconds=1.0)
        origin = Provenance(run_id=number, run_attempt=1, branch="main", event="push")
        return Snapshot(commit=f"{number:040x}", legs=(leg,), provenance=origin)


def ancestors(number: int) -> Iterator[str]:
    return (f"{earlier:040x}" for earlier in range(number - 1, 0, -1))


def packed(git: Path) -> float:
    """Return the size of everything that a repository keeps, in MB, after `git gc`."""
    subprocess.run(["git", "-C", git, "gc", "--quiet", "--prune=now"], check=True)
    return sum(path.stat().st_size for path in git.glob(".git/objects/pack/*.pack")) / 1e6


def main(tests: int, runs: int) -> None:
    """Record the runs and print what they cost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = ("user.name=x", "user.email=x@example.org", "gc.auto=0")
        options = [part for setting in settings for part in ("-c", setting)]

        def git(*arguments: str) -> str:
            command = ["git", "-C", str(folder), *options, *arguments]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        git("init", "--quiet")
        (folder / ".git/info/exclude").write_text(".lock\n.replaced\n")  # not part of other stores
        store, suite, spent = open_store(f"folder:{folder}", folder, None), Suite(tests), 0.0
        for number in range(1, runs + 1):
            run = RunToRecord(
                snapshot=suite.run(number),
                when=1_800_000_000 + number * 6 * 3_600,
                changes=find_outcome_changes,
                ancestors=lambda number=number: ancestors(number),  # type: ignore[misc]
            )
            began = time.process_time()
            record_run(store, "readygate", run)
            spent += time.process_time() - began
            git("add", "--all")
            parents = [] if number % SQUASH_AFTER == 1 else ["-p", git("rev-parse", "HEAD")]
            git("update-ref", "HEAD", git("commit-tree", git("write-tree"), *parents, "-m", f"Run {number}"))
        git("reflog", "expire", "--expire=now", "--all")
        everything = packed(folder)
        kept = len([path for path in git("ls-files").split() if path.endswith("/results")])
        git("update-ref", "HEAD", git("commit-tree", git("write-tree"), "-m", "The newest alone"))
        git("reflog", "expire", "--expire=now", "--all")
        alone = packed(folder)
        began = time.process_time()
        choose(store, "readygate", WantedBaseline(commit=f"{runs:040x}"))
        loading = time.process_time() - began
        print(f"{tests:,} tests, {runs} runs: {everything:.1f} MB, the newest commit {alone:.1f} MB", end=" ")
        history = (folder / "readygate" / "history.jsonl").stat().st_size / 1e3
        print(f"({kept} snapshots, {history:.0f} kB of history);", end=" ")
        print(f"record {spent / runs:.3f} s, choose and load {loading:.3f} s of CPU")


if __name__ == "__main__":
    main(*(int(text) for text in (*sys.argv[1:], *("20000", "200")[len(sys.argv) - 1 :])))
