"""The git data API: blobs, trees, commits and references."""

import base64
import binascii
import json
import re
from functools import lru_cache

from . import render
from .gitrepo import ZERO, GitError
from .routing import ApiError, Call, Json, Reply, raw_reply, route
from .state import World, now

READ, WRITE = "contents:read", "contents:write"
_BODY = "ReposOwnerRepoGit"
_SHA = re.compile(r"[0-9a-f]{40}")


def in_lines(data: bytes) -> str:
    """Base64 in lines of 60 characters, as GitHub gives it."""
    text = base64.b64encode(data).decode()
    return "\n".join([text[at : at + 60] for at in range(0, len(text), 60)] + [""])


def is_empty(world: World) -> bool:
    """Tell whether the repository never had a branch."""
    if not world.used:
        world.used = bool(world.git.refs("refs/heads/"))
    return not world.used


def _refuse_empty(world: World) -> None:
    if is_empty(world):
        raise ApiError(409, "Git Repository is empty.")


def _has(world: World, sha: object, kind: str) -> bool:
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        return False
    found = world.git.find(sha)
    return found is not None and found.kind == kind


@route("GET", "git/blobs/{sha}", READ, raw=True)
def get_blob(world: World, call: Call) -> Reply:
    sha = call.params["sha"]
    if not _has(world, sha, "blob"):
        raise ApiError(404, "Not Found")
    found = world.git.find(sha)
    data = found.data if found else b""
    if call.raw:
        return raw_reply(data, world.limits.raw_content_bytes)
    return Reply(_told(sha, world.api(f"/git/blobs/{sha}"), data))


@lru_cache(maxsize=16)
def _told(sha: str, url: str, data: bytes) -> bytes:
    """The answer, which never changes: large ones take the machine that is measured as long as some of its own work."""
    answer = {
        "sha": sha,
        "size": len(data),
        "url": url,
        "content": in_lines(data),
        "encoding": "base64",
    }
    return json.dumps(answer).encode()


