"""The checkout, read without git and compared with what git itself says of real repositories."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from tests.support.gitrepo import Repo

from readygate.git.checkout import checked_out, tracked_files, untouched

ODD_NAMES = ["with space.py", "ü/☃.py", "tab\there.py", "new\nline.py", 'quo"te.py', "a/" * 30 + "deep.py", "x" * 200]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def test_a_branch(repo: Repo) -> None:
    repo.commit("a.py")
    head = repo.commit("b.py")
    assert checked_out(repo.root) == head
    repo.git("checkout", "-q", "-b", "feature/deep/er")
    assert checked_out(repo.root) == head
    assert repo.commit("c.py") == checked_out(repo.root) != head


def test_a_detached_head(repo: Repo) -> None:
    first = repo.commit("a.py")
    repo.commit("b.py")
    repo.git("checkout", "-q", "--detach", first)
    assert checked_out(repo.root) == first


def test_packed_refs(repo: Repo) -> None:
    first = repo.commit("a.py")
    repo.git("branch", "main2")
    repo.git("tag", "-a", "v1", "-m", "x")
    repo.git("pack-refs", "--all")
    assert not (repo.root / ".git/refs/heads/main").exists()
    assert checked_out(repo.root) == first
    second = repo.commit("b.py")  # a loose ref beside the packed one: the loose one holds
    assert checked_out(repo.root) == second


def test_no_checkout_and_no_commit(repo: Repo, tmp_path: Path) -> None:
    assert checked_out(repo.root) == ""
    assert checked_out(tmp_path / "nothing") == ""
    assert tracked_files(tmp_path / "nothing") is None
    assert tracked_files(repo.root) is None


@pytest.mark.parametrize("head", ["ref: ../../etc/passwd", "ref: /etc/passwd", "nonsense", "", "ref: refs/heads/no"])
def test_a_head_that_leads_nowhere(repo: Repo, head: str) -> None:
    repo.commit("a.py")
    (repo.root / ".git/HEAD").write_text(head)
    assert checked_out(repo.root) == ""


def test_a_git_folder_that_is_a_link_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    repo.commit("a.py")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").symlink_to(repo.root / ".git")
    assert checked_out(other) == ""
    assert tracked_files(other) is None


@pytest.mark.parametrize("version", [2, 4])
def test_an_index_of_each_version(repo: Repo, version: int) -> None:
    repo.git("config", "index.version", str(version))
    names = [f"src/package_{n % 7}/module_{n}.py" for n in range(200)]
    repo.commit(*names, *ODD_NAMES)
    assert repo.index_version() == version
    assert tracked_files(repo.root) == repo.files() == frozenset([*names, *ODD_NAMES])


@pytest.mark.parametrize("first", [2, 4])
def test_an_index_with_extended_entries(repo: Repo, first: int) -> None:
    repo.git("config", "index.version", str(first))
    repo.commit(*[f"d/file_{n}.py" for n in range(20)], *ODD_NAMES)
    repo.git("update-index", "--skip-worktree", "d/file_3.py", "d/file_17.py")
    repo.write("later.py")
    repo.git("add", "--intent-to-add", "later.py")
    assert repo.index_version() == {2: 3, 4: 4}[first]
    assert tracked_files(repo.root) == repo.files()
    assert "later.py" in (tracked_files(repo.root) or ())


def test_names_longer_than_the_length_field(repo: Repo) -> None:
    long = "/".join(["d" * 250] * 14) + "/file.py"  # 3,500 bytes; the field of 12 bits holds 4,095
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},{long}")
    longer = "/".join(["e" * 250] * 20) + "/file.py"
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},{longer}")
    assert tracked_files(repo.root) == frozenset([long, longer])


@pytest.mark.parametrize("length", range(1, 17))
def test_every_padding(repo: Repo, length: int) -> None:
    names = ["n" * length, "z"]
    repo.commit(*names)
    assert tracked_files(repo.root) == frozenset(names)


def test_conflicts_and_submodules_and_links_are_tracked(repo: Repo) -> None:
    sha = repo.commit("a.py")
    (repo.root / "link").symlink_to("a.py")
    repo.git("add", "link")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub")
    blob = repo.git("hash-object", "-w", "a.py").strip()
    lines = "".join(f"100644 {blob} {stage}\tboth.py\n" for stage in (1, 2, 3))
    subprocess.run(["git", "update-index", "--index-info"], cwd=repo.root, input=lines, text=True, check=True)
    assert tracked_files(repo.root) == frozenset(["a.py", "link", "sub", "both.py"])


def test_an_index_in_two_files_is_not_half_read(repo: Repo) -> None:
    repo.commit("a.py", "b.py")
    repo.git("update-index", "--split-index")
    repo.commit("c.py")
    assert tracked_files(repo.root) in (None, frozenset(["a.py", "b.py", "c.py"]))


def test_a_sparse_index_is_not_half_read(repo: Repo) -> None:
    repo.commit("a.py", "in/b.py", "out/c.py", "out/d.py")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert tracked_files(repo.root) in (None, frozenset(["a.py", "in/b.py", "out/c.py", "out/d.py"]))


def test_a_sparse_checkout_still_tracks_everything(repo: Repo) -> None:
    repo.commit("a.py", "in/b.py", "out/c.py")
    repo.git("sparse-checkout", "set", "--cone", "--no-sparse-index", "in")
    assert not (repo.root / "out/c.py").exists()
    assert tracked_files(repo.root) == frozenset(["a.py", "in/b.py", "out/c.py"])


def test_a_repository_with_longer_names_of_objects(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "sha256", "--object-format=sha256")
    head = repo.commit("a.py", "b.py")
    assert len(head) == 64
    assert checked_out(repo.root) == head
    assert tracked_files(repo.root) in (None, frozenset(["a.py", "b.py"]))


def test_an_index_without_a_checksum(repo: Repo) -> None:
    repo.git("config", "index.skipHash", "true")
    repo.commit("a.py")
    assert tracked_files(repo.root) == frozenset(["a.py"])


def test_a_damaged_index_is_no_list_of_files(repo: Repo) -> None:
    repo.commit("a.py", "b.py", "c/d.py")
    index = repo.root / ".git/index"
    data = index.read_bytes()
    assert hashlib.sha1(data[:-20], usedforsecurity=False).digest() == data[-20:]
    for end in range(0, len(data), 7):
        index.write_bytes(data[:end])
        assert tracked_files(repo.root) is None, end
    for at in range(0, len(data) - 20, 5):
        index.write_bytes(data[:at] + bytes((data[at] ^ 0x3F,)) + data[at + 1 :])
        assert tracked_files(repo.root) is None, at


def test_what_the_checkout_brought_is_told_from_what_was_written_since(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in ("old.xml", "new.xml", "loose.xml"):
        (tmp_path / name).write_text(name)
    subprocess.run([*git, "add", "old.xml", "new.xml"], check=True)
    later = (tmp_path / ".git" / "index").stat().st_mtime_ns + 10**9
    os.utime(tmp_path / "new.xml", ns=(later, later))
    assert untouched(tmp_path, ["old.xml", "new.xml", "loose.xml"]) == {"old.xml"}
    assert untouched(tmp_path / "nothing", ["old.xml"]) == frozenset()
