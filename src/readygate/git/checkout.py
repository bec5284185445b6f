"""Read the commit and the tracked files of a checkout without the git program.

Formats: https://git-scm.com/docs/gitrepository-layout and https://git-scm.com/docs/index-format
"""

import hashlib
import struct
from collections.abc import Iterable
from pathlib import Path
from posixpath import dirname, normpath

from readygate.support.git_names import is_sha

_EXTENDED = 0x4000
_CHECKSUM = 20
LINK = 0o120000
"""The mode of a symbolic link in git."""


def _git_dir(root: Path) -> Path | None:
    """Return the git directory; None without one, as in a linked worktree or a submodule, whose `.git` is a file."""
    git = root / ".git"
    if git.is_dir() and not git.is_symlink():
        return git
    return None


def checked_out(root: Path) -> str:
    """Return the commit that is checked out in a workspace; empty if there is no checkout or it cannot be read."""
    git = _git_dir(root)
    if git is None:
        return ""
    head = _read(git / "HEAD")
    if not head.startswith("ref: "):
        return head if is_sha(head) else ""
    ref = head.removeprefix("ref: ").strip()
    if ".." in ref or ref.startswith("/"):
        return ""
    loose = _read(git / ref)
    if is_sha(loose):
        return loose
    for line in _read(git / "packed-refs").splitlines():
        sha, _, name = line.partition(" ")
        if name == ref and is_sha(sha):
            return sha
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
    except OSError:
        return ""


def tracked_files(root: Path) -> frozenset[str] | None:
    """Return the files that git tracks in a workspace; None if there is no checkout or its index cannot be read."""
    git = _git_dir(root)
    if git is None:
        return None
    try:
        data = (git / "index").read_bytes()
        return frozenset(path for path, _mode in _index_entries(data))
    except (OSError, ValueError, struct.error, IndexError):
        return None


def tracked_links(root: Path) -> dict[str, str]:
    """Return the symbolic links that git tracks in a workspace and what they lead to, both from its root.

    Links that lead out of the workspace, or that are not there as links, are left out.
    """
    git = _git_dir(root)
    if git is None:
        return {}
    try:
        links = [path for path, mode in _index_entries((git / "index").read_bytes()) if mode == LINK]
        found = {path: link_target(path, str((root / path).readlink())) for path in links if (root / path).is_symlink()}
    except (OSError, ValueError, struct.error, IndexError):
        return {}
    return {path: target for path, target in found.items() if target}


def link_target(link: str, text: str) -> str:
    """Return what a link of the repository leads to, from its root; empty if that is not in the repository."""
    target = normpath(f"{dirname(link)}/{text}".lstrip("/")) if not text.startswith("/") else ".."
    return "" if target == "." or target.startswith("..") else target


def untouched(root: Path, names: Iterable[str]) -> frozenset[str]:
    """Return those files of a workspace that the checkout wrote: tracked, and not newer than the index of git."""
    git, tracked = _git_dir(root), tracked_files(root)
    if git is None or not tracked:
        return frozenset()
    checked = (git / "index").stat().st_mtime_ns
    return frozenset(name for name in names if name in tracked and (root / name).lstat().st_mtime_ns <= checked)


def _index_entries(data: bytes) -> list[tuple[str, int]]:
    """Read the paths and modes of an index of version 2, 3 or 4 with SHA-1 names.

    Raises:
        ValueError: the bytes are not such an index, or it refers to another file for some of the paths.
    """
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("not a git index of version 2 to 4")
    content, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if checksum not in (hashlib.sha1(content, usedforsecurity=False).digest(), bytes(_CHECKSUM)):
        raise ValueError("the index is damaged, or of a repository with SHA-256 names")
    entries: list[tuple[str, int]] = []
    at, previous = 12, b""
    for _ in range(count):
        start = at
        (mode,) = struct.unpack_from(">I", data, at + 24)
        (flags,) = struct.unpack_from(">H", data, at + 60)
        at += 62 + (2 if flags & _EXTENDED else 0)
        if version == 4:
            strip, at = _offset(data, at)
            end = data.index(b"\0", at)
            previous = previous[: len(previous) - strip] + data[at:end]
            at = end + 1
        else:
            end = data.index(b"\0", at)
            previous = data[at:end]
            at = start + (end - start + 8) // 8 * 8
        entries.append((previous.decode("utf-8", "replace"), mode))
    while at < len(content):
        name, size = struct.unpack_from(">4sI", content, at)
        if not b"A" <= name[:1] <= b"Z":
            raise ValueError(f"the index leaves files to its extension {name!r}")  # split, or sparse
        at += 8 + size
    return entries


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """Read the variable-width number of an index entry of version 4."""
    byte = data[at]
    at += 1
    value = byte & 0x7F
    while byte & 0x80:
        byte = data[at]
        at += 1
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at
