"""Commits and their check runs, in the forms of the GraphQL API."""

from collections.abc import Callable
from typing import Any

from .graphql_talk import need_one, paginate
from .routing import Json
from .state import CheckRun, Token, World, node_id

TEXT_LIMIT = 512_000
"""The bytes of a blob that are sent as its text: https://github.com/sveltia/sveltia-cms/issues/950"""


def git_object(world: World, token: Token, oid: str) -> Json | None:
    """Return an object of the repository by its id."""
    found = world.git.find(oid)
    if found is None:
        return None
    shown: Json = {"__typename": found.kind.capitalize(), "oid": oid}
    if found.kind == "blob":
        return shown | _text(found.data)
    if found.kind != "commit":
        return shown

    def file(info: Any, path: str) -> Json | None:
        entry = world.git.named(f"{oid}:{path}")
        return {"object": git_object(world, token, entry)} if entry else None

    message = world.git.lines("log", "-1", "--format=%B", oid)
    return shown | {
        "file": file,
        "message": "\n".join(message),
        "tree": {"oid": world.git.tree_of(oid)},
        "checkSuites": _suites(world, token, oid),
    }


def _text(data: bytes) -> Json:
    """Return the text of a blob: null for a binary file, cut for a large one."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return {"text": None, "isTruncated": False}
    text = None if b"\0" in data else data[:TEXT_LIMIT].decode(errors="ignore")
    return {"text": text, "isTruncated": len(data) > TEXT_LIMIT}


def _suites(world: World, token: Token, sha: str) -> Callable[..., Json]:
    def resolve(info: Any, filterBy: Json | None = None, **arguments: Any) -> Json:  # noqa: N803
        need_one(world, token, "checks:read")
        wanted = filterBy or {}
        with world.lock:
            runs = [run for run in world.runs.values() if run.head_sha == sha]
        apps = {
            run.app_id
            for run in runs
            if wanted.get("appId") in (None, run.app_id) and wanted.get("checkName") in (None, run.fields["name"])
        }
        rows = [(node_id("CS", app), [run for run in runs if run.app_id == app]) for app in sorted(apps)]
        return paginate(rows, arguments, "checkSuites", key=lambda row: row[0], show=lambda row: _suite(world, row[1]))

    return resolve


def _suite(world: World, runs: list[CheckRun]) -> Json:
    def resolve(info: Any, filterBy: Json | None = None, **arguments: Any) -> Json:  # noqa: N803
        wanted = filterBy or {}
        named = [run for run in runs if wanted.get("checkName") in (None, run.fields["name"])]
        if wanted.get("checkType") != "ALL":
            named = list({run.fields["name"]: run for run in sorted(named, key=lambda run: run.id)}.values())
        key = lambda run: node_id("CR", run.id)  # noqa: E731
        return paginate(named, arguments, "checkRuns", key=key, show=lambda run: _run(world, run))

    return {"checkRuns": resolve}


def _run(world: World, run: CheckRun) -> Json:
    def annotations(info: Any, **arguments: Any) -> Json:
        rows = list(enumerate(run.annotations))
        return paginate(rows, arguments, "annotations", key=lambda row: str(row[0]), show=lambda row: row[1])

    return {
        "name": run.fields["name"],
        "externalId": run.fields.get("external_id"),
        "permalink": world.web(f"/runs/{run.id}"),
        "annotations": annotations,
    }
