"""Read the files of a store from an artifact, a zip that nothing is trusted of.

Only paths of the store are read, in memory and with a limit of their size, whatever the zip declares.
https://docs.python.org/3/library/zipfile.html#decompression-pitfalls
"""

import io
import re
from collections.abc import Iterable, Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from readygate.support.errors import UnusableError
from readygate.support.git_names import SHA

FOLDER = "readygate-baseline"
"""The folder in the folder of the input `report` that the workflow uploads."""
LARGEST = 256 << 20
"""Largest file in bytes, and largest artifact; a million tests take less than 60 MB."""
TOTAL = 512 << 20
"""Largest size of all files of an artifact, in bytes."""
MEMBERS = 20_000

_HISTORY = "/history.jsonl"
_PATH = re.compile(
    rf"[a-z0-9][a-z0-9-]{{0,99}}/(?:history\.jsonl|snapshots/(?P<commit>{SHA})/[a-z]{{1,30}}(?:/[0-9]{{1,6}})?)"
)


def is_stored_path(path: str) -> bool:
    """Return whether a path is that of a history or of a file of a snapshot."""
    return _PATH.fullmatch(path) is not None


def commit_of(path: str) -> str:
    """Return the commit of a path in a snapshot, empty for any other path."""
    found = _PATH.fullmatch(path)
    return (found["commit"] or "") if found else ""


class ArtifactFiles:
    """The files of a store in one artifact."""

    def __init__(self, packed: bytes, where: str, commit: str) -> None:
        """Open an artifact of the run of a commit.

        Raises:
            UnusableError: it is damaged, or larger than it may be.
        """
        self._packed, self._commit = packed, commit
        self.where = where
        try:
            with ZipFile(io.BytesIO(packed)) as archive:
                infos = archive.infolist()
                if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos):
                    raise ValueError("a compression whose size has no limit")
        except Exception as error:  # BadZipFile, NotImplementedError, ValueError, struct.error: no common base class
            raise self._damaged(f"the zip cannot be read: {error}") from error
        if len(infos) > MEMBERS:
            raise self._damaged(f"it has more than {MEMBERS:,} files")
        self._members = self._wanted(infos)

    def _wanted(self, infos: list[ZipInfo]) -> Mapping[str, ZipInfo]:
        found: dict[str, ZipInfo] = {}
        for info in infos:
            # the workflow may upload the whole folder of the input `report`
            path = info.filename.removeprefix(f"{FOLDER}/")
            if not is_stored_path(path):
                continue
            if path in found:
                raise self._damaged(f"it has two files {path}")
            found[path] = info
        if sum(info.file_size for info in found.values()) > TOTAL:
            raise self._damaged(f"its files are larger than {TOTAL >> 20} MiB")
        return found

    def paths(self) -> Iterable[str]:
        """Return the paths of all files."""
        return self._members

    def read(self, path: str) -> bytes | None:
        """Return the bytes at a path; None if another gate uploaded this artifact, so that it has no such file.

        Raises:
            UnusableError: the file is damaged, or this is not an artifact of Readygate.
        """
        info = self._members.get(path)
        if info is None:
            gate = path.partition("/")[0]
            mine = any(name.startswith(f"{gate}/") for name in self._members)
            if path.endswith(_HISTORY) and (mine or not any(name.endswith(_HISTORY) for name in self._members)):
                raise self._damaged(f"it has no {path}")
            return None
        try:
            with ZipFile(io.BytesIO(self._packed)) as archive, archive.open(info) as stream:
                data = stream.read(LARGEST + 1)
        except Exception as error:  # as above, further zlib.error, RuntimeError and EOFError
            raise self._damaged(f"{path} cannot be read: {error}") from error
        if len(data) > LARGEST:
            raise self._damaged(f"{path} is larger than {LARGEST >> 20} MiB")
        return data

    def _damaged(self, why: str) -> UnusableError:
        return UnusableError(
            f"the artifact is not a baseline of Readygate ({why})",
            where=self.where,
            why="the upload was cut short, or the workflow uploaded another folder",
            todo=f"upload the folder {FOLDER}, and run the workflow for commit {self._commit[:7]} again",
        )
