"""Check runs and commit statuses."""

import re

from . import render
from .routes_repo import resolve
from .routing import PAGING, ApiError, Call, Json, Reply, invalid, route
from .state import ACTIONS_APP, CheckRun, Status, World, node_id, now

_BODY = "ReposOwnerRepoCheckRuns"
_KEPT = ("name", "details_url", "external_id", "status", "conclusion", "started_at", "completed_at")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TEXT_BYTES = 65_535
_ANNOTATION_BYTES = 64 * 1024


def _check_output(output: Json) -> None:
    for name in ("summary", "text"):
        if len(output.get(name, "").encode()) > _TEXT_BYTES:
            raise invalid("CheckRun", name, f"{name} exceeds a maximum bytesize of {_TEXT_BYTES}")
    annotations = output.get("annotations", [])
    if len(annotations) > 50:
        raise ApiError(422, f"Invalid request.\n\nNo more than 50 items are allowed; {len(annotations)} were supplied.")
    for row in annotations:
        _check_annotation(row)


def _check_annotation(row: Json) -> None:
    columns = [row[name] for name in ("start_column", "end_column") if name in row]
    rules = {
        "path can't be blank": row["path"],
        "message can't be blank": row["message"],
        "title is too long (maximum is 255 characters)": len(row.get("title", "")) <= 255,
        "start_line must be greater than or equal to 1": row["start_line"] >= 1,
        "end_line must be greater than or equal to start_line": row["end_line"] >= row["start_line"],
        "columns are only allowed on a single line": not columns or row["start_line"] == row["end_line"],
        "columns must be greater than or equal to 1": min(columns, default=1) >= 1,
    }
    for name in ("message", "raw_details"):
        size = len(row.get(name, "").encode())
        rules[f"{name} exceeds a maximum bytesize of {_ANNOTATION_BYTES}"] = size <= _ANNOTATION_BYTES
    for problem, kept in rules.items():
        if not kept:
            raise invalid("CheckAnnotation", "annotations", problem)


def _check_state(body: Json) -> None:
    if body.get("conclusion") == "stale":
        raise invalid("CheckRun", "conclusion", "only GitHub can set stale", "invalid")
    if body.get("status") in ("waiting", "requested", "pending"):
        raise invalid("CheckRun", "status", "only GitHub Actions can set it", "invalid")
    if body.get("status", "completed") != "completed" and "conclusion" in body:
        raise invalid("CheckRun", "conclusion", "conclusion is only allowed for completed runs", "invalid")
    if body.get("status") == "completed" and "conclusion" not in body:
        raise ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    for name in ("started_at", "completed_at"):
        if not _MOMENT.fullmatch(body.get(name, "2026-01-01T00:00:00Z")):
            raise ApiError(422, f"Invalid request.\n\n{body[name]} is not a valid date-time.")
    if not re.match(r"https?://", body.get("details_url", "https://")):
        raise invalid("CheckRun", "details_url", "details_url must use http or https scheme")


def _apply(run: CheckRun, body: Json) -> None:
    """Take over what a request says; annotations add up, the rest replaces what was."""
    for name in _KEPT:
        if name in body:
            run.fields[name] = body[name]
    if run.app_id == ACTIONS_APP:
        run.fields.pop("details_url", None)
    if "conclusion" in body:
        run.fields["status"] = "completed"
    if run.fields["status"] == "completed":
        run.fields.setdefault("completed_at", now())
    else:
        run.fields.pop("conclusion", None)
        run.fields.pop("completed_at", None)
    output = body.get("output", {})
    run.output |= {name: output[name] for name in ("title", "summary", "text") if name in output}
    run.annotations += [_annotation(row) for row in output.get("annotations", [])]


def _annotation(row: Json) -> Json:
    optional = ("start_column", "end_column", "title", "raw_details")
    return dict.fromkeys(optional) | row


def run_json(world: World, run: CheckRun) -> Json:
    """Return a check run."""
    web = world.web(f"/runs/{run.id}")
    open_pulls = [p for p in world.pulls.values() if p.head_sha == run.head_sha and not p.fork]
    return {
        "id": run.id,
        "name": run.fields["name"],
        "node_id": node_id("CR", run.id),
        "head_sha": run.head_sha,
        "external_id": run.fields.get("external_id", ""),
        "url": world.api(f"/check-runs/{run.id}"),
        "html_url": web,
        "details_url": run.fields.get("details_url", web),
        "status": run.fields["status"],
        "conclusion": run.fields.get("conclusion"),
        "started_at": run.fields.get("started_at"),
        "completed_at": run.fields.get("completed_at"),
        "output": {
            "title": run.output.get("title"),
            "summary": run.output.get("summary"),
            "text": run.output.get("text"),
            "annotations_count": len(run.annotations),
        },
        "app": render.app(world, run.app_id),
        "pull_requests": [render.pull_reference(world, pull) for pull in open_pulls if pull.state == "open"],
    }


def _writer(call: Call) -> int:
    if call.token.app_id is None:
        raise ApiError(403, "You must authenticate via a GitHub App.")
    return call.token.app_id


