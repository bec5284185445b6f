"""Runs the real entry point as the runner does: environment in; exit code, log, outputs and summary out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from readygate.commands.action import run_action as readygate_action
from readygate.support.deadline import Clock
from tests.fakes.github import FakeGitHub, Pull
from tests.support.container import read_outputs, run_action

READ = {"contents": "read"}
GATE = {"contents": "read", "checks": "write", "pull-requests": "write"}
RECORD = {"contents": "write"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run left behind."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def reasons(self) -> list[str]:
        """The rules that block or warn, the strongest first."""
        return [row["rule"] for row in json.loads(self.outputs["reasons"])]


@dataclass(slots=True, kw_only=True)
class Runner:
    """One repository on the fake GitHub and a folder to work in."""

    hub: FakeGitHub
    folder: Path
    run_id: int = 1000
    environment: dict[str, str] = field(default_factory=dict)
    fixed: Path | None = None

    def workspace(self, files: Mapping[str, str | bytes]) -> Path:
        """A fresh workspace with these files and no checkout, as the `gate` job of the README has it."""
        root = self.folder / f"workspace-{self.run_id}"
        root.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    def pull_request(self, pull: Pull, files: Mapping[str, str | bytes], **inputs: str) -> Done:
        """Run for a pull request whose test merge commit was checked out and measured."""
        merge = pull.merge_sha
        event = self.hub.event_pull_request(pull)
        ref = f"refs/pull/{pull.number}/merge"
        return self.run("pull_request", event, files, sha=str(merge), ref=ref, **inputs)

    def push(self, sha: str, files: Mapping[str, str | bytes], *, before: str = "0" * 40, **inputs: str) -> Done:
        """Run for a push to the default branch."""
        event = self.hub.event_push("refs/heads/main", before, sha)
        given = {"token": self.hub.token(RECORD), **inputs}
        return self.run("push", event, files, sha=sha, ref="refs/heads/main", **given)

    def triggered(self, run_id: int, event: Mapping[str, Any], **inputs: str) -> Done:
        """Run for `workflow_run`, on the tip of the default branch, with a token that may write."""
        sha = str(self.hub.world.branch_tip(self.hub.world.default_branch))
        given = {
            "token": self.hub.token({**GATE, "contents": "write", "actions": "read"}),
            "artifacts": "reports*",
            **inputs,
        }
        self.run_id = max(self.run_id, run_id)
        name = ".github/workflows/verdict.yml"
        reference = f"{self.hub.world.full_name}/{name}@refs/heads/main"
        kept, self.environment = self.environment, {"GITHUB_WORKFLOW_REF": reference, **self.environment}
        try:
            return self.run("workflow_run", event, {}, sha=sha, ref="refs/heads/main", **given)
        finally:
            self.environment = kept

    def run(
        self,
        name: str,
        event: Mapping[str, Any],
        files: Mapping[str, str | bytes],
        /,
        *,
        sha: str,
        ref: str,
        **inputs: str,
    ) -> Done:
        """Run for any event; each run has a number of its own, greater than the one before."""
        self.run_id += 1
        given = {"token": self.hub.token(GATE), **inputs}
        environment = {
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": self.hub.world.full_name,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_SHA": sha,
            "GITHUB_REF": ref,
            "GITHUB_RUN_ID": str(self.run_id),
            "GITHUB_RUN_NUMBER": str(self.run_id - 1000),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKFLOW_REF": f"{self.hub.world.full_name}/.github/workflows/ci.yml@{ref}",
            "RUNNER_WORKSPACE": f"/home/runner/work/{self.hub.world.full_name.split('/')[1]}",
            **{f"INPUT_{key.upper().replace('_', '-')}": value for key, value in given.items()},
            **self.environment,
        }
        return self.execute(environment, event, self.fixed or self.workspace(files))

    def execute(self, environment: Mapping[str, str], event: Mapping[str, Any], root: Path) -> Done:
        """Start the entry point of this checkout."""
        work = self.folder / f"run-{self.run_id}"
        work.mkdir()
        (work / "event.json").write_text(json.dumps(event))
        for file in ("output", "summary"):
            (work / file).touch()
        runner = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": "src",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(work / "event.json"),
            "GITHUB_WORKSPACE": str(root),
            "GITHUB_OUTPUT": str(work / "output"),
            "GITHUB_STEP_SUMMARY": str(work / "summary"),
        }
        command = [sys.executable, "-W", "error", "-m", "readygate"]
        done = subprocess.run(
            command, env={**environment, **runner}, capture_output=True, text=True, check=False, timeout=120
        )
        return Done(
            code=done.returncode,
            log=done.stdout + done.stderr,
            outputs=read_outputs((work / "output").read_text()),
            summary=(work / "summary").read_text(),
        )


@dataclass(slots=True)
class Time:
    """A clock whose waits take no time; `waited` holds them."""

    waited: list[float] = field(default_factory=list)
    timeout: int = 30

    def clock(self) -> Clock:
        """The clock, as the action takes it."""
        return Clock(
            now=lambda: time.monotonic() + sum(self.waited),
            wall=lambda: time.time() + sum(self.waited),
            sleep=self.waited.append,
            timeout=self.timeout,
        )


@dataclass(slots=True, kw_only=True)
class QuickRunner(Runner):
    """The same without a process of its own, with a clock of the test's; for tests by the hundred."""

    time: Time = field(default_factory=Time)

    def execute(self, environment: Mapping[str, str], event: Mapping[str, Any], root: Path) -> Done:
        """Call what the entry point calls."""
        work = self.folder / f"run-{self.run_id}"
        work.mkdir()
        (work / "event.json").write_text(json.dumps(event))
        files = {"GITHUB_OUTPUT": work / "output", "GITHUB_STEP_SUMMARY": work / "summary"}
        for file in files.values():
            file.touch()
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(work / "event.json"),
            "GITHUB_WORKSPACE": str(root),
            **{name: str(file) for name, file in files.items()},
        }
        stream = StringIO()
        code = readygate_action({**environment, **runner}, stream, self.time.clock())
        return Done(
            code=code,
            log=stream.getvalue(),
            outputs=read_outputs((work / "output").read_text()),
            summary=(work / "summary").read_text(),
        )


