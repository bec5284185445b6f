"""The store `folder:PATH`: a folder, for local use, a mounted disk or a cache."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readygate.baseline.stores import Change, Opening, Store, StoreKind
from readygate.support.errors import StoreError

if sys.platform != "win32":
    import fcntl


def open_folder(opening: Opening) -> Store:
    """Open a folder, which the first update creates."""
    root = opening.workspace / opening.rest

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
        with _alone(root):
            for name, data in change(names(), load).items():
                try:
                    if data is None:
                        (root / name).unlink(missing_ok=True)
                    else:
                        _write(root / name, data)
                except OSError as error:
                    raise _failed(error, root / name) from error

    return Store(where=f"folder {root}", names=names, load=load, update=update)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Lock the folder against updates by other runs, where the system can lock folders."""
    handle = -1
    try:
        root.mkdir(parents=True, exist_ok=True)
        if sys.platform != "win32":
            handle = os.open(root, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        raise _failed(error, root) from error
    try:
        yield
    finally:
        if handle >= 0:
            os.close(handle)


def _write(path: Path, data: bytes) -> None:
    """Replace a file atomically, so that no reader sees a part of it."""
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
    """Raise an error of `os.walk`, which would otherwise return an empty folder."""
    raise error


def _failed(error: OSError, where: Path) -> StoreError:
    return StoreError(
        f"the store does not answer ({error.strerror or error})",
        where=str(where),
        todo="check the path of the input `baseline` and its permissions",
    )


STORE = StoreKind(scheme="folder", title="a folder of the workspace or of a mounted disk", open=open_folder)
