"""`readygate report` in real repositories: what is compared, wherever the command runs and whatever was edited."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.gitrepo import Repo

from readygate.commands.program import main

SOURCE = "def a():\n    return 1\n"
JUNIT = "<testsuite><testcase name='t'/></testsuite>"


def lcov(path: str, lines: int, *, hit: int = 1) -> str:
    return f"SF:{path}\n" + "".join(f"DA:{number},{hit}\n" for number in range(1, lines + 1)) + "end_of_record\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository whose branch adds two lines to a.py, and whose main moved on."""
    made = Repo(tmp_path / "repo")
    made.commit(files={"src/a.py": SOURCE, ".gitignore": "out/\n"})
    made.git("checkout", "-q", "-b", "topic")
    made.commit(files={"src/a.py": f"{SOURCE}\n\ndef b():\n    return 2\n"})
    made.git("checkout", "-q", "main")
    made.commit(files={"src/c.py": SOURCE, "src/a.py": f"import os\n\n\n{SOURCE}"})
    made.git("checkout", "-q", "topic")
    return made


def judged(place: Path, *more: str, reports: dict[str, str] | None = None) -> Any:
    """Write reports below a folder and return report.json."""
    for name, text in (reports or {"junit.xml": JUNIT, "lcov.info": lcov("src/a.py", 6)}).items():
        (place / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "out" / name).write_text(text)
    folder = place / "out/rg"
    assert main(["report", "--root", str(place), "--output", str(folder), *more]) in (0, 1)
    return json.loads((folder / "report.json").read_text())


def patch(found: Any) -> tuple[int, int]:
    lines = found["coverage"]["patch"]["lines"]
    return lines["covered"], lines["total"]


def test_the_change_is_compared_with_the_merge_base(repo: Repo) -> None:
    found = judged(repo.root, "--against", "main")
    assert patch(found) == (4, 4)
    assert found["coverage"]["patch"]["files"][0]["path"] == "src/a.py"


def test_edits_and_untracked_sources_are_measured_and_said(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.fill({"src/a.py": f"{SOURCE}x = 1\n", "src/new.py": SOURCE, "notes.txt": "x\n", "node_modules/p/i.js": "x\n"})
    reports = {"junit.xml": JUNIT, "lcov.info": lcov("src/a.py", 3) + lcov("src/new.py", 2, hit=0)}
    found = judged(repo.root, "--against", "main", reports=reports)
    assert patch(found) == (1, 3)
    assert "with uncommitted changes of 1 file and 1 untracked source file" in found["subject"]["measured_note"]
    assert "with uncommitted changes of 1 file and 1 untracked source file" in capsys.readouterr().out


def test_a_deleted_file_is_no_file_of_the_tree(repo: Repo) -> None:
    (repo.root / "src/a.py").unlink()
    repo.fill({"lib/src/a.py": SOURCE})
    found = judged(repo.root, "--against", "main")
    assert [file["path"] for file in found["coverage"]["files"]] == ["lib/src/a.py"]


def test_a_named_commit_is_compared_without_the_working_tree(repo: Repo) -> None:
    commit = repo.head()
    repo.fill({"src/a.py": "x = 1\n"})
    for name in (commit, commit[:8], "topic", "HEAD"):
        found = judged(repo.root, "--against", "main", "--commit", name)
        assert found["subject"]["measured"] == commit
        assert patch(found) == (4, 4)


@pytest.mark.parametrize("place", ["linked", "subfolder", "submodule"])
def test_git_finds_the_root_of_the_repository(repo: Repo, tmp_path: Path, place: str) -> None:
    if place == "linked":
        repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "topic")
        root, report = tmp_path / "linked", lcov("src/a.py", 6)
    elif place == "submodule":
        outer = Repo(tmp_path / "outer")
        outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "-b", "topic", str(repo.root), "sub")
        Repo.git(outer, "-C", "sub", "fetch", "-q", "origin", "main:main")
        root, report = outer.root / "sub", lcov("src/a.py", 6)
    else:
        root, report = repo.root / "src", lcov("a.py", 6)
    found = judged(root, "--against", "main", reports={"junit.xml": JUNIT, "lcov.info": report})
    assert patch(found) == (4, 4)
    assert found["coverage"]["patch"]["files"][0]["path"] == "src/a.py"


@pytest.mark.parametrize("place", ["repo", "linked"])
def test_a_hook_measures_a_subfolder(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "topic")
    git_dir = repo.root / (".git" if place == "repo" else ".git/worktrees/linked")
    monkeypatch.setenv("GIT_DIR", str(git_dir))
    monkeypatch.setenv("GIT_INDEX_FILE", str(git_dir / "index"))
    reports = {"junit.xml": JUNIT, "lcov.info": lcov("a.py", 6)}
    found = judged(tmp_path / place / "src", "--against", "main", reports=reports)
    assert patch(found) == (4, 4)
    assert found["coverage"]["patch"]["files"][0]["path"] == "src/a.py"
    assert found["subject"]["measured_note"] == "checked out"


def test_a_file_without_a_diff_counts_with_all_its_lines(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.fill({".git/info/attributes": "src/a.py -diff\n"})
    reports = {"junit.xml": JUNIT, "lcov.info": lcov("src/a.py", 6, hit=0)}
    found = judged(repo.root, "--against", "main", reports=reports)
    assert patch(found) == (0, 6)
    assert "all lines of 1 file without a diff among them" in capsys.readouterr().out


@pytest.mark.parametrize("more", [(), ("--against", "main")])
def test_a_repository_that_git_does_not_trust_is_an_error(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    (repo.root / "junit.xml").write_text(JUNIT)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert main(["report", "--root", str(repo.root), *more]) == 3
    assert "safe.directory" in capsys.readouterr().err


def test_results_of_edited_sources_are_not_stored(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.fill({"src/a.py": "x = 1\n"})
    (repo.root / "junit.xml").write_text(JUNIT)
    options = ["report", "--root", str(repo.root), "--store", str(tmp_path / "store"), "--record"]
    assert main(options) == 2
    assert "src/a.py differs from commit" in capsys.readouterr().err
    repo.git("checkout", "-q", "src/a.py")
    assert main(options) == 0


def test_without_a_common_commit_the_cause_is_named(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("z.py")
    (repo.root / "junit.xml").write_text(JUNIT)
    assert main(["report", "--root", str(repo.root), "--against", "main"]) != 0
    assert "have no common commit" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    (tmp_path / "file").write_text("")
    assert main(["report", "--root", str(tmp_path), "--output", str(tmp_path / "file/out")]) == 2
    assert "--output" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    (tmp_path / "out/report.html").mkdir(parents=True)
    assert main(["report", "--root", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert "report.html" in capsys.readouterr().out
