"""Normalize the paths of one coverage report, and tell what each of them is relative to."""

from enum import Enum

from msgspec import Struct

from readygate.model.paths import PathRules, RepositoryFiles, is_rooted, map_path, normalise, printable
from readygate.support.source_files import strip_checkout


class Kind(Enum):
    """What a path of a report is relative to."""

    MAPPED = "the root of the repository, as the user says"
    REPOSITORY = "the root of the repository"
    FOLDER = "an unknown folder of the repository"
    MACHINE = "a folder of another machine, or a module"


class ReportPath(Struct, frozen=True):
    """A normalized path, without the root of the repository; `alone` if the report allows no other for the file."""

    text: str
    kind: Kind
    alone: bool = False


Groups = tuple[tuple[ReportPath, ...], ...]
"""The paths that one file may have, by rank; those of equal rank differ in their roots only."""


class ReportPaths:
    """Reads the paths of a report; `has_modules` if they begin with the path of a module."""

    def __init__(self, files: RepositoryFiles, rules: PathRules, report: str, *, has_modules: bool) -> None:
        self._files = files
        self._rules = rules
        self._maps = rules.maps_of(report)
        self._has_modules = has_modules

    def of(self, candidates: tuple[str, ...]) -> Groups:
        """Return the paths that one file may have, which a report allows in this order."""
        alone = len(candidates) == 1
        paths = [path for raw in candidates if (path := self._path(raw, alone=alone)) is not None]
        last = f"/{paths[-1].text}" if paths else ""
        if len(paths) > 2 and all(f"/{path.text}".endswith(last) for path in paths[:-1]):
            return (tuple(paths[:-1]), (paths[-1],))
        return tuple((path,) for path in paths)

    def _path(self, raw: str, *, alone: bool) -> ReportPath | None:
        """Return the path of a candidate; None if it is empty or has control characters."""
        if printable(raw) != raw:
            return None
        if "\\" in raw and raw in self._files:
            return ReportPath(raw, Kind.MAPPED)
        path = normalise(raw)
        mapped = map_path(path, self._maps)
        if mapped != path:
            return ReportPath(mapped, Kind.MAPPED)
        if not path:
            return None
        if not is_rooted(path):
            return ReportPath(
                path, Kind.MACHINE if self._has_modules and not raw.startswith(".") else Kind.FOLDER, alone
            )
        inside = self._rules.below_root(path) or strip_checkout(path)
        return ReportPath(inside, Kind.REPOSITORY if inside != path else Kind.MACHINE)
