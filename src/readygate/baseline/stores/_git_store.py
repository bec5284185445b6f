"""Keep the files of a store under a ref of the repository, read and written by GitHub's API without a checkout.

A history is read by its path, in one request. An update reads the newest commit and the history at that commit, and
adds a commit: three requests for a branch, by `append_commit`. Where that is not possible, it creates a tree and a
commit and updates the ref without force: five requests. If another run was faster, GitHub refuses, and the update is
repeated on the newer commit, so that no result is lost. https://docs.github.com/en/rest/git

To limit the size of the history, every `SQUASH_AFTER`th commit is replaced by one without a parent. The commits before
it, and with them the removed files, become unreachable, and GitHub deletes them. This update is not a fast forward;
`squash_history` makes it with compare-and-swap.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from readygate.baseline.stores import Change, File, Store
from readygate.baseline.stores._append_commit import append_commit
from readygate.baseline.stores._git_refusals import is_moved, is_rule, refusal, unreadable
from readygate.baseline.stores._git_state import State, Tip
from readygate.baseline.stores._git_tree import list_tree, write_tree
from readygate.baseline.stores._squash_history import squash_history
from readygate.github.client import GitHub
from readygate.support.deadline import jitter
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, StoreError, UnusableError
from readygate.support.git_names import blob_id, is_sha

LARGEST = 100 << 20
"""Largest file in bytes: GitHub sends no larger one."""
TRIES = 40
"""Attempts at one update; the time budget of the step usually ends before them."""
LONGEST_PAUSE = 6.0
SQUASH_AFTER = 50
"""Commits after which the next one is replaced by one without a parent."""

_HEADS = "refs/heads/"
_SUBJECT = "Store results"
_COUNT = re.compile(r"^Readygate-Commits: (\d{1,6})$", re.MULTILINE)

README_PATH = "README.md"
_TITLE = "# Data of Readygate"
README = f"""{_TITLE}

