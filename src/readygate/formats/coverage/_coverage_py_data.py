"""Validate a data file of coverage.py, then let coverage.py read it and the sources.

A data file is an untrusted database. It is copied first, so that nothing is written next to it. SQLite then checks,
with its limits set (https://www.sqlite.org/security.html), that it contains only the plain tables of coverage.py and
values of their types. Sources are parsed, never run. Of the project's configuration only the exclusions are taken:
plugins are code.
"""

import contextlib
import json
import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from readygate.model.coverage import MAX_LINE
from readygate.model.paths import PathRules, Placer, normalise

MAX_SOURCE: Final = 1 << 24
"""Maximum bytes of a source file."""

_TABLES: Final = frozenset(
    {"coverage_schema", "meta", "file", "context", "line_bits", "arc", "tracer", "sqlite_sequence", "sqlite_stat1"}
)
_FOREIGN: Final = (
    "SELECT type, substr(name, 1, 40), tbl_name FROM sqlite_schema"
    " WHERE type NOT IN ('table', 'index') OR (type = 'index' AND sql IS NOT NULL) OR sql LIKE 'create virtual%'"
)
_LARGEST: Final = "SELECT coalesce(max(length(numbits)), 0) FROM line_bits"
_FARTHEST: Final = "SELECT coalesce(max(max(abs(fromno), abs(tono))), 0) FROM arc"
_OTHERS: Final = (
    "SELECT count(*) FROM file WHERE typeof(path) <> 'text' OR length(path) > 10000",
    "SELECT count(*) FROM line_bits WHERE typeof(numbits) NOT IN ('blob', 'null')",
    "SELECT count(*) FROM arc WHERE typeof(fromno) <> 'integer' OR typeof(tono) <> 'integer'",
    "SELECT count(*) FROM tracer WHERE typeof(tracer) <> 'text'",
)
_LONGEST: Final = 1 << 24
_STEPS: Final = 1_000
_MOST_STEPS: Final = 500_000


_CONFIGURATIONS: Final = (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml")


class DataError(Exception):
    """The data file was not written by coverage.py, or is damaged; the text says why."""


def check(path: Path) -> None:
    """Validate a data file.

    Raises:
        DataError: it is damaged, or contains something that coverage.py does not write.
    """
    steps = 0

    def busy() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MOST_STEPS

    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            database.set_progress_handler(busy, _STEPS)
            _check_schema(database)
            (size,), (pages,) = (database.execute(f"PRAGMA {each}").fetchone() for each in ("page_size", "page_count"))
            if path.stat().st_size < size * pages:
                raise DataError("its end is missing")
            (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise DataError(f"the database is damaged: {str(state)[:100]}")
            _check_values(database)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise DataError(f"SQLite says: {str(error)[:100]}") from None


def _check_schema(database: sqlite3.Connection) -> None:
    for kind, name, *_ in database.execute(_FOREIGN):
        raise DataError(f"it holds the {kind} `{name}`, which coverage.py does not make")
    for (name,) in database.execute("SELECT DISTINCT tbl_name FROM sqlite_schema"):
        if name not in _TABLES:
            raise DataError(f"it holds the table `{str(name)[:40]}`, which this version of coverage.py does not make")


def _check_values(database: sqlite3.Connection) -> None:
    (largest,), (farthest,) = (database.execute(question).fetchone() for question in (_LARGEST, _FARTHEST))
    odd = any(database.execute(question).fetchone() != (0,) for question in _OTHERS)
    if odd or largest > MAX_LINE // 8 + 1 or farthest > MAX_LINE:
        raise DataError("it holds values that coverage.py does not write")


class Analyst:
    """Determines the lines of measured files from the data and the sources.

    Args:
        data: a validated data file; coverage.py may write to it.
        near: the folder of the data file; None if it has none.
        scratch: a temporary folder.

    Raises:
        DataError: coverage.py cannot read it.
    """

    def __init__(self, data: Path, near: Path | None, scratch: Path) -> None:
        import coverage  # noqa: PLC0415  (slow to import, for one rare format)

        self._out = scratch / "file.json"
        self._folders = tuple(_folders(near))
        self._placer = Placer(PathRules(files=None))
        self._data = coverage.CoverageData(basename=str(data))
        self._coverage = coverage.Coverage(data_file=None, config_file=False)
        self.configuration = self._take_exclusions()
        try:
            self._data.read()
            self.names = sorted(self._data.measured_files())
            self.branches = self._data.has_arcs()
        except (coverage.exceptions.CoverageException, sqlite3.Error, ValueError, TypeError) as error:
            raise DataError(f"coverage.py says: {str(error)[:200]}") from None

    def _take_exclusions(self) -> str:
        """Take the excluded lines from the project's configuration; return its file name, empty without one.

        Files and their order: https://coverage.readthedocs.io/en/latest/config.html
        """
        import coverage  # noqa: PLC0415  (as above)

        for path in (folder / name for folder in self._folders for name in _CONFIGURATIONS):
            try:
                if not path.is_file() or path.stat().st_size > MAX_SOURCE:
                    continue
                text = path.read_text(encoding="utf-8", errors="replace")
                if path.name != ".coveragerc" and "coverage" not in text:
                    continue
                found = coverage.Coverage(data_file=None, config_file=str(path))
                for option in ("report:exclude_lines", "report:partial_branches"):
                    self._coverage.set_option(option, found.get_option(option))
            except (OSError, ValueError, coverage.exceptions.CoverageException):
                continue
            return path.name
        return ""

    def source(self, name: str) -> Path | None:
        """Return the source of a measured file if it is in or below one of the searched folders."""
        inside = self._placer.find(name)
        paths = [folder / inside for folder in self._folders] if inside else [Path(normalise(name))]
        for path in paths:
            try:
                found = path.resolve(strict=True)
                if found.is_file() and found.stat().st_size <= MAX_SOURCE and self._allowed(found):
                    return found
            except (OSError, ValueError, RuntimeError):
                continue
        return None

    def _allowed(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self._folders)

    def plugin(self, name: str) -> str:
        """Return the plugin of coverage.py that measured a file; empty for Python itself."""
        return self._data.file_tracer(name) or ""

    def entry(self, name: str, source: Path) -> dict[str, Any] | None:
        """Return the entry of one file in `coverage json`; None if its source does not parse as Python."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                target = self._coverage.get_data()
                if self.branches:
                    target.add_arcs({str(source): self._data.arcs(name) or ()})
                else:
                    target.add_lines({str(source): self._data.lines(name) or ()})
                self._coverage.json_report(morfs=[str(source)], outfile=str(self._out))
            except Exception:  # any error of coverage.py on an untrusted source: the file cannot be counted
                return None
        entries: dict[str, dict[str, Any]] = json.loads(self._out.read_bytes())["files"]
        return next(iter(entries.values()), None)

    def close(self) -> None:
        """Close both databases."""
        self._data.close(force=True)
        self._coverage.get_data().close(force=True)


def _folders(near: Path | None) -> Iterator[Path]:
    """Yield the folders of sources: that of the data file, those above it up to the root, and the working directory."""
    if near is not None:
        start = near.resolve()
        yield start
        above = list(start.parents)
        top = next((at for at, folder in enumerate([start, *above]) if (folder / ".git").exists()), 0)
        yield from above[:top]
    yield Path.cwd().resolve()
