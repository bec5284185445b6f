"""Objects of git written without a process each, which tests that store by the hundred would wait for."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .gitrepo import Repository

Rows = dict[str, tuple[str, str]]
"""Entries of one tree: mode and id by name."""

TREE = "40000"


def write_object(directory: Path, kind: str, data: bytes) -> str:
    """Store an object as a loose file, at once for whoever reads meanwhile."""
    whole = b"%s %d\0" % (kind.encode(), len(data)) + data
    sha = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    path = directory / "objects" / sha[:2] / sha[2:]
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix="tmp_obj_")
        with os.fdopen(handle, "wb") as stream:
            stream.write(zlib.compress(whole, 1))
        os.replace(part, path)  # noqa: PTH105
    return sha


def read_rows(repository: Repository, sha: str) -> Rows:
    """Read one tree."""
    found = repository.find(sha)
    data, rows = found.data if found else b"", Rows()
    while data:
        head, _, rest = data.partition(b"\0")
        mode, _, name = head.decode(errors="surrogateescape").partition(" ")
        rows[name], data = (mode, rest[:20].hex()), rest[20:]
    return rows


def find_row(repository: Repository, tree: str, path: str) -> tuple[str, str] | None:
    """Return mode and id of what a path names in a tree."""
    found = (TREE, tree)
    for part in path.split("/"):
        if found[0] != TREE:
            return None
        row = read_rows(repository, found[1]).get(part)
        if row is None:
            return None
        found = row
    return found


def edit(repository: Repository, base: str | None, entries: Iterable[tuple[str, str, str | None]]) -> str:
    """Store a tree made of a base and (path, mode, id or None to delete) entries; empty folders go."""
    rows = read_rows(repository, base) if base else Rows()
    inner: dict[str, list[tuple[str, str, str | None]]] = {}
    for path, mode, sha in entries:
        first, _, rest = path.partition("/")
        if rest:
            inner.setdefault(first, []).append((rest, mode, sha))
        elif sha is None:
            rows.pop(first, None)
        else:
            rows[first] = (mode.lstrip("0"), sha)
    for name, more in inner.items():
        known = rows.get(name)
        below = edit(repository, known[1] if known and known[0] == TREE else None, more)
        if read_rows(repository, below):
            rows[name] = (TREE, below)
        else:
            rows.pop(name, None)
    ordered = sorted(rows.items(), key=lambda row: os.fsencode(row[0]) + (b"/" if row[1][0] == TREE else b""))
    data = b"".join(os.fsencode(f"{mode} {name}") + b"\0" + bytes.fromhex(sha) for name, (mode, sha) in ordered)
    return write_object(repository.directory, "tree", data)
