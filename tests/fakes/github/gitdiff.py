"""Differences of two commits in the form that the API gives them."""

from dataclasses import dataclass

from .gitrepo import Repository

_STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed file; patch is None for what git calls binary or what has no hunks."""

    filename: str
    previous: str | None
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


def text(repository: Repository, old: str, new: str) -> bytes:
    """Return the whole difference as unified diff text."""
    return repository.run("diff-tree", "-r", "-p", "-M", "--full-index", "--no-color", old, new)


def files(repository: Repository, old: str, new: str) -> list[FileDiff]:
    """Return the changed files between two trees or commits, in path order, with their patches."""
    listing = repository.run("diff-tree", "-r", "-M", "-z", "--raw", "--no-abbrev", old, new)
    counts = _counts(repository.run("diff-tree", "-r", "-M", "-z", "--numstat", old, new))
    chunks = iter(_chunks(text(repository, old, new)))
    found = []
    fields = iter(listing.decode(errors="replace").split("\0"))
    for head in fields:
        if not head:
            break
        old_mode, new_mode, old_sha, new_sha, letter = head.lstrip(":").split(" ")
        name = next(fields)
        previous = None
        if letter[0] in "RC":
            previous, name = name, next(fields)
        patch = next(chunks, None)
        if letter == "T":
            patch = next(chunks, None)
        only_mode = letter == "M" and old_sha == new_sha and old_mode != new_mode
        added, deleted = counts.get(name, (0, 0))
        found.append(
            FileDiff(
                filename=name,
                previous=previous,
                status="changed" if only_mode else _STATUS[letter[0]],
                sha=old_sha if letter == "D" else new_sha,
                additions=added,
                deletions=deleted,
                patch=patch,
            )
        )
    return found


def _counts(numstat: bytes) -> dict[str, tuple[int, int]]:
    counts = {}
    fields = iter(numstat.decode(errors="replace").split("\0"))
    for row in fields:
        if not row:
            break
        added, deleted, name = row.split("\t", 2)
        if not name:
            next(fields)
            name = next(fields)
        counts[name] = (int(added) if added != "-" else 0, int(deleted) if deleted != "-" else 0)
    return counts


def _chunks(diff: bytes) -> list[str | None]:
    """Split a diff at its file headers and keep the hunks of each file."""
    chunks: list[list[str]] = []
    for line in diff.decode(errors="replace").split("\n"):
        if line.startswith("diff --git "):
            chunks.append([])
        elif chunks:
            chunks[-1].append(line)
    return [_hunks(lines) for lines in chunks]


def _hunks(lines: list[str]) -> str | None:
    start = next((number for number, line in enumerate(lines) if line.startswith("@@ ")), None)
    return None if start is None else "\n".join(lines[start:]).removesuffix("\n")
