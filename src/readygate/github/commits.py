"""Find the commit that a change starts from, its ancestors, and the changed lines."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field
from msgspec.structs import replace

from readygate.github.client import TRIES, GitHub
from readygate.model.changes import Changes, FileChange, hunk_lines, hunk_texts
from readygate.model.subject import Subject
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, SettingsError
from readygate.support.git_names import MAX_ANCESTORS

MOST_FILES = 300
"""The number of files that GitHub lists in one comparison.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""
MOST_PULL_FILES = 3_000
"""The number of files that GitHub lists of one pull request.

https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
"""
MOST_LISTED = 3_000
"""The number of commits to list for that, merged ones included: 30 of the 1,000 requests of an hour."""

Parents = Mapping[str, tuple[str, ...]]
"""The parents of commits, the first parent first."""

_STATUS = {"added": "added", "removed": "removed", "renamed": "renamed", "copied": "added"}


class Origin(Struct, frozen=True, kw_only=True):
    """The commit that a change starts from.

    Attributes:
        commit: the commit whose results the change is compared with; empty if there is none.
        relation: the relation of that commit to the change, for the reader.
        changes: the lines that the change adds and removes, None if unknown.
        note: the reason why the changes, or the commit, are unknown.
        parents: the parents of the commits that GitHub listed, by commit.
    """

    commit: str = ""
    relation: str = ""
    changes: Changes | None = None
    note: str = ""
    parents: Parents = field(default_factory=dict)


def origin(client: GitHub, subject: Subject) -> Origin:
    """Find the commit that the change of a target starts from.

    A tested merge commit starts from its first parent, whatever base the event states. A tested head starts from its
    merge base with the base branch.

    Raises:
        SettingsError: the measured commit of a pull request is a commit of its base branch.
        ForgeError: a request to GitHub failed.
    """
    try:
        if subject.base_sha:
            relation = "the base of the merge group" if subject.event == "merge_group" else "the commit before"
            return _from(client, subject.base_sha, subject, relation)
        if subject.merged:
            stated = _compare_stated(client, subject)
            parents = _parents(stated).get(subject.measured)
            if parents is None:
                parents = _shas(client.get(f"/git/commits/{subject.measured}")["parents"])
            if len(parents) > 1:
                known = stated if parents[0] == subject.stated_base else None
                return _from(client, parents[0], subject, "the base commit", known)
        return _from(client, subject.base_ref, subject, "the merge base")
    except NotFoundError:
        return Origin(
            note=f"GitHub does not know the commit {subject.measured[:7]} or the branch it should be compared with"
        )


def _compare_stated(client: GitHub, subject: Subject) -> Mapping[str, Any]:
    """Compare the measured merge commit with the base that the event states; nothing if that fails.

    The comparison lists the merge commit with its parents. Only these prove that the stated base is the right one.
    """
    if subject.stated_base in ("", subject.measured):
        return {}
    try:
        return _compare(client, subject.stated_base, subject.measured, tries=1)
    except ForgeError:
        return {}


def _compare(client: GitHub, base: str, head: str, *, tries: int = TRIES) -> Mapping[str, Any]:
    """Return a comparison. Its first page has all files, and the oldest of the commits between both."""
    data: Mapping[str, Any] = client.get(f"/compare/{quote(base, safe='')}...{head}", tries=tries, per_page=100)
    return data


