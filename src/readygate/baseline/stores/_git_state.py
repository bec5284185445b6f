"""A state of a store that lies in the repository: the newest commit of its ref, and the files that were read of it."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from readygate.baseline.stores import File
from readygate.github.client import GitHub
from readygate.github.files import BLOB_FIELDS, whole_text
from readygate.support.errors import ForgeError, TimeBudgetError

_NEWEST = f"""
query Newest($owner: String!, $name: String!, $ref: String!, $path: String!) {{
  repository(owner: $owner, name: $name) {{
    id
    newest: object(expression: $ref) {{
      oid
      ... on Commit {{
        message
        tree {{ oid }}
        file(path: $path) {{ object {{ {BLOB_FIELDS} }} }}
      }}
    }}
  }}
}}
"""


class Tip(Struct, frozen=True, kw_only=True):
    """The commit of the ref and its tree; empty before the first update.

    Attributes:
        count: commits since the last one without a parent, including this one.
        repository: the id that mutations name the repository by; empty if it was not asked for.
    """

    commit: str = ""
    tree: str = ""
    count: int = 0
    repository: str = ""


class Newest(Struct, frozen=True, kw_only=True):
    """The newest commit of a ref as GitHub sends it.

    Attributes:
        repository: as in `Tip`.
        data: the bytes of the wanted file; None if it does not exist, or was not sent whole.
    """

    commit: str
    tree: str
    message: str
    repository: str = ""
    data: bytes | None = None


def query_newest(client: GitHub, ref: str, path: str) -> Newest | None:
    """Read the newest commit of a ref and one of its files in one request, where the REST API takes two or three.

    Returns:
        None if GitHub sends no such commit. Whether there is none is then for the caller to find out.

    Raises:
        TimeBudgetError: the time budget of the step is used up.
    """
    owner, _, name = client.repository.partition("/")
    try:
        data = client.query(_NEWEST, {"owner": owner, "name": name, "ref": ref, "path": path}, tries=1)
    except TimeBudgetError:
        raise
    except ForgeError:
        return None
    repository = data.get("repository") or {}
    commit = repository.get("newest") or {}
    if not commit.get("tree"):
        return None
    return Newest(
        commit=str(commit["oid"]),
        tree=str(commit["tree"]["oid"]),
        message=str(commit["message"]),
        repository=str(repository["id"]),
        data=whole_text((commit.get("file") or {}).get("object") or {}),
    )


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

    def add(self, path: str, data: bytes) -> None:
        """Add a file that the next `read` returns without a request."""
        self.files[path] = data
        self._ahead.add(path)

    def changed(self, edits: Mapping[str, File | None]) -> dict[str, bytes | None]:
        """Return those edits that are known to change a file, because it was read."""
        after = {path: file.data if file else None for path, file in edits.items() if path in self.files}
        return {path: data for path, data in after.items() if data != self.files[path]}
