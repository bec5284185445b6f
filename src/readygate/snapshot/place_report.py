"""Find the files of the repository that the paths of one coverage report name.

A report is placed as a whole, because its paths have the same origin: the folder of the report, a module, the folder of
a container. Only a path that no such root explains is looked up by its end. Where that is not certain, the file is not
placed: lines of another project must never count as lines of this one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from posixpath import dirname
from typing import Final

from msgspec import Struct

from readygate.model.paths import PathRules, RepositoryFiles, is_rooted, is_third_party, normalise, printable
from readygate.snapshot.report_paths import Groups, Kind, ReportPath, ReportPaths

PACKAGES: Final = frozenset(["jacoco"])
"""Formats whose paths are a package and a file name, below a folder that the report does not name."""
MODULES: Final = frozenset(["go-cover"])
"""Formats whose paths begin with the path of a module."""

_MANY: Final = 8
"""Unrelated roots of one report: it may have been merged from those of several machines."""


class Placed(Struct, frozen=True, kw_only=True):
    """The result for one file of a report.

    Attributes:
        path: the file of the repository; if there is none, the path in the report.
        placed: whether the file of the repository is certain.
        maybe: the files that it may be, at most a few; without any, the file is not one of the repository.
    """

    path: str
    placed: bool = False
    maybe: tuple[str, ...] = ()


class _Root(Struct, frozen=True):
    """A folder of the repository and the prefix that stands for it in a report; both end in `/` or are empty."""

    prefix: str
    folder: str

    def covers(self, path: str) -> bool:
        """Return whether the prefix shows that a path lies below this root."""
        return bool(self.prefix) and path.startswith(self.prefix)

    def apply(self, path: str) -> str:
        """Return the path in the repository; empty if the prefix does not fit, or the path leads out."""
        if not path.startswith(self.prefix):
            return ""
        inside = normalise(self.folder + path[len(self.prefix) :])
        return "" if inside.startswith("..") else inside


_Votes = Iterator[tuple[_Root, bool]]
"""Roots by which a path is a file of the repository, and whether more than its file name fits."""


class ReportPlacer:
    """Places the files of one report.

    Args:
        files: the files of the repository.
        rules: what is known about the repository and the machine that measured.
        report: the path of the report.
        report_format: the name of its format.
    """

    def __init__(self, files: RepositoryFiles, rules: PathRules, report: str, report_format: str) -> None:
        self._files = files
        self._rules = rules
        self._folders = folders_above(report)
        self._paths = ReportPaths(files, rules, report, has_modules=report_format in MODULES)
        self._has_packages = report_format in PACKAGES
        self._has_modules = report_format in MODULES
        self._roots: dict[Kind, tuple[_Root, ...]] = dict.fromkeys(Kind, ())
        self._direct: set[Kind] = set()

    def place(self, files: Sequence[tuple[str, ...]]) -> list[Placed]:
        """Return the result for each file, which is given by the paths that the report allows, the best first."""
        groups = [self._paths.of(candidates) for candidates in files]
        if self._rules.files is None:
            return [_without_files(each, raw) for each, raw in zip(groups, files, strict=True)]
        if self._has_packages:
            return [self._place_package(each, raw) for each, raw in zip(groups, files, strict=True)]
        for kind in (Kind.REPOSITORY, Kind.FOLDER, Kind.MACHINE):
            paths = {path for each in groups for group in each for path in group if path.kind is kind}
            self._roots[kind] = tuple(self._find_roots(kind, paths))
        return [self._place(each, raw) for each, raw in zip(groups, files, strict=True)]

    def _find_roots(self, kind: Kind, paths: set[ReportPath]) -> Iterator[_Root]:
        """Yield the roots that paths of a kind share, the best first."""
        folders = ("",) if kind is Kind.REPOSITORY else self._folders
        direct = self._nearest(paths, folders) if kind is not Kind.MACHINE else None
        if direct is not None:
            self._direct.add(kind)
            yield direct
            return
        left = {path for path in paths if not is_third_party(path.text)}
        if self._has_modules:  # paths of the standard library have no dot before the first slash
            left = {path for path in left if "." in path.text.partition("/")[0]} or left
        for number in range(_MANY):
            root = self._shared(left, folders, least=2 if number and kind is Kind.MACHINE else 1)
            if root is None:
                return
            yield root
            left = {path for path in left if not root.covers(path.text) and root.apply(path.text) not in self._files}

    def _nearest(self, paths: set[ReportPath], folders: Sequence[str]) -> _Root | None:
        """Return the folder below which the paths exist: the nearest that has at least half as many as the best."""
        roots = [_Root("", folder) for folder in folders]
        found = [sum(self._files.find(root.apply(path.text)) != "" for path in paths) for root in roots]
        ranked = zip(roots, found, strict=True)
        return next((root for root, number in ranked if number and 2 * number >= max(found)), None)

    def _shared(self, paths: set[ReportPath], folders: Sequence[str], *, least: int) -> _Root | None:
        """Return the root by which most of the paths are files of the repository; None if several are equal.

        A root needs a number of paths of which more than the file name fits.
        """
        for candidates in (self._below(paths, folders), self._by_end(paths)):
            votes: Counter[_Root] = Counter()
            proofs: Counter[_Root] = Counter()
            for root, proves in candidates:
                votes[root] += 1
                proofs[root] += proves
            proven = {root: (number, -len(root.prefix)) for root, number in votes.items() if proofs[root] >= least}
            most = max(proven.values(), default=None)
            best = [root for root, rank in proven.items() if rank == most]
            if len(best) > 1:
                near = [root for folder in folders for root in best if root.folder == folder]
                best = near[:1] or [root for root in best if self._measured_before(root, paths)]
            if most:
                return best[0] if len(best) == 1 else None
        return None

    def _measured_before(self, root: _Root, paths: set[ReportPath]) -> bool:
        return any(root.apply(path.text) in self._rules.measured_before for path in paths)

    def _below(self, paths: set[ReportPath], folders: Sequence[str]) -> _Votes:
        """Yield the roots by which an end of a path exists below given folders."""
        modules: tuple[str, ...] = ()
        if self._has_modules:
            modules = self._files.module_folders()
            folders = tuple(dict.fromkeys((*folders, *modules)))
        for path in paths:
            for end in self._files.ends(path.text):
                prefix = path.text[: len(path.text) - len(end)]
                if not prefix or is_third_party(prefix):
                    continue
                for folder in folders:
                    if folder + end in self._files:
                        yield _Root(prefix, folder), "/" in end or folder in modules

    def _by_end(self, paths: set[ReportPath]) -> _Votes:
        """Yield the roots by which the longest end of a path is that of files of the repository."""
        for path in paths:
            for end in self._files.ends(path.text):
                if "/" not in end and not (path.alone and end == path.text):
                    break
                if self._has_modules and end == path.text:
                    continue
                found = self._files.ending(end)
                for file in found:
                    yield _Root(path.text[: len(path.text) - len(end)], file[: len(file) - len(end)]), True
                if found:
                    break

    def _place(self, groups: Groups, raw: tuple[str, ...]) -> Placed:
        for group in groups:
            found = {file for path in group for file in self._apply(path)}
            if found:
                return _placed(found, raw)
            if any(map(self._is_foreign, group)):
                return Placed(path=_shown(raw), maybe=self._installed(group))
        return Placed(path=_shown(raw), maybe=self._maybe(groups))

    def _apply(self, path: ReportPath) -> set[str]:
        """Return the file that a path names by the first root that has it."""
        if path.kind is Kind.MAPPED:
            return set(filter(None, (self._files.find(path.text),)))
        found = (self._files.find(root.apply(path.text)) for root in self._roots[path.kind])
        return set(filter(None, [next(filter(None, found), "")]))

    def _is_foreign(self, path: ReportPath) -> bool:
        """Return whether a path without a file is not ours: it is that of a package, or lies below a known root."""
        if is_third_party(path.text) or (path.kind is Kind.REPOSITORY and path.kind in self._direct):
            return True
        roots = self._roots[path.kind]
        return any(root.covers(path.text) for root in roots) or (self._has_modules and bool(roots))

    def _installed(self, group: tuple[ReportPath, ...]) -> tuple[str, ...]:
        """Return the files with the whole path of an installed Python module: the project itself may be installed."""
        modules = (path.text.rpartition("-packages/") for path in group if is_third_party(path.text))
        names = (name for _, found, name in modules if found and "/" in name)
        return tuple(dict.fromkeys(file for name in names for file in self._files.ending(name)))

    def _place_package(self, groups: Groups, raw: tuple[str, ...]) -> Placed:
        """Place a file by its whole package: in the module that the report names, or nearest to the report."""
        paths = [path for group in groups for path in group]
        mapped = {file for path in paths if path.kind is Kind.MAPPED for file in self._apply(path)}
        if mapped or not paths:
            return _placed(mapped, raw)
        name = paths[-1].text
        found = set(self._files.ending(name))
        modules = {f"/{path.text[: -len(name)]}" for path in paths[:-1]}
        found = {file for file in found if any(module in f"/{file}" for module in modules)} or found
        below = ({file for file in found if file.startswith(folder)} for folder in self._folders)
        found = next(filter(None, below), set())
        return _placed(found, raw) if found else Placed(path=_shown(raw), maybe=self._maybe(groups))

    def _maybe(self, groups: Groups) -> tuple[str, ...]:
        """Return the files that have the longest end of a path; more than its name, where a root is known."""
        for path in (path for group in groups for path in group):
            for end in self._files.ends(path.text):
                whole = path.kind is Kind.FOLDER and path.kind in self._direct
                if ("/" not in end and self._roots[path.kind]) or (whole and end != path.text):
                    break
                if found := self._files.ending(end):
                    return tuple(found)
        return ()


def _placed(found: set[str], raw: tuple[str, ...]) -> Placed:
    """Return the only file, or that it may be one of several."""
    if len(found) == 1:
        return Placed(path=found.pop(), placed=True)
    return Placed(path=_shown(raw), maybe=tuple(sorted(found)))


def _without_files(groups: Groups, raw: tuple[str, ...]) -> Placed:
    """Return the path below a known root, where the files of the repository are not known."""
    for path in (path for group in groups for path in group):
        if not is_rooted(path.text) and not path.text.startswith(".."):
            return Placed(path=path.text, placed=True)
    return Placed(path=_shown(raw))


def _shown(raw: tuple[str, ...]) -> str:
    return printable(raw[0]) if raw else ""


def folders_above(report: str) -> tuple[str, ...]:
    """Return the folder of a report and those above it, the nearest first, each with `/` at its end.

    A report may lie below folders that the repository does not have: an artifact, or an archive. So those follow that
    remain without the first one or two.
    """
    parts = dirname(normalise(report)).strip("/").split("/")
    folders = ("/".join(parts[start:end]) for start in range(3) for end in range(len(parts), start, -1))
    return (*dict.fromkeys(f"{folder}/" for folder in folders if folder), "")
