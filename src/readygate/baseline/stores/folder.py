"""The store `folder:PATH`: a folder, for local use, a mounted disk or a cache."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from readygate.baseline.stores import Change, File, Opening, Store, StoreKind
from readygate.support.errors import StoreError
from readygate.support.git_names import blob_id

if sys.platform != "win32":
    import fcntl


def open_folder(opening: Opening) -> Store:
    """Open a folder, which the first update creates."""
    root = opening.workspace / opening.rest

    def read(path: str) -> bytes | None:
        file = _inside(root, path)
        try:
            return file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(error, file) from error

    def history(path: str, _line: Iterator[str]) -> bytes | None:
        return read(path)

    def fetch(path: str, blob: str) -> bytes:
        data = read(path)
        if data is None:
            raise StoreError(f"the stored {path} is missing", where=f"folder {root}")
        if blob_id(data) != blob:
            raise StoreError(f"the stored {path} is damaged: it is not what its id says", where=f"folder {root}")
        return data

    def update(change: Change) -> None:
        with _alone(root):
            _apply(root, change(read))

    return Store(where=f"folder {root}", history=history, fetch=fetch, update=update)


def _inside(root: Path, path: str) -> Path:
    """Return the file of a path in the store.

    Raises:
        StoreError: the path leads out of the folder.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
        raise StoreError(f"{path!r} is not a path of a store", where=f"folder {root}")
    return root.joinpath(*parts)


def _apply(root: Path, edits: Mapping[str, File | None]) -> None:
    """Write files, then histories, then delete: whenever it stops, no history names a file that is missing."""
    order = sorted(edits.items(), key=lambda edit: (edit[1] is None, PurePosixPath(edit[0]).name == "history.jsonl"))
    for path, file in order:
        place = _inside(root, path)
        try:
            if file is None:
                _delete(root, place)
            elif not (file.stored and _holds(place, file.data)):
                _write(place, file.data)
        except OSError as error:
            raise _failed(error, place) from error


def _holds(place: Path, data: bytes) -> bool:
    return place.is_file() and place.stat().st_size == len(data) and place.read_bytes() == data


def _delete(root: Path, place: Path) -> None:
    """Delete a file, and the folders that are empty without it."""
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:  # it holds other files
            return


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


def _failed(error: OSError, where: Path) -> StoreError:
    return StoreError(
        f"the store does not answer ({error.strerror or error})",
        where=str(where),
        todo="check the path of the input `baseline` and its permissions",
    )


STORE = StoreKind(scheme="folder", title="a folder of the workspace or of a mounted disk", open=open_folder)
