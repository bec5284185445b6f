"""Read commits and diffs of a local repository by the git program, which the image does not contain."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from readygate.git.checkout import LINK, link_target
from readygate.model.changes import Changes, FileChange, hunk_lines, hunk_texts
from readygate.model.paths import is_third_party
from readygate.support.errors import ReadygateError
from readygate.support.git_names import MAX_ANCESTORS
from readygate.support.source_files import is_source, measured_languages

_PLAIN = ("-M", "-U0", "--no-color", "--no-ext-diff", "--no-textconv", "--submodule=short")
"""Options that make a diff independent of the user's configuration."""
_NO_DIFF = re.compile(r"^Binary files .* differ$", re.MULTILINE)
"""What git prints in place of the lines of a binary file, or of one with the attribute `-diff`."""
_NO_REPOSITORY = ("not a git repository", "must be run in a work tree", "git cannot be run")


class GitError(ReadygateError):
    """The git program is missing or failed."""


def _git(repo: Path, *arguments: str) -> str:
    return _raw(repo, *arguments).decode("utf-8", "surrogateescape")


def _raw(repo: Path, *arguments: str) -> bytes:
    """Run git without hooks, pagers or prompts.

    Raises:
        GitError: git could not be run, or it failed.
    """
    options = ("core.quotePath=false", "diff.noprefix=false", "core.fsmonitor=false")
    command = ["git", "-C", str(repo), *(part for option in options for part in ("-c", option)), *arguments]
    try:
        done = subprocess.run(  # noqa: S603  (no shell)
            command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=_environment()
        )
    except OSError as error:
        raise GitError("git cannot be run", where=str(repo), todo="install git, or leave the diff out") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(
            f"git {arguments[0]} failed: {said[0] if said else 'no message'}",
            where=str(repo),
            todo="check the repository and the revision",
        )
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment for git: messages in English, and not the repository of a hook that runs Readygate.

    A hook has `GIT_DIR` without `GIT_WORK_TREE`, by which git takes any folder for the root of the working tree:
    https://git-scm.com/docs/git#Documentation/git.txt-GITWORKTREE
    """
    left_out = () if "GIT_WORK_TREE" in os.environ else ("GIT_DIR", "GIT_INDEX_FILE")
    return {name: value for name, value in os.environ.items() if name not in left_out} | {"LC_ALL": "C"}


def root_of(folder: Path) -> Path | None:
    """Return the root of the working tree that holds a folder; None if there is none, or no git program.

    Git itself finds it, also for linked worktrees, submodules, and folders below the root.

    Raises:
        GitError: there is a repository, but git does not read it.
    """
    try:
        return Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    except GitError as error:
        if any(text in error.what for text in _NO_REPOSITORY):
            return None
        if "dubious ownership" not in error.what:
            raise
        raise GitError(
            error.what,
            where=str(folder),
            why="another user owns it, as is common in a container",
            todo="allow it (`git config --global --add safe.directory DIR`)",
        ) from error


def merge_base(repo: Path, one: str, other: str) -> str:
    """Return the newest common ancestor of two commits.

    Raises:
        GitError: they have none, or it is not in the repository.
    """
    try:
        return _git(repo, "merge-base", one, other).strip()
    except GitError as error:
        raise GitError(
            f"{one[:7]} and {other[:7]} have no common commit here",
            where=str(repo),
            why="a shallow clone holds only the newest commits",
            todo="fetch the history (`git fetch --unshallow`)",
        ) from error


def show(repo: Path, commit: str, path: str) -> bytes:
    """Return the bytes of a file of a commit.

    Raises:
        GitError: the commit, or the file in it, does not exist.
    """
    return _raw(repo, "cat-file", "blob", f"{commit}:{path}")


def resolve(repo: Path, revision: str) -> str:
    """Return the full id of the commit that a revision names.

    Raises:
        GitError: the revision names no commit.
    """
    try:
        return _git(repo, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except GitError as error:
        if "Needed a single revision" not in error.what:
            raise
        raise GitError(
            f"{revision!r} is no commit of this repository",
            where=str(repo),
            why="it is misspelt, or was not fetched: a shallow clone holds only the newest commits",
            todo="fetch it (`git fetch --unshallow`, `git fetch origin BRANCH`), or name another",
        ) from error


def head(repo: Path) -> str:
    """Return the checked-out commit; empty in a repository without one."""
    try:
        return resolve(repo, "HEAD")
    except GitError:
        return ""


def ancestors(repo: Path, commit: str) -> Iterator[str]:
    """Yield the first-parent ancestors of a commit, the nearest first.

    Raises:
        GitError: the commit is not in the repository.
    """
    yield from _git(repo, "rev-list", "--first-parent", f"--max-count={MAX_ANCESTORS}", "--skip=1", commit).split()


def parents_between(repo: Path, older: str, commit: str) -> dict[str, tuple[str, ...]]:
    """Return the parents of the commits that a commit contains and an older one does not.

    Raises:
        GitError: a commit is not in the repository.
    """
    rows = _git(repo, "rev-list", "--parents", f"--max-count={MAX_ANCESTORS}", f"{older}..{commit}").splitlines()
    return {sha: tuple(parents) for sha, *parents in map(str.split, rows)}


def tracked(repo: Path, commit: str) -> frozenset[str]:
    """Return the files of a commit.

    Raises:
        GitError: the commit is not in the repository.
    """
    return frozenset(filter(None, _git(repo, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")))


def edits(repo: Path, commit: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files of the working tree that differ from the checked-out commit, and the untracked sources.

    Of untracked files only sources count: reports that the tests wrote are often untracked, too.
    """
    changed = _git(repo, "diff", "--name-only", "-z", "--no-renames", commit).split("\0")
    others = _git(repo, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    every = measured_languages(())
    return tuple(filter(None, changed)), tuple(
        path for path in others if path and is_source(path, every) and not is_third_party(path)
    )


def links(repo: Path, commit: str) -> dict[str, str]:
    """Return the symbolic links of a commit and what they lead to, both from the root of the repository.

    Raises:
        GitError: the commit is not in the repository.
    """
    rows = _git(repo, "ls-tree", "-r", "-z", commit).split("\0")
    paths = [row.partition("\t")[2] for row in rows if int(row.partition(" ")[0] or "0", 8) == LINK]
    found = {path: link_target(path, show(repo, commit, path).decode("utf-8", "surrogateescape")) for path in paths}
    return {path: target for path, target in found.items() if target}


def diff(repo: Path, base: str, head: str, untracked: Iterable[str] | None = None) -> Changes:
    """Return the changes between two commits, with renames detected.

    Args:
        repo: the root of the working tree.
        base: the older commit.
        head: the newer commit.
        untracked: untracked files that count as added, to compare the working tree instead of `head`.

    Raises:
        GitError: a commit is not in the repository.
    """
    sides = (base, head) if untracked is None else (base,)
    listing = _git(repo, "diff", "--raw", "-z", "--no-abbrev", "-M", *sides).split("\0")
    patches = iter(_patches(_git(repo, "diff", *_PLAIN, *sides)))
    files: list[FileChange] = []
    rows = iter(listing)
    for row in rows:
        if not row.startswith(":"):
            continue
        letter = row.rsplit(" ", 1)[1][:1]
        old = next(rows)
        new = next(rows) if letter in "RC" else old
        status = {"A": "added", "D": "removed", "R": "renamed", "C": "added"}.get(letter, "modified")
        # a file that changes its type, for example to a link, is shown as removed and added
        patch = "\n".join(islice(patches, 2 if letter == "T" else 1))
        added, removed = hunk_lines(patch)
        added_text, removed_text = hunk_texts(patch)
        files.append(
            FileChange(
                path=new,
                old_path="" if status == "added" else old,
                status=status,
                added=added,
                removed=removed,
                added_text=added_text,
                removed_text=removed_text,
                shown=not _NO_DIFF.search(patch),
            )
        )
    known = {file.path for file in files}
    files += [_added(repo, path) for path in untracked or () if path not in known]
    return Changes(base=base, head=head, files=tuple(files))


def _added(repo: Path, path: str) -> FileChange:
    try:
        lines = len((repo / path).read_bytes().splitlines())
    except OSError:
        return FileChange(path=path, old_path="", status="added", shown=False)
    return FileChange(path=path, old_path="", status="added", added=tuple(range(1, lines + 1)))


def _patches(text: str) -> list[str]:
    """Split a diff into the parts of its files, in the order of the raw listing."""
    parts: list[list[str]] = []
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            parts.append([])
        elif parts:
            parts[-1].append(line)
    return ["\n".join(part) for part in parts]
