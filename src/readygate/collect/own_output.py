"""Recognize the files that Readygate itself writes, and the folders that hold no reports of this run."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from readygate.formats import Source

_OWN: Final = re.compile(
    rb"""
    <\?xml\ version='1\.0'\ encoding='(?:utf-8|UTF-8)'\?>\s*<testsuites\ name="readygate"\ tests="
    |<\?xml\ version="1\.0"\ encoding="UTF-8"\?>\s*<coverage\ version="readygate"\s
    |\{\s*"schema_version":\ \d+,\s*"readygate":\ ["]
    """,
    re.VERBOSE,
)
"""The beginnings of `junit.xml`, with and without lxml, `cobertura.xml` and `report.json`."""

_MOST: Final = 200


def is_own_output(source: Source) -> bool:
    """Return whether Readygate wrote a file: it repeats the results of an earlier run, or of this one."""
    try:
        with source.open() as stream:
            return _OWN.match(stream.read(_MOST)) is not None
    except OSError:
        return False


def files_inside(root: Path, folders: Sequence[Path], names: Iterable[str]) -> dict[str, Path]:
    """Return the files that are in one of some folders, and in which.

    Args:
        root: the workspace, which the names are relative to. A folder that contains it excludes nothing.
        folders: relative to the working directory, or absolute.
        names: paths of files.
    """
    top = root.resolve()
    real = {folder: folder.resolve() for folder in folders}
    below = {folder: path for folder, path in real.items() if path != top and path.is_relative_to(top)}
    found = {}
    for name in names if below else ():
        path = top / name
        folder = next((each for each, whole in below.items() if path.is_relative_to(whole)), None)
        if folder is not None:
            found[name] = folder
    return found
