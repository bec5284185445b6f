"""The store `branch`: an orphan branch of the repository itself, by the git data API. No service, no checkout.

Every update is a tree, a commit on the newest tip, and an update of the ref without force: GitHub answers "Update is
not a fast forward" if another run was faster, and the change is made again on the new tip. Nothing is ever lost.
https://docs.github.com/en/rest/git
"""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readygate.errors import ForgeError, NotFoundError, PermissionDeniedError, SettingsError, StoreError
from readygate.github.client import GitHub
from readygate.stores import Change, Store, StoreKind

BRANCH = "readygate-data"
TRIES = 12
_CONFLICT = (409, 422)

README = """# Data of Readygate

This branch is written by Readygate and by nothing else: what each commit of the base branch measured, so that pull
requests can be compared with it. It shares no history with the code. Deleting it is safe: the next run on the base
branch starts it again, and pull requests have no baseline until then.
"""


def open_branch(name: str, _workspace: Path, hub: GitHub | None) -> Store:
    """Open the branch; it need not exist before the first update.

    Raises:
        SettingsError: there is no session with GitHub.
    """
    if hub is None:
        raise SettingsError(
            ("the baseline is kept on a branch and the input `token` is empty",),
            todo="give the token, or choose another store by the input `baseline`",
        )
    return _Branch(hub, name or BRANCH).store()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tip:
    """The state of the branch: its commit, its tree, and the blob of every name; empty before the first update."""

    commit: str = ""
    tree: str = ""
    blobs: Mapping[str, str]


class _Branch:
    def __init__(self, hub: GitHub, branch: str) -> None:
        self.hub = hub
        self.branch = branch
        self.where = f"branch {branch} of {hub.repository}"
        self.known: Mapping[str, str] | None = None

    def store(self) -> Store:
        return Store(where=self.where, names=self.names, load=self.load, update=self.update)

    def names(self) -> tuple[str, ...]:
        if self.known is None:
            self.known = self._blobs(self.branch)
        return tuple(sorted(self.known))

    def load(self, name: str) -> bytes:
        self.names()
        return self._read(name, (self.known or {})[name])

    def _read(self, name: str, sha: str) -> bytes:
        try:
            return base64.b64decode(self.hub.get(f"/git/blobs/{sha}")["content"])
        except ForgeError as error:
            raise StoreError(
                f"the stored {name} cannot be read ({error.what})", where=self.where, todo="run the job again"
            ) from error

    def _blobs(self, tree: str) -> Mapping[str, str]:
        """The blobs of a branch or tree; none if there is no such branch.

        Raises:
            StoreError: there is one and it cannot be read: never the same as none.
        """
        try:
            data = self.hub.get(f"/git/trees/{tree}", recursive=1)
        except NotFoundError:
            return {}
        except ForgeError as error:
            if error.status == 409:
                return {}
            raise StoreError(
                f"the stored results cannot be read ({error.what})",
                where=self.where,
                why="GitHub is disturbed, or the job lacks the permission `contents: read`",
                todo="run the job again, or add the permission",
            ) from error
        if data.get("truncated"):
            raise StoreError(
                "GitHub lists only a part of the branch",
                where=self.where,
                todo="delete the branch; it fills again",
            )
        return {row["path"]: row["sha"] for row in data["tree"] if row["type"] == "blob"}

    def update(self, change: Change) -> None:
        """Apply a change by compare-and-swap.

        Raises:
            PermissionDeniedError: the token may not write contents.
            StoreError: the branch kept moving, or GitHub refuses for another reason.
        """
        uploaded: dict[bytes, str] = {}
        for attempt in range(TRIES):
            tip = self._tip()
            blobs = tip.blobs
            edits = dict(change(tuple(sorted(blobs)), lambda name, blobs=blobs: self._read(name, blobs[name])))  # type: ignore[misc]
            if not tip.commit:
                edits.setdefault("README.md", README.encode())
            if not edits:
                return
            try:
                if self._commit(tip, edits, uploaded):
                    self.known = None
                    return
            except PermissionDeniedError:
                raise
            except ForgeError as error:
                raise StoreError(
                    f"the results could not be stored ({error.what})",
                    where=self.where,
                    why="a rule protects the branch, or GitHub is disturbed",
                    todo="take the branch out of rulesets that cover all branches, and run the job again",
                ) from error
            time.sleep(random.uniform(0, min(0.1 * 2**attempt, 3)))  # noqa: S311  (jitter, no secret)
        raise StoreError(
            f"the branch moved {TRIES} times while the results were being stored",
            where=self.where,
            why="many runs store at once",
            todo="run the job again",
        )

    def _tip(self) -> _Tip:
        try:
            commit = self.hub.get(f"/git/ref/heads/{self.branch}")["object"]["sha"]
            tree = self.hub.get(f"/git/commits/{commit}")["tree"]["sha"]
        except NotFoundError:
            return _Tip(blobs={})
        return _Tip(commit=commit, tree=tree, blobs=self._blobs(tree))

    def _commit(self, tip: _Tip, edits: Mapping[str, bytes | None], uploaded: dict[bytes, str]) -> bool:
        """Write one commit on `tip`; False if the branch has moved meanwhile."""
        entries: list[dict[str, Any]] = []
        for name, data in sorted(edits.items()):
            if data is None and name not in tip.blobs:
                continue
            if data is not None and data not in uploaded:
                blob = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
                uploaded[data] = self.hub.post("/git/blobs", blob, repeatable=True)["sha"]
            sha = None if data is None else uploaded[data]
            entries.append({"path": name, "mode": "100644", "type": "blob", "sha": sha})
        tree = {"tree": entries, **({"base_tree": tip.tree} if tip.tree else {})}
        made = self.hub.post("/git/trees", tree, repeatable=True)["sha"]
        parents = [tip.commit] if tip.commit else []
        body = {"message": "Store results", "tree": made, "parents": parents}
        commit = self.hub.post("/git/commits", body, repeatable=True)["sha"]
        try:
            if tip.commit:
                self.hub.patch(f"/git/refs/heads/{self.branch}", {"sha": commit, "force": False})
            else:
                self.hub.post("/git/refs", {"ref": f"refs/heads/{self.branch}", "sha": commit})
        except ForgeError as error:
            if error.status not in _CONFLICT:
                raise
            if "fast forward" in error.what or "already exists" in error.what or error.status == 409:
                return False
            raise
        return True


STORE = StoreKind(scheme="branch", title="an orphan branch of the repository", open=open_branch)