@dataclass(slots=True, kw_only=True)
class ImageRunner(Runner):
    """The same by the container image, as the runner starts it."""

    image: str

    def execute(self, environment: Mapping[str, str], event: Mapping[str, Any], root: Path) -> Done:
        """Start the image over the workspace."""
        done = run_action(self.image, root, environment, event)
        return Done(code=done.exit_code, log=done.stdout + done.stderr, outputs=done.outputs, summary=done.summary)


def junit(**outcomes: str) -> str:
    """A JUnit report: test name = passed, failed, skipped, or absent."""
    inner = {
        "passed": "",
        "failed": '<failure message="assert 1 == 2">tests/test_api.py:3: AssertionError</failure>',
        "skipped": '<skipped message="not today"/>',
    }
    cases = "".join(
        f'<testcase classname="tests.test_api" name="{name}" time="0.01">{inner[what]}</testcase>'
        for name, what in outcomes.items()
    )
    return f'<?xml version="1.0"?><testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>'


def lcov(**files: str) -> str:
    """An LCOV report: `src_app_py="1+ 2- 3+"` says which lines of src/app.py were hit."""
    records = []
    for name, lines in files.items():
        path = name.replace("_py", ".py").replace("_", "/")
        rows = "".join(f"DA:{line[:-1]},{1 if line[-1] == '+' else 0}\n" for line in lines.split())
        records.append(f"SF:/home/runner/work/widgets/widgets/{path}\n{rows}end_of_record\n")
    return "".join(records)
