"""Stores of baselines: one module each, `STORE`. A store holds named bytes; what they mean is not its business.

A store is chosen by its scheme: the input `baseline` is `scheme` or `scheme:rest`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from readygate.errors import SettingsError
from readygate.registry import members

if TYPE_CHECKING:
    from readygate.github.client import GitHub

Load = Callable[[str], bytes]
Change = Callable[[tuple[str, ...], Load], Mapping[str, bytes | None]]
"""From the names in the store, and a way to read them, to the new bytes of some; None takes a name away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """One kind of store.

    Attributes:
        scheme: how the input names it.
        title: what it is, for the documentation.
        open: makes a store from what follows the colon, the workspace, and the session with GitHub.
    """

    scheme: str
    title: str
    open: Callable[[str, Path, GitHub | None], Store]


@cache
def all_stores() -> tuple[StoreKind, ...]:
    """Every kind of store of the folder."""
    return members(sys.modules[__name__], "STORE", StoreKind)


def open_store(url: str, workspace: Path, hub: GitHub | None) -> Store:
    """Open the store that `url` names.

    Raises:
        SettingsError: there is no such kind, or it needs GitHub and there is no token.
    """
    scheme, _, rest = url.partition(":")
    for kind in all_stores():
        if kind.scheme == scheme:
            return kind.open(rest, workspace, hub)
    raise SettingsError((f"no store is called {scheme!r}; there are {', '.join(k.scheme for k in all_stores())}",))
