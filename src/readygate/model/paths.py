"""Resolve paths of reports to files of the repository, exactly or by the longest unique suffix.

Reports contain paths of the machine that measured: below another folder, with a drive letter, relative to a
module, or relative to one of several roots. A path that cannot be resolved is listed, never guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from readygate.support.source_files import strip_checkout

_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DRIVE: Final = re.compile(r"[A-Za-z]:(?=[\\/])")
_NAMED: Final = 4


class PathRules(Struct, frozen=True, kw_only=True):
    """What is known about the repository and the machine that measured.

    Attributes:
        files: the files of the repository; None if they are unknown.
        roots: absolute paths of the repository's root: the workspace in the view of the runner, the container
            and the process.
        maps: (old, new) prefixes of whole path segments; the first match applies. An empty old one matches all
            relative paths, an empty new one is the repository's root.
    """

    files: frozenset[str] | None
    roots: tuple[str, ...] = ()
    maps: tuple[tuple[str, str], ...] = ()


class Placed(Struct, frozen=True, kw_only=True):
    """The result for one path of a report.

    Attributes:
        path: relative to the repository's root; if not `placed`, the normalised path of the report, which is never
            a file of the repository.
        placed: whether the file is certain.
        reason: why it is not placed; empty otherwise.
    """

    path: str
    placed: bool
    reason: str = ""


class _View(Struct, frozen=True):
    """A normalised and mapped candidate; `inside` is relative to the repository, None if unknown."""

    path: str
    inside: str | None

    @property
    def relative(self) -> bool:
        """Whether the path of the report is relative."""
        return self.inside == self.path


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


class Placer:
    """Resolves paths by rules; indexes of the repository's files are built on first use."""

    def __init__(self, rules: PathRules) -> None:
        self._files = rules.files
        self._deepest = max((file.count("/") + 1 for file in rules.files or ()), default=0)
        self._roots = sorted({normalise(root).rstrip("/") + "/" for root in rules.roots}, key=len, reverse=True)
        self._maps = [(normalise(old), normalise(new)) for old, new in rules.maps]
        self._folded: Mapping[str, tuple[str, ...]] | None = None
        self._suffixes: dict[bool, Mapping[str, tuple[str, ...]]] = {}

    def place(self, candidates: tuple[str, ...]) -> Placed:
        """Resolve a file from the candidates of a report, the most reliable first.

        Candidates that end in the last one are the same name under different roots. They have equal rank, and if
        several of them exist the file is ambiguous.
        """
        views = [view for raw in candidates if (view := self._view(raw)) is not None]
        if not views:
            return self._unplaced(candidates, views, "it leads out of the repository, or holds control characters")
        if self._files is None:
            return self._stripped(candidates, views)
        ways = ((find, fold) for find in (self._exact, self._by_suffix) for fold in (False, True))
        for find, fold in ways:
            found = find(views, fold=fold)
            if len(found) == 1:
                return Placed(path=found[0], placed=True)
            if found:
                return self._unplaced(candidates, views, f"it could be {_listed(found)}")
            if self._names.isdisjoint(_name(view.path).lower() for view in views):
                return self._unplaced(candidates, views, "no file of the repository has this name")
        return self._unplaced(candidates, views, self._hint(views))

    def find(self, name: str) -> str:
        """Return the file of the repository that a single path means; empty if there is none, or several."""
        if not self.may_place(name):
            return ""
        placed = self.place((name,))
        return placed.path if placed.placed else ""

    def may_place(self, name: str) -> bool:
        """Return whether a path could be a file of the repository, by its last segment only."""
        last = _name(name)
        if self._maps or self._files is None or "\\" in name or "%" in name or last in {"", ".", ".."}:
            return True
        return last.lower() in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        """Lower-case names of all files; most paths that cannot be resolved have other names."""
        return frozenset(_name(file).lower() for file in self._files or ())

    def _view(self, raw: str) -> _View | None:
        if _CONTROL.search(raw):
            return None
        exact = "\\" in raw and self._files is not None and raw in self._files
        path = raw if exact else normalise(raw)
        for old, new in self._maps:
            if path == old or path.startswith(old.rstrip("/") + "/") if old else not _rooted(path):
                rest = path[len(old) :].lstrip("/")
                path = normalise(f"{new}/{rest}") if new else rest
                break
        if not path or path == ".." or path.startswith("../"):
            return None
        return _View(path, self._inside(path))

    def _inside(self, path: str) -> str | None:
        if not _rooted(path):
            return path
        for root in self._roots:
            if path.startswith(root) and len(root) > 1:
                return path[len(root) :]
        inside = strip_checkout(path)
        return inside if inside != path else None

    def _stripped(self, candidates: tuple[str, ...], views: list[_View]) -> Placed:
        """Resolve without a list of the repository's files."""
        for view in views:
            if view.inside is not None:
                return Placed(path=view.inside, placed=True)
        return self._unplaced(candidates, views, "it is absolute and below no known root")

    def _exact(self, views: list[_View], *, fold: bool) -> tuple[str, ...]:
        """Return the files that candidates name exactly: of candidates of equal rank all, else the first."""
        last = f"/{views[-1].path}"
        equal = len(views) > 2 and all(view.path.endswith(last) for view in views[:-1])
        groups = [views[:-1], views[-1:]] if equal else [[view] for view in views]
        for group in groups:
            found = dict.fromkeys(path for view in group for path in self._named(view, fold=fold))
            if found:
                return tuple(found)
        return ()

    def _named(self, view: _View, *, fold: bool) -> tuple[str, ...]:
        """Return the file of a candidate; below an unknown root the longest suffix of at least two segments."""
        if view.inside is not None:
            return self._lookup(view.inside, fold=fold)
        for suffix in _suffixes(view.path, self._deepest):
            if "/" in suffix and (found := self._lookup(suffix, fold=fold)):
                return found
        return ()

    def _lookup(self, path: str, *, fold: bool) -> tuple[str, ...]:
        files = self._files or frozenset()
        if not fold:
            return (path,) if path in files else ()
        if self._folded is None:
            self._folded = _index((file.lower(), file) for file in sorted(files))
        return self._folded.get(path.lower(), ())

    def _by_suffix(self, views: list[_View], *, fold: bool) -> tuple[str, ...]:
        """Return the files with the longest common suffix.

        A file name alone is not enough, unless the report gives nothing else.
        """
        if fold not in self._suffixes:
            files = sorted(self._files or ())
            self._suffixes[fold] = _index(
                (suffix.lower() if fold else suffix, file)
                for file in files
                for suffix in _suffixes(file, self._deepest)
            )
        index = self._suffixes[fold]
        name_only = len(views) == 1 and views[0].relative and "/" not in views[0].path
        best, found = 0, dict[str, None]()
        for view in views:
            for suffix in _suffixes(view.inside or view.path, self._deepest):
                depth = suffix.count("/") + 1
                if depth < best or (depth == 1 and not name_only):
                    break
                if files_ := index.get(suffix.lower() if fold else suffix):
                    found = dict.fromkeys((*(found if depth == best else ()), *files_))
                    best = depth
                    break
        return tuple(found)

    def _hint(self, views: list[_View]) -> str:
        names = {_name(view.path) for view in views}
        found = [file for name in names for file in self._suffixes[False].get(name, ())]
        if not found:
            return "no file of the repository has this name"
        return f"only its name fits {_listed(tuple(found))}"

    def _unplaced(self, candidates: tuple[str, ...], views: list[_View], reason: str) -> Placed:
        path = views[0].inside or views[0].path if views else (candidates[0] if candidates else "")
        path = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", path) or "(no name)"
        while self._files is not None and path in self._files:
            path = f"?/{path}"
        return Placed(path=path, placed=False, reason=reason)


def _name(path: str) -> str:
    """Return the last segment."""
    return path.rpartition("/")[2]


def _rooted(path: str) -> bool:
    return path.startswith("/") or _DRIVE.match(path) is not None


def _suffixes(path: str, most: int) -> Iterator[str]:
    """Yield suffixes of at most `most` segments without the root, the longest first."""
    segments = path.split("/")[1 if _rooted(path) else 0 :]
    for start in range(max(len(segments) - most, 0), len(segments)):
        yield "/".join(segments[start:])


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Index the first few files of each key; a single one is unique."""
    index: dict[str, tuple[str, ...]] = {}
    for key, file in pairs:
        found = index.get(key, ())
        if len(found) <= _NAMED:
            index[key] = (*found, file)
    return index


def _listed(files: tuple[str, ...]) -> str:
    more = " and others" if len(files) > _NAMED else ""
    return ", ".join(f"`{file}`" for file in files[:_NAMED]) + more
