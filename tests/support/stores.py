"""A store in memory, for tests of what uses stores; the stores of the package have tests of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from readygate.baseline.stores import Change, Store
from readygate.support.errors import GoneError, StoreError, UnusableError
from readygate.support.git_names import blob_id


@dataclass
class Memory:
    """Paths and bytes.

    Attributes:
        data: what is stored.
        fetched: the paths of fetched files.
        sent: the paths of the last update whose bytes had to be sent.
        lost: paths that cannot be read at the moment.
        gone: paths that the store no longer has, as an expired artifact.
        broken: whether no operation works.
        meanwhile: an update by another run, which the next update meets once.
    """

    data: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    broken: bool = False
    meanwhile: Callable[[], None] | None = None

    def store(self) -> Store:
        """Return the store."""
        return Store(
            where="memory", history=lambda path, _line: self._read(path), fetch=self._fetch, update=self._update
        )

    def _read(self, path: str) -> bytes | None:
        if self.broken or path in self.lost:
            raise StoreError("the store does not answer", where="memory")
        return self.data.get(path)

    def _fetch(self, path: str, blob: str) -> bytes:
        self.fetched.append(path)
        if path in self.gone:
            raise GoneError(f"the {path} no longer exist", where="memory", why="they expired", todo="run it again")
        data = self._read(path)
        if data is None:
            raise UnusableError(f"the stored {path} is missing", where="memory")
        if blob_id(data) != blob:
            raise UnusableError(f"the stored {path} does not match its id", where="memory")
        return data

    def _update(self, change: Change) -> None:
        edits = change(self._read)
        if self.meanwhile is not None:
            other, self.meanwhile = self.meanwhile, None
            other()
            edits = change(self._read)
        held = set(self.data.values())
        self.sent = []
        for path, file in edits.items():
            if file is None:
                del self.data[path]
                continue
            if file.stored:
                assert file.data in held, f"{path} is not stored"
            else:
                self.sent.append(path)
            self.data[path] = file.data

    @property
    def snapshots(self) -> dict[str, bytes]:
        """What is stored of snapshots."""
        return {path: data for path, data in self.data.items() if "/snapshots/" in path}
