"""The store `folder:PATH`: a folder, for local use, a mounted disk or a cache.

An update replaces files one by one and the history last. Before it replaces or deletes a file, it keeps the old content
by its id in `GATE/.replaced`, where `fetch` looks too. So the history in force, the old one or the new one, always has
all of its files: for readers during an update, and after an update that was killed at any point.
"""

import os
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from readygate.baseline.stores import Change, File, Opening, Store, StoreKind
from readygate.support.errors import StoreError, UnusableError
from readygate.support.git_names import blob_id

if sys.platform != "win32":
    from readygate.baseline.stores._folder_lock import LOCK, lock

KEPT_SECONDS = 3_600
"""How long replaced content is kept for readers of an older history; content that the history names is kept longer."""

LARGEST = 256 << 20
"""Largest file in bytes that is read; a million tests take less than 60 MB."""
_SNAPSHOTS = "snapshots"
_KEPT = ".replaced"
_HISTORY = "history.jsonl"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags for reading a file; a named pipe in its place must not block."""


def open_folder(opening: Opening) -> Store:
    """Open a folder, which the first update creates. It may be a symbolic link; links inside it are refused.

    Only a run that records may find no folder: to a reader, that is a wrong name or a disk that is not mounted.
    """
    folder = _Folder(opening.workspace / opening.rest, records=opening.records)
    return Store(where=folder.where, history=folder.history, fetch=folder.fetch, update=folder.update)


class _Folder:
    def __init__(self, root: Path, *, records: bool) -> None:
        self._root, self._records = root, records
        self.where = f"folder {root}"

    def history(self, path: str, _line: Iterator[str]) -> bytes | None:
        self._check_root(creates=self._records)
        data = self._read(path)
        # a first update that was killed leaves snapshots alone, too, and the next one must be able to go on
        if data is None and not self._records and self._exists(self._place(f"{path.partition('/')[0]}/{_SNAPSHOTS}")):
            raise StoreError(
                f"{path} is missing, and there are stored results beside it",
                where=self.where,
                why="the file was deleted, a cache restored the folder in part, or the first update is under way",
                todo="restore the file, or run Readygate on the base branch again, which begins a new record",
            )
        return data

    def _exists(self, place: Path) -> bool:
        try:
            return place.exists()
        except OSError as error:
            raise self._failed("read", error) from error

    def _check_root(self, *, creates: bool) -> None:
        """Raise StoreError if the folder is missing, unless this run may create it."""
        link = self._root.is_symlink()
        if self._exists(self._root) or (creates and not link):
            return
        raise StoreError(
            "the folder does not exist" + (", and a symbolic link leads to it" if link else ""),
            where=self.where,
            why="its name is wrong, its disk is not mounted, a cache was not restored, or nothing was stored yet",
            todo="check the name, or create the folder to begin without stored results",
        )

    def fetch(self, path: str, blob: str) -> bytes:
        self._check_root(creates=False)
        problem: UnusableError | None = None
        missing = True
        for place in (path, _kept(path, blob)):
            try:
                data = self._read(place)
            except UnusableError as error:
                problem = problem or error
                continue
            if data is not None and blob_id(data) == blob:
                return data
            missing &= data is None
        raise problem or UnusableError(
            f"the stored {path} is {'missing' if missing else 'damaged: its content does not match its id'}",
            where=self.where,
            why="the file was deleted, or a cache restored the folder in part"
            if missing
            else "another program than Readygate changed the file, or the disk is damaged",
            todo="run Readygate on the base branch again, which stores new results",
        )

    def update(self, change: Change) -> None:
        self._check_root(creates=True)
        with self._locked():
            edits = change(self._read)
            last = {path: file for path, file in edits.items() if path.rpartition("/")[2] == _HISTORY}
            self._apply({path: file for path, file in edits.items() if path not in last})
            self._apply(last)
            self._purge({path.partition("/")[0] for path in edits})

    def _place(self, path: str) -> Path:
        """Return the file of a path in the store.

        Raises:
            StoreError: the path leads out of the folder, by its name or through a symbolic link.
        """
        parts = path.split("/")
        if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
            raise StoreError(
                f"{path!r} is not a path of a store",
                where=self.where,
                why="the history was changed by another program than Readygate",
                todo="delete the folder to begin a new record",
            )
        place = self._root
        for part in parts:
            place /= part
            if place.is_symlink():
                raise StoreError(
                    f"{place} is a symbolic link",
                    where=self.where,
                    why="Readygate follows no links inside the store, because they may lead out of it",
                    todo="delete the link; only the folder that `baseline` or `--store` names may be one",
                )
        return place

    def _read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None if there is none.

        Raises:
            UnusableError: it is not a regular file, or too large.
            StoreError: it cannot be read.
        """
        try:
            handle = os.open(self._place(path), _READ)
            try:
                data = _contents(handle)
            finally:
                os.close(handle)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed("read", error) from error
        if data is None:
            raise UnusableError(
                f"the stored results cannot be read (not a regular file of up to {LARGEST >> 20} MiB)",
                where=str(self._root / path),
                why="another program than Readygate changed the folder",
                todo="delete it, and run Readygate on the base branch again, which stores new results",
            )
        return data

    def _apply(self, edits: Mapping[str, File | None]) -> None:
        """Write files, then delete; when this returns, the disk has all of it."""
        folders: set[Path] = set()
        try:
            for path, file in sorted(edits.items(), key=lambda edit: edit[1] is None):
                place = self._place(path)
                old = self._read(path)
                if file is None and old is not None:
                    self._keep(path, old)
                    _delete(self._root, place)
                elif file is not None and file.data != old:
                    self._keep(path, old)
                    self._write(path, file.data)
                folders.update((place.parent, self._place(_kept(path, "part")).parent))
            _sync(self._root, folders)
        except OSError as error:
            raise self._failed("written", error) from error

    def _keep(self, path: str, old: bytes | None) -> None:
        """Keep the content of a snapshot that is about to be replaced; nobody reads histories and badges by an id."""
        if old is not None and path.split("/")[1:2] == [_SNAPSHOTS]:
            self._write(_kept(path, blob_id(old)), old)

    def _write(self, path: str, data: bytes) -> None:
        """Replace a file in one step, so that no reader sees a part of it."""
        place, part = self._place(path), self._place(_kept(path, f"{uuid4().hex}.part"))
        for folder in (place.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _purge(self, gates: Iterable[str]) -> None:
        """Delete kept content that no reader needs, and the rest of updates that were killed."""
        with suppress(OSError, StoreError):  # the update itself is done
            for gate in gates:
                history = self._read(f"{gate}/{_HISTORY}") or b""
                for file in self._place(f"{gate}/{_KEPT}").glob("*"):
                    if _is_old(file) and file.name.encode() not in history:
                        _delete(self._root, file)
                for folder in self._place(f"{gate}/{_SNAPSHOTS}").glob("*"):
                    if _is_old(folder) and folder.name.encode() not in history:
                        shutil.rmtree(folder)
                        _delete_empty(self._root, folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude updates by other processes, where the system can lock files."""
        handle = -1
        try:
            try:
                self._root.mkdir(parents=True, exist_ok=True)
                if sys.platform != "win32":
                    handle = os.open(self._place(LOCK), os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o666)
                    lock(handle, self.where)
            except OSError as error:
                raise self._failed("locked for an update", error) from error
            yield
        finally:
            if handle >= 0:
                os.close(handle)

    def _failed(self, verb: str, error: OSError) -> StoreError:
        return StoreError(
            f"the stored results cannot be {verb} ({error.strerror or error})",
            where=str(error.filename or self.where),
            why="the path is not that of a folder, its permissions forbid it, or the disk is full or not mounted",
            todo="check the folder that the input `baseline` or the option `--store` names",
        )


def _kept(path: str, name: str) -> str:
    return f"{path.partition('/')[0]}/{_KEPT}/{name}"


def _contents(handle: int) -> bytes | None:
    """Return the content of an open file; None if it is not a regular file, or too large."""
    info = os.fstat(handle)
    if not stat.S_ISREG(info.st_mode) or info.st_size > LARGEST:
        return None
    with os.fdopen(handle, "rb", closefd=False) as stream:
        return stream.read()


def _is_old(place: Path) -> bool:
    return place.lstat().st_mtime < time.time() - KEPT_SECONDS


def _delete(root: Path, place: Path) -> None:
    """Delete a file, and the folders that are empty without it."""
    place.unlink(missing_ok=True)
    _delete_empty(root, place)


def _delete_empty(root: Path, place: Path) -> None:
    """Delete the folders above a place that are empty."""
    for folder in place.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:  # it holds other files
            return


def _sync(root: Path, folders: Iterable[Path]) -> None:
    """Write the names of files to the disk before a history names them, where the system can."""
    if sys.platform == "win32":
        return
    every = {parent for folder in folders for parent in (folder, *folder.parents) if parent.is_relative_to(root)}
    for folder in every:
        with suppress(OSError):  # a folder that was deleted, or a file system without this
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


STORE = StoreKind(scheme="folder", title="a folder of the workspace or of a mounted disk", open=open_folder)
