"""Differences and commits of a local repository, compared with what git tells and with the files themselves."""

from pathlib import Path

import pytest
from tests.support.gitrepo import Repo

from readygate.git import local_git
from readygate.git.local_git import GitError
from readygate.model.changes import Changes, FileChange

TEN = "".join(f"line {n}\n" for n in range(1, 11))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def between(repo: Repo, before: dict[str, str | bytes | None], after: dict[str, str | bytes | None]) -> Changes:
    base = repo.commit(files=before)
    head = repo.commit(files=after)
    found = local_git.diff(repo.root, base, head)
    assert (found.base, found.head, found.complete) == (base, head, True)
    return found


def one(found: Changes, path: str) -> FileChange:
    (file,) = [file for file in found.files if file.path == path]
    return file


def test_each_kind_of_change(repo: Repo) -> None:
    found = between(
        repo,
        {"kept": "x\n", "changed": TEN, "gone": "1\n2\n", "old/name": TEN, "empty": ""},
        {
            "changed": TEN.replace("line 3\n", "three\nand more\n").replace("line 9\n", ""),
            "gone": None,
            "added": "x\ny\nz\n",
            "old/name": None,
            "new/name": TEN + "line 11\n",
            "empty": None,
            "nothing": "",
        },
    )
    assert {(file.path, file.old_path, file.status, file.added, file.removed) for file in found.files} == {
        ("changed", "changed", "modified", (3, 4), (3, 9)),
        ("gone", "gone", "removed", (), (1, 2)),
        ("added", "", "added", (1, 2, 3), ()),
        ("new/name", "old/name", "renamed", (11,), ()),
        # git sees an empty file that comes as one that went
        *{(f.path, f.old_path, f.status, (), ()) for f in found.files if f.path in ("nothing", "empty")},
    }
    assert all(file.shown for file in found.files)


def test_a_pure_rename_has_no_changed_line(repo: Repo) -> None:
    found = between(repo, {"a": TEN, "z": TEN * 2}, {"a": None, "b": TEN, "z": TEN * 3})
    assert one(found, "b") == FileChange(path="b", old_path="a", status="renamed")
    assert one(found, "z").added == tuple(range(21, 31))


def test_binary_files_between_others(repo: Repo) -> None:
    found = between(
        repo,
        {"a": "1\n", "b.bin": b"\0\1\2", "c": "1\n"},
        {"a": "2\n", "b.bin": b"\0\1\3", "c": "2\n", "d.bin": b"\0" * 9},
    )
    assert [(file.path, file.added, file.removed) for file in found.files] == [
        ("a", (1,), (1,)),
        ("b.bin", (), ()),
        ("c", (1,), (1,)),
        ("d.bin", (), ()),
    ]


def test_no_newline_at_the_end(repo: Repo) -> None:
    found = between(repo, {"a": "1\n2", "b": "1\n2\n"}, {"a": "1\n2\n3", "b": "1\n2"})
    assert (one(found, "a").added, one(found, "a").removed) == ((2, 3), (2,))
    assert (one(found, "b").added, one(found, "b").removed) == ((2,), (2,))


def test_odd_names(repo: Repo) -> None:
    names = [
        "with space",
        "ü/☃",
        "tab\there",
        "new\nline",
        'quo"te',
        "-dash",
        "b/a b/a",
        "diff --git a b",
        "back\\slash",
    ]
    found = between(repo, {name: f"{name}\n1\n" for name in names}, {name: f"{name}\n2\n3\n" for name in names})
    assert {file.path for file in found.files} == set(names)
    for file in found.files:
        before = f"{file.path}\n1\n".split("\n")
        assert file.removed == (before.index("1") + 1,)
        assert len(file.added) == 2


def test_content_that_looks_like_a_diff(repo: Repo) -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    found = between(repo, {"a": "x\n", "b": text}, {"a": text, "b": "x\n", "c": "1\n"})
    assert one(found, "a").added == (1, 2, 3, 4, 5, 6)
    assert one(found, "b").removed == (1, 2, 3, 4, 5, 6)
    assert one(found, "c").added == (1,)


def test_a_change_of_mode_only(repo: Repo) -> None:
    base = repo.commit(files={"a": "1\n", "run": "2\n", "z": "3\n"})
    (repo.root / "run").chmod(0o755)
    head = repo.commit(files={"z": "4\n"})
    found = local_git.diff(repo.root, base, head)
    assert [(file.path, file.added) for file in found.files] == [("run", ()), ("z", (1,))]


