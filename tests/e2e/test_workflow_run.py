"""The second of two workflows: it judges a run whose token could only read, maybe that of a stranger."""

import json
from typing import Any

import pytest

from tests.e2e.support import GATE, READ, Done, Runner, junit
from tests.fakes.github import Pull

GREEN = junit(**{f"test_{number}": "passed" for number in range(20)})
RED = GREEN.replace('name="test_3" time="0.01">', 'name="test_3" time="0.01"><failure message="no"/>')
LATER = "2099-01-01T00:00:00Z"


def base(runner: Runner) -> str:
    sha = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    done = runner.push(sha, {"reports/junit.xml": GREEN})
    assert done.code == 0, done.log
    return sha


def fork(runner: Runner, parent: str, number: int = 7, branch: str = "topic", target: str = "main") -> Pull:
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, parents=[parent])
    return runner.hub.open_pull(number, base=target, head=branch, head_sha=head, head_repo="mallory/widgets")


def judged(runner: Runner, pull: Pull, report: str, *, token: dict[str, str] | None = None, **about: Any) -> Done:
    """The first workflow ran for the pull request and uploaded a report; the second judges it."""
    run_id = runner.run_id + 1
    runner.hub.add_artifact(run_id, "reports", {"junit.xml": report.encode()})
    given = {"head_repo": pull.head_repo, "created_at": LATER, **about}
    event = runner.hub.event_workflow_run(run_id, "pull_request", pull.head, pull.head_sha, **given)
    more = {"token": runner.hub.token(token)} if token else {}
    return runner.triggered(run_id, event, **more)


def stored(runner: Runner) -> list[str]:
    return runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data")


def test_a_fork_gets_comment_and_check_from_the_second_workflow(runner: Runner) -> None:
    start = base(runner)
    pull = fork(runner, start)
    first = runner.pull_request(pull, {"reports/junit.xml": RED}, token=runner.hub.token(READ))
    assert first.code == 1
    assert not runner.hub.comments(7)
    assert "There is no comment and no check run" in first.summary
    assert first.log.count("::notice") == 1, first.log
    assert "docs/events.md#pull-requests-from-forks" in first.log
    assert "docs/events.md#pull-requests-from-forks" in first.summary

    done = judged(runner, pull, RED)

    assert done.code == 1, done.log
    assert done.outputs["baseline-commit"] == start
    assert done.outputs["new-failures"] == "1"
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith("### ❌ Not ready: 1 test newly fails")
    assert f"/actions/runs/{runner.run_id - 1})" in comment["body"], "the run that is linked is the one that tested"
    (check,) = runner.hub.check_runs(pull.head_sha)
    assert (check["name"], check["conclusion"]) == ("readygate", "failure")
    assert not runner.hub.check_runs(str(pull.merge_sha))
    assert f"Measured commit: {pull.merge_sha}" in done.log
    assert "the merge commit that the judged run tested" in done.summary

    again = judged(runner, pull, GREEN)
    assert again.code == 0, again.log
    (comment,) = runner.hub.comments(7)
    assert "Ready" in comment["body"].splitlines()[0]


