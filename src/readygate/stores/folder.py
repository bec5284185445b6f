"""The store `folder:PATH`: a directory, for local use, a mounted disk or a cache."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from readygate.errors import StoreError
from readygate.stores import Change, Store, StoreKind

if TYPE_CHECKING:
    from readygate.github.client import GitHub


def open_folder(path: str, workspace: Path, _hub: GitHub | None) -> Store:
    """Open a folder; it need not exist before the first update."""
    root = workspace / path

    def names() -> tuple[str, ...]:
        try:
            found = (Path(folder, name) for folder, _, files in os.walk(root, onerror=_raise) for name in files)
            return tuple(sorted(file.relative_to(root).as_posix() for file in found if file.suffix != ".part"))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _failed(error, root) from error

    def load(name: str) -> bytes:
        try:
            return (root / name).read_bytes()
        except OSError as error:
            raise _failed(error, root / name) from error

    def update(change: Change) -> None:
        for name, data in change(names(), load).items():
            try:
                if data is None:
                    (root / name).unlink(missing_ok=True)
                else:
                    _write(root / name, data)
            except OSError as error:
                raise _failed(error, root / name) from error

    return Store(where=f"folder {root}", names=names, load=load, update=update)


def _write(path: Path, data: bytes) -> None:
    """Replace a file at once, so that a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _raise(error: OSError) -> None:
    """What cannot be listed is an error, and not an empty folder."""
    raise error


def _failed(error: OSError, where: Path) -> StoreError:
    return StoreError(
        f"the store does not answer ({error.strerror or error})",
        where=str(where),
        todo="check the path of the input `baseline` and its permissions",
    )


STORE = StoreKind(scheme="folder", title="a folder of the workspace or of a mounted disk", open=open_folder)
