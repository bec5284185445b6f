"""Read the runner's variables and the event of the run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from readygate.support.errors import SettingsError


class RunnerEnvironment(Struct, frozen=True, kw_only=True):
    """The runner's variables and the event of the run; fields have the names of the variables.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    repository: str = ""
    sha: str = ""
    ref: str = ""
    ref_protected: bool = False
    workflow: str = ""
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    run_id: int = 0
    run_number: int = 0
    run_attempt: int = 1
    workspace: Path = Path()
    runner_workspace: str = ""
    output: Path | None = None
    step_summary: Path | None = None

    @property
    def run_url(self) -> str:
        """The page of the run."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}" if self.run_id else ""


def read_runner(environment: Mapping[str, str]) -> RunnerEnvironment:
    """Read the runner's variables and the event of the run.

    Raises:
        SettingsError: a variable that every runner sets is missing, or the event cannot be read.
    """
    get = environment.get
    problems = [
        f"the variable {name} is not set" for name in ("GITHUB_REPOSITORY", "GITHUB_EVENT_NAME") if not get(name)
    ]
    event: object = {}
    try:
        path = get("GITHUB_EVENT_PATH", "")
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"the event at GITHUB_EVENT_PATH cannot be read ({error})")
    if not isinstance(event, dict):
        problems.append("the event at GITHUB_EVENT_PATH is no JSON object")
    if problems:
        raise SettingsError(
            tuple(problems), todo="run this in a GitHub workflow; on a laptop use `readygate report --help`"
        )
    output, summary = get("GITHUB_OUTPUT"), get("GITHUB_STEP_SUMMARY")
    return RunnerEnvironment(
        event_name=get("GITHUB_EVENT_NAME", ""),
        event=event if isinstance(event, dict) else {},
        repository=get("GITHUB_REPOSITORY", ""),
        sha=get("GITHUB_SHA", ""),
        ref=get("GITHUB_REF", ""),
        ref_protected=get("GITHUB_REF_PROTECTED") == "true",
        workflow=get("GITHUB_WORKFLOW_REF", "").partition("@")[0].removeprefix(f"{get('GITHUB_REPOSITORY')}/"),
        api_url=get("GITHUB_API_URL") or "https://api.github.com",
        server_url=get("GITHUB_SERVER_URL") or "https://github.com",
        run_id=_whole(get("GITHUB_RUN_ID")),
        run_number=_whole(get("GITHUB_RUN_NUMBER")),
        run_attempt=_whole(get("GITHUB_RUN_ATTEMPT")) or 1,
        workspace=Path(get("GITHUB_WORKSPACE") or "."),
        runner_workspace=get("RUNNER_WORKSPACE", ""),
        output=Path(output) if output else None,
        step_summary=Path(summary) if summary else None,
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else 0
