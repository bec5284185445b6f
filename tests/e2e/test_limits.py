"""What a run may cost and must not give away: requests, time, and the token; and the commit status beside the check."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Done, QuickRunner, junit, lcov
from tests.fakes.github import FakeGitHub, Pull, faults

BASE = {"src/app.py": "x = 1\n", "tests/test_api.py": "x = 1\n" * 9}
TESTS = junit(test_add="passed", test_old="failed")
ALWAYS = 10_000
EVERYTHING = {"contents": "write", "checks": "write", "pull-requests": "write", "statuses": "write", "actions": "read"}


def covered(lines: int) -> str:
    return lcov(src_app_py=" ".join(f"{line}{'+' if line % 2 else '-'}" for line in range(1, lines + 1)))


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[QuickRunner]:
    with FakeGitHub("acme/widgets", "main") as hub:
        yield QuickRunner(hub=hub, folder=tmp_path)
        assert not hub.unexpected


def topic(runner: QuickRunner, lines: int = 2) -> Pull:
    base = runner.hub.commit(BASE, branch="main")
    done = runner.push(base, {"junit.xml": TESTS, "cov.lcov": covered(1)})
    assert done.code == 0, done.log
    head = runner.hub.commit({"src/app.py": "x = 2\n" * lines}, branch="topic", parents=[base])
    runner.hub.reset_requests()
    return runner.hub.open_pull(7, head="topic", head_sha=head)


def judge(runner: QuickRunner, pull: Pull, lines: int = 2, **inputs: str) -> Done:
    files = {"junit.xml": TESTS, "cov.lcov": covered(lines)}
    return runner.pull_request(pull, files, **{"policy": "lenient", **inputs})


class TestRequests:
    """An hour has 1,000 requests for all runs of a repository."""

    @pytest.mark.parametrize(("lines", "annotations"), [(2, "50"), (90, "50"), (90, "500"), (240, "500")])
    @pytest.mark.parametrize("comments", [0, 99, 100, 250])
    def test_an_ordinary_run(self, runner: QuickRunner, lines: int, annotations: str, comments: int) -> None:
        pull = topic(runner, lines)
        for number in range(comments):
            runner.hub.add_comment(7, f"comment {number}")

        done = judge(runner, pull, lines, annotations=annotations)

        assert done.code == 0, done.log
        (run,) = runner.hub.check_runs(pull.head_sha)
        further = max(0, (len(run["annotations"]) - 1) // 50) + comments // 100
        assert len(runner.hub.requests) <= 10 + further, [f"{r.method} {r.path}" for r in runner.hub.requests]

        runner.hub.reset_requests()
        assert judge(runner, pull, lines, annotations=annotations).code == 0
        assert len(runner.hub.requests) <= 10 + comments // 100, "annotations that are there are not sent again"

    def test_a_run_on_the_base_branch(self, runner: QuickRunner) -> None:
        topic(runner)
        sha = runner.hub.commit({"b.txt": "1\n"}, branch="main")
        done = runner.push(sha, {"junit.xml": TESTS, "cov.lcov": covered(1)})
        assert done.code == 0, done.log
        assert len(runner.hub.requests) <= 12, [f"{r.method} {r.path}" for r in runner.hub.requests]

    def test_the_store_is_asked_while_the_change_is_looked_up(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        runner.hub.fault("GET", r"/compare/", faults.delay(0.5))

        done = judge(runner, pull)

        assert done.code == 0, done.log
        asked = [request.path for request in runner.hub.requests]
        store = next(number for number, path in enumerate(asked) if path.endswith("/history.jsonl"))
        change = next(number for number, path in enumerate(asked) if "/compare/" in path)
        assert store < change

    def test_the_comment_and_the_check_run_are_written_at_the_same_time(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        runner.hub.fault("POST", r"/comments$", faults.delay(0.5))

        done = judge(runner, pull)

        assert done.code == 0, done.log
        asked = [request.path.rpartition("/")[2] for request in runner.hub.requests]
        assert asked.index("check-runs") < asked.index("comments")


class TestTime:
    """When the budget is used up, what was judged is still told, and what was not is told as that."""

    def test_before_the_verdict_it_is_an_error_that_the_check_tells(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        runner.hub.fault("GET", r"/compare/", faults.secondary_limit(retry_after=100), times=ALWAYS)

        done = judge(runner, pull, time_budget="2", status="true", token=runner.hub.token(EVERYTHING))

        assert done.code == 3
        assert "the time budget of 2 minutes ran out" in done.log
        assert "the time budget of 2 minutes ran out" in done.summary
        assert done.outputs["verdict"] == "not-evaluated"
        (run,) = runner.hub.check_runs(pull.head_sha)
        assert run["conclusion"] == "failure"
        assert runner.hub.statuses(pull.head_sha)[0]["state"] == "error"
        assert sum(runner.time.waited) < 120

    def test_after_the_verdict_summary_outputs_and_exit_code_have_it(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        runner.hub.fault("POST", ".", faults.secondary_limit(retry_after=60), times=ALWAYS)

        done = judge(runner, pull, time_budget="2")

        assert done.code == 0, done.log
        assert done.outputs["verdict"] == "ready"
        assert done.outputs["coverage"] == "50.00"
        assert done.summary.startswith("## ✅ Ready")
        assert "ran out" in done.log
        assert not runner.hub.comments(7)
        assert sum(runner.time.waited) < 120

    def test_results_that_can_no_longer_be_stored_are_an_error(self, runner: QuickRunner) -> None:
        topic(runner)
        sha = runner.hub.commit({"b.txt": "1\n"}, branch="main")
        runner.hub.fault("POST", r"/git/trees$|/graphql", faults.secondary_limit(retry_after=60), times=ALWAYS)
        done = runner.push(sha, {"junit.xml": TESTS, "cov.lcov": covered(1)}, **{"time-budget": "1"})
        assert done.code == 3
        assert done.outputs["verdict"] == "ready"
        assert "could not be stored (the time budget of 1 minute ran out)" in done.log

    @pytest.mark.parametrize("text", ["0", "361", "ten", "1.5", "-1"])
    def test_it_is_a_number_of_minutes(self, runner: QuickRunner, text: str) -> None:
        done = judge(runner, topic(runner), time_budget=text)
        assert done.code == 2
        assert "input `time-budget`" in done.log


class TestStatus:
    """A commit status instead of the check run, or beside it."""

    def test_it_is_written_on_the_head(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        token = runner.hub.token({"contents": "read", "pull-requests": "write", "statuses": "write"})
        done = judge(runner, pull, token=token, check="false", status="true")
        assert done.code == 0, done.log
        (status,) = runner.hub.statuses(pull.head_sha)
        assert (status["context"], status["state"]) == ("readygate", "success")
        assert status["description"].startswith("✅ Ready")
        assert status["target_url"] == f"https://github.com/acme/widgets/actions/runs/{runner.run_id}"
        assert not runner.hub.check_runs(pull.head_sha)

        done = runner.pull_request(pull, {"junit.xml": junit(test_add="failed")}, token=token, status="true")
        assert done.code == 1
        assert runner.hub.statuses(pull.head_sha)[-1]["state"] == "failure"

    def test_it_is_off_if_nobody_asks(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        judge(runner, pull, token=runner.hub.token(EVERYTHING))
        assert not runner.hub.statuses(pull.head_sha)

    def test_without_the_permission_there_is_a_notice(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        done = judge(runner, pull, status="true")
        assert done.code == 0
        assert "There is no commit status for this run" in done.summary
        assert "No commit status was written" in done.log

    def test_a_long_reason_is_cut(self, runner: QuickRunner) -> None:
        pull = topic(runner)
        names = {f"test_with_a_rather_long_name_{number}_{'x' * 100}": "failed" for number in range(5)}
        token = runner.hub.token(EVERYTHING)
        done = runner.pull_request(pull, {"junit.xml": junit(**names)}, token=token, status="true")
        assert done.code == 1
        (status,) = runner.hub.statuses(pull.head_sha)
        assert len(status["description"]) <= 140

    @pytest.mark.parametrize("action", [faults.DROP_AFTER, faults.MALFORMED, faults.TRUNCATED], ids=lambda a: a.kind)
    def test_a_lost_answer_makes_no_second_one(self, runner: QuickRunner, action: faults.Action) -> None:
        pull = topic(runner)
        runner.hub.fault("POST", r"/statuses/", action)
        judge(runner, pull, status="true", token=runner.hub.token(EVERYTHING))
        assert len(runner.hub.statuses(pull.head_sha)) == 1


def test_spare_comments_of_ours_are_taken_away(runner: QuickRunner) -> None:
    pull = topic(runner)
    judge(runner, pull)
    (mine,) = runner.hub.comments(7)
    for login in ("github-actions[bot]", "github-actions[bot]", "mallory"):
        runner.hub.add_comment(7, mine["body"], login=login)

    done = judge(runner, pull)

    assert done.code == 0, done.log
    assert [row["user"]["login"] for row in runner.hub.comments(7)] == ["github-actions[bot]", "mallory"]
    assert done.outputs["comment-url"] == mine["html_url"]


OPAQUE = "0123456789abcdef0123456789abcdef01234567"
"""A token that nothing about its looks gives away, as older servers have them."""

TROUBLE = {
    "none": None,
    "echo": faults.answer(502, {"message": f"upstream refused authorization: token {OPAQUE}"}),
    "echo of a refusal": faults.answer(403, {"message": f"bad token {OPAQUE}", "errors": [{"message": OPAQUE}]}),
    "dropped": faults.DROP_AFTER,
    "malformed": faults.MALFORMED,
    "redirect": faults.answer(301, b"", {"location": f"https://elsewhere.example.org/{OPAQUE}"}),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("where", [r"/compare/", r"/git/blobs/", r"/comments$", r"/check-runs$", r"/statuses/"])
def test_the_token_is_in_nothing_that_is_written(
    runner: QuickRunner, caplog: pytest.LogCaptureFixture, trouble: str, where: str
) -> None:
    pull = topic(runner)
    known = runner.hub.world.tokens.pop(runner.hub.token(EVERYTHING))
    known.text = OPAQUE
    runner.hub.world.tokens[OPAQUE] = known
    action = TROUBLE[trouble]
    if action is not None:
        runner.hub.fault("*", where, action, times=ALWAYS)
    runner.environment["RUNNER_DEBUG"] = "1"
    caplog.set_level(logging.DEBUG)

    done = judge(runner, pull, token=OPAQUE, report="told", status="true")

    assert "::debug::GET /repos/acme/widgets/compare/" in done.log
    held_back(runner, done, caplog.text)


@pytest.mark.parametrize("place", ["readygate.commands.action.tracked_files", "readygate.pipeline.compare"])
def test_not_even_a_crash_gives_the_token_away(
    runner: QuickRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    pull = topic(runner)
    known = runner.hub.world.tokens.pop(runner.hub.token(EVERYTHING))
    known.text = OPAQUE
    runner.hub.world.tokens[OPAQUE] = known

    def crash(*_arguments: object, **_named: object) -> None:
        raise RuntimeError(f"something with {OPAQUE} in it")

    monkeypatch.setattr(place, crash)
    caplog.set_level(logging.DEBUG)
    done = judge(runner, pull, token=OPAQUE, report="told", status="true")
    assert done.code == 3
    assert "RuntimeError: something with [redacted] in it" in done.log
    held_back(runner, done, caplog.text)


def held_back(runner: QuickRunner, done: Done, library_log: str) -> None:
    hub = runner.hub
    sha = hub.world.pulls[7].head_sha
    written = [done.log, done.summary, json.dumps(dict(done.outputs)), library_log]
    written += [json.dumps([hub.comments(7), hub.check_runs(sha), hub.statuses(sha)])]
    written += [file.read_bytes().decode("latin-1") for file in runner.folder.rglob("*") if file.is_file()]
    assert OPAQUE not in "".join(written)
