"""Every event: what is measured, on which commit the check stands, what is written and stored."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import GATE, READ, RECORD, Done, Runner, junit
from tests.fakes.github import Pull, faults

GREEN = junit(a="passed", b="passed", c="passed")
RED = junit(a="passed", b="passed", c="failed")
WRITE = {**GATE, **RECORD}


def report(text: str = GREEN) -> dict[str, str | bytes]:
    return {"junit.xml": text}


def base(runner: Runner) -> str:
    sha = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    done = runner.push(sha, report())
    assert done.code == 0, done.log
    return sha


def topic(runner: Runner, parent: str, number: int = 7, **more: Any) -> Pull:
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[parent])
    return runner.hub.open_pull(number, head="topic", head_sha=head, **more)


def stored(runner: Runner, sha: str) -> bool:
    names = runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data")
    return any(sha in name for name in names)


def checks(runner: Runner, sha: str) -> list[tuple[str, str]]:
    return [(run["name"], run["conclusion"]) for run in runner.hub.check_runs(sha)]


def on(runner: Runner, event: str, sha: str, ref: str, files: dict[str, str | bytes], **inputs: str) -> Done:
    """Run for an event that carries nothing of its own."""
    payload = runner.hub.event_push(ref, "0" * 40, sha)
    return runner.run(event, payload, files, sha=sha, ref=ref, **{"token": runner.hub.token(WRITE), **inputs})


# pull_request


def test_a_checked_out_head_is_compared_with_its_merge_base(runner: Runner, tmp_path: Path) -> None:
    start = base(runner)
    pull = topic(runner, start)
    newer = runner.hub.commit({"other.txt": "1"}, branch="main", parents=[start])
    assert runner.push(newer, report(), before=start).code == 0
    runner.hub.update_pull(7)
    root = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", str(runner.hub.git_dir), str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "checkout", "-q", pull.head_sha], check=True)
    (root / "junit.xml").write_text(GREEN)
    runner.fixed = root

    done = runner.pull_request(pull, {})

    assert done.code == 0, done.log
    assert f"Measured commit: {pull.head_sha} (checked out in the workspace)" in done.log
    assert done.outputs["baseline-commit"] == start, "not the tip of the base, which the head knows nothing of"
    assert checks(runner, pull.head_sha) == [("readygate", "success")]

    runner.fixed = None
    merged = runner.pull_request(pull, report())
    assert merged.outputs["baseline-commit"] == newer
    assert not checks(runner, str(pull.merge_sha))


@pytest.mark.parametrize(
    "permissions",
    [READ, {**READ, "checks": "read", "pull-requests": "read"}],
    ids=["fork", "dependabot"],
)
def test_a_token_that_only_reads_leaves_one_notice_with_the_recipe(runner: Runner, permissions: dict[str, str]) -> None:
    start = base(runner)
    if permissions == READ:
        pull = topic(runner, start, head_repo="mallory/widgets")
    else:
        pull = topic(runner, start, login="dependabot[bot]")
    done = runner.pull_request(pull, report(RED), token=runner.hub.token(permissions))
    assert done.code == 1
    assert done.outputs["verdict"] == "not-ready"
    assert done.outputs["new-failures"] == "1"
    assert done.log.count("::notice") == 1, done.log
    assert "#pull-requests-from-forks" in done.summary
    assert not runner.hub.comments(7)
    assert not checks(runner, pull.head_sha)


def test_drafts_are_judged_like_others(runner: Runner) -> None:
    pull = topic(runner, base(runner), draft=True)
    assert runner.pull_request(pull, report(RED)).code == 1
    assert len(runner.hub.comments(7)) == 1
    assert checks(runner, pull.head_sha) == [("readygate", "failure")]


def test_a_closed_pull_request_gets_no_comment(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.hub.close_pull(7, merged=True)
    event = runner.hub.event_pull_request(pull, "closed")
    done = runner.run("pull_request", event, report(), sha=str(pull.merge_sha), ref="refs/pull/7/merge")
    assert done.code == 0, done.log
    assert not runner.hub.comments(7)
    assert not stored(runner, str(pull.merge_sha))


def test_a_rerun_edits_and_an_older_attempt_does_not(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.environment = {"GITHUB_RUN_ID": "5000", "GITHUB_RUN_ATTEMPT": "2"}
    assert runner.pull_request(pull, report()).code == 0
    runner.environment["GITHUB_RUN_ATTEMPT"] = "3"
    assert runner.pull_request(pull, report(RED)).code == 1
    assert checks(runner, pull.head_sha)[-1] == ("readygate", "failure")
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith("### ❌")
    runner.environment["GITHUB_RUN_ATTEMPT"] = "1"
    done = runner.pull_request(pull, report())
    assert done.code == 0
    assert runner.hub.comments(7)[0]["body"] == comment["body"]
    assert checks(runner, pull.head_sha)[-1] == ("readygate", "failure")


def test_a_re_run_names_what_failed_in_an_earlier_attempt_and_excuses_nothing(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.environment = {"GITHUB_RUN_ID": "5000", "GITHUB_RUN_ATTEMPT": "1"}
    assert runner.pull_request(pull, report(RED)).code == 1
    for attempt in ("2", "3"):  # the third still knows what the first did
        runner.environment["GITHUB_RUN_ATTEMPT"] = attempt
        done = runner.pull_request(pull, report())
        assert done.code == 0, done.log
        (comment,) = runner.hub.comments(7)
        assert "`c` failed in attempt 1 of this run and passes now, on the same commit." in comment["body"]
    runner.environment["GITHUB_RUN_ATTEMPT"] = "4"
    assert runner.pull_request(pull, report(RED)).code == 1
    runner.environment = {"GITHUB_RUN_ID": "5001", "GITHUB_RUN_ATTEMPT": "2"}
    assert runner.pull_request(pull, report()).code == 0
    assert "attempt 1 of this run" not in runner.hub.comments(7)[0]["body"]


@pytest.mark.parametrize("event", ["push", "merge_group"])
def test_a_re_run_of_a_recorded_commit_names_what_failed_before(runner: Runner, event: str) -> None:
    start = base(runner)
    ref = f"refs/heads/gh-readonly-queue/main/pr-7-{start}"
    branch = "main" if event == "push" else ref.removeprefix("refs/heads/")
    sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch=branch, parents=[start])
    made = runner.hub.event_merge_group("main", start, sha)

    def attempt(number: int, text: str) -> Done:
        runner.environment = {"GITHUB_RUN_ID": "5000", "GITHUB_RUN_ATTEMPT": str(number)}
        if event == "push":
            return runner.push(sha, report(text), before=start)
        return runner.run(event, made, report(text), sha=sha, ref=ref, token=runner.hub.token(WRITE))

    attempt(1, RED)
    done = attempt(2, GREEN)
    assert done.code == 0, done.log
    assert "`c` failed in attempt 1 of this run and passes now, on the same commit." in done.summary


def test_a_stacked_pull_request_is_compared_with_what_its_base_stands_on(runner: Runner) -> None:
    start = base(runner)
    first = topic(runner, start)
    head = runner.hub.commit({"src/more.py": "y = 1\n"}, branch="second", parents=[first.head_sha])
    pull = runner.hub.open_pull(8, base="topic", head="second", head_sha=head)
    done = runner.pull_request(pull, report(RED))
    assert done.code == 1
    assert done.outputs["baseline-commit"] == start
    assert "on `main`, 1 commit behind the base commit" in done.summary
    assert (len(runner.hub.comments(7)), len(runner.hub.comments(8))) == (0, 1)


def test_two_pull_requests_for_one_commit_keep_their_own(runner: Runner) -> None:
    start = base(runner)
    runner.hub.commit({"src/app.py": "x = 9\n"}, branch="stable", parents=[start])
    one = topic(runner, start)
    other = runner.hub.open_pull(8, base="stable", head="topic", head_sha=one.head_sha)
    assert other.merge_sha is None, "it conflicts, and GitHub starts no workflow for it"
    runner.hub.commit({"src/other.py": "y\n"}, branch="calm", parents=[start])
    third = runner.hub.open_pull(9, base="calm", head="topic", head_sha=one.head_sha)

    assert runner.pull_request(one, report(RED)).code == 1
    assert runner.pull_request(third, report()).code == 0
    again = runner.pull_request(one, report(RED))

    assert again.code == 1
    assert [len(runner.hub.comments(number)) for number in (7, 8, 9)] == [1, 0, 1]
    assert checks(runner, one.head_sha) == [("readygate", "failure"), ("readygate", "success")]


# more than one check run for one commit


def test_two_gates_keep_their_own_comment_check_and_results(runner: Runner) -> None:
    start = base(runner)
    assert runner.push(start, {"junit.xml": RED}, name="frontend").code == 0
    pull = topic(runner, start)
    for _ in range(2):
        assert runner.pull_request(pull, report(RED)).code == 1
        assert runner.pull_request(pull, report(RED), name="frontend").code == 0
    assert checks(runner, pull.head_sha) == [("readygate", "failure"), ("frontend", "success")]
    assert len(runner.hub.comments(7)) == 2


def test_a_push_and_a_pull_request_for_one_commit_never_overwrite_each_other(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    for _ in range(2):
        assert runner.pull_request(pull, report(RED)).code == 1
        assert on(runner, "push", pull.head_sha, "refs/heads/topic", report()).code == 0
    assert checks(runner, pull.head_sha) == [("readygate", "failure"), ("readygate (push)", "success")]
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith("### ❌")


def test_two_workflows_with_one_name_keep_their_own_and_are_told(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    first = runner.pull_request(pull, report(RED))
    assert "Another workflow" not in first.log
    runner.environment = {"GITHUB_WORKFLOW_REF": "acme/widgets/.github/workflows/slow.yml@refs/pull/7/merge"}
    second = runner.pull_request(pull, report())
    assert second.code == 0
    assert "Another workflow writes a check run `readygate` on this commit" in second.log
    assert checks(runner, pull.head_sha) == [("readygate", "failure"), ("readygate", "success")]
    assert sorted(comment["body"][4] for comment in runner.hub.comments(7)) == ["✅", "❌"]


# push


def test_a_push_to_another_branch_is_judged_and_not_stored(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="feature", parents=[start])
    done = on(runner, "push", sha, "refs/heads/feature", report(RED))
    assert done.code == 1
    assert done.outputs["baseline-commit"] == start
    assert checks(runner, sha) == [("readygate (push)", "failure")]
    assert not stored(runner, sha)


def test_a_push_with_a_number_comments_on_that_pull_request_if_it_is_its_head(runner: Runner) -> None:
    start = base(runner)
    pull = topic(runner, start)
    assert on(runner, "push", pull.head_sha, "refs/heads/topic", report(), pull_request="7").code == 0
    assert len(runner.hub.comments(7)) == 1
    runner.hub.open_pull(8, head="other", head_sha=runner.hub.commit({"a": "1"}, branch="other", parents=[start]))
    assert on(runner, "push", pull.head_sha, "refs/heads/topic", report(), pull_request="8").code == 0
    assert not runner.hub.comments(8)


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/tags/main", "refs/heads/gh-readonly-queue/main/pr-7-0"])
def test_tags_and_queue_branches_are_never_stored(runner: Runner, ref: str) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, parents=[start])
    runner.hub.git.run("update-ref", ref, sha)
    runner.hub.protect(ref.removeprefix("refs/heads/"), rules=("PULL_REQUEST",))
    runner.environment = {"GITHUB_REF_PROTECTED": "true"}
    done = on(runner, "push", sha, ref, report())
    assert done.code == 0, done.log
    assert not stored(runner, sha)
    assert checks(runner, sha) == [("readygate (push)", "success")]


@pytest.mark.parametrize(
    ("guard", "kept"),
    [
        ({}, False),
        ({"rules": ("NON_FAST_FORWARD", "DELETION", "REQUIRED_SIGNATURES")}, False),
        ({"rules": ("NON_FAST_FORWARD", "PULL_REQUEST")}, True),
        ({"rules": ("MERGE_QUEUE",)}, True),
        ({"checks": ("gate",)}, True),
        ({"reviews": 1}, True),
    ],
    ids=["no forced push", "ruleset for all branches", "pull request", "queue", "checks", "reviews"],
)
def test_a_protected_branch_is_a_base_only_if_changes_reach_it_by_review_or_checks(
    runner: Runner, guard: dict[str, Any], kept: bool
) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="release/1", parents=[start])
    runner.hub.protect("release/1", **guard)
    runner.environment = {"GITHUB_REF_PROTECTED": "true"}
    done = on(runner, "push", sha, "refs/heads/release/1", report())
    assert done.code == 0, done.log
    assert stored(runner, sha) is kept


@pytest.mark.parametrize(("pattern", "kept"), [("stable/**", True), ("stable", False)])
def test_a_branch_that_the_policy_of_the_default_branch_lists_is_a_base(
    runner: Runner, pattern: str, kept: bool
) -> None:
    policy = f"base-branches: ['{pattern}']\n"
    start = runner.hub.commit({"src/app.py": "x = 1\n", ".github/readygate.yml": policy}, branch="main")
    own = policy.replace(pattern, "**")  # what a branch says of itself counts for nothing
    files = {"src/app.py": "x = 3\n", ".github/readygate.yml": own}
    sha = runner.hub.commit(files, branch="stable/1", parents=[start])
    done = on(runner, "push", sha, "refs/heads/stable/1", report())
    assert done.code == 0, done.log
    assert (runner.hub.world.branch_tip("readygate-data") is not None) is kept
    if kept:
        assert stored(runner, sha)


LOST = {
    "an outage": faults.answer(502),
    "a query that GitHub gave up": faults.answer(200, {"errors": [{"message": "Something went wrong"}]}),
    "no repository": faults.answer(200, {"data": {"repository": None}}),
    "a replica that is behind": faults.answer(200, {"data": {"repository": {"ref": None, "policy": None}}}),
}
REFUSED = {
    "a token that may not read them": {"type": "FORBIDDEN", "message": "Resource not accessible by integration"},
    "an older server": {"message": "Field 'rules' doesn't exist", "extensions": {"code": "undefinedField"}},
}


def on_release(runner: Runner, fault: faults.Action) -> tuple[str, Done]:
    """Push to a branch that a rule covers while GitHub does not say what it requires."""
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="release/1", parents=[start])
    runner.hub.protect("release/1", reviews=1)
    runner.environment = {"GITHUB_REF_PROTECTED": "true"}
    runner.hub.fault("*", "graphql:Branch", fault, times=9)
    return sha, on(runner, "push", sha, "refs/heads/release/1", report(RED))


@pytest.mark.parametrize("kind", LOST)
def test_a_push_to_a_base_branch_is_never_taken_for_another(runner: Runner, kind: str) -> None:
    sha, done = on_release(runner, LOST[kind])
    assert done.code == 3, done.log
    runner.hub.clear_faults()
    assert on(runner, "push", sha, "refs/heads/release/1", report(RED)).code == 0
    assert stored(runner, sha)


@pytest.mark.parametrize("kind", REFUSED)
def test_without_its_rules_a_protected_branch_is_no_base(runner: Runner, kind: str) -> None:
    sha, done = on_release(runner, faults.answer(200, {"errors": [REFUSED[kind]]}))
    assert done.code == 1, done.log
    assert not stored(runner, sha)


def test_whether_a_branch_is_a_base_costs_one_request(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="feature", parents=[start])
    runner.hub.reset_requests()
    on(runner, "push", sha, "refs/heads/feature", report())
    assert [request.name for request in runner.hub.requests].count("/graphql:Branch") == 1


# schedule and workflow_dispatch


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
def test_by_hand_and_by_clock_only_a_gap_is_filled(runner: Runner, event: str) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="main", parents=[start])
    done = on(runner, event, sha, "refs/heads/main", report())
    assert done.code == 0, done.log
    assert stored(runner, sha)
    assert checks(runner, sha) == [(f"readygate ({event})", "success")]
    before = runner.hub.git.lines("rev-parse", "readygate-data")
    again = on(runner, event, sha, "refs/heads/main", report(RED))
    assert again.code == 0, again.log
    assert "they stay" in again.log
    assert runner.hub.git.lines("rev-parse", "readygate-data") == before


def test_a_dispatch_on_another_branch_is_judged_and_not_stored(runner: Runner) -> None:
    start = base(runner)
    sha = runner.hub.commit({"src/app.py": "x = 3\n"}, branch="feature", parents=[start])
    done = on(runner, "workflow_dispatch", sha, "refs/heads/feature", report(RED))
    assert done.code == 1
    assert checks(runner, sha) == [("readygate (workflow_dispatch)", "failure")]
    assert not stored(runner, sha)


# merge_group


def test_a_merge_group_is_stored_where_the_token_may_and_found_by_what_comes_after(runner: Runner) -> None:
    start = base(runner)
    ref = f"refs/heads/gh-readonly-queue/main/pr-7-{start}"
    group = runner.hub.commit({"src/app.py": "x = 3\n"}, branch=ref.removeprefix("refs/heads/"), parents=[start])
    event = runner.hub.event_merge_group("main", start, group)
    assert runner.run("merge_group", event, report(), sha=group, ref=ref).code == 0
    assert not stored(runner, group)
    runner.environment = {"GITHUB_RUN_ATTEMPT": "2"}  # the commit of a merge group has a single run
    done = runner.run("merge_group", event, report(), sha=group, ref=ref, token=runner.hub.token(WRITE))
    runner.environment = {}
    assert done.code == 0, done.log
    assert stored(runner, group)
    assert checks(runner, group) == [("readygate", "success")]
    runner.hub.git.run("update-ref", "refs/heads/main", group)
    pull = topic(runner, group)
    assert runner.pull_request(pull, report()).outputs["baseline-commit"] == group


# pull_request_target and the rest


def test_pull_request_target_is_refused(runner: Runner) -> None:
    start = base(runner)
    pull = topic(runner, start, head_repo="mallory/widgets")
    event = runner.hub.event_pull_request(pull)
    done = runner.run("pull_request_target", event, report(), sha=start, ref="refs/heads/main")
    assert done.code == 2
    assert "allow-pull-request-target: true" in done.log
    assert not runner.hub.comments(7)
    assert not checks(runner, pull.head_sha)


@pytest.mark.parametrize("commit", ["", "merge"])
def test_pull_request_target_works_for_those_who_insist(runner: Runner, commit: str) -> None:
    start = base(runner)
    pull = topic(runner, start, head_repo="mallory/widgets")
    event = runner.hub.event_pull_request(pull)
    given = {"allow_pull_request_target": "true", "commit": str(pull.merge_sha) if commit else ""}
    if not commit:  # the base branch is what such a workflow has checked out
        runner.fixed = runner.workspace({**report(RED), ".git/HEAD": start})
    done = runner.run("pull_request_target", event, report(RED), sha=start, ref="refs/heads/main", **given)
    assert done.code == 1, done.log
    assert f"Measured commit: {pull.merge_sha if commit else pull.head_sha}" in done.log
    assert done.outputs["baseline-commit"] == start
    assert done.outputs["new-failures"] == "1"
    assert checks(runner, pull.head_sha) == [("readygate", "failure")]
    assert len(runner.hub.comments(7)) == 1
    assert not stored(runner, pull.head_sha)


@pytest.mark.parametrize("event", ["issue_comment", "release", "pull_request_review", "::set-output name=x::y"])
def test_other_events_are_refused_with_what_to_do(runner: Runner, event: str) -> None:
    sha = base(runner)
    done = on(runner, event, sha, "refs/heads/main", report())
    assert done.code == 2
    assert "run the workflow on pull_request" in done.log
    assert "\n::set-output" not in done.log
    assert "Traceback" not in done.log


def test_a_console_that_lacks_most_characters_is_no_obstacle(runner: Runner) -> None:
    pull = topic(runner, base(runner))
    runner.environment = {"PYTHONIOENCODING": "cp1252"}  # a pipe on Windows
    done = runner.pull_request(pull, {"junit.xml": RED.replace('name="c"', 'name="größer ✓ 漢"')})
    assert done.code == 1, done.log
    assert "漢" in done.log
    assert len(runner.hub.comments(7)) == 1