This branch is written by Readygate and by nothing else: what each commit of the base branch measured, so that pull
requests can be compared with it. It shares no history with the code. Deleting it is safe: the next run on the base
branch starts it again, and pull requests have no baseline until then.
"""


class GitStore:
    """The files under one ref, which is given by its full name and which the first update creates."""

    def __init__(self, client: GitHub, ref: str, *, records: bool = False) -> None:
        self.client = client
        self.records = records
        self._state: State | None = None  # that an update may build on
        self.ref = ref
        self.branch = ref.removeprefix(_HEADS) if ref.startswith(_HEADS) else ""
        self.where = f"{f'branch {self.branch}' if self.branch else ref} of {client.repository}"

    def store(self) -> Store:
        return Store(where=self.where, history=self.history, fetch=self.fetch, update=self.update)

    def history(self, path: str, _line: Iterator[str]) -> bytes | None:
        try:
            if self.records:
                self._state = self._state or State(self._tip(), self._content)
                return self._state.read_ahead(path)
            revision = self.ref if self.branch else self._resolve()
            return self._content(path, revision) if revision else None
        except ForgeError as error:
            raise unreadable(error, self.where) from error

    def fetch(self, path: str, blob: str) -> bytes:
        if not is_sha(blob):
            raise StoreError(f"the id of {path} is not a blob id", where=self.where)
        problem = StoreError(
            f"what GitHub sent as {path} does not match its id", where=self.where, todo="run the job again"
        )
        for _ in range(2):  # what was spoilt or not found is requested again, as GitHub may err once
            try:
                data = self.client.raw(f"/git/blobs/{blob}", LARGEST)
            except NotFoundError as error:
                problem = UnusableError(
                    f"GitHub has no blob of the stored {path} ({error.what})",
                    where=self.where,
                    why="another program than Readygate changed the files, or GitHub lost it",
                    todo="run the workflow on the base branch again, which stores new results",
                )
                continue
            except ForgeError as error:
                raise StoreError(
                    f"the stored {path} cannot be read ({error.what})", where=self.where, todo="run the job again"
                ) from error
            if blob_id(data) == blob:
                return data
        raise problem

    def _content(self, path: str, revision: str) -> bytes | None:
        """Return the file at a path of a ref or commit, None if there is no such file.

        A second endpoint must confirm that the file is missing: one wrong 404 must not look like an empty store.

        Raises:
            ForgeError: the file cannot be read.
        """
        try:
            return self.client.raw(f"/contents/{quote(path)}", LARGEST, ref=revision)
        except NotFoundError:
            commit = revision if is_sha(revision) else self._find()
            if not commit:
                return None
            files, complete = list_tree(self.client, commit)
            if path in files or not complete:
                raise
            return None

    def _find(self) -> str:
        """Return the commit that the ref points to, empty if there is no such ref, by the endpoint that lists refs."""
        try:
            rows = self.client.rows(f"/git/matching-refs/{self._short}")
        except ForgeError as error:
            if error.status == 409:  # a repository without any commit
                return ""
            raise
        return next((str(row["object"]["sha"]) for row in rows if row["ref"] == self.ref), "")

    @property
    def _short(self) -> str:
        return quote(self.ref.removeprefix("refs/"))

    def _resolve(self) -> str:
        """Return the commit that the ref points to, empty if two endpoints agree that there is no such ref."""
        found = self._once_more(lambda: self.client.get(f"/git/ref/{self._short}"))
        return str(found["object"]["sha"]) if found else ""

    def _once_more(self, look: Any) -> Any:
        """Return what `look` finds, None if the list of refs confirms that the ref is missing.

        Another run may create the ref between both requests, but only once.
        """
        for again in (True, False):
            try:
                return look()
            except ForgeError as error:
                if not (isinstance(error, NotFoundError) or error.status == 409):
                    raise
                if not self._find():
                    return None
                if not again:
                    raise
        raise AssertionError("the second answer returns or raises")

    def update(self, change: Change) -> None:
        """Apply a change by compare-and-swap.

        Raises:
            PermissionDeniedError: the token has no permission to write contents.
            StoreError: all attempts failed, or GitHub refuses for another reason.
        """
        sent: set[str] = set()
        for attempt in range(TRIES):
            try:
                state = self._state or State(self._tip(), self._content)
                self._state = None
                edits = dict(change(state.read))
                if not edits or self._commit(state, edits, sent):
                    return
            except ForgeError as error:
                if isinstance(error, PermissionDeniedError) and not is_rule(error):
                    raise
                raise refusal(error, self.where, self.branch) from error
            self.client.deadline.wait(jitter(min(0.2 * 2**attempt, LONGEST_PAUSE)))
        raise StoreError(
            f"the {'branch' if self.branch else 'ref'} moved {TRIES} times while the results were being stored",
            where=self.where,
            why="many runs store at once",
            todo="run the job again",
        )

    def _tip(self) -> Tip:
        sha, commit = self._newest()
        if not sha:
            return Tip()
        message = str(commit["message"])
        found = _COUNT.search(message) if message.startswith(f"{_SUBJECT}\n\n") else None
        if found is None and not (self._content(README_PATH, sha) or b"").startswith(_TITLE.encode()):
            raise StoreError(
                f"the {'branch' if self.branch else 'ref'} was not created by Readygate, so nothing is written to it",
                where=self.where,
                why="the input `baseline` names one that holds something else",
                todo="name one that does not exist yet, or delete this one if nobody needs it",
            )
        return Tip(commit=sha, tree=str(commit["tree"]["sha"]), count=int(found[1]) if found else SQUASH_AFTER)

    def _newest(self) -> tuple[str, Any]:
        """Return id and data of the commit that the ref points to, an empty id without a ref.

        The endpoint of branches takes one request and, unlike that of commits, sends no diff.
        """
        if not self.branch:
            sha = self._resolve()
            return sha, self.client.get(f"/git/commits/{sha}") if sha else None
        found = self._once_more(lambda: self.client.get(f"/branches/{quote(self.branch)}"))
        if not found or found["name"] != self.branch:  # GitHub redirects from the old name of a renamed branch
            return "", None
        return str(found["commit"]["sha"]), found["commit"]["commit"]

    def _commit(self, state: State, edits: dict[str, File | None], sent: set[str]) -> bool:
        """Write one commit on a state; return False if another run moved the ref."""
        tip = state.tip
        if not tip.commit and any(edits.values()):
            text = README if self.branch else README.replace("This branch", f"The ref {self.ref}")
            edits.setdefault(README_PATH, File(data=text.encode()))
        commit = self._append(state, edits)
        if commit is None:
            tree = write_tree(self.client, tip.tree, edits, sent)
            if tree == tip.tree:
                return True
            parents = [tip.commit] if tip.commit else []
            body = {"message": _message(tip.count + 1), "tree": tree, "parents": parents}
            commit = str(self.client.put_object("/git/commits", body)["sha"])
            if not (self._forward(tip, commit) if tip.commit else self._begin(commit)):
                return False
        if commit and tip.count and tip.count % SQUASH_AFTER == 0:
            squash_history(self.client, self.ref, commit, _message(1))
        return bool(commit)

    def _append(self, state: State, edits: dict[str, File | None]) -> str | None:
        """Add a commit as `append_commit` does; None as well if the store is no branch, or nothing may have changed."""
        tip, changed = state.tip, state.changed(edits)
        if not (self.branch and tip.commit and changed):
            return None

        def added() -> str:
            newest = self._newest()[0]
            if newest in ("", tip.commit):
                return ""
            return newest if all(self._content(path, newest) == data for path, data in changed.items()) else ""

        return append_commit(self.client, self.branch, tip.commit, _message(tip.count + 1), edits, added)

    def _forward(self, tip: Tip, commit: str) -> bool:
        try:
            made = self.client.patch(f"/git/refs/{self._short}", {"sha": commit, "force": False})
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            if is_moved(error) or (error.status == 422 and not is_rule(error) and self._resolve() != tip.commit):
                return False
            raise

    def _begin(self, commit: str) -> bool:
        def find() -> Mapping[str, Any] | None:
            sha = self._resolve()
            return {"object": {"sha": sha}} if sha else None

        try:
            made = self.client.create("/git/refs", {"ref": self.ref, "sha": commit}, find)
            return bool(made["object"]["sha"] == commit)
        except ForgeError as error:
            present = self._resolve() if error.status in (409, 422) and not is_rule(error) else ""
            if not present:
                raise
            return present == commit


def _message(count: int) -> str:
    return f"{_SUBJECT}\n\nReadygate-Commits: {count}\n"
