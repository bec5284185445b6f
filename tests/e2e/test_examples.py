"""The example workflows do what they say: their gates run here, event by event, with the permissions they ask for.

A small reader of workflows stands in for the runner: it decides which jobs run, places artifacts as the download action
does, and gives the step its inputs and a token that may do what the job may, and no more.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.e2e.support import Done, Runner, junit, lcov
from tests.fakes.github import Pull
from tests.repo.tables import ROOT
from tests.repo.test_examples import READYGATE, WORKFLOWS, inputs

GREEN = junit(a="passed", b="passed", c="passed")
RED = junit(a="passed", b="passed", c="failed")


class Play:
    """One workflow, played for one event."""

    def __init__(self, runner: Runner, name: str, event: str, payload: Mapping[str, Any], sha: str, ref: str) -> None:
        self.runner, self.name, self.event, self.sha, self.ref = runner, name, event, sha, ref
        self.payload = payload
        self.workflow = yaml.safe_load((ROOT / "examples" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
        self.token_kind = ""
        self.fork = False

    def starts(self) -> bool:
        """Whether the workflow runs for the event at all."""
        on = self.workflow[True]  # YAML 1.1 takes the key `on` for a truth
        return self.event in (on if isinstance(on, dict) else [on])

    def gates(self, report: str) -> list[Done]:
        """Run every step of Readygate whose job runs."""
        assert self.starts()
        done = []
        for job in self.workflow["jobs"].values():
            for step in job["steps"]:
                readygate = step.get("uses") == READYGATE or step.get("run") == "python -m readygate"
                if readygate and self.holds(str(job.get("if", "always()"))):
                    done.append(self.gate(job, step, report))
        return done

    def gate(self, job: Mapping[str, Any], step: Mapping[str, Any], report: str) -> Done:
        given = {name: self.fill(value) for name, value in inputs(dict(step)).items()}
        given.setdefault("token", "")
        if not given["token"].startswith("ghs_"):
            given["token"] = self.token(job["permissions"])
        files: dict[str, str | bytes] = {}
        if any(str(other.get("uses", "")).startswith("actions/download-artifact@") for other in job["steps"]):
            files = {f"reports/{name}": text for name, text in self.uploaded(report)}
        elif "needs" not in job and "workflow_run" not in self.event:
            files = {"junit.xml": report}
        arguments = {name.replace("-", "_"): value for name, value in given.items()}
        if "run" in step:  # without the container the variables are just what the step says
            self.runner.environment = {name: self.fill(text) for name, text in step["env"].items()}
            self.runner.environment["INPUT_TOKEN"] = arguments.pop("token")
            arguments = {}
        try:
            return self.runner.run(self.event, self.payload, files, sha=self.sha, ref=self.ref, **arguments)
        finally:
            self.runner.environment = {}

    def token(self, permissions: Mapping[str, str]) -> str:
        """What the job's own token may do; for a pull request from a fork all is cut down to reading."""
        level = {name: "read" if self.fork else value for name, value in permissions.items()}
        return self.runner.hub.token(level)

    def uploaded(self, report: str) -> Iterator[tuple[str, str]]:
        """What the test jobs upload, each in a folder of the artifact's name."""
        for job in self.workflow["jobs"].values():
            matrix = job.get("strategy", {}).get("matrix", {})
            for values in itertools.product(*matrix.values()):
                leg = dict(zip(matrix, values, strict=True))
                for step in job["steps"]:
                    if str(step.get("uses", "")).startswith("actions/upload-artifact@") and "needs" not in job:
                        name = step["with"]["name"]
                        for key, value in leg.items():
                            name = name.replace(f"${{{{ matrix.{key} }}}}", value)
                        for path in step["with"]["path"].split():
                            text = report if path.endswith("junit.xml") else lcov(src_app_py="1+")
                            yield f"{name}/{path.rpartition('/')[2]}", text

    def fill(self, text: str) -> str:
        """Put values in place of expressions."""
        values = {
            "github.token": "",
            "toJSON(needs)": json.dumps({"test": {"result": "success", "outputs": {}}}),
            "github.event.pull_request.merge_commit_sha": self.look("event.pull_request.merge_commit_sha"),
            "steps.app.outputs.token": self.token_kind,
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: str(values[found[1]]), text)

    def holds(self, condition: str) -> bool:
        """Evaluate the `if` of a job."""
        text = condition.replace("&&", " and ").replace("||", " or ").replace("always()", "True")
        text = re.sub(r"\bgithub\.([\w.]+)", lambda found: repr(self.look(found[1])), text)
        assert re.fullmatch(r"(?:'[^']*'|\bTrue\b|\band\b|\bor\b|[()\s]|==|!=|\bNone\b)+", text), text
        return bool(eval(text, {"__builtins__": {}}))

    def look(self, path: str) -> Any:
        value: Any = {"event_name": self.event, "event": self.payload, "repository": "acme/widgets"}
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def base(runner: Runner) -> str:
    return runner.hub.commit({"src/app.py": "x = 1\n", "tests/test_api.py": "1\n" * 9}, branch="main")


