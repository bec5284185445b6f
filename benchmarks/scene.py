"""The whole action, as the image runs it: one process, for a pull request of a repository on a local GitHub."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from tests.fakes.github import FakeGitHub, faults

from benchmarks.process import Costs, run
from benchmarks.suites import SIDES, write_suite

COMMAND: Final = (sys.executable, "-I", "-B", "-u", "-m", "readygate")
DELAY: Final = 0.1
"""Seconds that the slow GitHub takes for each answer."""
MAY_JUDGE: Final = {"contents": "read", "checks": "write", "pull-requests": "write"}


class Scene:
    """A repository whose default branch has stored results, and reports of a change to it."""

    def __init__(self, folder: Path, tests: int, stack: ExitStack) -> None:
        """Generate both sides and store what the base's say, as a push to the default branch does."""
        self._folder, self._tests, self._runs = folder, tests, 0
        for side in SIDES:
            write_suite(folder / side / "test-results", tests, side)
        self._hub = stack.enter_context(FakeGitHub("acme/shop", "main"))
        sources = {f"src/shop/module_{number}.py": "x = 1\n" * 260 for number in range(8)}
        self._base = self._hub.commit(sources, branch="main")
        event = self._hub.event_push("refs/heads/main", "0" * 40, self._base)
        token = self._hub.token({"contents": "write"})
        self._run("push", event, {"GITHUB_SHA": self._base, "GITHUB_REF": "refs/heads/main", "INPUT_TOKEN": token})

    def judge(self, *, slow: bool) -> Costs:
        """Run for a new pull request. Return its costs, and `requests` to GitHub.

        Raises:
            RuntimeError: comment or check run is missing, or the outputs lack the number of tests or the baseline.
        """
        hub, number = self._hub, self._runs
        text = "x = 1\n" * 200 + f"y = {number}\n" * 70
        sha = hub.commit({"src/shop/module_0.py": text}, branch=f"topic-{number}", parents=[self._base])
        pull = hub.open_pull(number, head=f"topic-{number}", head_sha=sha)
        merge = str(pull.merge_sha)
        self._prepare(merge)
        hub.reset_requests()
        if slow:
            hub.fault("*", ".", faults.delay(DELAY), times=1_000)
        token = hub.token(MAY_JUDGE)
        place = {"GITHUB_SHA": merge, "GITHUB_REF": f"refs/pull/{number}/merge", "INPUT_TOKEN": token}
        costs, said = self._run("pull_request", hub.event_pull_request(pull), place)
        hub.clear_faults()
        told = (self._folder / "output").read_text().splitlines()
        if {str(self._tests), self._base} - {*told} or not (hub.comments(number) and hub.check_runs(sha)):
            raise RuntimeError(f"the run did not do all: {said[-2_000:]}")
        return {**costs, "requests": len(hub.requests)}

    def _run(self, event: str, payload: Mapping[str, Any], place: Mapping[str, str]) -> tuple[Costs, str]:
        """Start the command of the image with the runner's environment."""
        self._runs += 1
        repository, folder = self._hub.world.full_name, self._folder
        (folder / "event.json").write_text(json.dumps(payload))
        (folder / "output").write_text("")
        (folder / "summary").write_text("")
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self._hub.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": repository,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_WORKSPACE": str(folder / ("base" if event == "push" else "head")),
            "GITHUB_RUN_ID": str(1000 + self._runs),
            "GITHUB_RUN_NUMBER": str(self._runs),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKFLOW_REF": f"{repository}/.github/workflows/ci.yml@{place['GITHUB_REF']}",
            "RUNNER_WORKSPACE": "/home/runner/work/shop",
        }
        return run(COMMAND, folder, {**environment, **place}, accepted=(0, 1))  # both give a verdict

    def _prepare(self, merge: str) -> None:
        """Let the fake ask git for what it will be asked for: GitHub's own work is not part of a run."""
        headers = {"Authorization": f"Bearer {self._hub.token(MAY_JUDGE)}", "User-Agent": "benchmark"}
        for question in (f"compare/{self._base}...{merge}?per_page=100", f"git/trees/{merge}?recursive=1"):
            url = f"{self._hub.url}/repos/{self._hub.world.full_name}/{question}"
            with urlopen(Request(url, headers=headers), timeout=60) as answer:
                answer.read()