@route("POST", "check-runs", "checks:write", models=(f"{_BODY}PostBodyOneof0", f"{_BODY}PostBodyOneof1"))
def post_run(world: World, call: Call) -> Reply:
    app_id, body = _writer(call), call.body
    if not body["name"].strip():
        raise invalid("CheckRun", "name", "name can't be blank", "missing_field")
    _check_state(body)
    _check_output(body.get("output", {}))
    found = world.git.commit(body["head_sha"]) if re.fullmatch("[0-9a-f]{40}", body["head_sha"]) else None
    if found is None:
        raise ApiError(422, f"No commit found for SHA: {body['head_sha']}")
    with world.lock:
        fields: Json = {"status": "queued", "started_at": now()}
        run = CheckRun(next(world.run_ids), app_id, found.sha, fields, {}, [])
        _apply(run, body)
        world.runs[run.id] = run
        return Reply(run_json(world, run), 201)


def _run_of(world: World, call: Call) -> CheckRun:
    found = world.runs.get(call.number("id"))
    if found is None:
        raise ApiError(404, "Not Found")
    return found


@route(
    "PATCH",
    "check-runs/{id}",
    "checks:write",
    models=(f"{_BODY}CheckRunIdPatchBodyAnyof0", f"{_BODY}CheckRunIdPatchBodyAnyof1"),
)
def patch_run(world: World, call: Call) -> Reply:
    app_id = _writer(call)
    with world.lock:
        run = _run_of(world, call)
        if run.app_id != app_id:
            reason = "check run can only be modified by the GitHub App that created it."
            raise ApiError(403, f"Invalid app_id `{app_id}` - {reason}")
        _check_state(call.body)
        _check_output(call.body.get("output", {}))
        _apply(run, call.body)
        return Reply(run_json(world, run))


@route("GET", "check-runs/{id}", "checks:read")
def get_run(world: World, call: Call) -> Reply:
    return Reply(run_json(world, _run_of(world, call)))


_FILTERS = ("check_name", "filter", *PAGING)


@route("GET", "commits/{ref+}/check-runs", "checks:read", query=_FILTERS)
def list_runs(world: World, call: Call) -> Reply:
    commit = resolve(world, call.params["ref"])
    scope = call.query.get("filter", "latest")
    if scope not in ("latest", "all"):
        raise ApiError(422, "Invalid request.\n\nfilter must be latest or all.")
    seen: set[tuple[int, str]] = set()
    rows = []
    with world.lock:
        for run in sorted(world.runs.values(), key=lambda known: -known.id):
            shown = run_json(world, run)
            wanted = run.head_sha == commit.sha and call.query.get("check_name", shown["name"]) == shown["name"]
            if wanted and (scope == "all" or (run.app_id, shown["name"]) not in seen):
                rows.append(shown)
                seen.add((run.app_id, shown["name"]))
    return call.paged(world, rows, "check_runs")


def status_json(world: World, status: Status) -> Json:
    """Return a commit status."""
    return {
        "url": world.api(f"/statuses/{status.sha}"),
        "id": status.id,
        "node_id": node_id("SC", status.id),
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": status.created_at,
        "updated_at": status.created_at,
    }


@route("POST", "statuses/{sha}", "statuses:write", models=("ReposOwnerRepoStatusesShaPostBody",))
def post_status(world: World, call: Call) -> Reply:
    sha, body = call.params["sha"], call.body
    if not re.fullmatch("[0-9a-f]{40}", sha) or world.git.commit(sha) is None:
        raise ApiError(422, f"No commit found for SHA: {sha}")
    if len(body.get("description") or "") > 140:
        raise invalid("Status", "description", "description is too long (maximum is 140 characters)")
    if not re.match(r"https?://", body.get("target_url") or "https://"):
        raise invalid("Status", "target_url", "target_url must use http(s) scheme")
    context = body.get("context", "default")
    with world.lock:
        same = [s for s in world.statuses if s.sha == sha and s.context.lower() == context.lower()]
        if len(same) >= world.limits.statuses_per_context:
            limit = "This SHA and context has reached the maximum number of statuses."
            raise ApiError(422, "Validation Failed", [{"resource": "Status", "code": "custom", "message": limit}])
        status = Status(
            id=next(world.ids),
            sha=sha,
            context=context,
            state=body["state"],
            description=body.get("description"),
            target_url=body.get("target_url"),
            login=call.token.login,
            user_id=call.token.user_id,
            created_at=now(),
        )
        world.statuses.append(status)
    creator = render.user(world, status.login)
    return Reply(status_json(world, status) | {"creator": creator}, 201)


@route("GET", "commits/{ref+}/status", "statuses:read", query=PAGING)
def combined_status(world: World, call: Call) -> Reply:
    sha = resolve(world, call.params["ref"]).sha
    with world.lock:
        latest = {s.context.lower(): s for s in world.statuses if s.sha == sha}
    states = {status.state for status in latest.values()}
    state = "success"
    if states & {"failure", "error"}:
        state = "failure"
    elif not states or "pending" in states:
        state = "pending"
    page = call.paged(world, [status_json(world, status) for status in latest.values()])
    body = {
        "state": state,
        "statuses": page.body,
        "sha": sha,
        "total_count": len(latest),
    }
    return Reply(body, headers=page.headers)
