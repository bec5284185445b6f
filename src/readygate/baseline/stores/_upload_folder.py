"""Write the folder that the workflow uploads as an artifact.

Steps of one job that judge several gates share the folder: each replaces the folder of its own gate. What another run
left there must not be uploaded, so the folder holds a hidden file that names the run.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from readygate.support.errors import StoreError

_RUN = ".run"


def write_upload(folder: Path, run: str, files: Mapping[str, bytes], others: Mapping[str, bytes]) -> None:
    """Replace the folders of gates.

    Args:
        folder: the folder to upload; if another run wrote it, it is emptied. A link in its place is removed.
        run: the name of this run.
        files: the files of the gates to replace, by path.
        others: files of further gates, which are written only for gates that the folder lacks.

    Raises:
        StoreError: it cannot be written to.
    """
    try:
        if folder.is_symlink() or _text(folder / _RUN) != run:
            _remove(folder)
            folder.mkdir(parents=True)
            (folder / _RUN).write_text(run, encoding="utf-8")
        for gate, members in _by_gate(files).items():
            _replace(folder, gate, members)
        for gate, members in _by_gate(others).items():
            if not (folder / gate).exists():
                _replace(folder, gate, members)
    except OSError as error:
        raise StoreError(
            f"the folder {folder.name} could not be written ({error.strerror or error})",
            where=str(folder.parent),
            why="the permissions of the folder forbid it, or the disk is full",
            todo="check the folder that the input `report` names",
        ) from error


def _by_gate(files: Mapping[str, bytes]) -> Mapping[str, Mapping[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        gate, _, rest = path.partition("/")
        found.setdefault(gate, {})[rest] = data
    return found


def _replace(folder: Path, gate: str, files: Mapping[str, bytes]) -> None:
    """Replace the folder of a gate by renaming, so that an upload never finds a part of its files."""
    new, old, place = folder / f".{gate}.new", folder / f".{gate}.old", folder / gate
    for rest in (new, old):  # of a step that was killed
        _remove(rest)
    for path, data in files.items():
        file = new / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    if place.exists() or place.is_symlink():
        place.rename(old)
    new.rename(place)
    _remove(old)


def _remove(place: Path) -> None:
    """Delete a file, a link or a folder; a link may lead anywhere, so it is not followed."""
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)


def _text(place: Path) -> str:
    """Return the text of a file, empty if it cannot be read."""
    try:
        return place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
