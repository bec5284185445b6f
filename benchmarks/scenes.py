"""What is measured: the command line over a folder of reports, and the action over a GitHub of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from tests.e2e.support import Done, Runner
from tests.fakes.github import FakeGitHub

from benchmarks.measure import ROOT, Cost, run
from benchmarks.suites import Suite, source_of

PROGRAM = ("-m", "readygate")
OPENED = (str(ROOT / "benchmarks" / "opened.py"),)
"""The same program, which also tells when it opens its first report."""
NOT_READY = (0, 1)


def generate(folder: Path, suite: Suite) -> None:
    """Write a suite's reports, in another process."""
    command = [*(sys.executable, "-m", "benchmarks.suites", str(folder), str(suite.tests), str(suite.files))]
    command += ["--failing", str(suite.failing), "--output", str(suite.output), "--variants", str(suite.variants)]
    command += ["--side", "head" if suite.changed else "base"]
    subprocess.run(command, check=True, cwd=ROOT)


def yardstick(way: str, files: Sequence[Path], folder: Path, python: str = sys.executable) -> dict[str, float]:
    """What another reader takes for the same files: `cpu`, `wall`, `peak`; empty if it is not installed."""
    command = [python, str(ROOT / "benchmarks" / "yardstick.py"), way, *map(str, files)]
    return dict(json.loads(run(command, folder=folder).said.splitlines()[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """`readygate report` in a git repository whose first commit has stored results.

    Attributes:
        folder: where everything lies.
        base: the first commit.
        head: the second one, whose reports are judged.
    """

    folder: Path
    base: str
    head: str

    @classmethod
    def make(cls, folder: Path, files: int = 8) -> Local:
        """Make a repository of two commits with so many source files."""
        repository = folder / "repository"
        repository.mkdir(parents=True)
        for number in range(files):
            path = repository / source_of(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n" * 260)
        _git(repository, "init", "-q", "-b", "main")
        base = _commit(repository)
        (repository / source_of(0)).write_text("x = 1\n" * 200 + "y = 2\n" * 70)
        return cls(folder=folder, base=base, head=_commit(repository))

    def record(self, reports: Path) -> None:
        """Store what these reports say of the first commit."""
        self._report(reports, self.base, "--record")

    def judge(self, reports: Path, program: Sequence[str] = PROGRAM) -> Cost:
        """The whole road: read, compare with the stored results, judge, print the comment, store."""
        # the runs before are forgotten, so that each stores the same
        for file in (self.folder / "store").glob(f"snapshots/*/*{self.head}*"):
            file.unlink()
        return self._report(reports, self.head, "--against", self.base, "--record", program=program)

    def _report(self, reports: Path, commit: str, *more: str, program: Sequence[str] = PROGRAM) -> Cost:
        repository, store = self.folder / "repository", self.folder / "store"
        command = [sys.executable, "-I", *program, "report", "--root", str(reports), "--repo", str(repository)]
        command += ["--store", str(store), "--commit", commit, "--branch", "main", "--format", "markdown", *more]
        for kind, pattern in (("--tests", "*.xml"), ("--tests", "leg-*/*.xml"), ("--coverage", "coverage/*")):
            if any(reports.glob(pattern)):
                command += [kind, pattern]
        return run(command, folder=self.folder, accepted=NOT_READY)


@dataclass(slots=True, kw_only=True)
class Action(Runner):
    """The action, measured, for pull requests of a repository on a fake GitHub.

    Attributes:
        cost: of the last run.
        requests: of the last run, to GitHub.
        number: of the last pull request.
        program: what is started.
    """

    base: str = ""
    cost: Cost | None = None
    requests: int = 0
    number: int = 0
    program: Sequence[str] = PROGRAM
    _reports: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def make(cls, hub: FakeGitHub, folder: Path, files: int = 8) -> Action:
        """Commit source files to the default branch."""
        folder.mkdir(parents=True, exist_ok=True)
        sources: dict[str, str | bytes | None] = {source_of(number): "x = 1\n" * 260 for number in range(files)}
        return cls(hub=hub, folder=folder, base=hub.commit(sources, branch="main"))

    def record(self, reports: Path) -> None:
        """Store what these reports say, as a push to the default branch does."""
        self._link(reports)
        done = self.push(self.base, {})
        if done.code:
            raise RuntimeError(done.log)

    def judge(self, reports: Path) -> Cost:
        """The whole road of a new pull request: comment, check run, summary, outputs."""
        self.number += 1
        branch = f"topic-{self.number}"
        text = "x = 1\n" * 200 + f"y = {self.number}\n" * 70
        sha = self.hub.commit({source_of(0): text}, branch=branch, parents=[self.base])
        pull = self.hub.open_pull(self.number, head=branch, head_sha=sha)
        self._prepare(str(pull.merge_sha))
        self._link(reports)
        self.hub.reset_requests()
        self.pull_request(pull, {})
        self.requests = len(self.hub.requests)
        if self.cost is None or not self.hub.comments(self.number):
            raise RuntimeError("the action wrote no comment")
        return self.cost

    def _prepare(self, merge: str) -> None:
        """Let the fake have at hand what it asks git for: GitHub does not do that on the machine of the run."""
        headers = {"Authorization": f"Bearer {self.hub.token({'contents': 'read'})}", "User-Agent": "benchmark"}

        def ask(question: str) -> Any:
            url = f"{self.hub.url}/repos/{self.hub.world.full_name}/{question}"
            answer = requests.get(url, headers=headers, timeout=30)
            answer.raise_for_status()
            return answer.json()

        for question in (f"compare/{self.base}...{merge}?per_page=1", f"git/trees/{merge}?recursive=1"):
            ask(question)
        for row in ask("git/trees/readygate-data?recursive=1")["tree"]:
            if row["path"].startswith("snapshots/") and row["type"] == "blob":
                ask(f"git/blobs/{row['sha']}")

    def _link(self, reports: Path) -> None:
        """Choose what the next workspace holds."""
        self._reports = {str(file.relative_to(reports)): file for file in reports.rglob("*") if file.is_file()}

    def workspace(self, files: Mapping[str, str | bytes]) -> Path:
        """A workspace with the chosen reports, which are linked, not copied."""
        root = Runner.workspace(self, files)
        for name, file in self._reports.items():
            path = root / "test-results" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, path)
        return root

    def execute(self, environment: Mapping[str, str], event: Mapping[str, Any], root: Path) -> Done:
        """Start the entry point as the image does, and take its cost."""
        work = self.folder / "run"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / "event.json").write_text(json.dumps(event))
        for file in ("output", "summary"):
            (work / file).touch()
        runner = {
            "PATH": os.environ["PATH"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(work / "event.json"),
            "GITHUB_WORKSPACE": str(root),
            "GITHUB_OUTPUT": str(work / "output"),
            "GITHUB_STEP_SUMMARY": str(work / "summary"),
        }
        self.cost = run(
            [sys.executable, "-I", "-B", "-u", *self.program],
            folder=work,
            environment={**environment, **runner},
            accepted=NOT_READY,
        )
        shutil.rmtree(root)
        return Done(code=self.cost.code, log=self.cost.said, outputs={}, summary=(work / "summary").read_text())


def _git(repository: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=b", "-c", "user.email=b@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(repository), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _commit(repository: Path) -> str:
    _git(repository, "add", "-A")
    _git(repository, "commit", "-q", "-m", "Change")
    return _git(repository, "rev-parse", "HEAD")
