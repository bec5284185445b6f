"""Write git trees by GitHub's API, with as few requests and bytes as possible.

Small text files are part of the request that creates the tree, and blobs that GitHub has are named by their ids.
https://docs.github.com/en/rest/git/trees#create-a-tree
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from readygate.baseline.stores import File
from readygate.github.client import GitHub
from readygate.support.errors import ForgeError, StoreError
from readygate.support.git_names import blob_id

INLINE_BYTES = 2 << 20
"""Largest size of all files inside one request for a tree, as JSON. GitHub states no limit; requests of 2.5 MB were
answered by 502: https://github.com/codesandbox/codesandbox-client/issues/8614"""

_UNUSABLE = 422

Edits = Mapping[str, File | None]


def write_tree(client: GitHub, base: str, edits: Edits, sent: set[str]) -> str:
    """Create the tree that results from edits.

    Args:
        client: the client of the repository.
        base: the tree to edit; empty to create a tree from nothing.
        edits: files by path, None deletes.
        sent: ids of the blobs that this run has sent before; those of this call are added.

    Returns:
        the id of the tree, which is `base` if the edits change nothing.

    Raises:
        ForgeError, StoreError: the tree was not created.
    """
    try:
        return _create(client, base, edits, sent)
    except ForgeError as error:
        if error.status != _UNUSABLE or not base:
            raise
        usable = _without_missing(client, base, edits)
        if usable == dict(edits) and not sent:
            raise
    sent.clear()
    return _create(client, base, usable, sent)


def list_tree(client: GitHub, tree: str) -> tuple[Mapping[str, str], bool]:
    """Return the blobs of a tree or commit, id by path, and whether the list is complete."""
    data = client.get(f"/git/trees/{tree}", recursive=1)
    return {row["path"]: row["sha"] for row in data["tree"] if row["type"] == "blob"}, not data.get("truncated")


def _without_missing(client: GitHub, base: str, edits: Edits) -> dict[str, File | None]:
    """Return the edits without deletions of missing paths, and with the bytes of missing blobs to be sent.

    GitHub refuses a whole tree for one of them; somebody may have edited the branch by hand. In a list that is cut, a
    path that is not listed counts as missing: the file stays, and nothing refers to it.
    """
    present, _complete = list_tree(client, base)
    blobs = set(present.values())
    usable: dict[str, File | None] = {}
    for path, file in edits.items():
        if file is None and path not in present:
            continue
        lost = file is not None and file.stored and blob_id(file.data) not in blobs
        usable[path] = File(data=file.data) if file is not None and lost else file
    return usable


def _create(client: GitHub, base: str, edits: Edits, sent: set[str]) -> str:
    entries: list[dict[str, Any]] = []
    inlined: set[str] = set()
    left = INLINE_BYTES
    for path, file in sorted(edits.items(), key=_size):
        entry: dict[str, Any] = {"path": path, "mode": "100644", "type": "blob"}
        if file is None:
            entry["sha"] = None
        elif (name := blob_id(file.data)) in sent or (file.stored and base):
            entry["sha"] = name
        elif (text := _inline(file.data, left)) is not None:
            entry["content"] = text
            left -= len(json.dumps(text))
            inlined.add(name)
        else:
            entry["sha"] = _upload(client, file.data, name)
            sent.add(name)
        if base or file is not None:
            entries.append(entry)
    if not entries:
        return base
    entries.sort(key=lambda entry: str(entry["path"]))
    body = {"tree": entries, **({"base_tree": base} if base else {})}
    made = str(client.put_object("/git/trees", body)["sha"])
    sent |= inlined
    return made


def _size(edit: tuple[str, File | None]) -> int:
    file = edit[1]
    return len(file.data) if file else 0


def _text(data: bytes) -> str | None:
    """Return bytes as text if a JSON document can carry them unchanged, else None."""
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def _inline(data: bytes, left: int) -> str | None:
    """Return a file as text if it may be part of the request, which can carry `left` more bytes."""
    if not 0 < len(data) <= left:
        return None
    text = _text(data)
    return text if text is not None and len(json.dumps(text)) <= left else None


def _upload(client: GitHub, data: bytes, name: str) -> str:
    text = _text(data)
    packed = {"encoding": "base64", "content": base64.b64encode(data).decode()}
    body = packed if text is None else {"encoding": "utf-8", "content": text}
    made = str(client.put_object("/git/blobs", body)["sha"])
    if made != name:
        raise StoreError("GitHub stored other bytes than it was sent", todo="run the job again")
    return made
