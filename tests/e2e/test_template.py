"""A user's template for the comment over the whole road: whose version counts, and what stands if it fails."""

from __future__ import annotations

from tests.e2e.support import Runner, junit
from tests.fakes.github import Pull

PATH = ".github/readygate-comment.md.j2"
TEMPLATE = (
    "### {{ verdict }}\n\nAsk the platform team.\n{% for test in new_failures %}\n- {{ test.name }}\n{% endfor %}"
)
TESTS = {"junit.xml": junit(test_a="failed")}


def pull(runner: Runner, head: dict[str, str]) -> Pull:
    base = runner.hub.commit({"src/app.py": "x = 1\n", PATH: TEMPLATE}, branch="main")
    sha = runner.hub.commit(head, branch="topic", parents=[base])
    return runner.hub.open_pull(7, head="topic", head_sha=sha)


def test_the_comment_follows_the_template(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {"src/app.py": "x = 2\n"}), {**TESTS, PATH: TEMPLATE}, template=PATH)
    assert done.code == 1, done.log
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith(
        "### ❌ Not ready: 1 test fails\n\nAsk the platform team.\n- <code>test_a</code>"
    )
    assert "<!-- readygate:comment name=readygate " in comment["body"]
    assert done.summary.startswith("## ❌ Not ready")
    assert "not used" not in done.log


def test_it_is_edited_in_place_though_the_template_says_nothing_of_markers(runner: Runner) -> None:
    change = pull(runner, {"src/app.py": "x = 2\n"})
    for _ in range(2):
        runner.pull_request(change, {**TESTS, PATH: TEMPLATE}, template=PATH)
    assert len(runner.hub.comments(7)) == 1


def test_a_change_does_not_write_its_own_comment(runner: Runner) -> None:
    mine = "### All is well, trust me\n"
    done = runner.pull_request(pull(runner, {PATH: mine}), {**TESTS, PATH: mine}, template=PATH)
    (comment,) = runner.hub.comments(7)
    assert comment["body"].startswith("### ❌ Not ready: 1 test fails\n")
    assert "trust me" not in comment["body"]
    assert f"This change touches the template {PATH}" in done.log


def test_a_broken_template_changes_no_verdict(runner: Runner) -> None:
    change = pull(runner, {"src/app.py": "x = 2\n"})
    done = runner.pull_request(change, {**TESTS, PATH: "{{ oops"}, template=PATH)
    assert done.code == 1
    assert runner.hub.comments(7)[0]["body"].startswith("### ❌ Not ready: 1 test fails\n")
    assert f"The template {PATH} is not used: line 1: " in done.log


def test_a_path_that_leads_out_is_a_wrong_setting(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {"src/app.py": "x = 2\n"}), TESTS, template="../secret.j2")
    assert done.code == 2
    assert "input `template`: '../secret.j2' is no path of a file in the repository" in done.log
