"""Read the target of a run from its event, which is untrusted data.

Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads
The commit of each event:
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from collections.abc import Callable
from typing import Any

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.github import workflow_run
from readygate.github.branches import Branches
from readygate.github.payload import Payload
from readygate.model.subject import Role, Subject
from readygate.support.errors import DOCS, SettingsError
from readygate.support.git_names import read_queue_branch

NO_COMMIT = "0" * 40
ALONE = Branches()


def read_subject(
    runner: RunnerEnvironment, settings: Settings, checked_out: str, branches: Branches = ALONE
) -> Subject:
    """Return what the run is about.

    Args:
        runner: the values that the runner sets.
        settings: the inputs; `commit` names the measured commit, `pull-request` the pull request.
        checked_out: the commit of the checkout in the workspace, empty if there is none.
        branches: answers what the event does not contain, about branches and the pull request of another run.

    Raises:
        SettingsError: the event is not supported, or its payload lacks a required value.
        ForgeError: a request to GitHub failed.
    """
    reader = _READERS.get(runner.event_name)
    if reader is None:
        raise SettingsError(
            (f"the event {runner.event_name!r} cannot be judged",),
            todo=f"run the workflow on {', '.join(_READERS)}; see {DOCS}/events.md",
        )
    payload = Payload(runner.event_name, runner.event)
    facts: dict[str, Any] = {
        "repository": runner.repository,
        "server_url": runner.server_url.rstrip("/"),
        "event": runner.event_name,
        "workflow": runner.workflow,
        "run_id": runner.run_id,
        "run_number": runner.run_number,
        "run_attempt": runner.run_attempt,
        "run_url": runner.run_url,
        "default_branch": payload.text("repository", "default_branch", default=""),
    }
    facts["measured"], facts["measured_note"] = _measured(runner, settings, checked_out)
    facts |= reader(payload, runner, settings, facts["measured"], branches)
    if settings.pull_request:
        facts["number"] = settings.pull_request
    return Subject(**facts)


def _measured(runner: RunnerEnvironment, settings: Settings, checked_out: str) -> tuple[str, str]:
    if settings.commit:
        return settings.commit, "named by the input `commit`"
    if checked_out:
        return checked_out, "checked out in the workspace"
    return runner.sha, "the commit of the event, as nothing is checked out"


def _pull_request(
    payload: Payload, runner: RunnerEnvironment, _settings: Settings, measured: str, _branches: Branches
) -> dict[str, Any]:
    head = payload.sha("pull_request", "head", "sha")
    return {
        "role": Role.CHANGE,
        "head_sha": head,
        "base_ref": payload.text("pull_request", "base", "ref"),
        "stated_base": payload.text("pull_request", "base", "sha", default=""),
        "number": payload.number("pull_request", "number"),
        "merged": measured == runner.sha and measured != head,
        "closed": payload.text("pull_request", "state", default="open") == "closed",
    }


def _pull_request_target(
    payload: Payload, runner: RunnerEnvironment, settings: Settings, measured: str, branches: Branches
) -> dict[str, Any]:
    if not settings.allow_pull_request_target:
        raise SettingsError(
            ("the event 'pull_request_target' runs with a token that may write, on behalf of code of strangers",),
            todo=f"use two workflows as {DOCS}/events.md shows, or read there what the input "
            "`allow-pull-request-target: true` risks",
        )
    facts = _pull_request(payload, runner, settings, measured, branches)
    if not settings.commit and measured == runner.sha:
        # the event stands on the base branch, whose files hold nothing of the change
        measured, note = facts["head_sha"], "the head of the pull request, as the workspace does not hold it"
        facts |= {"measured": measured, "measured_note": note}
    merge = payload.text("pull_request", "merge_commit_sha", default="")
    return {**facts, "merged": measured == merge != facts["head_sha"]}


def _merge_group(
    payload: Payload, _place: RunnerEnvironment, _settings: Settings, _measured_sha: str, _branches: Branches
) -> dict[str, Any]:
    queued_pr = read_queue_branch(payload.text("merge_group", "head_ref", default=""))
    return {
        "role": Role.CHANGE,
        "queued_pr": queued_pr.number if queued_pr else 0,
        "head_sha": payload.sha("merge_group", "head_sha"),
        "base_ref": payload.text("merge_group", "base_ref").removeprefix("refs/heads/"),
        "base_sha": payload.sha("merge_group", "base_sha"),
    }


def _push(
    payload: Payload, runner: RunnerEnvironment, _settings: Settings, _measured_sha: str, branches: Branches
) -> dict[str, Any]:
    branch = runner.ref.removeprefix("refs/heads/")
    default = payload.text("repository", "default_branch", default="main")
    # a tag is no base branch, even one that a ruleset protects
    if not runner.ref.startswith("refs/heads/") or not branches.is_base(
        branch, default, runner.sha, protected=runner.ref_protected
    ):
        return {"role": Role.CHANGE, "head_sha": runner.sha, "base_ref": default}
    before = payload.text("before", default=NO_COMMIT)
    return {
        "role": Role.RECORD,
        "head_sha": runner.sha,
        "base_ref": branch,
        "base_sha": "" if before == NO_COMMIT else payload.sha("before"),
    }


def _by_hand(
    payload: Payload, runner: RunnerEnvironment, settings: Settings, measured: str, branches: Branches
) -> dict[str, Any]:
    facts = _push(payload, runner, settings, measured, branches)
    return {**facts, "base_sha": "", "gap_only": True}


_Reader = Callable[[Payload, RunnerEnvironment, Settings, str, Branches], dict[str, Any]]

_READERS: dict[str, _Reader] = {
    "pull_request": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
    "schedule": _by_hand,
    "workflow_dispatch": _by_hand,
    "workflow_run": workflow_run.read,
    "pull_request_target": _pull_request_target,
}
