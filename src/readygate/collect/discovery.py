"""Find the report files of a workspace by globs. No file outside of the workspace is opened."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from msgspec import Struct
from wcmatch import glob

from readygate.formats import Source
from readygate.model.reports import Problem, Severity
from readygate.model.snapshot import InputPattern
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
        "**/{go-test,gotest,rspec,cucumber}*.json",
        "**/output.xml",
        "**/Testing/**/Test.xml",
        "**/test_result.xml",
        "**/test_attempts/attempt_*.xml",
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
"""The default names of reports of test and coverage tools, for inputs that are empty."""

SKIPPED_FOLDERS = (".git", "node_modules", ".venv", "venv", "site-packages", ".tox")
"""Names of folders that discovery leaves out: sample reports of installed packages are not reports of this run."""

_FLAGS = glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB
_HERE = re.compile(r"^(?:\./+)*(?:\.$)?")
_WHOLE_SYSTEM = re.compile(r"/+(?:\*|$)")


class Found(Struct, frozen=True, kw_only=True):
    """A file that a pattern matched.

    Attributes:
        problem: the reason why it must not be read, if there is one.
        discovered: a default pattern matched it, so it may be something else than a report.
    """

    source: Source
    problem: Problem | None = None
    discovered: bool = False


def find(root: Path, kind: str, patterns: Sequence[str]) -> tuple[tuple[InputPattern, ...], tuple[Found, ...]]:
    """Find the files of one input.

    Args:
        root: the workspace. Matches outside of it, by `..` or by a link, are refused by name.
        kind: `tests` or `coverage`, for discovery if there is no pattern.
        patterns: one glob each; a glob after `!` excludes files, whatever its position.

    Returns:
        each pattern with the number of its files, and the files, each once, sorted by path.

    Raises:
        SettingsError: a pattern is empty, means the whole file system, or has too many alternatives.
    """
    wanted, excluded = split_patterns(patterns)
    if not all(text.strip() for text in (*wanted, *excluded)):
        raise SettingsError((f"a pattern of `{kind}` is empty",), todo="remove it; `**` includes all files")
    given = bool(wanted)
    excluded = [_relative(root, text) for text in excluded]
    hits = {text: _glob(root, text, excluded) for text in wanted} if given else _discover(root, kind, excluded)
    counted = tuple(
        InputPattern(kind=kind, text=text, matched=len(hits[text]), given=given) for text in wanted or DISCOVERY[kind]
    )
    paths = {path for matched in hits.values() for path in matched}
    return counted, tuple(_admit(root, Path(path), discovered=not given) for path in sorted(paths))


def split_patterns(patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the globs of an input that include files, and those after `!`, which exclude files."""
    wanted = [line for line in patterns if not line.startswith("!")]
    excluded = [line[1:].strip() for line in patterns if line.startswith("!")]
    return wanted, excluded


def _discover(root: Path, kind: str, excluded: Sequence[str]) -> dict[str, list[str]]:
    """Return the files that each default pattern matches.

    One walk finds all of them. It enters no skipped folder, which may contain a million files, and follows no link.
    """
    is_excluded = path_matcher(excluded)
    hits: dict[str, list[str]] = {text: [] for text in DISCOVERY[kind]}
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if name not in SKIPPED_FOLDERS]
        below = os.path.relpath(folder, root)
        for name in files:
            path = name if below == "." else f"{below}/{name}"
            matched = default_matches(kind, path)
            if matched and not is_excluded(path):
                for text in matched:
                    hits[text].append(path)
    return hits


def default_matches(kind: str, path: str) -> list[str]:
    """Return the default patterns that match a path."""
    fits_name, matchers = _default_matchers(kind)
    return [text for text, fits in matchers.items() if fits(path)] if fits_name(path.rpartition("/")[2]) else []


@cache
def _default_matchers(kind: str) -> tuple[Callable[[str], bool], dict[str, Callable[[str], bool]]]:
    """Return a matcher of file names, which rules most files out, and a matcher of paths for each default pattern."""
    fits_name = path_matcher([text.rpartition("/")[2] for text in DISCOVERY[kind]])
    return fits_name, {text: path_matcher([text]) for text in DISCOVERY[kind]}


def path_matcher(patterns: Sequence[str], exclude: Sequence[str] = ()) -> Callable[[str], bool]:
    """Return a function that says whether a path matches any of some globs, and none of those to exclude.

    Raises:
        SettingsError: a pattern has too many alternatives.
    """
    if not patterns:
        return lambda _path: False
    with _limiting(patterns[0]):
        included, excluded = glob.translate(patterns, flags=_FLAGS, exclude=exclude or None)
    wanted, unwanted = re.compile("|".join(included)), re.compile("|".join(excluded) or "(?!)")
    return lambda path: wanted.fullmatch(path) is not None and unwanted.fullmatch(path) is None


def _glob(root: Path, pattern: str, excluded: Sequence[str]) -> list[str]:
    flags = _FLAGS | glob.NODIR
    with _limiting(pattern):
        matched = glob.iglob(_relative(root, pattern), flags=flags, root_dir=str(root), exclude=excluded or None)
        return [os.path.normpath(path) for path in matched]


@contextmanager
def _limiting(pattern: str) -> Iterator[None]:
    """Report a pattern with too many alternatives as an error of settings."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "PatternLimitException":  # wcmatch does not export the class
            raise
        what = f"the pattern {pattern[:60]!r} stands for too many patterns"
        raise SettingsError((what,), todo="write fewer alternatives in braces") from error


def _relative(root: Path, pattern: str) -> str:
    """Return a pattern relative to the workspace; a folder means all files in it.

    Raises:
        SettingsError: the pattern means the whole file system.
    """
    pattern = pattern.replace("\\", "/")
    prefix = str(root).rstrip("/")
    inside = f"{pattern}/".startswith(f"{prefix}/")
    local = _HERE.sub("", pattern[len(prefix) :].lstrip("/") if inside else pattern)
    if _WHOLE_SYSTEM.match(local):
        what = f"the pattern {pattern[:60]!r} means the whole file system"
        raise SettingsError((what,), todo="write it without the slash at its start")
    folder = os.path.isdir(root / local)  # noqa: PTH112  (a long pattern is no error here)
    return "/".join(filter(None, (local.rstrip("/"), "**"))) if folder else local


def _admit(root: Path, path: Path, *, discovered: bool) -> Found:
    """Return a file that matched, with a problem if it is not a regular file inside the workspace."""
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