@route("POST", "git/blobs", WRITE, models=(f"{_BODY}BlobsPostBody",))
def post_blob(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    encoding = call.body.get("encoding", "utf-8")
    if encoding not in ("utf-8", "base64"):
        raise ApiError(422, "encoding must be 'utf-8' or 'base64'")
    text = call.body["content"]
    try:
        data = base64.b64decode("".join(text.split()), validate=True) if encoding == "base64" else text.encode()
    except binascii.Error as error:
        raise ApiError(422, "content is not valid Base64") from error
    sha = world.git.write_blob(data)
    return Reply({"sha": sha, "url": world.api(f"/git/blobs/{sha}")}, 201)


def _tree(world: World, sha: str, *, recursive: bool) -> Json:
    rows: list[Json] = []
    entries = world.git.tree(sha, recursive=recursive)
    for entry in entries[: world.limits.tree_entries]:
        row: Json = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
        if entry.size is not None:
            row["size"] = entry.size
        if entry.kind != "commit":
            row["url"] = world.api(f"/git/{entry.kind}s/{entry.sha}")
        rows.append(row)
    truncated = len(entries) > len(rows)
    return {"sha": sha, "url": world.api(f"/git/trees/{sha}"), "tree": rows, "truncated": truncated}


@route("GET", "git/trees/{sha+}", READ, query=("recursive",))
def get_tree(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    sha = world.git.tree_of(call.params["sha"])
    if sha is None:
        raise ApiError(404, "Not Found")
    return Reply(_tree(world, sha, recursive="recursive" in call.query))


@route("POST", "git/trees", WRITE, models=(f"{_BODY}TreesPostBody",))
def post_tree(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    base = call.body.get("base_tree")
    if base is not None:
        base = world.git.tree_of(base) if _SHA.fullmatch(base) else None
        if base is None:
            raise ApiError(422, "base_tree is not a valid tree oid")
    if not call.body["tree"]:
        raise ApiError(422, "Invalid tree info")
    entries = [_entry(world, row, base) for row in call.body["tree"]]
    try:
        sha = world.git.write_tree(base, entries)
    except GitError as error:
        raise ApiError(422, f"tree.path contains a malformed path component ({error})") from error
    return Reply(_tree(world, sha, recursive=False), 201)


def _entry(world: World, row: Json, base: str | None) -> tuple[str, str, str | None]:
    path, mode = row.get("path", ""), row.get("mode", "")
    parts = path.split("/")
    if not path or any(part in ("", ".", "..", ".git") for part in parts) or "\0" in path:
        raise ApiError(422, "tree.path contains a malformed path component")
    if not mode:
        raise ApiError(422, "Must supply a valid tree.mode")
    if ("content" in row) == ("sha" in row):
        raise ApiError(422, "Must supply either tree.sha or tree.content")
    kinds = {"040000": "tree", "160000": "commit"}
    kind = kinds.get(mode, "blob")
    if row.get("type", kind) != kind:
        raise ApiError(422, "tree.type does not fit tree.mode")
    if "content" in row:
        return path, mode, world.git.write_blob(row["content"].encode())
    if row["sha"] is None:
        present = world.git.entry(base, path) if base else None
        if present is None:
            raise ApiError(422, "GitRPC::BadObjectState")
        return path, present[0], None
    if kind != "commit" and not _has(world, row["sha"], kind):
        raise ApiError(422, f"tree.sha {row['sha']} is not a valid {kind}")
    return path, mode, row["sha"]


@route("GET", "git/commits/{sha}", READ)
def get_commit(world: World, call: Call) -> Reply:
    found = world.git.commit(call.params["sha"]) if _has(world, call.params["sha"], "commit") else None
    if found is None:
        raise ApiError(404, "Not Found")
    return Reply(render.git_commit(world, found))


@route("POST", "git/commits", WRITE, models=(f"{_BODY}CommitsPostBody",))
def post_commit(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    tree, parents = call.body["tree"], call.body.get("parents", [])
    if not _has(world, tree, "tree"):
        raise ApiError(422, "Tree SHA does not exist")
    if not all(_has(world, parent, "commit") for parent in parents):
        raise ApiError(422, "Parent SHA does not exist or is not a commit object")
    mail = f"{call.token.user_id}+{call.token.login}@users.noreply.github.com"
    people = []
    given = call.body.get("author") or {}
    for role in (given, call.body.get("committer") or given):
        name, address = role.get("name", call.token.login), role.get("email", mail)
        people.append((name, address, role.get("date", now())))
    try:
        sha = world.git.write_commit(tree, parents, call.body["message"], *people)
    except GitError as error:
        raise ApiError(422, f"Author or committer is not valid ({error})") from error
    found = world.git.commit(sha)
    return Reply(render.git_commit(world, found) if found else None, 201)


def _ref(world: World, name: str, kind: str, sha: str) -> Json:
    return {
        "ref": name,
        "node_id": f"REF_{name}",
        "url": world.api(f"/git/{name}"),
        "object": {"type": kind, "sha": sha, "url": world.api(f"/git/{kind}s/{sha}")},
    }


_RULES = {
    "CREATION": "Cannot create ref due to creations being restricted.",
    "UPDATE": "Cannot update this protected ref.",
    "NON_FAST_FORWARD": "Cannot force-push to this branch",
    "PULL_REQUEST": "Changes must be made through a pull request.",
}


def broken_rules(world: World, name: str, *kinds: str) -> str:
    """Return what GitHub says of the rules that an update of a branch breaks, empty if it breaks none."""
    found = world.protections.get(name.removeprefix("refs/heads/")) if name.startswith("refs/heads/") else None
    if found is None:
        return ""
    rules = found.rules if found.rules or found.reviews is not None or found.checks else ["NON_FAST_FORWARD"]
    broken = [text for kind, text in _RULES.items() if kind in rules and kind in (*kinds, "PULL_REQUEST")]
    return "Repository rule violations found\n\n" + "\n\n".join(broken) + "\n\n" if broken else ""


def _refuse_by_rule(world: World, name: str, *kinds: str) -> None:
    """Refuse as a ruleset does, for all but those who may bypass it."""
    if problem := broken_rules(world, name, *kinds):
        raise ApiError(422, problem)


@route("GET", "git/ref/{ref+}", READ)
def get_ref(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    name = f"refs/{call.params['ref']}"
    sha = world.git.ref(name)
    found = world.git.find(sha) if sha else None
    if found is None:
        raise ApiError(404, "Not Found")
    return Reply(_ref(world, name, found.kind, found.sha))


@route("GET", "git/matching-refs/{ref+}", READ)
def matching_refs(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    rows = world.git.refs(f"refs/{call.params['ref']}")
    return Reply([_ref(world, name, kind, sha) for name, kind, sha in rows])


@route("POST", "git/refs", WRITE, models=(f"{_BODY}RefsPostBody",))
def post_ref(world: World, call: Call) -> Reply:
    _refuse_empty(world)
    name, sha = call.body["ref"], call.body["sha"]
    if not name.startswith("refs/") or name.count("/") < 2:
        raise ApiError(422, "Reference name must start with 'refs' and contain at least two slashes.")
    if world.git.attempt("check-ref-format", name).returncode or name.startswith("refs/pull/"):
        raise ApiError(422, f"{name} is not a valid ref name.")
    _refuse_by_rule(world, name, "CREATION")
    kinds = ("commit",) if name.startswith("refs/heads/") else ("commit", "tag", "tree", "blob")
    if not any(_has(world, sha, kind) for kind in kinds):
        raise ApiError(422, "Object does not exist")
    if not world.git.swap_ref(name, sha, ZERO):
        raise ApiError(422, "Reference already exists")
    return Reply(_ref(world, name, "commit", sha), 201)


@route("PATCH", "git/refs/{ref+}", WRITE, models=(f"{_BODY}RefsRefPatchBody",))
def patch_ref(world: World, call: Call) -> Reply:
    name, sha = f"refs/{call.params['ref']}", call.body["sha"]
    if not _has(world, sha, "commit"):
        raise ApiError(422, "Object does not exist")
    _refuse_by_rule(world, name, "UPDATE")
    for _ in range(50):
        old = world.git.ref(name)
        if old is None:
            raise ApiError(422, "Reference does not exist")
        if not world.git.is_ancestor(old, sha):
            if not call.body.get("force", False):
                raise ApiError(422, "Update is not a fast forward")
            _refuse_by_rule(world, name, "NON_FAST_FORWARD")
        with world.lock:
            if world.git.swap_ref(name, sha, old):
                return Reply(_ref(world, name, "commit", sha))
    raise ApiError(409, f"{name} is locked")