def test_a_file_that_becomes_a_link(repo: Repo) -> None:
    base = repo.commit(files={"a": "1\n2\n", "b": "1\n", "c": "1\n"})
    (repo.root / "b").unlink()
    (repo.root / "b").symlink_to("a")
    head = repo.commit(files={"c": "1\n2\n"})
    found = local_git.diff(repo.root, base, head)
    assert one(found, "c").added == (2,)
    assert (one(found, "b").added, one(found, "b").removed) == ((1,), (1,))


def test_submodules(repo: Repo) -> None:
    sha = repo.commit(files={"a": "1\n"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub")
    repo.git("commit", "-q", "-m", "x")
    base = repo.head()
    repo.git("update-index", "--cacheinfo", f"160000,{base},sub")
    repo.fill({"z": "1\n"})
    repo.git("add", "z")
    repo.git("commit", "-q", "-m", "x")
    for setting in ("short", "log", "diff"):
        repo.git("config", "diff.submodule", setting)
        found = local_git.diff(repo.root, base, repo.head())
        assert [file.path for file in found.files] == ["sub", "z"]
        assert one(found, "z").added == (1,)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "false"),
        ("diff.renames", "copies"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.external", "/bin/false"),
        ("diff.suppressBlankEmpty", "true"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.quotePath", "true"),
        ("core.pager", "/bin/false"),
        ("diff.algorithm", "histogram"),
        ("diff.wsErrorHighlight", "all"),
    ],
)
def test_the_configuration_of_the_user_changes_nothing(repo: Repo, key: str, value: str) -> None:
    changed = TEN.replace("line 3", "three").replace("line 8\n", "")
    before: dict[str, str | bytes | None] = {"ü": TEN, "old": TEN * 2}
    base = repo.commit(files=before)
    head = repo.commit(files={"ü": changed, "old": None, "new": TEN * 2 + "x\n"})
    plain = local_git.diff(repo.root, base, head)
    repo.git("config", key, value)
    assert local_git.diff(repo.root, base, head) == plain
    assert [(file.path, file.added, file.removed) for file in plain.files] == [
        ("new", (21,), ()),
        ("ü", (3,), (3, 8)),
    ]


def test_nothing_changed(repo: Repo) -> None:
    assert between(repo, {"a": "1\n"}, {}).files == ()


def test_ancestors_are_those_of_the_first_parent(repo: Repo) -> None:
    first = repo.commit("a")
    second = repo.commit("b")
    repo.git("checkout", "-q", "-b", "side", first)
    repo.commit("s")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "x", "side")
    assert list(local_git.ancestors(repo.root, repo.head())) == [second, first]
    assert list(local_git.ancestors(repo.root, first)) == []


def test_revisions(repo: Repo) -> None:
    head = repo.commit("a")
    repo.git("tag", "-a", "v1", "-m", "x")
    for name in ("main", "HEAD", "v1", head[:12]):
        assert local_git.resolve(repo.root, name) == head
    for name in ("nowhere", "--all", "-h", "HEAD:a", ""):
        with pytest.raises(GitError) as caught:
            local_git.resolve(repo.root, name)
        told = str(caught.value)
        assert "is no commit of this repository" in told or "git rev-parse failed" in told


def test_what_a_shallow_clone_lacks_is_told(tmp_path: Path, repo: Repo) -> None:
    first = repo.commit("a")
    repo.commit("b")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(clone))
    with pytest.raises(GitError) as caught:
        local_git.resolve(clone, first[:12])
    assert first[:12] in caught.value.what
    assert "shallow" in caught.value.why
    assert "--unshallow" in caught.value.todo


def test_tracked_files(repo: Repo) -> None:
    names = ["a b", "ü/☃", "new\nline", "d/e/f"]
    head = repo.commit(*names)
    repo.commit("later")
    assert local_git.tracked(repo.root, head) == frozenset(names)


def test_errors_are_told(tmp_path: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match="git diff failed"):
        local_git.diff(repo.root, "1" * 40, "2" * 40)
    with pytest.raises(GitError, match="git ls-tree failed"):
        local_git.tracked(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git cannot be run"):
        local_git.resolve(repo.root, "HEAD")
