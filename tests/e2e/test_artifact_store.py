"""Baselines from artifacts: taken from runs that GitHub says were the base branch's own, and from no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from readygate.support.git_names import blob_id
from tests.e2e.support import GATE, Done, QuickRunner, Runner, junit
from tests.fakes.github import FakeGitHub, Pull, faults

CI = ".github/workflows/ci.yml"
TESTS = junit(test_add="passed", test_old="failed")
FORGED = junit(test_add="failed", test_old="failed")
READER = {**GATE, "actions": "read"}


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[QuickRunner]:
    with FakeGitHub("acme/widgets", "main") as hub:
        yield QuickRunner(hub=hub, folder=tmp_path)
        assert not hub.unexpected


def recorded(runner: Runner, sha: str, report: str = TESTS, event: str = "push") -> dict[str, bytes]:
    """What a run on the base branch writes for the upload step, by path."""
    payload = runner.hub.event_push("refs/heads/main", "0" * 40, sha)
    token = runner.hub.token({"contents": "read", "actions": "read"})
    files = {"junit.xml": report}
    inputs = {"token": token, "baseline": "artifact", "report": "told"}
    if event == "push":
        runner.hub.add_run(runner.run_id + 1, "push", "main", sha)
    done = runner.run("push", payload, files, sha=sha, ref="refs/heads/main", **inputs)
    assert done.code == 0, done.log
    return written(runner)


def written(runner: Runner) -> dict[str, bytes]:
    """What the last run wrote for the upload step, by path."""
    root = runner.folder / f"workspace-{runner.run_id}" / "told" / "readygate-baseline"
    files = {file.relative_to(root).as_posix(): file for file in root.rglob("*") if file.is_file()}
    return {path: file.read_bytes() for path, file in files.items() if not path.startswith(".")}


def upload(
    runner: Runner, run_id: int, data: dict[str, bytes], name: str = "readygate", *, expired: bool = False
) -> None:
    runner.hub.add_artifact(run_id, name, {**data, "other.txt": b"x"}, expired=expired)


def base(runner: Runner) -> tuple[str, dict[str, bytes]]:
    sha = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    return sha, recorded(runner, sha)


def opened(runner: Runner, parent: str) -> Pull:
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[parent])
    return runner.hub.open_pull(7, head="topic", head_sha=head)


def judge(runner: Runner, pull: Pull, baseline: str = "artifact", report: str = TESTS) -> Done:
    runner.hub.add_run(runner.run_id + 1, "pull_request", pull.head, pull.head_sha, head_repo=pull.head_repo)
    token = runner.hub.token(READER)
    return runner.pull_request(pull, {"junit.xml": report}, token=token, baseline=baseline)


def test_a_run_on_the_base_branch_is_the_baseline_of_a_pull_request(runner: Runner) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)

    done = judge(runner, opened(runner, sha))

    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == sha
    assert done.outputs["new-failures"] == "0"
    assert not runner.hub.world.branch_tip("readygate-data")


def test_an_ancestor_is_taken_if_the_commit_has_none(runner: Runner) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)
    newer = runner.hub.commit({"b.txt": "1\n"}, branch="main")
    done = judge(runner, opened(runner, newer))
    assert done.outputs["baseline-commit"] == sha
    assert "1 commit behind" in done.summary


HOSTILE: dict[str, dict[str, str]] = {
    "a fork whose branch is called main": {"event": "pull_request", "head_branch": "main", "head_repo": "mallory/app"},
    "a push in a fork": {"event": "push", "head_branch": "main", "head_repo": "mallory/app"},
    "a pull request of the base branch itself": {"event": "pull_request", "head_branch": "main"},
    "a privileged run for a pull request": {"event": "pull_request_target", "head_branch": "main"},
    "a run after another": {"event": "workflow_run", "head_branch": "main"},
    "another branch": {"event": "push", "head_branch": "topic"},
    "another workflow": {"event": "push", "head_branch": "main", "workflow": ".github/workflows/evil.yml"},
    "a branch that is called like a queue": {"event": "push", "head_branch": "gh-readonly-queue/main/pr-1-x"},
    "the queue of another branch": {"event": "merge_group", "head_branch": "gh-readonly-queue/next/pr-1-x"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_another_run_uploaded_is_no_baseline(runner: Runner, kind: str) -> None:
    """Its snapshot says it is of the base commit, and that `test_add` always failed there."""
    sha, _ = base(runner)
    forged = recorded(runner, sha, FORGED, event="")
    runner.hub.add_run(5_000, head_sha=sha, **HOSTILE[kind])
    upload(runner, 5_000, forged)

    done = judge(runner, opened(runner, sha), report=FORGED)

    assert done.code == 1, done.log
    assert done.outputs["baseline-commit"] == ""
    assert done.outputs["new-failures"] == "2"
    assert "has no stored results yet" in done.summary


def test_a_poisoned_artifact_beside_the_true_one_changes_nothing(runner: Runner) -> None:
    sha, data = base(runner)
    mine = runner.run_id
    forged = recorded(runner, sha, FORGED, event="")
    upload(runner, mine, data)
    for number, kind in enumerate(HOSTILE):
        runner.hub.add_run(5_000 + number, head_sha=sha, **HOSTILE[kind])
        upload(runner, 5_000 + number, forged)

    done = judge(runner, opened(runner, sha), report=FORGED)

    assert done.code == 1
    assert done.outputs["baseline-commit"] == sha
    assert done.outputs["new-failures"] == "1"


def test_results_that_say_another_commit_are_passed_over(runner: Runner) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)
    newer = runner.hub.commit({"b.txt": "1\n"}, branch="main")
    forged = recorded(runner, newer, FORGED)
    results, history = f"readygate/snapshots/{newer}/results", "readygate/history.jsonl"
    other = data[f"readygate/snapshots/{sha}/results"]
    ids = blob_id(forged[results]).encode(), blob_id(other).encode()
    assert ids[0] in forged[history]
    upload(runner, runner.run_id, {**forged, results: other, history: forged[history].replace(*ids)})
    done = judge(runner, opened(runner, newer))
    assert done.outputs["baseline-commit"] == sha
    assert "the snapshot says it is of" in done.log


def test_files_that_are_not_what_the_history_says_are_an_error(runner: Runner) -> None:
    sha, data = base(runner)
    forged = recorded(runner, sha, FORGED)
    upload(runner, runner.run_id, {**forged, "readygate/history.jsonl": data["readygate/history.jsonl"]})
    done = judge(runner, opened(runner, sha), report=FORGED)
    assert done.code == 3
    assert done.outputs["verdict"] == "not-evaluated"
    assert "does not match its id" in done.log


def test_an_artifact_of_another_commit_brings_no_results(runner: Runner) -> None:
    sha, data = base(runner)
    mine = runner.run_id
    newer = runner.hub.commit({"b.txt": "1\n"}, branch="main")
    runner.hub.add_run(5_000, "workflow_dispatch", "main", newer)
    upload(runner, 5_000, data)
    pull = opened(runner, newer)
    alone = judge(runner, pull)
    assert alone.outputs["baseline-commit"] == ""
    assert f"the stored results of {sha[:7]} no longer exist" in alone.summary
    upload(runner, mine, data)
    assert judge(runner, pull).outputs["baseline-commit"] == sha


def again(runner: Runner, sha: str, report: str) -> dict[str, bytes]:
    """What the second attempt of the last run writes for the upload step, by path."""
    runner.run_id -= 1
    runner.environment = {"GITHUB_RUN_ATTEMPT": "2"}
    runner.folder = runner.folder / "again"
    runner.folder.mkdir()
    token = runner.hub.token({"contents": "read", "actions": "read"})
    runner.push(sha, {"junit.xml": report}, token=token, baseline="artifact", report="told")
    runner.environment = {}
    return written(runner)


@pytest.mark.parametrize("overwrites", [True, False])
def test_a_second_attempt_without_all_results_keeps_those_of_the_first(runner: Runner, *, overwrites: bool) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)
    files = again(runner, sha, TESTS[:-12])
    if overwrites:  # by the input of this name of actions/upload-artifact
        runner.hub.world.artifacts.clear()
    assert files["readygate/history.jsonl"].startswith(data["readygate/history.jsonl"])
    assert files.keys() == data.keys()
    upload(runner, runner.run_id, files)

    done = judge(runner, opened(runner, sha))

    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == sha


def test_a_dispatch_for_a_commit_with_results_writes_nothing_to_upload(runner: Runner) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)
    token = runner.hub.token({"contents": "read", "actions": "read"})
    payload = runner.hub.event_push("refs/heads/main", "0" * 40, sha)
    given = {"token": token, "baseline": "artifact", "report": "told"}
    runner.hub.add_run(runner.run_id + 1, "workflow_dispatch", "main", sha)
    done = runner.run("workflow_dispatch", payload, {"junit.xml": TESTS[:-12]}, sha=sha, ref="refs/heads/main", **given)
    assert "they stay" in done.log
    assert written(runner) == {}
    assert judge(runner, opened(runner, sha)).outputs["baseline-commit"] == sha


def test_expired_results_are_passed_over_for_older_ones(runner: Runner) -> None:
    """The newest artifact names the results of three commits; those of the last were not complete."""
    runs = []
    for number, report in enumerate((TESTS, TESTS, TESTS[:-12])):
        sha = runner.hub.commit({"src/app.py": f"x = {number}\n"}, branch="main")
        runner.hub.add_run(runner.run_id + 1, "push", "main", sha)
        token = runner.hub.token({"contents": "read", "actions": "read"})
        runner.push(sha, {"junit.xml": report}, token=token, baseline="artifact", report="told")
        upload(runner, runner.run_id, written(runner))
        runs.append((runner.run_id, sha))
    (oldest, first), (middle, second), (_, third) = runs
    pull = opened(runner, third)
    assert judge(runner, pull).outputs["baseline-commit"] == second
    expire(runner, middle)
    assert judge(runner, pull).outputs["baseline-commit"] == first
    expire(runner, oldest)
    done = judge(runner, pull)
    assert done.outputs["baseline-commit"] == ""
    assert f"the stored results of {second[:7]} no longer exist, as their artifact has expired" in done.summary
    assert "Run the workflow on the base branch again" in done.summary


def expire(runner: Runner, run_id: int) -> None:
    for artifact in runner.hub.world.artifacts.values():
        artifact.expired |= artifact.run_id == run_id


def test_a_merge_group_brings_a_baseline(runner: Runner) -> None:
    sha, data = base(runner)
    runner.hub.add_run(5_000, "merge_group", "gh-readonly-queue/main/pr-1-x", sha)
    upload(runner, 5_000, data)
    assert judge(runner, opened(runner, sha)).outputs["baseline-commit"] == sha


def test_a_branch_that_was_created_from_the_default_branch_goes_on_with_its_results(runner: Runner) -> None:
    """The first push of a release branch records beside what its commits measured on the default branch."""
    policy = {".github/readygate.yml": "base-branches: ['release/*']\n"}
    sha = runner.hub.commit({"src/app.py": "x = 1\n", **policy}, branch="main")
    upload(runner, runner.run_id + 1, recorded(runner, sha))
    later = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="main", parents=[sha])
    upload(runner, runner.run_id + 1, recorded(runner, later))
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[sha])
    runner.hub.git.run("update-ref", "refs/heads/release/1", sha)
    pull = runner.hub.open_pull(7, head="topic", head_sha=head, base="release/1")
    assert judge(runner, pull).outputs["baseline-commit"] == sha

    newer = runner.hub.commit({"a.txt": "1\n"}, branch="release/1", parents=[sha])
    payload = runner.hub.event_push("refs/heads/release/1", sha, newer)
    runner.hub.add_run(runner.run_id + 1, "push", "release/1", newer)
    token = runner.hub.token({"contents": "read", "actions": "read"})
    given = {"token": token, "baseline": "artifact", "report": "told"}
    done = runner.run("push", payload, {"junit.xml": TESTS}, sha=newer, ref="refs/heads/release/1", **given)
    assert done.code == 0, done.log
    history = written(runner)["readygate/history.jsonl"].decode()
    assert [commit in history for commit in (sha, newer, later)] == [True, True, False]


def test_another_workflow_may_be_named(runner: Runner) -> None:
    sha, data = base(runner)
    runner.hub.add_run(5_000, "push", "main", sha, workflow=".github/workflows/record.yml")
    upload(runner, 5_000, data, "results")
    pull = opened(runner, sha)
    assert judge(runner, pull, "artifact:results").outputs["baseline-commit"] == ""
    assert judge(runner, pull, "artifact:results@record.yml").outputs["baseline-commit"] == sha


def test_what_has_expired_is_gone(runner: Runner) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data, expired=True)
    assert judge(runner, opened(runner, sha)).outputs["baseline-commit"] == ""


@pytest.mark.parametrize("path", [r"/actions/artifacts$", r"/actions/workflows/", r"/actions/artifacts/\d+/zip$"])
@pytest.mark.parametrize("status", [403, 500, 404])
def test_artifacts_that_cannot_be_read_are_no_missing_baseline(runner: Runner, path: str, status: int) -> None:
    sha, data = base(runner)
    upload(runner, runner.run_id, data)
    runner.hub.fault("GET", path, faults.answer(status), times=1_000)
    done = judge(runner, opened(runner, sha))
    assert done.code == 3, done.log
    assert done.outputs["verdict"] == "not-evaluated"
    assert "Traceback" not in done.log


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut short", b"", b"no zip at all"])
def test_a_damaged_artifact_is_named(runner: Runner, data: bytes) -> None:
    sha, _ = base(runner)
    runner.hub.add_artifact(runner.run_id, "readygate", data)
    done = judge(runner, opened(runner, sha))
    assert done.code == 3
    assert "is not a baseline of Readygate" in done.log
    assert "Traceback" not in done.log


def test_a_run_that_writes_no_file_is_told(runner: Runner) -> None:
    sha = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    runner.hub.add_run(runner.run_id + 1, "push", "main", sha)
    token = runner.hub.token({"contents": "read", "actions": "read"})
    done = runner.push(sha, {"junit.xml": TESTS}, token=token, baseline="artifact")
    assert done.code == 3
    assert "give the input `report`" in done.log