def opened(runner: Runner, start: str, **more: Any) -> Pull:
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, parents=[start])
    return runner.hub.open_pull(7, head="topic", head_sha=head, **more)


def push(runner: Runner, name: str, sha: str, ref: str = "refs/heads/main") -> Play:
    return Play(runner, name, "push", runner.hub.event_push(ref, "0" * 40, sha), sha, ref)


def pull_request(runner: Runner, name: str, pull: Pull) -> Play:
    event = runner.hub.event_pull_request(pull)
    return Play(runner, name, "pull_request", event, str(pull.merge_sha), "refs/pull/7/merge")


def stored(runner: Runner) -> list[str]:
    if not runner.hub.world.branch_tip("readygate-data"):
        return []
    return runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data")


ORDINARY = ["three-jobs", "one-job", "matrix", "other-outputs", "two-gates", "without-docker", "enterprise-server"]
LATER = "2099-01-01T00:00:00Z"


@pytest.mark.parametrize("name", ORDINARY)
def test_a_push_stores_what_a_pull_request_is_compared_with(runner: Runner, name: str) -> None:
    start = base(runner)
    for done in push(runner, name, start).gates(GREEN):
        assert done.code == 0, done.log
    assert stored(runner)
    pull = opened(runner, start)
    told = pull_request(runner, name, pull).gates(RED)
    assert told
    quiet = name == "other-outputs"
    for done in told:
        assert done.code == (0 if quiet else 1), done.log
        assert done.outputs["baseline-commit"] == start
        assert done.outputs["new-failures"] == "1"
        assert "There is no " not in done.log, "the permissions of the job suffice"
    names = {"two-gates": ["backend", "frontend"], "other-outputs": []}.get(name, ["readygate"])
    assert [run["name"] for run in runner.hub.check_runs(pull.head_sha)] == names
    assert len(runner.hub.comments(7)) == len(names)
    assert len(stored(runner)) == len({*stored(runner)})


def test_a_fork_is_judged_by_the_first_workflow_and_told_by_the_second(runner: Runner) -> None:
    start = base(runner)
    push(runner, "three-jobs", start).gates(GREEN)
    pull = opened(runner, start, head_repo="mallory/widgets")
    first = pull_request(runner, "three-jobs", pull)
    first.fork = True
    (done,) = first.gates(RED)
    assert done.code == 1
    assert "fork-verdict" not in done.log
    assert not runner.hub.comments(7)

    runner.hub.add_artifact(runner.run_id, "reports", {"junit.xml": RED.encode()})
    about = {"head_repo": "mallory/widgets", "created_at": LATER, "conclusion": "failure"}
    event = runner.hub.event_workflow_run(runner.run_id, "pull_request", "topic", pull.head_sha, **about)
    (second,) = Play(runner, "fork-verdict", "workflow_run", event, start, "refs/heads/main").gates(RED)
    assert second.code == 0, second.log
    assert second.outputs["verdict"] == "not-ready"
    assert [run["conclusion"] for run in runner.hub.check_runs(pull.head_sha)] == ["failure"]
    assert len(runner.hub.comments(7)) == 1

    own = runner.hub.event_workflow_run(runner.run_id, "pull_request", "topic", pull.head_sha, created_at=LATER)
    assert not Play(runner, "fork-verdict", "workflow_run", own, start, "refs/heads/main").gates(RED)


