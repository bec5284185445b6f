"""Find the members of a registry: the modules of a folder, and the entry points of installed packages.

A new format, rule, store or output is one new module; nothing else is edited. Other packages can add formats and
rules through entry points: https://packaging.python.org/en/latest/specifications/entry-points/
"""

import importlib
import pkgutil
import sysconfig
from collections.abc import Collection
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from readygate.support.errors import PluginError

T = TypeVar("T")
E = TypeVar("E", bound="Extension")


class Extension(Struct, frozen=True, kw_only=True):
    """Base of the records that other packages can add.

    Attributes:
        name: the unique name within its registry.
        foreign: the distribution and version that it comes from, such as `acme-readygate 1.0`; empty for
            Readygate's own. `entry_point_members` sets it.
    """

    name: str
    foreign: str = ""

    @property
    def label(self) -> str:
        """The name, followed by the distribution if it is foreign."""
        return f"{self.name} (from {self.foreign})" if self.foreign else self.name


def members(package: ModuleType, constant: str, kind: type[T]) -> tuple[T, ...]:
    """Return the `constant` of each module in `package`, in the order of the module names.

    Modules whose name starts with an underscore are helpers of the folder and are skipped.

    Raises:
        TypeError: a module does not define the constant, or it is not a `kind`.
    """
    found = []
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.ispkg):
        if module.startswith("_"):
            continue
        name = f"{package.__name__}.{module}"
        value = getattr(importlib.import_module(name), constant, None)
        if not isinstance(value, kind):
            raise TypeError(f"{name} must define {constant}: {kind.__name__}")
        found.append(value)
    return tuple(found)


def entry_point_members(group: str, kind: type[E], taken: Collection[str] = ()) -> tuple[E, ...]:
    """Return the members that installed distributions add through the entry points of `group`.

    A distribution whose code belongs to the workspace (the working directory and the git checkout around it) is
    refused before any of it is imported, because a pull request could otherwise bring the code that judges it.

    Args:
        group: the group of entry points, such as `readygate.formats`.
        kind: the class that each entry point must yield an instance of.
        taken: the names of Readygate's own members.

    Returns:
        the members with `foreign` set, ordered by distribution and entry point.

    Raises:
        PluginError: a distribution is refused, cannot be imported, yields another type, or its name is taken.
    """
    names = dict.fromkeys(taken, "Readygate")
    found = []
    for point in sorted(entry_points(group=group), key=lambda point: (_label(point), point.name)):
        value = _load(point, kind)
        if value.name in names:
            raise _error(point, f"the name '{value.name}' is already used by {names[value.name]}")
        names[value.name] = _label(point)
        found.append(value)
    return tuple(found)


def _load(point: EntryPoint, kind: type[E]) -> E:
    workspace = _workspace()
    try:
        refused = _belongs_to(workspace, point)
    except Exception as error:
        raise _error(
            point,
            f"the origin of its code is unknown ({type(error).__name__}: {error})",
            why="its direct_url.json or its entry_points.txt is damaged",
            todo="install this distribution again, or uninstall it",
        ) from error
    if refused:
        raise _error(
            point,
            f"its code belongs to the workspace, {workspace}",
            why="a change must not bring the code that judges it",
            todo="install a released version of it, or run Readygate outside of its checkout",
        )
    try:
        value = point.load()
    except (Exception, SystemExit) as error:
        raise _error(point, f"cannot be imported ({type(error).__name__}: {error})") from error
    if not isinstance(value, kind):
        raise _error(point, f"must be an instance of {kind.__module__}.{kind.__name__}, got {type(value).__name__}")
    return replace(value, foreign=_label(point))


def _workspace() -> Path:
    """Return the top of the git checkout around the working directory, beyond submodules, or that directory."""
    here = Path.cwd().resolve()
    top = here
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            top = folder
            if (folder / ".git").is_dir():
                break
    return top


def _belongs_to(workspace: Path, point: EntryPoint) -> bool:
    """Return whether a distribution lies in the workspace, was installed from it, or is imported from it.

    The packages of the running interpreter are exempt where its virtual environment lies in the workspace:
    Readygate itself is imported from there.

    Raises:
        Exception: the metadata of the distribution are damaged.
    """
    own = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")]
    spec = PathFinder.find_spec(point.module.partition(".")[0])
    found = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    locations = [Path(each).resolve() for each in found if each]
    if point.dist is not None:
        locations.append(Path(str(point.dist.locate_file(""))).resolve())
    locations = [each for each in locations if not any(each.is_relative_to(folder) for folder in own)]
    if point.dist is not None and (source := _installed_from(point.dist)) is not None:
        locations.append(source)
    return any(each.is_relative_to(workspace) for each in locations)


class _DirectUrl(Struct):
    """Origin of a distribution: https://packaging.python.org/en/latest/specifications/direct-url-data-structure/."""

    url: str


def _installed_from(dist: Distribution) -> Path | None:
    """Return the local folder or file that a distribution was installed from (PEP 610); None for an index.

    Raises:
        ValueError: direct_url.json is damaged.
    """
    text = dist.read_text("direct_url.json")
    if text is None:
        return None
    url = urlsplit(msgspec.json.decode(text, type=_DirectUrl).url)
    if not url.scheme:
        raise ValueError("direct_url.json names no URL")
    return Path(url2pathname(url.path)).resolve() if url.scheme == "file" else None


def _label(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown distribution"


def _error(point: EntryPoint, what: str, *, why: str = "", todo: str = "") -> PluginError:
    return PluginError(
        f"the entry point {point.name} = {point.value} cannot be used: {what}",
        where=_label(point),
        why=why,
        todo=todo or "update or uninstall this distribution",
    )
