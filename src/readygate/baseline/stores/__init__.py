"""Stores of baselines: one module each, with a `STORE`. A store holds files by path and does not interpret them.

The input `baseline` selects a store by its scheme: `scheme` or `scheme:rest`. All stores hold the same tree of files;
docs/baseline.md describes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.support.errors import SettingsError
from readygate.support.registry import members


class File(Struct, frozen=True, kw_only=True):
    """A file to store.

    Attributes:
        data: its bytes.
        stored: the store holds the same bytes already, at any path; a store that knows blobs by id does not send them.
    """

    data: bytes
    stored: bool = False


Read = Callable[[str], bytes | None]
"""Returns the bytes at a path in one state of the store, None if there are none; called again, it reads them again."""
Change = Callable[[Read], Mapping[str, File | None]]
"""Returns edits of the state that it reads: None deletes a path, an empty mapping changes nothing."""


class Store(Struct, frozen=True, kw_only=True):
    """An open store; its functions raise StoreError or ForgeError, and never report unreadable files as missing.

    Attributes:
        where: the store in error messages.
        history: returns the history file at a path, None if the store or the file does not exist. The second argument
            is the line of commits before the run, nearest first: stores that hold one history per commit take the
            first one on the line, and each further commit may cost requests.
        fetch: returns the bytes of a path whose git blob id is given, verified. Several threads may call it at once.
            It raises UnusableError for a damaged file, and GoneError if the store no longer has the snapshot.
        update: applies a change to the newest state; if another run changes the state meanwhile, it tries again.
        notices: returns what was passed over while the history was read, for the log; one sentence each.
    """

    where: str
    history: Callable[[str, Iterator[str]], bytes | None]
    fetch: Callable[[str, str], bytes]
    update: Callable[[Change], None]
    notices: Callable[[], Iterable[str]] = tuple


class Opening(Struct, frozen=True, kw_only=True):
    """Arguments for opening a store.

    Attributes:
        rest: the input `baseline` after the colon.
        workspace: base of relative paths.
        client: the GitHub client, None without a token.
        branches: the base branch, and the default branch, from which it may have been created; those that are known.
        commit: the measured commit, empty if unknown.
        run_id: this workflow run, 0 outside of GitHub.
        folder: folder for the files of this run, None if the input `report` is empty.
        records: this run updates the store, so that what it reads first should be a state that it can build on.
    """

    rest: str = ""
    workspace: Path = Path()
    client: GitHub | None = None
    branches: tuple[str, ...] = ()
    commit: str = ""
    run_id: int = 0
    folder: Path | None = None
    records: bool = False


class StoreKind(Struct, frozen=True, kw_only=True):
    """One kind of store.

    Attributes:
        scheme: its name in the input `baseline`.
        title: its description in the documentation.
        open: opens a store.
        writes: False if the workflow must upload the files that `update` writes.
    """

    scheme: str
    title: str
    open: Callable[[Opening], Store]
    writes: bool = True


@cache
def all_stores() -> tuple[StoreKind, ...]:
    """Return every kind of store."""
    return members(import_module(__name__), "STORE", StoreKind)


def open_store(
    url: str,
    workspace: Path,
    client: GitHub | None,
    *,
    branches: tuple[str, ...] = (),
    commit: str = "",
    run_id: int = 0,
    folder: Path | None = None,
    records: bool = False,
) -> Store:
    """Open the store that `url` names; the other arguments are those of `Opening`.

    Raises:
        SettingsError: the kind is unknown, or needs a token and there is none.
    """
    scheme, _, rest = url.partition(":")
    for kind in all_stores():
        if kind.scheme == scheme:
            return kind.open(
                Opening(
                    rest=rest,
                    workspace=workspace,
                    client=client,
                    branches=branches,
                    commit=commit,
                    run_id=run_id,
                    folder=folder,
                    records=records,
                )
            )
    raise SettingsError((f"no store is called {scheme!r}; there are {', '.join(k.scheme for k in all_stores())}",))
