"""A pull request that changes more files than one comparison lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Done, QuickRunner, junit, lcov
from tests.fakes.github import FakeGitHub, faults

FILES = 6
GREEN = {"junit.xml": junit(test_add="passed")}


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[QuickRunner]:
    with FakeGitHub("acme/widgets", "main") as hub:
        hub.world.limits.diff_files = 3
        yield QuickRunner(hub=hub, folder=tmp_path)
        assert not hub.unexpected


def judged(runner: QuickRunner, monkeypatch: pytest.MonkeyPatch, *, moved: bool = False) -> Done:
    """Change a line of six files of two lines; of each the first line is covered."""
    monkeypatch.setattr("readygate.github.commits.MOST_FILES", 3)
    names = [f"src/f{number}.py" for number in range(FILES)]
    reports = {**GREEN, "lcov.info": lcov(**{name.replace("/", "_").replace(".", "_"): "1+ 2-" for name in names})}
    start = runner.hub.commit(dict.fromkeys(names, "x = 1\n"), branch="main")
    assert runner.push(start, reports).code == 0
    head = runner.hub.commit(dict.fromkeys(names, "x = 1\ny = 2\n"), parents=[start])
    if moved:
        later = runner.hub.commit({"other.txt": "1\n"}, branch="main", parents=[start])
        assert runner.push(later, reports, before=start).code == 0
    pull = runner.hub.open_pull(7, head="topic", head_sha=head)
    return runner.pull_request(pull, reports)


def test_the_other_files_are_read_from_the_pull_request(runner: QuickRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    done = judged(runner, monkeypatch)
    assert done.outputs["patch-coverage"] == "0.00"
    assert f"(0 of {FILES})" in done.log


def test_after_the_base_branch_moved_their_lines_are_not_known(
    runner: QuickRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = judged(runner, monkeypatch, moved=True)
    assert "(3 of 9, all lines of 3 files without a diff among them)" in done.log


def test_beyond_what_github_lists_nothing_is_claimed(runner: QuickRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.github.commits.MOST_PULL_FILES", 5)
    runner.hub.world.limits.pull_files = 5
    done = judged(runner, monkeypatch)
    assert done.outputs["patch-coverage"] == ""
    assert "not all changed lines are known" in done.log


def test_without_the_permission_the_list_of_the_comparison_counts(
    runner: QuickRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.hub.fault("GET", r"/pulls/7/files", faults.answer(403), times=99)
    done = judged(runner, monkeypatch)
    assert done.outputs["patch-coverage"] == ""


@pytest.mark.parametrize("moves", ["head", "base"])
def test_the_list_of_another_head_or_base_is_not_used(
    runner: QuickRunner, monkeypatch: pytest.MonkeyPatch, moves: str
) -> None:
    done = judged(runner, monkeypatch)
    assert done.outputs["patch-coverage"] == "0.00"
    pull = runner.hub.world.pulls[7]
    event = runner.hub.event_pull_request(pull)
    measured = pull.merge_sha
    if moves == "head":
        runner.hub.update_pull(7, runner.hub.commit({"src/f5.py": "z = 1\n"}, parents=[pull.head_sha]))
    else:
        runner.hub.commit({"other.txt": "1\n"}, branch="release", parents=[])
        pull.base = "release"
    reports = {**GREEN, "lcov.info": lcov(src_f5_py="1+ 2-")}
    done = runner.run("pull_request", event, reports, sha=str(measured), ref="refs/pull/7/merge")
    assert done.outputs["patch-coverage"] == ""
    assert "not all changed lines are known" in done.log
