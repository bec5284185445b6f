"""A user's template for the comment over the whole road: whose version counts, and what stands if it fails."""

from tests.e2e.support import Runner, junit
from tests.fakes.github import Pull

PATH = ".github/readygate-comment.md.j2"
TEMPLATE = (
    "### {{ verdict }}\n\nAsk the platform team.\n{% for test in new_failures %}\n- {{ test.name }}\n{% endfor %}"
)
MINE = "### All is well, trust me\n"
TESTS = {"junit.xml": junit(test_a="failed")}


def pull(runner: Runner, head: dict[str, str], template: str | None = TEMPLATE) -> Pull:
    given = {} if template is None else {PATH: template}
    base = runner.hub.commit({"src/app.py": "x = 1\n", **given}, branch="main")
    sha = runner.hub.commit(head, branch="topic", parents=[base])
    return runner.hub.open_pull(7, head="topic", head_sha=sha)


def body(runner: Runner) -> str:
    (comment,) = runner.hub.comments(7)
    return str(comment["body"])


def test_the_comment_follows_the_template_of_the_base_without_a_checkout(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {"src/app.py": "x = 2\n"}), TESTS, template=PATH)
    assert done.code == 1, done.log
    assert body(runner).startswith("### ❌ Not ready: 1 test fails\n\nAsk the platform team.\n- <code>test_a</code>")
    assert "<!-- readygate:comment name=readygate " in body(runner)
    assert done.summary.startswith("## ❌ Not ready")
    assert "not used" not in done.log


def test_it_is_edited_in_place_though_the_template_says_nothing_of_markers(runner: Runner) -> None:
    change = pull(runner, {"src/app.py": "x = 2\n"})
    for _ in range(2):
        runner.pull_request(change, TESTS, template=PATH)
    assert len(runner.hub.comments(7)) == 1


def test_a_change_does_not_write_its_own_comment(runner: Runner) -> None:
    runner.pull_request(pull(runner, {PATH: MINE}), {**TESTS, PATH: MINE}, template=PATH)
    assert body(runner).startswith("### ❌ Not ready: 1 test fails\n\nAsk the platform team.")
    assert "trust me" not in body(runner)


def test_nor_does_one_that_brings_the_first_template(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {PATH: MINE}, template=None), {**TESTS, PATH: MINE}, template=PATH)
    assert body(runner).startswith("### ❌ Not ready: 1 test fails\n")
    assert "trust me" not in body(runner)
    assert f"There is no template {PATH} in the base commit. The comment is the built-in one." in done.log


def test_a_broken_template_changes_no_verdict(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {"src/app.py": "x = 2\n"}, template="{{ oops"), TESTS, template=PATH)
    assert done.code == 1
    assert body(runner).startswith("### ❌ Not ready: 1 test fails\n")
    assert f"The template {PATH} is not used: line 1: " in done.log


def test_a_path_that_leads_out_is_a_wrong_setting(runner: Runner) -> None:
    done = runner.pull_request(pull(runner, {"src/app.py": "x = 2\n"}), TESTS, template="../secret.j2")
    assert done.code == 2
    assert "input `template`: '../secret.j2' is no path of a file in the repository" in done.log
