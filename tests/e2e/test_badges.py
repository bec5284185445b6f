"""Badges on the data branch: written with the results of a base branch, and by nobody else."""

import json

from tests.e2e.support import Runner, junit, lcov

FILES = {"junit.xml": junit(test_a="passed", test_b="passed"), "cov.lcov": lcov(src_app_py="1+ 2-")}
WORSE = {"junit.xml": junit(test_a="passed", test_b="failed")}


def stored(runner: Runner) -> dict[str, str]:
    """Badges on the data branch: messages by name."""
    names = runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data")
    files = [name for name in names if name.startswith("readygate/badges/") and name.endswith(".json")]
    assert all(name.replace(".json", ".svg") in names for name in files)
    shown = {name: "\n".join(runner.hub.git.lines("show", f"readygate-data:{name}")) for name in files}
    return {name.removeprefix("readygate/badges/"): json.loads(text)["message"] for name, text in shown.items()}


def test_a_push_stores_badges_in_the_commit_of_its_results(runner: Runner) -> None:
    sha = runner.hub.commit({"src/app.py": "x = 1\ny = 2\n"}, branch="main")
    done = runner.push(sha, FILES)
    assert done.code == 0, done.log
    assert stored(runner) == {
        "main/coverage.json": "50.00%",
        "main/pass-rate.json": "100%",
        "main/verdict.json": "ready",
    }
    assert len(runner.hub.git.lines("log", "--format=%H", "readygate-data")) == 1


def test_a_pull_request_leaves_them_alone_and_the_next_push_replaces_them(runner: Runner) -> None:
    sha = runner.hub.commit({"src/app.py": "x = 1\ny = 2\n"}, branch="main")
    runner.push(sha, FILES)
    before = stored(runner)
    topic = runner.hub.commit({"src/app.py": "x = 1\ny = 3\n"}, branch="topic", parents=[sha])
    runner.pull_request(runner.hub.open_pull(7, head="topic", head_sha=topic), WORSE)
    assert stored(runner) == before
    after = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="main", parents=[sha])
    runner.push(after, WORSE, before=sha)
    assert stored(runner) == {
        "main/coverage.json": "not measured",
        "main/pass-rate.json": "50.00%",
        "main/verdict.json": "not ready",
    }