@pytest.mark.parametrize("about", ["pull_request", "merge_group", "push"])
def test_the_check_of_an_app_stands_on_the_head(runner: Runner, about: str) -> None:
    start = base(runner)
    push(runner, "three-jobs", start).gates(GREEN)
    pull = opened(runner, start)
    branch = "topic" if about == "pull_request" else f"gh-readonly-queue/main/pr-7-{start}"
    runner.hub.add_artifact(runner.run_id, "reports", {"junit.xml": GREEN.encode()})
    event = runner.hub.event_workflow_run(runner.run_id, about, branch, pull.head_sha, created_at=LATER)
    play = Play(runner, "app-check", "workflow_run", event, start, "refs/heads/main")
    steps = play.workflow["jobs"]["gate"]["steps"]
    granted = {k.removeprefix("permission-"): v for k, v in steps[0]["with"].items() if k.startswith("permission-")}
    play.token_kind = runner.hub.token(granted, kind="app")
    done = play.gates(GREEN)
    assert len(done) == (about != "push")
    runs = runner.hub.check_runs(pull.head_sha)
    assert [(run["name"], run["app"]["slug"] == "github-actions") for run in runs] == (
        [("readygate", False)] if done else []
    )
    assert len(runner.hub.comments(7)) == (about == "pull_request")


def test_the_queue_stores_and_the_next_pull_request_finds_it(runner: Runner) -> None:
    start = base(runner)
    branch = f"gh-readonly-queue/main/pr-6-{start}"
    group = runner.hub.commit({"src/app.py": "x = 0\n"}, branch=branch, parents=[start])
    event = runner.hub.event_merge_group("main", start, group)
    (done,) = Play(runner, "merge-queue", "merge_group", event, group, f"refs/heads/{branch}").gates(GREEN)
    assert done.code == 0, done.log
    runner.hub.git.run("update-ref", "refs/heads/main", group)
    (done,) = pull_request(runner, "merge-queue", opened(runner, group)).gates(RED)
    assert (done.code, done.outputs["baseline-commit"]) == (1, group)


def test_every_push_is_judged_and_base_branches_are_stored(runner: Runner) -> None:
    start = base(runner)
    assert [done.code for done in push(runner, "every-push", start).gates(GREEN)] == [0]
    kept = stored(runner)
    assert kept
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="feature", parents=[start])
    for ref in ("refs/heads/feature", "refs/tags/v1"):
        assert [done.code for done in push(runner, "every-push", sha, ref).gates(RED)] == [1]
    assert stored(runner) == kept


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
def test_the_clock_fills_a_gap(runner: Runner, event: str) -> None:
    start = base(runner)
    play = Play(runner, "by-clock", event, runner.hub.event_push("refs/heads/main", "0" * 40, start), start, "")
    play.ref = "refs/heads/main"
    assert [done.code for done in play.gates(GREEN)] == [0]
    assert any(start in name for name in stored(runner))


def test_pull_request_target_writes_for_a_fork(runner: Runner) -> None:
    start = base(runner)
    pull = opened(runner, start, head_repo="mallory/widgets")
    event = runner.hub.event_pull_request(pull)
    (done,) = Play(runner, "pull-request-target", "pull_request_target", event, start, "refs/heads/main").gates(RED)
    assert done.code == 1
    assert f"Measured commit: {pull.merge_sha}" in done.log
    assert len(runner.hub.comments(7)) == 1


def test_an_artifact_of_the_base_branch_is_the_baseline(runner: Runner) -> None:
    name = "artifact-baseline"
    start = base(runner)
    runner.hub.add_run(runner.run_id + 1, "push", "main", start)
    (done,) = push(runner, name, start).gates(GREEN)
    assert done.code == 0, done.log
    steps = push(runner, name, start).workflow["jobs"]["record"]["steps"]
    (upload,) = (step["with"] for step in steps if str(step["uses"]).startswith("actions/upload-artifact@"))
    root = runner.folder / f"workspace-{runner.run_id}" / upload["path"]
    files = {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    runner.hub.add_artifact(runner.run_id, upload["name"], files)
    assert not stored(runner)

    pull = opened(runner, start)
    runner.hub.add_run(runner.run_id + 1, "pull_request", pull.head, pull.head_sha, head_repo=pull.head_repo)
    (told,) = pull_request(runner, name, pull).gates(RED)

    assert told.code == 1, told.log
    assert told.outputs["baseline-commit"] == start


def test_every_example_is_played_here() -> None:
    others = {"fork-verdict", "app-check", "merge-queue", "every-push", "by-clock", "pull-request-target"}
    played = {*ORDINARY, *others, "artifact-baseline"}
    assert {path.stem for path in WORKFLOWS} == played