def _parents(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the parents of all commits that a comparison lists."""
    rows = [data.get("base_commit"), data.get("merge_base_commit"), *(data.get("commits") or ())]
    return {row["sha"]: _shas(row["parents"]) for row in rows if row and "parents" in row}


def _shas(rows: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(row["sha"]) for row in rows)


def _from(client: GitHub, base: str, subject: Subject, relation: str, known: Mapping[str, Any] | None = None) -> Origin:
    """Find the origin of a change that starts from `base`; `known` is their comparison if there was one."""
    if base == subject.measured:
        return Origin(commit=base, relation=relation, note="The base is the measured commit itself")
    data = known or _compare(client, base, subject.measured)
    listed = _parents(data)
    # never the stated base itself: after a forced push it may not be an ancestor
    commit = str(data["merge_base_commit"]["sha"])
    if commit == subject.measured:
        if subject.event in ("pull_request", "pull_request_target") and subject.measured != subject.head_sha:
            raise SettingsError(
                (f"the measured commit {commit[:7]} stands on `{subject.base_ref}` and holds nothing of the change",),
                todo="check out the pull request in this job, or name the tested commit by the input `commit`",
            )
        # a commit of the base branch itself is compared with the one before it
        parents = listed[commit] if commit in listed else _shas(client.get(f"/git/commits/{commit}")["parents"])
        if not parents:
            return Origin(note="The commit is the first of its branch")
        return _from(client, parents[0], subject, "the commit before")
    changes = _changes(data, commit, subject.measured)
    if not changes.complete and subject.number:
        changes = _with_all_files(client, subject, changes)
    return Origin(commit=commit, relation=relation, changes=changes, parents=listed)


def _with_all_files(client: GitHub, subject: Subject, changes: Changes) -> Changes:
    """Add the files that a comparison does not list, from the list of the pull request.

    That list is of the head. Its lines are those of the measured commit only if the base branch has nothing that the
    head lacks; else the lines of the added files are not known. Without the list, or if the pull request has another
    head or base branch by now, the changes stay incomplete.
    """
    try:
        rows = list(islice(client.pages(f"/pulls/{subject.number}/files"), MOST_PULL_FILES))
        pull = client.get(f"/pulls/{subject.number}")
    except (NotFoundError, PermissionDeniedError):
        return changes
    if (pull["head"]["sha"], pull["base"]["ref"]) != (subject.head_sha, subject.base_ref):
        return changes
    known = {file.path for file in changes.files}
    more = [file for row in rows if (file := _file(row)).path not in known]
    if more and subject.measured != subject.head_sha:
        data = client.get(f"/compare/{changes.base}...{subject.head_sha}", per_page=1)
        if data["merge_base_commit"]["sha"] != changes.base:
            more = [replace(file, added=(), removed=(), shown=False) for file in more]
    return replace(changes, files=(*changes.files, *more), complete=len(rows) < MOST_PULL_FILES)


def changes_between(client: GitHub, base: str, head: str) -> Changes | None:
    """Return the lines that differ between two commits; None if GitHub does not know.

    Raises:
        ForgeError: a request to GitHub failed.
    """
    try:
        data = client.get(f"/compare/{base}...{head}", per_page=1)
    except NotFoundError:
        return None
    merge_base = str(data["merge_base_commit"]["sha"])
    return _changes(data, merge_base, head) if merge_base == base else None


def _changes(data: Mapping[str, Any], base: str, head: str) -> Changes:
    rows = data.get("files") or []
    if not isinstance(rows, list):
        raise ForgeError("GitHub's comparison lists no files", where=f"compare {base[:7]}...{head[:7]}")
    return Changes(base=base, head=head, files=tuple(_file(row) for row in rows), complete=len(rows) < MOST_FILES)


def _file(row: dict[str, object]) -> FileChange:
    path, status = str(row["filename"]), _STATUS.get(str(row["status"]), "modified")
    patch = row.get("patch")
    added, removed = hunk_lines(patch) if isinstance(patch, str) else ((), ())
    added_text, removed_text = hunk_texts(patch) if isinstance(patch, str) else ((), ())
    # a rename, a mode change or an empty file has no patch, and no changed line is missing
    return FileChange(
        path=path,
        old_path="" if status == "added" else str(row.get("previous_filename") or path),
        status=status,
        added=added,
        removed=removed,
        added_text=added_text,
        removed_text=removed_text,
        shown=isinstance(patch, str) or not row.get("changes"),
    )


def changes_and_commits(client: GitHub, base: str, head: str) -> tuple[Changes | None, Parents]:
    """Return what `changes_between` returns, and the newest of the commits between both with their parents.

    GitHub lists up to 250 commits, those of merged branches included:
    https://docs.github.com/en/rest/commits/commits#compare-two-commits

    Raises:
        ForgeError: a request to GitHub failed.
    """
    try:
        data = client.get(f"/compare/{base}...{head}")
    except NotFoundError:
        return None, {}
    merge_base = str(data["merge_base_commit"]["sha"])
    return (_changes(data, base, head), _parents(data)) if merge_base == base else (None, {})


_UNKNOWN: Parents = {}


def first_parents(client: GitHub, commit: str, known: Parents = _UNKNOWN) -> Iterator[str]:
    """Yield the first-parent ancestors of `commit`, the nearest first, at most `MAX_ANCESTORS`.

    A request is sent only when the next ancestor is needed and unknown.

    Args:
        client: the client to ask for commits that are not known.
        commit: where to begin; it is not yielded itself.
        known: the parents of some commits, such as `Origin.parents`.

    Raises:
        ForgeError: a request to GitHub failed.
    """
    parents = {sha: found[0] if found else "" for sha, found in known.items()}
    return islice(_ancestors(client, commit, parents), MAX_ANCESTORS)


def _ancestors(client: GitHub, commit: str, parents: dict[str, str]) -> Iterator[str]:
    rows: Iterator[Any] | None = None
    while commit:
        while commit not in parents:
            rows = rows or islice(client.pages("/commits", sha=commit), MOST_LISTED)
            row = next(rows, None)
            if row is None:
                return
            parents[row["sha"]] = row["parents"][0]["sha"] if row["parents"] else ""
        commit = parents.pop(commit)
        if commit:
            yield commit
