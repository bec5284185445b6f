"""The repository itself: commits, comparisons, contents, and the routes outside of any repository."""

import time

from . import gitdiff, render
from .gitrepo import Commit
from .routes_git import READ, in_lines, is_empty
from .routing import PAGING, ApiError, Call, Json, Reply, raw_reply, route
from .state import World


@route("GET", "")
def get_repository(world: World, call: Call) -> Reply:
    return Reply(render.repository(world))


@route("GET", "/rate_limit")
def rate_limit(world: World, call: Call) -> Reply:
    limit, used = world.limits.requests_per_hour, call.token.used
    row = {"limit": limit, "used": used, "remaining": max(0, limit - used)}
    row["reset"] = int(time.time() // 3600 + 1) * 3600
    return Reply({"resources": {"core": row, "graphql": row, "search": row}, "rate": row})


def resolve(world: World, name: str) -> Commit:
    """Return the commit that a name in a path stands for: a SHA, a branch, a tag or a full ref."""
    if is_empty(world):
        raise ApiError(409, "Git Repository is empty.")
    for prefix in ("", "refs/heads/", "refs/tags/", "refs/"):
        plain = not prefix and len(name) >= 7 and not set(name) - set("0123456789abcdef")
        if prefix or plain or name == "HEAD" or name.startswith("refs/"):
            found = world.git.commit(f"{prefix}{name}")
            if found is not None:
                return found
    raise ApiError(422, f"No commit found for SHA: {name}")


def _log(world: World, *selection: str) -> list[str]:
    return world.git.lines("rev-list", *selection)


def _shown(world: World, shas: list[str]) -> list[Json]:
    commits = [world.git.commit(sha) for sha in shas]
    return [render.commit(world, found) for found in commits if found]


@route("GET", "commits", READ, query=("sha", *PAGING))
def list_commits(world: World, call: Call) -> Reply:
    if is_empty(world):
        raise ApiError(409, "Git Repository is empty.")
    try:
        start = resolve(world, call.query.get("sha") or world.default_branch)
    except ApiError as error:
        raise ApiError(404, "Not Found") from error
    shas = _log(world, start.sha)
    page, size = call.page()
    rows = _shown(world, shas[(page - 1) * size : page * size])
    return Reply(rows, headers=call.link(world.repository_id, len(shas), size, page))


@route("GET", "commits/{ref+}", READ)
def get_commit(world: World, call: Call) -> Reply:
    return Reply(render.commit(world, resolve(world, call.params["ref"])))


@route("GET", "branches/{branch+}", READ)
def get_branch(world: World, call: Call) -> Reply:
    name = call.params["branch"]
    found = world.git.commit(f"refs/heads/{name}")
    if found is None:
        raise ApiError(404, "Branch not found")
    address = world.api(f"/branches/{name}")
    return Reply(
        {
            "name": name,
            "commit": render.commit(world, found),
            "_links": {"self": address, "html": world.web(f"/tree/{name}")},
            "protected": name in world.protections,
            "protection_url": f"{address}/protection",
        }
    )


def _side(world: World, name: str) -> Commit:
    """Resolve one side of a comparison; `owner:branch` may name the branch of a fork."""
    owner, colon, branch = name.rpartition(":")
    if not colon or owner.lower() == world.owner.lower():
        return resolve(world, branch)
    for pull in world.pulls.values():
        if pull.head_repo.partition("/")[0].lower() == owner.lower() and branch in (pull.head, pull.head_sha):
            return resolve(world, pull.head_sha)
    raise ApiError(404, "Not Found")


@route("GET", "compare/{basehead+}", READ, query=PAGING)
def compare(world: World, call: Call) -> Reply:
    left, dots, right = call.params["basehead"].partition("...")
    if not dots:
        raise ApiError(404, "Not Found")
    try:
        base, head = _side(world, left), _side(world, right)
    except ApiError as error:
        raise ApiError(404, "Not Found") from error
    meeting = world.git.merge_base(base.sha, head.sha)
    common = world.git.commit(meeting) if meeting else None
    if common is None:
        raise ApiError(404, f"No common ancestor between {left} and {right}.")
    ahead = _log(world, "--reverse", "--topo-order", f"{base.sha}..{head.sha}")
    behind = len(_log(world, f"{head.sha}..{base.sha}"))
    words = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    page, size = call.page()
    size = size if set(call.query) & set(PAGING) else 250
    files = gitdiff.files(world.git, common.sha, head.sha)[: world.limits.diff_files] if page == 1 else []
    body = {
        "url": world.api(f"/compare/{left}...{right}"),
        "base_commit": render.commit(world, base),
        "merge_base_commit": render.commit(world, common),
        "status": words.get((bool(ahead), bool(behind)), "identical"),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": _shown(world, ahead[(page - 1) * size : page * size]),
        "files": [render.file(world, diff) for diff in files],
    }
    return Reply(body, headers=call.link(world.repository_id, len(ahead), size, page))


@route("GET", "contents/{path+}", READ, query=("ref",), raw=True)
def get_contents(world: World, call: Call) -> Reply:
    ref = call.query.get("ref") or world.default_branch
    try:
        start = resolve(world, ref)
    except ApiError as error:
        raise ApiError(404, f"No commit found for the ref {ref}") from error
    path = call.params["path"]
    found = world.git.tree(start.sha, path=path)
    if not found:
        raise ApiError(404, "Not Found")
    if found[0].kind == "tree":
        return Reply([{"type": "file", "path": entry.path} for entry in world.git.tree(start.sha, path=f"{path}/")])
    blob = world.git.find(found[0].sha)
    data = blob.data if blob else b""
    if call.raw:
        return raw_reply(data, world.limits.raw_content_bytes)
    body = {
        "type": "symlink" if found[0].mode == "120000" else "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": found[0].sha,
        "size": len(data),
        "url": world.api(f"/contents/{path}?ref={ref}"),
    }
    if len(data) > world.limits.inline_content_bytes:
        return Reply(body | {"content": "", "encoding": "none"})
    return Reply(body | {"content": in_lines(data), "encoding": "base64"})
