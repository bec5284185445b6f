"""Paths of reports and files of the repository.

Reports contain paths of the machine that measured: below another folder, with a drive letter, relative to a module, or
relative to one of several roots. `snapshot.place_report` places the files of a report; `Placer` finds the file that a
single path means, such as that of a stack trace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import unquote

from msgspec import Struct

from readygate.support.globs import paths_fit
from readygate.support.source_files import strip_checkout

_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DRIVE: Final = re.compile(r"[A-Za-z]:(?=[\\/])")
_THIRD_PARTY: Final = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|jspm_packages|site-packages|dist-packages|vendor|_deps|\.cargo|\.rustup"
    r"|\.gradle|\.m2|\.ivy2|\.nuget|\.pub-cache|Pods|Carthage|\.yarn|\.pnpm-store|\.venv|\.tox|\.nox|\.eggs"
    r"|go/pkg/mod|hostedtoolcache|vcpkg_installed|\.conan2?|gems|\.bundle)(?:/|$)"
    r"|^/(?:rustc|usr|nix/store|Library|opt/homebrew|proc|snap)/|^[A-Z]:/(?:Program Files(?: \(x86\))?|Windows)/"
)
"""Folders of packages, compilers and interpreters."""


class PathMap(NamedTuple):
    """A rewritten prefix of whole path segments.

    Attributes:
        old: the prefix in reports; empty for all relative paths.
        new: what takes its place, from the root of the repository; empty for the root itself.
        reports: a glob of the reports that it applies to; empty for all.
    """

    old: str
    new: str
    reports: str = ""

    @classmethod
    def parse(cls, text: str) -> PathMap | None:
        """Parse `old=new` or `reports: old=new`; return None if it is neither."""
        reports, colon, rest = text.partition(": ")
        old, equals, new = (rest if colon else text).partition("=")
        if not equals or not (old.strip() or new.strip()) or (colon and not reports.strip()):
            return None
        return cls(old.strip(), new.strip(), reports.strip() if colon else "")

    def __str__(self) -> str:
        return f"{self.reports}: {self.old}={self.new}" if self.reports else f"{self.old}={self.new}"


class PathRules(Struct, frozen=True, kw_only=True):
    """What is known about the repository and the machine that measured.

    Attributes:
        files: the files of the repository; None if they are unknown.
        links: symbolic links of the repository to folders or files of it, both from its root.
        roots: absolute paths of the repository's root: the workspace in the view of the runner, the container
            and the process.
        maps: the first that applies is used.
        lengths: returns the number of lines of a measured file; None if it is not known.
        folder: the folder of the repository that the paths of reports start from; empty for its root.
        measured_before: the files that the baseline measured: they decide where a path could mean several files.
    """

    files: frozenset[str] | None
    links: Mapping[str, str] = {}
    roots: tuple[str, ...] = ()
    maps: tuple[PathMap, ...] = ()
    lengths: Callable[[str], int | None] = lambda _path: None
    folder: str = ""
    measured_before: frozenset[str] = frozenset()

    def below_root(self, path: str) -> str:
        """Return a normalized path from the root of the repository; empty if it is not below a known root."""
        roots = sorted({normalise(root).rstrip("/") + "/" for root in self.roots}, key=len, reverse=True)
        return next((path[len(root) :] for root in roots if path.startswith(root) and len(root) > 1), "")

    def maps_of(self, report: str) -> tuple[tuple[str, str], ...]:
        """Return the normalized (old, new) prefixes for a report."""
        maps = (PathMap(*each) for each in self.maps)
        return tuple(
            (normalise(each.old), normalise(each.new))
            for each in maps
            if not each.reports or paths_fit((each.reports,))(report)
        )


def printable(path: str) -> str:
    """Return a path with escaped control characters; never empty."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", path) or "(no name)"


def is_rooted(path: str) -> bool:
    """Return whether a normalized path is absolute."""
    return path.startswith("/") or _DRIVE.match(path) is not None


def is_third_party(path: str) -> bool:
    """Return whether a path lies in a folder of packages, a compiler or an interpreter."""
    return _THIRD_PARTY.search(path) is not None


