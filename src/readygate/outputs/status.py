"""Write the commit status on the head commit: for tokens that may not write check runs, and for its link to the run.

GitHub drops the link of a check run that a job's token writes, but keeps that of a status.
https://docs.github.com/en/rest/commits/statuses
"""

from collections.abc import Mapping
from typing import Any

from readygate.context import Published, RunContext
from readygate.github.client import GitHub
from readygate.model.subject import Role, Subject
from readygate.outputs import Output, Stage, not_written
from readygate.render.escaping import redact, visible
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView, verdict_sentence
from readygate.support.errors import ForgeError

TITLE = "commit status"
LONGEST = 140
"""Characters of the description that GitHub accepts."""


def describe(text: str) -> str:
    """Return a description that GitHub accepts: one line, within its limit, without characters beyond U+FFFF."""
    line = visible(redact(" ".join(text.split())))
    line = "".join(character if ord(character) < 0x10000 else "?" for character in line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def enabled(view: ReportView, context: RunContext) -> bool:
    """Return whether the status is requested, and there are a client and a commit to write to."""
    return bool(context.github and context.settings.status and view.subject.head_sha)


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the verdict as a status. If that fails, the exit code stays the same."""
    # an informing policy fails nothing, and a status has no neutral state
    state = "success" if view.verdict.ready or view.verdict.inform else "failure"
    quiet = view.subject.role is Role.RECORD
    return _write(view.gate, view.subject, state, verdict_sentence(view), context, quiet=quiet)


def publish_failure(failure: NotEvaluated, context: RunContext, _published: Published) -> Published:
    """Write an error as the status of a change."""
    subject = failure.subject
    if subject is None or subject.role is not Role.CHANGE or not context.settings.status:
        return Published()
    return _write(failure.gate, subject, "error", f"{failure.title}: {failure.reason}", context)


def _write(
    gate: str, subject: Subject, state: str, text: str, context: RunContext, *, quiet: bool = False
) -> Published:
    github = context.github
    if github is None:
        return Published()
    body = {"state": state, "context": subject.check_name(gate), "description": describe(text)}
    if context.runner.run_url:
        body["target_url"] = context.runner.run_url
    try:
        github.create(f"/statuses/{subject.head_sha}", body, lambda: _find(github, subject.head_sha, body))
    except ForgeError as error:
        return not_written(TITLE, error, quiet=quiet)
    return Published()


def _find(github: GitHub, sha: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the newest status of the context if it equals `body`.

    A commit takes at most 1,000 statuses of a context, so that none must be written twice.
    """
    for row in github.get(f"/commits/{sha}/status", per_page=100)["statuses"]:
        if str(row["context"]).lower() == str(body["context"]).lower():
            same = all(row.get(name) == value for name, value in body.items() if name != "context")
            return dict(row) if same else None
    return None


OUTPUT = Output(
    name="status",
    title=TITLE,
    stage=Stage.GITHUB,
    order=3,
    enabled=enabled,
    publish=publish,
    publish_failure=publish_failure,
)