def test_an_older_run_that_ends_later_overwrites_nothing(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    older = runner.run_id + 1
    runner.hub.add_artifact(older, "reports", {"junit.xml": RED.encode()})
    runner.run_id = older + 10
    assert judged(runner, pull, GREEN).code == 0
    about = {"head_repo": pull.head_repo, "created_at": LATER}
    event = runner.hub.event_workflow_run(older, "pull_request", pull.head, pull.head_sha, **about)

    done = runner.triggered(older, event)

    assert done.code == 1
    assert [run["conclusion"] for run in runner.hub.check_runs(pull.head_sha)] == ["success"]
    assert "Ready" in runner.hub.comments(7)[0]["body"].splitlines()[0]
    assert done.log.count("a later run has written") == 2


def test_a_pull_request_that_an_artifact_or_an_input_names_is_not_believed(runner: Runner) -> None:
    start = base(runner)
    victim = runner.hub.commit({"src/app.py": "x = 9\n"}, branch="victim", parents=[start])
    runner.hub.open_pull(1, head="victim", head_sha=victim)
    pull = fork(runner, start)
    run_id = runner.run_id + 1
    files = {"junit.xml": GREEN.encode(), "pr-number.txt": b"1", "event.json": b'{"number": 1}'}
    runner.hub.add_artifact(run_id, "reports", files)
    about = {"head_repo": pull.head_repo, "created_at": LATER}
    event = runner.hub.event_workflow_run(run_id, "pull_request", pull.head, pull.head_sha, **about)

    assert runner.triggered(run_id, event).code == 0
    assert (len(runner.hub.comments(1)), len(runner.hub.comments(7))) == (0, 1)
    assert not runner.hub.check_runs(victim)

    done = runner.triggered(run_id, event, pull_request="1")
    assert done.code == 2
    assert "may be anybody's" in done.log
    assert not runner.hub.comments(1)


def test_another_fork_with_the_same_branch_name_is_not_the_one(runner: Runner) -> None:
    start = base(runner)
    other = runner.hub.commit({"src/app.py": "x = 3\n"}, parents=[start])
    runner.hub.open_pull(3, head="topic", head_sha=other, head_repo="trudy/widgets")
    pull = fork(runner, start)
    assert judged(runner, pull, GREEN).code == 0
    assert (len(runner.hub.comments(3)), len(runner.hub.comments(7))) == (0, 1)


def test_a_head_that_moved_on_gets_no_comment(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    old = pull.head_sha
    run_id = runner.run_id + 1
    about = {"head_repo": pull.head_repo, "created_at": LATER}
    event = runner.hub.event_workflow_run(run_id, "pull_request", pull.head, old, **about)
    runner.hub.add_artifact(run_id, "reports", {"junit.xml": RED.encode()})
    runner.hub.update_pull(7, runner.hub.commit({"src/app.py": "x = 4\n"}, parents=[old]))

    done = runner.triggered(run_id, event)

    assert done.code == 1
    assert not runner.hub.comments(7)
    assert "No pull request has" in done.log
    assert [run["conclusion"] for run in runner.hub.check_runs(old)] == ["failure"]
    assert not runner.hub.check_runs(pull.head_sha)


def test_closed_pull_requests_and_forks_that_are_gone_get_no_comment(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    runner.hub.close_pull(7)
    done = judged(runner, pull, GREEN)
    assert done.code == 0, done.log
    assert not runner.hub.comments(7)
    done = judged(runner, pull, GREEN, head_repo=None)
    assert done.code == 0, done.log
    assert not runner.hub.comments(7)
    assert "No pull request has" in done.log


def test_a_merge_commit_made_after_the_run_was_not_what_it_tested(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    done = judged(runner, pull, GREEN, created_at="2020-01-01T00:00:00Z")
    assert done.code == 0, done.log
    assert f"Measured commit: {pull.head_sha}" in done.log
    assert "is no longer known" in done.log


def test_the_input_commit_says_that_the_head_was_tested(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    run_id = runner.run_id + 1
    runner.hub.add_artifact(run_id, "reports", {"junit.xml": GREEN.encode()})
    about = {"head_repo": pull.head_repo, "created_at": LATER}
    event = runner.hub.event_workflow_run(run_id, "pull_request", pull.head, pull.head_sha, **about)
    done = runner.triggered(run_id, event, commit=pull.head_sha)
    assert done.code == 0, done.log
    assert f"Measured commit: {pull.head_sha}" in done.log
    assert "named by the input `commit`" in done.log


def test_a_pull_request_on_another_base_is_compared_with_that_base(runner: Runner) -> None:
    start = base(runner)
    stable = runner.hub.commit({"src/app.py": "x = 7\n"}, branch="stable", parents=[start])
    pull = fork(runner, stable, target="stable")
    done = judged(runner, pull, GREEN)
    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == start
    assert "on `main`, 1 commit behind" in done.summary
    assert len(runner.hub.comments(7)) == 1


def test_of_several_pull_requests_with_one_head_the_one_onto_the_default_branch_is_judged(runner: Runner) -> None:
    start = base(runner)
    runner.hub.commit({"src/app.py": "x = 7\n"}, branch="stable", parents=[start])
    pull = fork(runner, start)
    runner.hub.open_pull(4, base="stable", head=pull.head, head_sha=pull.head_sha, head_repo=pull.head_repo)
    done = judged(runner, pull, GREEN)
    assert done.code == 0, done.log
    assert "is the head of #4, too" in done.log
    assert (len(runner.hub.comments(4)), len(runner.hub.comments(7))) == (0, 1)


@pytest.mark.parametrize(("ended", "code"), [("cancelled", 1), ("timed_out", 1), ("failure", 1), ("success", 0)])
def test_a_run_that_did_not_run_through_is_not_ready(runner: Runner, ended: str, code: int) -> None:
    pull = fork(runner, base(runner))
    done = judged(runner, pull, GREEN, conclusion=ended)
    assert done.code == code, done.log
    assert ("producers" in done.reasons) is bool(code)


def test_artifacts_of_the_judged_run_are_read_and_no_others(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    runner.hub.add_artifact(runner.run_id + 2, "reports-own", {"junit.xml": RED.encode()})
    done = judged(runner, pull, GREEN)
    assert done.code == 0, done.log
    assert (done.outputs["tests"], done.outputs["failed"]) == ("20", "0")


def test_a_checkout_of_the_base_is_not_taken_for_what_was_measured(runner: Runner) -> None:
    start = base(runner)
    pull = fork(runner, start)
    root = runner.workspace({".git/HEAD": start})
    runner.fixed = root
    done = judged(runner, pull, GREEN)
    assert done.code == 0, done.log
    assert f"Measured commit: {pull.merge_sha}" in done.log


def push_event(runner: Runner, sha: str, branch: str = "main", **about: Any) -> Done:
    run_id = runner.run_id + 1
    runner.hub.add_artifact(run_id, "reports", {"junit.xml": GREEN.encode()})
    name = str(about.pop("event", "push"))
    return runner.triggered(run_id, runner.hub.event_workflow_run(run_id, name, branch, sha, **about))


def test_a_push_to_the_default_branch_records(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 5\n"}, branch="main", parents=[start])
    done = push_event(runner, sha)
    assert done.code == 0, done.log
    assert any(sha in name for name in stored(runner))
    assert [run["name"] for run in runner.hub.check_runs(sha)] == ["readygate (push)"]


def test_a_fork_whose_branch_is_called_main_never_records(runner: Runner) -> None:
    start = base(runner)
    pull = fork(runner, start, branch="main")
    before = stored(runner)
    for event in ("push", "pull_request", "workflow_dispatch", "schedule"):
        push_event(runner, pull.head_sha, head_repo="mallory/widgets", event=event)
        assert stored(runner) == before, event


@pytest.mark.parametrize("of", ["a branch", "a tag", "a replaced commit"])
def test_what_is_not_on_a_base_branch_never_records(runner: Runner, of: str) -> None:
    start = base(runner)
    before = stored(runner)
    sha = runner.hub.commit({"src/app.py": "x = 6\n"}, branch="topic", parents=[start])
    if of == "a tag":  # the event calls it `main`, as it would the branch
        runner.hub.git.run("update-ref", "refs/tags/main", sha)
    done = push_event(runner, sha, "topic" if of == "a branch" else "main")
    assert done.code == 0, done.log
    assert stored(runner) == before


def test_a_merge_group_is_judged_on_its_commit_and_not_stored(runner: Runner) -> None:
    start = base(runner)
    branch = f"gh-readonly-queue/main/pr-7-{start}"
    sha = runner.hub.commit({"src/app.py": "x = 8\n"}, branch=branch, parents=[start])
    before = stored(runner)
    done = push_event(runner, sha, branch, event="merge_group")
    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == start
    assert [(run["name"], run["conclusion"]) for run in runner.hub.check_runs(sha)] == [("readygate", "success")]
    assert stored(runner) == before


@pytest.mark.parametrize("event", ["pull_request_target", "issue_comment", "workflow_dispatch", "workflow_run"])
def test_runs_of_other_events_are_refused(runner: Runner, event: str) -> None:
    sha = base(runner)
    done = push_event(runner, sha, event=event)
    assert done.code == 2
    assert "cannot be judged from here" in done.log
    assert "Traceback" not in done.log


def test_a_token_that_may_not_read_artifacts_is_no_verdict(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    done = judged(runner, pull, GREEN, token=GATE)
    assert done.code == 3
    assert done.outputs["verdict"] == "not-evaluated"
    assert [run["conclusion"] for run in runner.hub.check_runs(pull.head_sha)] == ["failure"]


def test_the_request_count_stays_small(runner: Runner) -> None:
    pull = fork(runner, base(runner))
    runner.hub.reset_requests()
    judged(runner, pull, GREEN)
    told = json.dumps([f"{request.method} {request.path}" for request in runner.hub.requests], indent=1)
    assert len(runner.hub.requests) <= 15, told
