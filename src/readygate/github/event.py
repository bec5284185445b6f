"""The event of a workflow run, read as hostile data, to the target of the run.

Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads
What commit each event means:
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readygate.errors import DOCS, SettingsError
from readygate.model.target import Role, Target
from readygate.settings import Settings, Workplace

NO_COMMIT = "0" * 40


def read_target(workplace: Workplace, settings: Settings, checked_out: str) -> Target:
    """Settle what the run is about.

    Args:
        workplace: what the runner says.
        settings: the inputs; `commit` names the measured tree, `pull-request` the pull request.
        checked_out: the commit of the checkout in the workspace, empty if there is none.

    Raises:
        SettingsError: the event cannot be gated, or its payload lacks what it must have.
    """
    measured, note = _measured(workplace, settings, checked_out)
    readers = {
        "pull_request": _pull_request,
        "merge_group": _merge_group,
        "push": _push,
        "schedule": _by_hand,
        "workflow_dispatch": _by_hand,
    }
    reader = readers.get(workplace.event_name)
    if reader is None:
        raise SettingsError(
            (f"the event {workplace.event_name!r} cannot be judged",),
            todo=f"run the workflow on {', '.join(readers)}; see {DOCS}/events.md",
        )
    try:
        facts = reader(workplace, measured)
    except (KeyError, TypeError) as error:
        raise SettingsError(
            (f"the payload of the event {workplace.event_name!r} lacks {error}",),
            todo="run this in a GitHub workflow, or look at the file that GITHUB_EVENT_PATH names",
        ) from error
    if settings.pull_request:
        facts["number"] = settings.pull_request
    return Target(
        repository=workplace.repository,
        server_url=workplace.server_url.rstrip("/"),
        event=workplace.event_name,
        measured=measured,
        measured_note=note,
        run_id=workplace.run_id,
        run_number=workplace.run_number,
        run_attempt=workplace.run_attempt,
        run_url=workplace.run_url,
        **facts,
    )


def _measured(workplace: Workplace, settings: Settings, checked_out: str) -> tuple[str, str]:
    if settings.commit:
        return settings.commit, "named by the input `commit`"
    if checked_out:
        return checked_out, "checked out in the workspace"
    return workplace.sha, "the commit of the event, as nothing is checked out"


def _default_branch(event: Mapping[str, Any]) -> str:
    return str(event.get("repository", {}).get("default_branch", "")) or "main"


def _pull_request(workplace: Workplace, measured: str) -> dict[str, Any]:
    pull = workplace.event["pull_request"]
    head, base = pull["head"], pull["base"]
    head_sha = str(head["sha"])
    return {
        "role": Role.CHANGE,
        "head_sha": head_sha,
        "base_ref": str(base["ref"]),
        "number": int(workplace.event.get("number") or pull["number"]),
        "merged": measured == workplace.sha and measured != head_sha,
        "closed": pull.get("state") == "closed",
    }


def _merge_group(workplace: Workplace, _measured_sha: str) -> dict[str, Any]:
    group = workplace.event["merge_group"]
    return {
        "role": Role.CHANGE,
        "head_sha": str(group["head_sha"]),
        "base_ref": str(group["base_ref"]).removeprefix("refs/heads/"),
        "base_sha": str(group["base_sha"]),
    }


def _push(workplace: Workplace, _measured_sha: str) -> dict[str, Any]:
    branch = workplace.ref.removeprefix("refs/heads/")
    default = _default_branch(workplace.event)
    # a tag is no base branch, even one that a ruleset protects
    if not workplace.ref.startswith("refs/heads/") or (branch != default and not workplace.ref_protected):
        return {"role": Role.CHANGE, "head_sha": workplace.sha, "base_ref": default}
    before = str(workplace.event.get("before") or "")
    return {
        "role": Role.RECORD,
        "head_sha": workplace.sha,
        "base_ref": branch,
        "base_sha": "" if before == NO_COMMIT else before,
    }


def _by_hand(workplace: Workplace, measured: str) -> dict[str, Any]:
    facts = _push(workplace, measured)
    return {**facts, "base_sha": "", "gap_only": True}
