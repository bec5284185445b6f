"""The commit status on the head commit: for tokens that may not write check runs, and as a link that leads to the run.

GitHub shows check runs of the job's token without the link that they were given; that of a status works.
https://docs.github.com/en/rest/commits/statuses
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readygate.github.client import GitHub
from readygate.model.subject import Role
from readygate.outputs import Desk, Output
from readygate.render.escaping import redact, visible
from readygate.render.report_view import Page, verdict_sentence
from readygate.support.errors import ForgeError, PermissionDeniedError

LONGEST = 140
"""Characters of the description that GitHub takes."""


def describe(text: str) -> str:
    """A description that GitHub takes: one line, cut to its limit, without characters beyond U+FFFF."""
    line = visible(redact(" ".join(text.split())))
    line = "".join(character if ord(character) < 0x10000 else "?" for character in line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def wants(page: Page, desk: Desk) -> bool:
    """A session to write with, a commit to write on, and asked for."""
    return bool(desk.hub and desk.settings.status and page.target.head_sha)


def publish(page: Page, desk: Desk) -> None:
    """Write the status; that it cannot be written is told and changes no exit code."""
    # an informing policy fails nothing, and statuses know no state between
    state = "success" if page.verdict.ready or page.verdict.inform else "failure"
    write(
        page.target.check_name(page.gate),
        page.target.head_sha,
        state,
        verdict_sentence(page),
        desk,
        quiet=page.target.role is Role.RECORD,
    )


def write(gate: str, sha: str, state: str, text: str, desk: Desk, *, quiet: bool = False) -> None:
    """Write a status whose context is `gate` on `sha`; `quiet` keeps a missing permission to the log."""
    if desk.hub is None:
        return
    body = {"state": state, "context": gate, "description": describe(text)}
    if desk.workplace.run_url:
        body["target_url"] = desk.workplace.run_url
    try:
        desk.hub.create(f"/statuses/{sha}", body, lambda: _find(desk.hub, sha, body))
    except PermissionDeniedError as error:
        if quiet:
            desk.log.line(f"No commit status was written: {error}")
        else:
            desk.unwritten.append("commit status")
            desk.log.line(f"No commit status was written: {error}")
    except ForgeError as error:
        desk.log.notice(f"The commit status could not be written: {error}")


def _find(hub: GitHub | None, sha: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The newest status of the context, if it says what ours says: a commit takes 1,000 of a context and no more."""
    rows = hub.get(f"/commits/{sha}/status", per_page=100)["statuses"] if hub else ()
    for row in rows:
        if str(row["context"]).lower() == str(body["context"]).lower():
            same = all(row.get(name) == value for name, value in body.items() if name != "context")
            return dict(row) if same else None
    return None


OUTPUT = Output(name="status", order=25, wants=wants, publish=publish)
