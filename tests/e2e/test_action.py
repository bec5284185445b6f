"""The whole road over HTTP: events of the runner in, comment, check run, branch and exit code out."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.support import GATE, READ, Runner, junit, lcov
from tests.fakes.github import Pull, faults

BASE_SOURCE = "def add(a, b):\n    return a + b\n"
HEAD_SOURCE = BASE_SOURCE + "\n\ndef sub(a, b):\n    return a - b\n"
BASE_TESTS = junit(test_add="passed", test_old="failed", test_slow="passed", test_gone="passed")
OTHER = " ".join(f"{line}+" for line in range(1, 399))
BASE_LINES = lcov(src_app_py="1+ 2+", src_other_py=OTHER)
HEAD_LINES = lcov(src_app_py="1+ 2+ 5+ 6-", src_other_py=OTHER)
TESTS = {"src/app.py": BASE_SOURCE, "src/other.py": "x = 1\n" * 399, "tests/test_api.py": "x = 1\n" * 9}


def base(runner: Runner) -> str:
    """A base commit with stored results."""
    sha = runner.hub.commit(TESTS, branch="main")
    done = runner.push(sha, {"junit.xml": BASE_TESTS, "cov.lcov": BASE_LINES})
    assert done.code == 0, done.log
    return sha


def stored(runner: Runner) -> str:
    """The names on the data branch."""
    return "\n".join(runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data"))


def topic(runner: Runner, parent: str, number: int = 7) -> Pull:
    sha = runner.hub.commit({"src/app.py": HEAD_SOURCE}, branch="topic", parents=[parent])
    return runner.hub.open_pull(number, head="topic", head_sha=sha)


def test_push_stores_a_baseline_that_a_pull_request_is_compared_with(runner: Runner) -> None:
    start = base(runner)
    assert f"readygate/snapshots/{start}/results" in stored(runner)
    pull = topic(runner, start)
    tests = junit(test_add="passed", test_old="failed", test_slow="skipped", test_sub="passed")
    runner.hub.reset_requests()

    done = runner.pull_request(pull, {"junit.xml": tests, "cov.lcov": HEAD_LINES})

    assert done.code == 0, done.log
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith("### ✅ Ready, with 4 warnings: ")
    assert "**4 tests**: 2 passed (−1), **1 failed**, 1 skipped (+1)." in comment["body"]
    assert "changed lines **50.00%** (1 of 2)" in comment["body"]
    assert f"`{start[:7]}`" in comment["body"]
    assert "[6](https://github.com/acme/widgets/blob/" in comment["body"]
    (check,) = runner.hub.check_runs(pull.head_sha)
    assert (check["name"], check["conclusion"]) == ("readygate", "success")
    assert [(a["path"], a["start_line"], a["title"]) for a in check["annotations"]] == [
        ("src/app.py", 6, "1 changed line not covered"),
        ("tests/test_api.py", 3, "test_old still fails"),
    ]
    assert done.summary.startswith("## ✅ Ready, with 4 warnings: ")
    expected = {
        "verdict": "ready",
        "ready": "true",
        "tests": "4",
        "passed": "2",
        "failed": "1",
        "errored": "0",
        "skipped": "1",
        "pass-rate": "66.66",
        "new-failures": "0",
        "coverage": "99.75",
        "coverage-delta": "-0.25",
        "patch-coverage": "50.00",
        "baseline-commit": start,
        "comment-url": comment["html_url"],
        "check-url": check["html_url"],
        "report-json": "",
    }
    assert {name: done.outputs[name] for name in expected} == expected
    assert len(runner.hub.requests) <= 10
    assert not [request for request in runner.hub.requests if "/statuses/" in request.path]


def test_a_second_run_edits_comment_and_check(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    files = {"junit.xml": junit(test_add="failed"), "cov.lcov": HEAD_LINES}
    first = runner.pull_request(pull, files)
    assert first.code == 1

    again = runner.pull_request(pull, files)

    assert again.code == 1, again.log
    assert "could not" not in again.log, again.log
    assert len(runner.hub.comments(7)) == 1
    (check,) = runner.hub.check_runs(pull.head_sha)
    assert len(check["annotations"]) == 2, "the same annotations are not sent twice"
    assert again.outputs["comment-url"] == first.outputs["comment-url"]

    mended = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})

    assert mended.code == 0
    (comment,) = runner.hub.comments(7)
    assert "Ready" in comment["body"].splitlines()[0]
    newest = runner.hub.check_runs(pull.head_sha)[-1]
    assert newest["conclusion"] == "success"
    assert "test_add" not in json.dumps(newest["annotations"]), "a new check run does not drag old annotations along"


def test_a_failing_test_is_not_ready(runner: Runner) -> None:
    pull = topic(runner, base(runner))

    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS.replace("test_slow", "test_new"), "cov.lcov": HEAD_LINES})
    assert done.code == 0
    failing = junit(test_add="failed", test_old="failed", test_slow="passed", test_gone="passed")
    done = runner.pull_request(pull, {"junit.xml": failing, "cov.lcov": HEAD_LINES})

    assert done.code == 1
    assert done.outputs["verdict"] == "not-ready"
    assert done.outputs["new-failures"] == "1"
    assert done.reasons[0] == "new-failures"
    assert runner.hub.comments(7)[0]["body"].startswith("### ❌ Not ready: 1 test newly fails")
    assert runner.hub.check_runs(pull.head_sha)[-1]["conclusion"] == "failure"


def test_fail_never_keeps_the_check_red(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {"junit.xml": junit(test_add="failed")}, fail="never")
    assert done.code == 0
    assert done.outputs["ready"] == "false"
    assert runner.hub.check_runs(pull.head_sha)[0]["conclusion"] == "failure"


def test_without_a_baseline_every_failure_is_new(runner: Runner) -> None:
    start = runner.hub.commit(TESTS, branch="main")
    pull = topic(runner, start)

    red = runner.pull_request(pull, {"junit.xml": junit(a="failed", b="passed")})
    assert red.code == 1
    assert "stands alone: `main` has no stored results yet" in red.summary

    covered = HEAD_LINES.replace("DA:6,0", "DA:6,1")
    green = runner.pull_request(pull, {"junit.xml": junit(a="passed", b="passed"), "cov.lcov": covered})
    assert green.code == 0
    assert "with nothing to compare yet" in green.summary
    assert "need a baseline" in green.summary
    assert green.outputs["coverage-delta"] == ""
    assert green.outputs["patch-coverage"] == "100.00"


def test_an_ancestor_with_results_is_used_and_named(runner: Runner) -> None:
    start = base(runner)
    newer = runner.hub.commit({"other.txt": "1\n"}, branch="main", parents=[start])
    newest = runner.hub.commit({"other.txt": "2\n"}, branch="main", parents=[newer])
    pull = topic(runner, newest)

    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})

    assert done.outputs["baseline-commit"] == start
    assert "on `main`, 2 commits behind the base commit" in done.summary


def test_no_report_is_never_green(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {"readme.txt": "no reports here"})
    assert done.code == 1
    assert done.reasons == ["reports-found"]
    assert "No test report was found" in done.summary


def test_coverage_that_the_base_measured_may_not_go_missing(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS})
    assert done.code == 1
    assert "The base measured coverage and this run did not" in done.summary


def test_documentation_alone_needs_no_report(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"docs/a.md": "text\n"}, branch="topic", parents=[start])
    pull = runner.hub.open_pull(7, head="topic", head_sha=sha)
    done = runner.pull_request(pull, {})
    assert done.code == 0, done.log
    assert "nothing to measure" in done.summary


@pytest.mark.parametrize("cut", [40, 200, 400])
def test_a_truncated_report_blocks_and_what_was_read_counts(runner: Runner, cut: int) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS[:-cut], "cov.lcov": HEAD_LINES})
    assert done.code == 1
    assert "reports-readable" in done.reasons
    assert "Traceback" not in done.log
    assert "damaged" in done.summary


def test_a_reading_token_leaves_summary_outputs_and_exit_code(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": HEAD_SOURCE}, branch="topic", parents=[start])
    pull = runner.hub.open_pull(7, head="topic", head_sha=sha, fork=True, head_repo="mallory/widgets")
    token = runner.hub.token({**READ, "pull-requests": "read", "checks": "read"})

    done = runner.pull_request(pull, {"junit.xml": junit(test_add="failed"), "cov.lcov": HEAD_LINES}, token=token)

    assert done.code == 1
    assert done.outputs["verdict"] == "not-ready"
    assert "There is no comment and no check run for this run" in done.summary
    assert not runner.hub.comments(7)
    assert not runner.hub.check_runs(sha)
    assert "Traceback" not in done.log


def test_an_unreadable_store_is_no_missing_baseline(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.hub.fault("GET", r"/git/blobs/", faults.answer(502, {}, {"Retry-After": "0"}), times=100)

    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})

    assert done.code == 3
    assert done.outputs["verdict"] == "not-evaluated"
    assert done.outputs["ready"] == "false"
    assert runner.hub.check_runs(pull.head_sha)[0]["conclusion"] == "failure"
    assert "Traceback" not in done.log


def test_a_comment_that_github_refuses_changes_no_exit_code(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.hub.fault("POST", r"/comments$", faults.answer(502, {}, {"Retry-After": "0"}), times=100)
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})
    assert done.code == 0
    assert "The comment could not be written" in done.log
    assert len(runner.hub.check_runs(pull.head_sha)) == 1


def test_nobody_else_can_take_our_comment_over(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    marker = "<!-- readygate:comment name=readygate workflow=e3b0c442 head=0 run=999999 attempt=9 -->"
    for number in range(120):
        runner.hub.add_comment(7, f"comment {number}\n\n{marker}", login="mallory")

    runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})
    runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})

    assert len(runner.hub.comments(7)) == 121
    assert all(c["user"]["login"] == "mallory" for c in runner.hub.comments(7)[:120])


def test_a_pull_request_that_moved_on_or_is_locked_is_left_alone(runner: Runner) -> None:
    start = base(runner)
    pull = topic(runner, start)
    event = runner.hub.event_pull_request(pull)
    merge = pull.merge_sha
    newer = runner.hub.commit({"src/app.py": HEAD_SOURCE + "#\n"}, branch="topic", parents=[pull.head_sha])
    runner.hub.update_pull(7, newer)
    files = {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES}

    done = runner.run("pull_request", event, files, sha=str(merge), ref="refs/pull/7/merge")
    assert done.code == 0, done.log
    assert not runner.hub.comments(7)
    assert "has moved on" in done.log

    runner.hub.lock(7)
    done = runner.pull_request(pull, files)
    assert done.code == 0
    assert not runner.hub.comments(7)
    assert "locked" in done.log


def test_a_push_tells_its_verdict_and_is_red_only_without_evidence(runner: Runner) -> None:
    start = base(runner)
    worse = runner.hub.commit({"src/app.py": HEAD_SOURCE}, branch="main", parents=[start])
    failing = junit(test_add="failed", test_old="failed", test_slow="passed", test_gone="passed")

    done = runner.push(worse, {"junit.xml": failing, "cov.lcov": HEAD_LINES}, before=start)
    assert done.code == 0, done.log
    assert done.outputs["ready"] == "false"
    assert worse in stored(runner)

    done = runner.push(worse, {"readme.txt": ""}, before=start)
    assert done.code == 1


def test_a_push_that_cannot_store_says_so(runner: Runner) -> None:
    sha = runner.hub.commit(TESTS, branch="main")
    done = runner.push(sha, {"junit.xml": BASE_TESTS}, token=runner.hub.token(GATE))
    assert done.code == 3
    assert "contents: write" in done.log


def test_a_damaged_run_never_becomes_a_baseline(runner: Runner) -> None:
    sha = runner.hub.commit(TESTS, branch="main")
    done = runner.push(sha, {"junit.xml": BASE_TESTS[:-60]})
    assert done.code == 1
    pull = topic(runner, sha)
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS})
    assert done.outputs["baseline-commit"] == ""


def test_a_merge_group_is_judged_on_its_own_commit(runner: Runner) -> None:
    start = base(runner)
    group = runner.hub.commit({"src/app.py": HEAD_SOURCE}, branch="gh-readonly-queue/main/pr-7-x", parents=[start])
    event = runner.hub.event_merge_group("main", start, group)
    files = {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES}
    done = runner.run("merge_group", event, files, sha=group, ref="refs/heads/gh-readonly-queue/main/pr-7-x")
    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == start
    assert runner.hub.check_runs(group)[0]["conclusion"] == "success"


def test_a_step_in_each_leg_of_a_matrix_gets_a_check_of_its_own(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(
        pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES}, matrix='{"os": "linux", "py": 3.12}'
    )
    assert done.code in (0, 1)
    assert not runner.hub.comments(7)
    assert [check["name"] for check in runner.hub.check_runs(pull.head_sha)] == ["readygate (linux, 3.12)"]
    assert "::notice" in done.log
    assert "one job after them" in done.log


def test_needed_jobs_that_did_not_run_through_block(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    green = junit(test_add="passed", test_old="passed", test_slow="passed", test_gone="passed")
    files = {"junit.xml": green, "cov.lcov": HEAD_LINES}
    done = runner.pull_request(pull, files, needs='{"test": {"result": "cancelled", "outputs": {}}}')
    assert done.code == 1
    assert done.reasons[0] == "producers"


def test_settings_that_cannot_be_used_are_told_all_at_once(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {}, comment="loud", annotations="many", baseline="s3:bucket", commit="abc")
    assert done.code == 2
    for name in ("comment", "annotations", "baseline", "commit"):
        assert f"input `{name}`" in done.log
    assert not runner.hub.comments(7)


def test_files_whose_diff_is_left_out_are_named_and_stay_in_the_ratio(runner: Runner) -> None:
    start = base(runner)
    pull = topic(runner, start)
    runner.hub.limits.patch_bytes = 10
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})
    assert done.outputs["patch-coverage"] == "75.00"
    assert "The diff of `src/app.py` was left out" in done.summary


def test_report_files_are_written(runner: Runner, tmp_path: Path) -> None:
    pull = topic(runner, base(runner))
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES}, report="out")
    folder = tmp_path / f"workspace-{runner.run_id}" / "out"
    assert done.outputs["report-json"] == "out/report.json"
    written = json.loads((folder / "report.json").read_text())
    assert written["verdict"]["ready"] is True
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "report.json",
        "comment.md",
        "readygate.snapshot",
        "junit.xml",
        "cobertura.xml",
        *(f"badge-{name}.{kind}" for name in ("verdict", "pass-rate", "coverage") for kind in ("svg", "json")),
    }


def test_the_token_is_never_printed(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    token = runner.hub.token(GATE)
    runner.hub.fault("GET", r"/git/trees/", faults.answer(500, {}, {"Retry-After": "0"}), times=100)
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS}, token=token)
    assert token not in done.log + done.summary + json.dumps(dict(done.outputs))


def test_a_report_that_is_committed_is_no_report_of_this_run(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    root = runner.workspace({"junit.xml": BASE_TESTS, "cov.lcov": HEAD_LINES})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "junit.xml"], check=True)
    runner.fixed = root
    done = runner.pull_request(pull, {}, commit=str(pull.merge_sha))
    assert done.code == 1, done.log
    assert "junit.xml: passed over, as it is committed" in done.log
    assert "reports-found" in done.reasons


def test_a_file_that_is_no_longer_measured_is_told(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    measured = lcov(src_app_py="1+ 2+ 5+ 6+")
    done = runner.pull_request(pull, {"junit.xml": BASE_TESTS, "cov.lcov": measured})
    assert "reports-complete" in done.reasons
    assert "1 file is no longer measured" in done.summary
    assert "`src/other.py`" in done.summary