def normalise(path: str) -> str:
    """Return a path with `/`, without `.`, empty and resolvable `..` segments; a drive letter in upper case.

    A backslash is a separator unless the path begins with `/`. Unresolvable `..` segments remain at the beginning.
    """
    if path[:7].lower() == "file://":
        path = unquote(path[7:].removeprefix("localhost"))
        path = path[1:] if _DRIVE.match(path[1:]) else path
    if "\\" in path and not path.startswith("/"):
        path = path.removeprefix("\\\\?\\").replace("\\", "/")
    root = ""
    if _DRIVE.match(path):
        root, path = f"{path[0].upper()}:/", path[3:]
    elif path.startswith("/"):
        root = "/"
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and segments and segments[-1] != "..":
            segments.pop()
        elif segment == ".." and root:
            continue
        elif segment not in {"", "."}:
            segments.append(segment)
    return root + "/".join(segments)


class RepositoryFiles:
    """The files of the repository, by path and by the end of the path; indexes are built on first use."""

    def __init__(self, files: Iterable[str], links: Mapping[str, str] | None = None) -> None:
        self._files = frozenset(files)
        self._links = dict(links or {})
        self._deepest = max((file.count("/") + 1 for file in self._files), default=0)

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def find(self, path: str) -> str:
        """Return the file of a path, through links and in another case if that is unique; empty if there is none."""
        if path in self._files:
            return path
        for link, target in self._links.items():
            if path == link or path.startswith(f"{link}/"):
                linked = normalise(f"{target}{path[len(link) :]}")
                return linked if linked in self._files else ""
        folded = self._folded.get(path.lower(), ())
        return folded[0] if len(folded) == 1 else ""

    def ends(self, path: str) -> Iterator[str]:
        """Yield the ends of a path that could be those of a file, the longest first."""
        segments = path.split("/")[1 if is_rooted(path) else 0 :]
        for start in range(max(len(segments) - self._deepest, 0), len(segments)):
            yield "/".join(segments[start:])

    def ending(self, end: str) -> Sequence[str]:
        """Return the files whose path has an end of whole segments, in another case if none has it as it is."""
        return self._by_end.get(end) or self._by_folded_end.get(end.lower(), ())

    def has_name(self, name: str) -> bool:
        """Return whether a file has a name, in any case."""
        return name.lower() in self._names

    def module_folders(self) -> tuple[str, ...]:
        """Return the folders of Go modules, the outermost first, each with `/` at its end."""
        return tuple(sorted((file[: -len("go.mod")] for file in self.ending("go.mod")), key=len))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(file.rpartition("/")[2].lower() for file in self._files)

    @cached_property
    def _folded(self) -> Mapping[str, Sequence[str]]:
        return _grouped((file.lower(), file) for file in sorted(self._files))

    @cached_property
    def _by_end(self) -> Mapping[str, Sequence[str]]:
        return _grouped((end, file) for file in sorted(self._files) for end in self.ends(file))

    @cached_property
    def _by_folded_end(self) -> Mapping[str, Sequence[str]]:
        return _grouped((end.lower(), file) for file in sorted(self._files) for end in self.ends(file))


class Placer:
    """Finds the file of the repository that a single path means."""

    def __init__(self, rules: PathRules) -> None:
        self._rules = rules
        self._maps = rules.maps_of("")
        self._files = RepositoryFiles(rules.files or (), rules.links)

    def find(self, name: str) -> str:
        """Return the file; empty if there is none, or several may be meant.

        It is the file by that path, else the only one with the longest common end. The name alone is not enough if the
        path has more, and a package of others is never a file of the repository.
        """
        if not self.may_place(name) or printable(name) != name:
            return ""
        path = map_path(normalise(name), self._maps)
        inside = self._rules.below_root(path) or strip_checkout(path)
        if self._rules.files is None:
            return "" if is_rooted(inside) or inside.startswith("..") else inside
        found = self._files.find(inside)
        if found or is_third_party(inside):
            return found
        for end in self._files.ends(inside):
            if "/" not in end and end != inside:
                break
            if files := self._files.ending(end):
                return files[0] if len(files) == 1 else ""
        return ""

    def may_place(self, name: str) -> bool:
        """Return whether a path could be a file of the repository, by its last segment only."""
        last = name.rpartition("/")[2]
        if self._maps or self._rules.files is None or "\\" in name or "%" in name or last in {"", ".", ".."}:
            return True
        return self._files.has_name(last)


def map_path(path: str, maps: Iterable[tuple[str, str]]) -> str:
    """Return a normalized path with the first prefix rewritten that fits; unchanged if none does."""
    for old, new in maps:
        if path == old or path.startswith(old.rstrip("/") + "/") if old else not is_rooted(path):
            rest = path[len(old) :].lstrip("/")
            return normalise(f"{new}/{rest}") if new else rest
    return path


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    groups: dict[str, list[str]] = {}
    for key, file in pairs:
        groups.setdefault(key, []).append(file)
    return groups
