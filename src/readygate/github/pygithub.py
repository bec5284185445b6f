"""Loads PyGithub without what it needs for things that are not done here.

PyGithub imports PyJWT and PyNaCl when it starts, and with them cryptography: a third of its time, for logins of GitHub
Apps and for secrets. Here a token is at hand. Both are loaded after all if something asks them for anything.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module that is loaded when something is taken from it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for these; they need no module
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def load() -> ModuleType:
    """Import PyGithub."""
    if "github" in sys.modules:
        return sys.modules["github"]
    jwt, nacl = _Later("jwt"), _Later("nacl")
    nacl.encoding, nacl.public = _Later("nacl.encoding"), _Later("nacl.public")  # type: ignore[attr-defined]
    stand_ins = {module.__name__: module for module in (jwt, nacl) if module.__name__ not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        return import_module("github")
    finally:  # whoever imports them from now on gets the real ones
        for name in stand_ins:
            del sys.modules[name]
