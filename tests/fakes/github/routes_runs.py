"""Runs of workflows: what the API states of them, whatever their artifacts claim."""

from collections.abc import Iterable

from . import render
from .routing import PAGING, ApiError, Call, Json, Reply, route
from .state import WorkflowRun, World, node_id

_FILTERS = ("branch", "event", "status", "head_sha", "created", "exclude_pull_requests", *PAGING)
_MOST = 1000
"""A search with any filter returns no more runs."""


def run_json(world: World, run: WorkflowRun) -> Json:
    """Return a run as the API shows it; pull requests of forks are never listed."""
    repository = render.repository(world)
    head = {**repository, "id": world.id_of_repository(run.head_repo), "full_name": run.head_repo}
    pulls = [
        {"id": 1_800_000_000 + pull.number, "number": pull.number}
        for pull in world.pulls.values()
        if pull.head_sha == run.head_sha and not pull.fork and pull.state == "open"
    ]
    return {
        "id": run.id,
        "node_id": node_id("WFR", run.id),
        "name": "CI",
        "path": run.path,
        "workflow_id": run.workflow_id,
        "event": run.event,
        "status": "completed",
        "conclusion": "success",
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "run_number": run.id,
        "run_attempt": 1,
        "created_at": run.created_at,
        "pull_requests": pulls,
        "repository": repository,
        "head_repository": head,
    }


def _listed(world: World, call: Call, runs: Iterable[WorkflowRun]) -> Reply:
    wanted = {"branch": "head_branch", "event": "event", "head_sha": "head_sha"}
    rows = [
        run_json(world, run)
        for run in sorted(runs, key=lambda run: -run.id)
        if all(call.query.get(name, getattr(run, kept)) == getattr(run, kept) for name, kept in wanted.items())
    ]
    return call.paged(world, rows[:_MOST] if set(call.query) - set(PAGING) else rows, "workflow_runs")


@route("GET", "actions/runs/{run_id}", "actions:read", ("exclude_pull_requests",))
def get_run(world: World, call: Call) -> Reply:
    run = world.workflow_runs.get(call.number("run_id"))
    if run is None:
        raise ApiError(404, "Not Found")
    return Reply(run_json(world, run))


@route("GET", "actions/workflows/{workflow}/runs", "actions:read", _FILTERS)
def list_runs_of_workflow(world: World, call: Call) -> Reply:
    name = call.params["workflow"]
    found = [
        run
        for run in world.workflow_runs.values()
        if name in (str(run.workflow_id), run.path.rpartition("/")[2].partition("@")[0])
    ]
    if not found:
        raise ApiError(404, "Not Found")
    return _listed(world, call, found)
