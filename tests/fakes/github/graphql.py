"""The GraphQL API: a small part of GitHub's schema under its true names, executed for real."""

import re
from functools import cache
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, build_schema, execute_sync, parse, validate

from .gitrepo import ZERO
from .graphql_checks import git_object
from .graphql_commits import create_commit
from .graphql_schema import SDL
from .graphql_talk import comment_page, need_one, refuse
from .routes_git import broken_rules
from .routing import Call, Json, Reply, route
from .state import Pull, Token, World, node_id

_SCHEMA = build_schema(SDL)
_OID = re.compile(r"[0-9a-f]{40}")


class _Repository:
    """Resolvers below `repository`."""

    def __init__(self, world: World, token: Token) -> None:
        self._world = world
        self._token = token
        self.id = node_id("R", world.repository_id)

    def pullRequest(self, info: Any, number: int) -> Json:  # noqa: N802
        need_one(self._world, self._token, "pull_requests:read")
        pull = self._world.pulls.get(number)
        if pull is None:
            raise refuse("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return _pull(self._world, self._token, pull)

    def ref(self, info: Any, qualifiedName: str) -> Json | None:  # noqa: N803
        need_one(self._world, self._token, "contents:read")
        return _ref(self._world, self._token, qualifiedName)

    def object(self, info: Any, oid: str | None = None, expression: str | None = None) -> Json | None:
        need_one(self._world, self._token, "contents:read")
        if expression is not None:
            oid = self._world.git.named(expression)
        return git_object(self._world, self._token, oid) if oid and _OID.fullmatch(oid) else None


def _ref(world: World, token: Token, name: str) -> Json | None:
    sha = world.git.ref(name)
    if not sha:
        return None
    return {"target": git_object(world, token, sha), **_guards(world, name.removeprefix("refs/heads/"))}


def _guards(world: World, branch: str) -> Json:
    found = world.protections.get(branch)
    if found is None:
        return {"refUpdateRule": None, "rules": _rules([])}
    classic = found.reviews is not None or found.checks or not found.rules
    rule = {
        "requiredApprovingReviewCount": found.reviews,
        "requiredStatusCheckContexts": found.checks,
    }
    return {"refUpdateRule": rule if classic else None, "rules": _rules(found.rules)}


def _rules(types: list[str]) -> Any:
    def page(info: Any, first: int | None = None, last: int | None = None, **_cursor: Any) -> Json:
        size = first if first is not None else last
        if size is None or not 0 <= size <= 100:
            raise refuse("MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value up to 100.")
        return {"nodes": [{"type": kind} for kind in types[:size]]}

    return page


def _pull(world: World, token: Token, pull: Pull) -> Json:
    def comments(info: Any, **arguments: Any) -> Json:
        return comment_page(world, token, pull, arguments)

    return {
        "state": "MERGED" if pull.merged else pull.state.upper(),
        "locked": pull.locked,
        "headRefOid": pull.head_sha,
        "comments": comments,
    }


class _Root:
    """Resolvers of queries and mutations."""

    def __init__(self, world: World, token: Token) -> None:
        self._world = world
        self._token = token

    def repository(self, info: Any, owner: str, name: str) -> _Repository:
        if f"{owner}/{name}".lower() != self._world.full_name.lower():
            raise refuse("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return _Repository(self._world, self._token)

    def createCommitOnBranch(self, info: Any, input: Json) -> Json:  # noqa: A002, N802
        need_one(self._world, self._token, "contents:write")
        name, sha = create_commit(self._world, self._token, input)
        return {
            "clientMutationId": input.get("clientMutationId"),
            "commit": git_object(self._world, self._token, sha),
            "ref": _ref(self._world, self._token, name),
        }

    def updateRefs(self, info: Any, input: Json) -> Json:  # noqa: A002, N802
        world = self._world
        need_one(world, self._token, "contents:write")
        if input["repositoryId"] != node_id("R", world.repository_id):
            problem = f"Could not resolve to a node with the global id of '{input['repositoryId']}'."
            raise refuse("NOT_FOUND", problem)
        updates = [_ref_update(world, update) for update in input["refUpdates"]]
        script = ["start", *updates, "prepare", "commit"]
        with world.lock:
            done = world.git.attempt("update-ref", "--stdin", data="\n".join(script).encode() + b"\n")
        if done.returncode:
            problem = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            raise refuse("UNPROCESSABLE", f"Reference update failed: {problem}")
        return {"clientMutationId": input.get("clientMutationId")}


def _ref_update(world: World, update: Json) -> str:
    """Check one reference update and return git's instruction for it."""
    name, after, before = update["name"], update["afterOid"], update.get("beforeOid")
    well_formed = world.git.attempt("check-ref-format", name).returncode == 0 and name.startswith("refs/")
    if not well_formed:
        raise refuse("UNPROCESSABLE", f"{name} is not a valid ref name.")
    if not _OID.fullmatch(after) or (after != ZERO and world.git.find(after) is None):
        raise refuse("UNPROCESSABLE", f"Object {after} does not exist.")
    present = world.git.ref(name) or ZERO
    if before is not None and before != present:
        raise refuse("UNPROCESSABLE", f"Reference update failed: {name} is at {present} but expected {before}")
    forced = ZERO not in (present, after) and not world.git.is_ancestor(present, after)
    if forced and not update.get("force"):
        raise refuse("UNPROCESSABLE", f"Reference update failed: {name}: update is not a fast forward")
    kinds = ["CREATION" if present == ZERO else "UPDATE", *(["NON_FAST_FORWARD"] if forced else [])]
    if problem := broken_rules(world, name, *kinds):
        raise refuse("UNPROCESSABLE", problem)
    return f"update {name} {after} {present}"


@cache
def _checked(query: str) -> DocumentNode | list[GraphQLError]:
    """A query that fits the schema, or what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [error]
    return validate(_SCHEMA, document) or document


@route("POST", "/graphql")
def post_graphql(world: World, call: Call) -> Reply:
    query = call.body.get("query")
    if not isinstance(query, str):
        problem = "A query attribute must be specified and must be a string."
        return Reply({"errors": [{"message": problem}]})
    document = _checked(query)
    result = (
        ExecutionResult(errors=document)
        if isinstance(document, list)
        else execute_sync(
            _SCHEMA,
            document,
            root_value=_Root(world, call.token),
            variable_values=call.body.get("variables"),
            operation_name=call.body.get("operationName"),
        )
    )
    body: Json = {}
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        body["data"] = result.data
    if result.errors:
        body["errors"] = [_error(error) for error in result.errors]
    return Reply(body)


def _error(error: GraphQLError) -> Json:
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        raise cause
    shown: Json = dict(error.formatted)
    kind = (shown.pop("extensions", None) or {}).get("type")
    return {"type": kind, **shown} if kind else shown
