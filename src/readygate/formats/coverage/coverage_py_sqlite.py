"""coverage.py's data file, `.coverage`: an SQLite database of executed lines.

Schema: https://coverage.readthedocs.io/en/latest/dbschema.html . The database does not contain the executable lines;
coverage.py finds these in the sources. Sources are searched next to the data file, in the folders above it up to the
root of the repository, and in the working directory, and there is the configuration of the project, of which the
excluded lines are taken. `coverage json`, run where the tests ran, needs neither.
"""

from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._coverage_py import add_entry
from readygate.formats.coverage._coverage_py_data import Analyst, DataError, check
from readygate.formats.coverage._document import Shape
from readygate.formats.coverage._report_builder import Anomaly, CoverageBuilder, shown
from readygate.model.reports import COVERAGE_PY, CoverageReport, Problem, Severity

MAX_BYTES: Final = 1 << 28
"""Maximum bytes of a file."""

_NAME: Final = "coverage.py-sqlite"
_MAGIC: Final = b"SQLite format 3\0"
_OLD: Final = b"!coverage.py: This is a private format"
_INSTEAD: Final = "run `coverage json` (or `coverage xml`) where the tests ran, and hand over what it writes"

_NO_SOURCE: Final = Anomaly(
    Severity.DAMAGE,
    "a measured file whose source is not here: it could not be counted",
    "a data file holds only what ran; what could have run is in the sources",
    _INSTEAD,
)
_NOT_PYTHON: Final = Anomaly(
    Severity.DAMAGE,
    "a measured file whose source cannot be read as Python: it could not be counted",
    "it changed after the tests ran, or it is written for a newer Python",
    _INSTEAD,
)
_PLUGIN: Final = Anomaly(
    Severity.DAMAGE,
    "a file that a plugin of coverage.py measured: it could not be counted",
    "plugins are code of the project and are not run here",
    _INSTEAD,
)


def _note(configuration: str) -> Problem:
    exclusions = f"the exclusions of {configuration}" if configuration else "coverage.py's default exclusions"
    return Problem(
        severity=Severity.NOTE,
        what=f"lines were taken from the sources in the workspace, with {exclusions}",
        why="a data file holds only what ran",
        todo=f"for figures that also follow `omit` and plugins, {_INSTEAD}",
    )


def _matches(sample: FileSample) -> str | None:
    if sample.data.startswith(_MAGIC) and b"coverage_schema" in sample.data:
        return "it is an SQLite database with coverage.py's tables"
    return "it is a data file of coverage.py 4" if sample.data.startswith(_OLD) else None


def _damage(what: str, why: str, todo: str = _INSTEAD) -> CoverageReport:
    problem = Problem(severity=Severity.DAMAGE, what=what, why=why, todo=todo)
    return CoverageReport(format=_NAME, files=(), problems=(problem,))


def _parse(source: Source) -> CoverageReport:
    if source.size > MAX_BYTES:
        return _damage(
            f"the file has {source.size:,} bytes, more than the {MAX_BYTES:,} that are read",
            "it holds contexts, or far more than one code base",
        )
    with source.open() as stream:
        magic = stream.read(len(_MAGIC))
        if not magic.startswith(_MAGIC):
            return _damage(
                "this data file was written by coverage.py 4 or older", "its form was private and has changed"
            )
        with TemporaryDirectory(prefix="readygate-") as folder:
            scratch = Path(folder)
            copy = scratch / "data"
            with copy.open("wb") as file:
                file.write(magic)
                copyfileobj(stream, file)
            try:
                check(copy)
                return _read(copy, None if source.path is None else source.path.parent, scratch)
            except DataError as error:
                return _damage(
                    f"this is no whole data file of coverage.py: {error}",
                    "the run was stopped while it was written, or another program wrote it",
                )


def _read(data: Path, near: Path | None, scratch: Path) -> CoverageReport:
    builder = CoverageBuilder(_NAME)
    shape = Shape(builder, "coverage.py")
    analyst = Analyst(data, near, scratch)
    found: dict[str, Path] = {}
    try:
        for name in analyst.names:
            builder.states(name, 0)
            source = analyst.source(name)
            if analyst.plugin(name):
                builder.record(_PLUGIN, shown(name))
            elif source is None:
                builder.record(_NO_SOURCE, shown(name))
            elif (entry := analyst.entry(name, source)) is None:
                builder.record(_NOT_PYTHON, shown(name))
            else:
                found[name] = source
                add_entry(builder, shape, name, entry, branches=analyst.branches)
    finally:
        analyst.close()
    return builder.report(
        candidates=lambda name: (str(found[name]), name) if name in found else (name,),
        problems=(_note(analyst.configuration) if found else None,),
        has_branches=analyst.branches,
        producer=COVERAGE_PY,
    )


FORMAT = Format(
    name=_NAME,
    title="coverage.py data file (`.coverage`)",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://coverage.readthedocs.io/en/latest/dbschema.html",
)
