"""Loads of PyGithub what carries requests, without what it needs for things that are not done here.

Whoever imports PyGithub gets all of its hundred and fifty modules, and with PyJWT and PyNaCl cryptography, for logins
of GitHub Apps and for secrets; requests, on which it is built, looks for libraries that guess the encoding of a text.
That is two thirds of their time. Here a token is at hand and JSON is UTF-8, so its requester alone is loaded.
Everything else is loaded after all if something asks for it.
"""

from __future__ import annotations

import sys
import typing
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

from readygate.model import late

if TYPE_CHECKING:
    from logging import Logger

    from github.Requester import Requester

_PARTS = ("Consts", "GithubException", "GithubObject", "Requester", "Auth")
"""What a requester needs, in the order in which each needs those before it."""

_UNUSED = ("jwt", "nacl", "nacl.encoding", "nacl.public", "idna", "zipfile")
"""For logins of apps, secrets, hosts in other scripts and files from packed libraries."""
_GUESSERS = ("chardet", "charset_normalizer")
_METADATA = "importlib.metadata"
_VERSION = "3.0.2"
"""What requests, which only asks in order to warn, takes from either of them."""

_LOADING = Lock()


class _Typing(late.Module):
    """Stands for a copy of `typing` with more in it: it has to look at `typing` closely before it can be loaded."""

    def __getattr__(self, name: str) -> Any:
        return getattr(typing, name) if hasattr(typing, name) else super().__getattr__(name)


class _Package(ModuleType):
    """A package whose own module runs when something is taken from it that is not one of the parts loaded so far."""

    __spec__: ModuleSpec

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or type(self) is not _Package:
            raise AttributeError(name)
        self.__class__ = _Loaded
        assert self.__spec__.loader is not None  # noqa: S101  (it was found by one)
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


class _Loaded(_Package):
    """A package whose own module has run, or runs."""


def requester(token: str, api_url: str, *, timeout: int, user_agent: str) -> Requester:
    """Make what sends requests, without retries and pauses of its own.

    Args:
        token: to authenticate with.
        api_url: of the API.
        timeout: of one request, in seconds.
        user_agent: what it calls itself.
    """
    github = load()
    github.Requester.Requester.injectLogger(_silent())
    made: Requester = github.Requester.Requester(
        auth=github.Auth.Token(token),
        base_url=api_url,
        timeout=timeout,
        user_agent=user_agent,
        per_page=30,
        verify=True,
        retry=None,
        pool_size=None,
        lazy=True,
    )
    return made


def _silent() -> Logger:
    """A logger that takes nothing: an answer can repeat the token, and PyGithub logs answers whole."""
    from logging import Logger  # noqa: PLC0415  (urllib3 has loaded it)

    silent = Logger("readygate.pygithub")
    silent.disabled = True
    return silent


def load() -> ModuleType:
    """Import what is needed of PyGithub; of several threads one does."""
    with _LOADING:
        return sys.modules["github"] if "github" in sys.modules else _load()


def _load() -> ModuleType:
    named = (*_UNUSED, "github.InstallationAuthorization", *filter(find_spec, _GUESSERS), _METADATA)
    modules: dict[str, ModuleType] = {name: late.Module(name) for name in named}
    for name, module in modules.items():
        package, _, own = name.rpartition(".")
        if package in modules:
            setattr(modules[package], own, module)
        if name in _GUESSERS:
            module.__dict__["__version__"] = _VERSION
    # urllib3 takes this from it, for a protocol that is not used here
    modules[_METADATA].__dict__["version"] = lambda name: import_module(_METADATA).version(name)
    # named in annotations, which nobody evaluates
    modules["github.InstallationAuthorization"].__dict__["InstallationAuthorization"] = object
    with late.stand_ins(late.Expressions(), _Typing("typing_extensions"), *modules.values()):
        return _parts()


def _parts() -> ModuleType:
    spec = find_spec("github")
    if spec is None:
        return import_module("github")  # which says that it is not there
    bare = module_from_spec(spec)
    bare.__class__ = _Package
    sys.modules["github"] = bare
    try:
        for name in _PARTS:
            import_module(f"github.{name}")
    except (ImportError, AttributeError):  # another version, whose parts need more of each other
        for name in [name for name in sys.modules if name.partition(".")[0] == "github"]:
            del sys.modules[name]
        return import_module("github")
    return bare
