"""What goes wrong on a laptop is told in words, with the exit code of its kind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.support import junit


def run(
    folder: Path, *arguments: str, stdout: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "readygate", *arguments]
    environment = {**os.environ, **variables}
    with (stdout or Path("/dev/null")).open("w") as stream:
        return subprocess.run(
            command, cwd=folder, stdout=stream, stderr=subprocess.PIPE, text=True, check=False, env=environment
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "junit.xml").write_text(junit(test_add="passed", test_pay="failed"))
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_a_base_without_a_report_is_none(folder: Path) -> None:
    done = run(folder, "report", "--tests", "junit.xml", "--base", "empty")
    assert done.returncode == 2
    assert "--base empty holds no report that can be read" in done.stderr


def test_wrong_options_are_told_at_once(folder: Path) -> None:
    done = run(folder, "report", "--legs", "results", "--redact", "(", "--path-map", "a")
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("--legs", "--redact", "--path-map"))


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_a_store_that_does_not_exist_is_an_error_unless_the_run_records(folder: Path, commits: int) -> None:
    (folder / "junit.xml").write_text(junit(test_add="passed"))
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    if commits:
        subprocess.run([*git, "init", "--quiet"], cwd=folder, check=True)
    for _ in range(commits):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=x"], cwd=folder, check=True)
    report = ("report", "--tests", "junit.xml", "--store")
    done = run(folder, *report, "typo")
    assert done.returncode == 3
    assert "typo: the folder does not exist" in done.stderr
    if commits:
        assert run(folder, *report, "results", "--record").returncode == 0
        assert run(folder, *report, "results").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_no_crash(folder: Path) -> None:
    done = run(folder, "report", "--tests", "junit.xml", stdout=Path("/dev/full"))
    assert done.returncode == 3
    assert "cannot be printed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_action_whose_log_is_full_could_not_evaluate(folder: Path) -> None:
    runner = {"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "acme/widgets", "GITHUB_WORKSPACE": str(folder)}
    done = run(folder, stdout=Path("/dev/full"), **runner)
    assert done.returncode == 3
