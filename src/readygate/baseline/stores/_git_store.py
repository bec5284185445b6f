"""Keep the files of a store under a ref of the repository, read and written by GitHub's API without a checkout.

A history is read by its path, in one request. An update reads the newest commit and the history at that commit by
`query_newest`, and adds a commit to a branch by `append_commit`: two requests. Where that is not possible, the REST API
creates a tree and a commit and moves the ref without force. If another run was faster, GitHub refuses, and the update
is repeated on the newer commit, so that no result is lost. https://docs.github.com/en/rest/git

To limit the size of the history, every `SQUASH_AFTER`th commit is replaced by one without a parent. The commits before
it, and with them the removed files, become unreachable, and GitHub deletes them. This update is not a fast forward;
`GitRef.replace` makes it with compare-and-swap.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from readygate.baseline.stores import Change, File, Store
from readygate.baseline.stores._append_commit import append_commit
from readygate.baseline.stores._git_ref import GitRef
from readygate.baseline.stores._git_refusals import is_rule, refusal, unreadable
from readygate.baseline.stores._git_state import Newest, State, Tip, query_newest
from readygate.baseline.stores._git_tree import list_tree, write_tree
from readygate.github.client import GitHub
from readygate.support.deadline import jitter
from readygate.support.errors import (
    ForgeError,
    NotFoundError,
    PermissionDeniedError,
    StoreError,
    TimeBudgetError,
    UnusableError,
)
from readygate.support.git_names import blob_id, is_sha

LARGEST = 100 << 20
"""Largest file in bytes: GitHub sends no larger one."""
TRIES = 40
"""Attempts at one update; the time budget of the step usually ends before them."""
LONGEST_PAUSE = 6.0
SQUASH_AFTER = 50
"""Commits after which the next one is replaced by one without a parent."""

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
        self._history_path = ""
        self.git_ref = GitRef(client, ref)
        self.ref, self.branch = ref, self.git_ref.branch
        self.where = f"{f'branch {self.branch}' if self.branch else ref} of {client.repository}"

    def store(self) -> Store:
        return Store(where=self.where, history=self.history, fetch=self.fetch, update=self.update)

    def history(self, path: str, _line: Iterator[str]) -> bytes | None:
        try:
            if self.records:
                return self._history_to_update(path)
            revision = self.ref if self.branch else self.git_ref.resolve()
            return self._content(path, revision) if revision else None
        except ForgeError as error:
            raise unreadable(error, self.where) from error

    def _history_to_update(self, path: str) -> bytes | None:
        """Read the history of the state that an update builds on; called again, read it again."""
        if self._state is None:
            self._history_path = path
            self._state = self._read_state()
            if path in self._state.files:
                return self._state.files[path]
        return self._state.read_ahead(path)

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
            commit = revision if is_sha(revision) else self.git_ref.find()
            if not commit:
                return None
            files, complete = list_tree(self.client, commit)
            if path in files or not complete:
                raise
            return None

    def update(self, change: Change) -> None:
        """Apply a change by compare-and-swap.

        Raises:
            PermissionDeniedError: the token has no permission to write contents.
            StoreError: all attempts failed, or GitHub refuses for another reason.
        """
        sent: set[str] = set()
        for attempt in range(TRIES):
            try:
                state = self._state or self._read_state()
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

    def _read_state(self) -> State:
        """Read the newest commit, and the history if it was read before."""
        path = self._history_path or README_PATH
        newest = query_newest(self.client, self.ref, path) or self.git_ref.newest()
        state = State(self._tip(newest) if newest else Tip(), self._content)
        if newest and newest.data is not None:
            state.add(path, newest.data)
        return state

    def _tip(self, newest: Newest) -> Tip:
        message = newest.message
        found = _COUNT.search(message) if message.startswith(f"{_SUBJECT}\n\n") else None
        if found is None and not (self._content(README_PATH, newest.commit) or b"").startswith(_TITLE.encode()):
            raise StoreError(
                f"the {'branch' if self.branch else 'ref'} was not created by Readygate, so nothing is written to it",
                where=self.where,
                why="the input `baseline` names one that holds something else",
                todo="name one that does not exist yet, or delete this one if nobody needs it",
            )
        count = int(found[1]) if found else SQUASH_AFTER
        return Tip(commit=newest.commit, tree=newest.tree, count=count, repository=newest.repository)

    def _commit(self, state: State, edits: dict[str, File | None], sent: set[str]) -> bool:
        """Write one commit on a state; return False if another run moved the ref."""
        tip = state.tip
        if not tip.commit and any(edits.values()):
            text = README if self.branch else README.replace("This branch", f"The ref {self.ref}")
            edits.setdefault(README_PATH, File(data=text.encode()))
        due = tip.count and tip.count % SQUASH_AFTER == 0
        if due and tip.repository and self._squash(tip, edits, sent):
            return True
        commit = self._append(state, edits)
        if commit is not None:
            return bool(commit)
        tree = write_tree(self.client, tip.tree, edits, sent)
        if tree == tip.tree:
            return True
        commit = self._put_commit(tree, tip.count + 1, *filter(None, [tip.commit]))
        return self.git_ref.forward(tip, commit) if tip.commit else self.git_ref.begin(commit)

    def _squash(self, tip: Tip, edits: dict[str, File | None], sent: set[str]) -> bool:
        """Replace the newest commit by one without a parent that has the edits, too; return whether this is done."""
        try:
            root = self._put_commit(write_tree(self.client, tip.tree, edits, sent), 1)
        except TimeBudgetError:
            raise
        except ForgeError:
            return False
        return self.git_ref.replace(tip, root)

    def _put_commit(self, tree: str, count: int, *parents: str) -> str:
        body = {"message": _message(count), "tree": tree, "parents": parents}
        return str(self.client.put_object("/git/commits", body)["sha"])

    def _append(self, state: State, edits: dict[str, File | None]) -> str | None:
        """Add a commit as `append_commit` does; None as well if the store is no branch, or nothing may have changed."""
        tip, changed = state.tip, state.changed(edits)
        if not (self.branch and tip.commit and changed):
            return None

        def added() -> str:
            newest = self.git_ref.resolve()
            if newest in ("", tip.commit):
                return ""
            return newest if all(self._content(path, newest) == data for path, data in changed.items()) else ""

        return append_commit(self.client, self.branch, tip.commit, _message(tip.count + 1), edits, added)


def _message(count: int) -> str:
    return f"{_SUBJECT}\n\nReadygate-Commits: {count}\n"
