"""Report files of the workspace, by glob. Nothing outside the workspace is ever opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct

from readygate.formats import Source
from readygate.model.reports import Problem, Severity
from readygate.model.snapshot import Pattern
from readygate.support.errors import SettingsError

DISCOVERY = {
    "tests": (
        "**/junit*.xml",
        "**/*junit.xml",
        "**/TEST-*.xml",
        "**/{test,tests}-{results,reports,result,report}/**/*.xml",
        "**/{test,tests}_{results,reports,result,report}/**/*.xml",
        "**/{test,tests,results,report}.xml",
        "**/{surefire,failsafe}-reports/*.xml",
        "**/pytest*.xml",
        "**/*.trx",
        "**/*nunit*.xml",
        "**/*xunit*.xml",
        "**/TestResult*.xml",
        "**/ctrf*.json",
        "**/{test,tests}-{results,report}*.json",
        "**/*.tap",
    ),
    "coverage": (
        "**/coverage*.xml",
        "**/*cobertura*.xml",
        "**/coverage*.json",
        "**/lcov.info",
        "**/*.lcov",
        "**/coverage/**/*.info",
        "**/.coverage",
        "**/.coverage.*",
        "**/.resultset.json",
        "**/jacoco*.xml",
        "**/clover*.xml",
        "**/*opencover*.xml",
        "**/{cover,coverage,c,profile}.out",
        "**/cover*.{out,txt}",
    ),
}
"""What is looked for where an input is empty: the names that test and coverage tools write by default."""

PASSED_OVER = (
    "**/.git/**",
    "**/node_modules/**",
    "**/.venv/**",
    "**/venv/**",
    "**/site-packages/**",
    "**/.tox/**",
)
"""Left out of the discovery: sample reports of installed packages are no reports of this run."""

PACKED = (".gz", ".gzip", ".zip")
"""How the names of files end that hold others."""

_FORMS = {"**/": "(?:.*/)?", "*": "[^/]*", "{": "(?:", ",": "|", "}": ")"}
"""What the signs of the default patterns mean to `re`."""
_SIGN = re.compile(r"\*\*/|[*{,}]|[^*{,}]+")
_CHOICE = re.compile(r"\*\*/|\{[^}]*\}")
_PLAIN = re.compile(r"[^*]+")
_TAIL = re.compile(r"[*}/]")


class Found(Struct, frozen=True, kw_only=True):
    """A file that a pattern matched.

    Attributes:
        problem: why it may not be read, if so.
        discovered: it was found by a default pattern, so it need not be a report at all.
    """

    source: Source
    problem: Problem | None = None
    discovered: bool = False


def find(root: Path, kind: str, patterns: tuple[str, ...]) -> tuple[tuple[Pattern, ...], tuple[Found, ...]]:
    """Find the files of one input.

    Args:
        root: the workspace; matches outside of it, by `..` or by a link, are refused by name.
        kind: `tests` or `coverage`, for the discovery if there is no pattern.
        patterns: one glob a line; `!` in front takes files away from all others.

    Returns:
        each pattern with the number of its files, and the files, each once, sorted by path.
    """
    wanted = [line for line in patterns if not line.startswith("!")]
    excluded = [line[1:].strip() for line in patterns if line.startswith("!")]
    given = bool(wanted)
    hits = {} if given else _discover(root, kind, excluded)
    counted, found = [], {}
    for text in wanted if given else DISCOVERY[kind]:
        matches = tuple(_matches(root, text, excluded)) if given else tuple(hits.get(text, ()))
        counted.append(Pattern(kind=kind, text=text, matched=len(matches), given=given))
        found.update(dict.fromkeys(matches))
    return tuple(counted), tuple(_admit(root, Path(path), discovered=not given) for path in sorted(found))


def _discover(root: Path, kind: str, excluded: list[str]) -> dict[str, list[str]]:
    """What each default pattern matches, by one walk that leaves whole folders out: they may hold a million files."""
    closed = {text.split("/")[1] for text in PASSED_OVER}
    outside = [_relative(root, text) for text in excluded]
    hits: dict[str, list[str]] = {}
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if name not in closed]
        below = os.path.relpath(folder, root)
        for name in files:
            path = name if below == "." else f"{below}/{name}"
            fit = fitting(kind, path)
            if fit and not _excluded(path, outside):
                for text in fit:
                    hits.setdefault(text, []).append(path)
    return hits


def fitting(kind: str, path: str) -> list[str]:
    """The default patterns that a path fits."""
    name = path[path.rfind("/") + 1 :]
    known = _with_ending(kind, name[max(name.rfind("."), 0) :])
    return [text for text in known if _could_fit(text, path) and _expression(text).fullmatch(path)]


@lru_cache(maxsize=1_000)
def _with_ending(kind: str, ending: str) -> tuple[str, ...]:
    """The default patterns for files whose names end so, from the last dot on: most files are of other kinds."""
    told = ((text, _TAIL.split(text)[-1]) for text in DISCOVERY[kind])
    return tuple(text for text, tail in told if "." not in tail or tail.endswith(ending) or os.name == "nt")


def _could_fit(pattern: str, path: str) -> bool:
    """Whether a path has what a default pattern asks for as it is written: most of them are no use to a run."""
    return all(plain in path for plain in _plain(pattern))


@cache
def _plain(pattern: str) -> tuple[str, ...]:
    """What stands in a default pattern beside its signs and alternatives; on Windows letters may differ in case."""
    return () if os.name == "nt" else tuple(_PLAIN.findall(_CHOICE.sub("*", pattern)))


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """An expression for paths that fit a default pattern.

    These need little of what a glob can be; what users write is left to wcmatch, which takes twenty times as long.
    """
    told = _regular(_SIGN.findall(pattern))
    return re.compile(told, re.DOTALL | (re.IGNORECASE if os.name == "nt" else re.NOFLAG))


def _regular(signs: Iterable[str]) -> str:
    return "".join(_FORMS.get(sign) or re.escape(sign) for sign in signs)


def _excluded(path: str, patterns: list[str]) -> bool:
    if not patterns:
        return False
    from wcmatch import glob  # noqa: PLC0415  (a twentieth of the start, which most runs do not need)

    return bool(glob.globmatch(path, patterns, flags=glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB))


def _matches(root: Path, pattern: str, excluded: list[str]) -> Iterator[str]:
    from wcmatch import glob  # noqa: PLC0415

    local = _relative(root, pattern)
    outside = [_relative(root, text) for text in excluded]
    flags = glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB | glob.NODIR
    try:
        for match in glob.iglob(local, flags=flags, root_dir=str(root), exclude=outside or None):
            yield os.path.normpath(match)
    except Exception as error:
        if type(error).__name__ != "PatternLimitException":  # wcmatch exports no name for it
            raise
        told = f"the pattern {pattern[:60]!r} stands for too many patterns"
        raise SettingsError((told,), todo="write fewer alternatives in braces") from error


def _relative(root: Path, pattern: str) -> str:
    """A pattern may be written with the workspace's absolute path in front; a folder stands for all that is in it."""
    prefix = f"{root}/"
    pattern = pattern.replace("\\", "/")
    local = pattern[len(prefix) :] if pattern.startswith(prefix) else pattern.removeprefix("./")
    folder = os.path.isdir(root / local)  # noqa: PTH112  (a long pattern is no error here)
    return f"{local.rstrip('/')}/**" if folder else local


def _admit(root: Path, path: Path, *, discovered: bool) -> Found:
    full = root / path
    source = Source(name=path.as_posix(), path=full)
    try:
        inside = full.resolve(strict=True).is_relative_to(root.resolve())
        regular = stat.S_ISREG(full.stat().st_mode)
    except (OSError, RuntimeError) as error:
        return Found(source=source, problem=_refused(f"the file cannot be opened ({error})"), discovered=discovered)
    if not inside:
        return Found(source=source, problem=_refused("the path leads out of the workspace"), discovered=discovered)
    if not regular:
        return Found(source=source, problem=_refused("not a regular file"), discovered=discovered)
    return Found(source=source, discovered=discovered)


def _refused(what: str) -> Problem:
    return Problem(
        severity=Severity.DAMAGE,
        what=what,
        why="reports are read from regular files inside the workspace only",
        todo="copy the report into the workspace, or exclude the path with a line that begins with !",
    )
