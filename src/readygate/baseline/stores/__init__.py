"""Stores of baselines: one module each, with a `STORE`. A store holds bytes by name and does not interpret them.

The input `baseline` selects a store by its scheme: `scheme` or `scheme:rest`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.support.errors import SettingsError
from readygate.support.registry import members

Load = Callable[[str], bytes]
Change = Callable[[tuple[str, ...], Load], Mapping[str, bytes | None]]
"""Gets the names in the store and a function that reads them; returns new bytes by name, None to delete a name."""


class Store(Struct, frozen=True, kw_only=True):
    """An open store; its functions raise StoreError or ForgeError.

    Attributes:
        where: the store in error messages.
        names: returns all names; none for a store that does not exist yet.
        load: returns the bytes of one name.
        update: applies a change to the newest state; if another run changes the state meanwhile, it tries again.
    """

    where: str
    names: Callable[[], tuple[str, ...]]
    load: Callable[[str], bytes]
    update: Callable[[Change], None]


class Opening(Struct, frozen=True, kw_only=True):
    """Arguments for opening a store.

    Attributes:
        rest: the input `baseline` after the colon.
        workspace: base of relative paths.
        client: the GitHub client, None without a token.
        gate: store key of the gate.
        branch: the base branch, empty if unknown.
        run_id: this workflow run, 0 outside of GitHub.
        folder: folder for the files of this run, None if the input `report` is empty.
    """

    rest: str = ""
    workspace: Path = Path()
    client: GitHub | None = None
    gate: str = ""
    branch: str = ""
    run_id: int = 0
    folder: Path | None = None


class StoreKind(Struct, frozen=True, kw_only=True):
    """One kind of store.

    Attributes:
        scheme: its name in the input `baseline`.
        title: its description in the documentation.
        open: opens a store.
        writes: False if the workflow must upload what `update` writes to a file.
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
    gate: str = "",
    branch: str = "",
    run_id: int = 0,
    folder: Path | None = None,
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
                    gate=gate,
                    branch=branch,
                    run_id=run_id,
                    folder=folder,
                )
            )
    raise SettingsError((f"no store is called {scheme!r}; there are {', '.join(k.scheme for k in all_stores())}",))
