"""The store `branch`: an orphan branch of the repository, written by the git data API without a checkout.

An update creates a tree, creates a commit on the newest tip, and updates the ref without force. If another run was
faster, GitHub answers "Update is not a fast forward", and the update is repeated on the new tip, so that no result is
lost. https://docs.github.com/en/rest/git

To limit the size of the branch, every `SQUASH_AFTER`th commit has no parent. The commits before it, and with them the
removed snapshots, become unreachable, and GitHub deletes them. This update is not a fast forward; `squash_history`
makes it with compare-and-swap.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.baseline.stores._squash_history import squash_history
from readygate.github.client import GitHub
from readygate.support.deadline import jitter
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, SettingsError, StoreError

BRANCH = "readygate-data"
TRIES = 40
"""Attempts at one update; the time budget of the step usually ends before them."""
LONGEST_PAUSE = 6.0
SQUASH_AFTER = 50
"""Commits after which the next one has no parent."""

_SUBJECT = "Store results"
_COUNT = re.compile(r"^Readygate-Commits: (\d{1,6})$", re.MULTILINE)

README = """# Data of Readygate

This branch is written by Readygate and by nothing else: what each commit of the base branch measured, so that pull
requests can be compared with it. It shares no history with the code. Deleting it is safe: the next run on the base
branch starts it again, and pull requests have no baseline until then.
"""


def open_branch(opening: Opening) -> Store:
    """Open the branch, which the first update creates.

    Raises:
        SettingsError: there is no token for GitHub.
    """
    if opening.client is None:
        raise SettingsError(
            ("the baseline is kept on a branch and the input `token` is empty",),
            todo="give the token, or choose another store by the input `baseline`",
        )
    return _Branch(opening.client, opening.rest or BRANCH).store()


class _Tip(Struct, frozen=True, kw_only=True):
    """The commit of the branch, its tree, and the blob of every name; empty before the first update.

    Attributes:
        count: commits since the last one without a parent, including this one.
    """

    commit: str = ""
    tree: str = ""
    count: int = 0
    blobs: Mapping[str, str]


class _Branch:
    def __init__(self, client: GitHub, branch: str) -> None:
        self.client = client
        self.branch = branch
        self.where = f"branch {branch} of {client.repository}"
        self.known: Mapping[str, str] | None = None

    def store(self) -> Store:
        return Store(where=self.where, names=self.names, load=self.load, update=self.update)

    def names(self) -> tuple[str, ...]:
        if self.known is None:
            self.known = self._blobs(self.branch)
        return tuple(sorted(self.known))

    def load(self, name: str) -> bytes:
        self.names()
        sha = (self.known or {})[name]
        try:
            data = base64.b64decode(self.client.get(f"/git/blobs/{sha}")["content"])
        except (ForgeError, ValueError, TypeError) as error:
            raise StoreError(
                f"the stored {name} cannot be read ({error.what if isinstance(error, ForgeError) else error})",
                where=self.where,
                todo="run the job again",
            ) from error
        if len(sha) == 40 and _blob_id(data) != sha:
            raise StoreError(
                f"GitHub's copy of {name} is not what its id says", where=self.where, todo="run the job again"
            )
        return data

    def _blobs(self, tree: str) -> Mapping[str, str]:
        """Return the blobs of a branch or tree; none if there is no such branch.

        Raises:
            StoreError: the branch exists and cannot be read, which must not look like an empty store.
        """
        try:
            data = self.client.get(f"/git/trees/{tree}", recursive=1)
            rows = {row["path"]: row["sha"] for row in data["tree"] if row["type"] == "blob"}
        except NotFoundError as error:
            if tree == self.branch and not self._exists():
                return {}
            raise self._unreadable(error) from error
        except ForgeError as error:
            if error.status == 409 and not self._exists():  # a repository without any commit
                return {}
            raise self._unreadable(error) from error
        if data.get("truncated"):
            raise StoreError(
                "GitHub lists only a part of the branch",
                where=self.where,
                todo="delete the branch; it fills again",
            )
        return rows

    def _exists(self) -> bool:
        """Return whether the branch exists, by another endpoint: one wrong 404 must not look like an empty store."""
        try:
            rows = self.client.rows(f"/git/matching-refs/heads/{self.branch}")
            return any(row["ref"] == f"refs/heads/{self.branch}" for row in rows)
        except ForgeError as error:
            if error.status == 409:
                return False
            raise self._unreadable(error) from error

    def _unreadable(self, error: ForgeError) -> StoreError:
        return StoreError(
            f"the stored results cannot be read ({error.what})",
            where=self.where,
            why="GitHub is disturbed, or the job lacks the permission `contents: read`",
            todo="run the job again, or add the permission",
        )

    def update(self, change: Change) -> None:
        """Apply a change by compare-and-swap.

        Raises:
            PermissionDeniedError: the token has no permission to write contents.
            StoreError: all attempts failed, or GitHub refuses for another reason.
        """
        uploaded: dict[bytes, str] = {}
        for attempt in range(TRIES):
            try:
                tip = self._tip()
                self.known = tip.blobs  # `load` must read the same state
                edits = dict(change(tuple(sorted(tip.blobs)), self.load))
                if not tip.commit:
                    edits.setdefault("README.md", README.encode())
                done = not edits or self._commit(tip, edits, uploaded)
            except PermissionDeniedError:
                raise
            except ForgeError as error:
                raise StoreError(
                    f"the results could not be stored ({error.what})",
                    where=self.where,
                    why="a rule protects the branch, or GitHub is disturbed",
                    todo="take the branch out of rulesets that cover all branches, and run the job again",
                ) from error
            self.known = None
            if done:
                return
            self.client.deadline.wait(jitter(min(0.2 * 2**attempt, LONGEST_PAUSE)))
        raise StoreError(
            f"the branch moved {TRIES} times while the results were being stored",
            where=self.where,
            why="many runs store at once",
            todo="run the job again",
        )

    def _tip(self) -> _Tip:
        sha = self._ref()
        if not sha:
            return _Tip(blobs={})
        commit = self.client.get(f"/git/commits/{sha}")
        tree, message = commit["tree"]["sha"], str(commit["message"])
        blobs = self._blobs(tree)
        found = _COUNT.search(message) if message.startswith(f"{_SUBJECT}\n\n") else None
        if found is None and blobs.get("README.md") != _blob_id(README.encode()):
            raise StoreError(
                "the branch was not begun by Readygate, so nothing is written to it",
                where=self.where,
                why="the input `baseline` names a branch that holds something else",
                todo="name a branch that does not exist yet, or delete this one if nobody needs it",
            )
        return _Tip(commit=sha, tree=tree, count=int(found[1]) if found else SQUASH_AFTER, blobs=blobs)

    def _ref(self) -> str:
        """Return the commit that the branch points to; empty without a branch."""
        for again in (True, False):
            try:
                return str(self.client.get(f"/git/ref/heads/{self.branch}")["object"]["sha"])
            except ForgeError as error:
                if not (isinstance(error, NotFoundError) or error.status == 409):
                    raise
                if not self._exists():
                    return ""
                if not again:  # another run may have created it between both requests, but only once
                    raise
        raise AssertionError("the second answer returns or raises")

    def _commit(self, tip: _Tip, edits: Mapping[str, bytes | None], uploaded: dict[bytes, str]) -> bool:
        """Write one commit on `tip` or instead of it; return False if another run moved the branch."""
        entries: list[dict[str, Any]] = []
        for name, data in sorted(edits.items()):
            if data is None and name not in tip.blobs:
                continue
            if data is not None and data not in uploaded:
                blob = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
                uploaded[data] = self.client.put_object("/git/blobs", blob)["sha"]
            sha = None if data is None else uploaded[data]
            entries.append({"path": name, "mode": "100644", "type": "blob", "sha": sha})
        if not entries:
            return True
        tree = {"tree": entries, **({"base_tree": tip.tree} if tip.tree else {})}
        made = self.client.put_object("/git/trees", tree)["sha"]
        if tip.count >= SQUASH_AFTER:
            done = squash_history(self.client, self.branch, tip.commit, self._write(made, [], 1))
            if done is not None:
                return done
        if tip.commit:
            return self._forward(self._write(made, [tip.commit], tip.count + 1))
        return self._begin(self._write(made, [], 1))

    def _write(self, tree: str, parents: list[str], count: int) -> str:
        message = f"{_SUBJECT}\n\nReadygate-Commits: {count}\n"
        return str(
            self.client.put_object("/git/commits", {"message": message, "tree": tree, "parents": parents})["sha"]
        )

    def _forward(self, commit: str) -> bool:
        try:
            made = self.client.patch(f"/git/refs/heads/{self.branch}", {"sha": commit, "force": False})
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            if error.status == 409 or (error.status == 422 and _moved(error)):
                return False
            raise

    def _begin(self, commit: str) -> bool:
        def find() -> Mapping[str, Any] | None:
            sha = self._ref()
            return {"object": {"sha": sha}} if sha else None

        ref = f"refs/heads/{self.branch}"
        try:
            made = self.client.create("/git/refs", {"ref": ref, "sha": commit}, find)
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            if error.status == 409 or (error.status == 422 and "already exists" in error.what):
                return self._ref() == commit
            raise


def _moved(error: ForgeError) -> bool:
    """Return whether another run was faster, or deleted the branch."""
    return any(text in error.what for text in ("fast forward", "does not exist"))


def _blob_id(data: bytes) -> str:
    """Return the object id that git gives a blob.

    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


STORE = StoreKind(scheme="branch", title="an orphan branch of the repository", open=open_branch)
