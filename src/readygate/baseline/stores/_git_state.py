"""A state of a store that lies in the repository: the newest commit of its ref, and the files that were read of it."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from readygate.baseline.stores import File


class Tip(Struct, frozen=True, kw_only=True):
    """The commit of the ref and its tree; empty before the first update.

    Attributes:
        count: commits since the last one without a parent, including this one.
    """

    commit: str = ""
    tree: str = ""
    count: int = 0


class State:
    """A state of the store, and the files that were read of it.

    A file that is read again is requested again, as its bytes may have been spoilt on the way.
    """

    def __init__(self, tip: Tip, content: Callable[[str, str], bytes | None]) -> None:
        self.tip = tip
        self.files: dict[str, bytes | None] = {}
        self._content = content
        self._ahead: set[str] = set()

    def read(self, path: str) -> bytes | None:
        if path in self._ahead:
            self._ahead.remove(path)
        else:
            self.files[path] = self._content(path, self.tip.commit) if self.tip.commit else None
        return self.files[path]

    def read_ahead(self, path: str) -> bytes | None:
        """Read a file that `read` returns next without a request."""
        self._ahead.discard(path)
        data = self.read(path)
        self._ahead.add(path)
        return data

    def changed(self, edits: Mapping[str, File | None]) -> dict[str, bytes | None]:
        """Return those edits that are known to change a file, because it was read."""
        after = {path: file.data if file else None for path, file in edits.items() if path in self.files}
        return {path: data for path, data in after.items() if data != self.files[path]}
