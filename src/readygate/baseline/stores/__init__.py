"""Stores of baselines: one module each, `STORE`. A store holds named bytes; what they mean is not its business.

A store is chosen by its scheme: the input `baseline` is `scheme` or `scheme:rest`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from readygate.support.errors import SettingsError
from readygate.support.registry import members

if TYPE_CHECKING:
    from readygate.github.client import GitHub

Load = Callable[[str], bytes]
Change = Callable[[tuple[str, ...], Load], Mapping[str, bytes | None]]
"""From the names in the store, and a way to read them, to the new bytes of some; None takes a name away."""


class Store(Struct, frozen=True, kw_only=True):
    """An open store; all three raise StoreError or ForgeError.

    Attributes:
        where: what it is called in messages.
        names: lists all names; none for a store that does not exist yet.
        load: the bytes of one name.
        update: applies a change to the newest state; if the state moves meanwhile, the change is made again.
    """

    where: str
    names: Callable[[], tuple[str, ...]]
    load: Callable[[str], bytes]
    update: Callable[[Change], None]


class Opening(Struct, frozen=True, kw_only=True):
    """What a store is opened with.

    Attributes:
        rest: what follows the colon of its name.
        workspace: the folder that relative paths begin at.
        hub: the session with GitHub, None without one.
        gate: the gate's name as part of a name in the store.
        branch: the base branch, empty if unknown.
        run_id: the workflow run that asks, 0 outside of one.
        folder: where the files of this run go, None if none were asked for.
    """

    rest: str = ""
    workspace: Path = Path()
    hub: GitHub | None = None
    gate: str = ""
    branch: str = ""
    run_id: int = 0
    folder: Path | None = None


class StoreKind(Struct, frozen=True, kw_only=True):
    """One kind of store.

    Attributes:
        scheme: how the input names it.
        title: what it is, for the documentation.
        open: makes a store.
        writes: `update` stores; False where the workflow does, and `update` only writes the file for it.
    """

    scheme: str
    title: str
    open: Callable[[Opening], Store]
    writes: bool = True


@cache
def all_stores() -> tuple[StoreKind, ...]:
    """Every kind of store of the folder."""
    return members(import_module(__name__), "STORE", StoreKind)


def open_store(
    url: str,
    workspace: Path,
    hub: GitHub | None,
    *,
    gate: str = "",
    branch: str = "",
    run_id: int = 0,
    folder: Path | None = None,
) -> Store:
    """Open the store that `url` names; the rest is what `Opening` says.

    Raises:
        SettingsError: there is no such kind, or it needs GitHub and there is no token.
    """
    scheme, _, rest = url.partition(":")
    for kind in all_stores():
        if kind.scheme == scheme:
            return kind.open(
                Opening(rest=rest, workspace=workspace, hub=hub, gate=gate, branch=branch, run_id=run_id, folder=folder)
            )
    raise SettingsError((f"no store is called {scheme!r}; there are {', '.join(k.scheme for k in all_stores())}",))
