"""What the runner says of the run that the doctor is called in: event, limits of its token, checkout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from readygate.config.settings import Settings, Workplace
from readygate.doctor import Remarks, Scene, advice, good, wrong
from readygate.github.event import read_target
from readygate.model.subject import Role
from readygate.support.errors import DOCS, ReadygateError


def the_event_can_be_judged(scene: Scene) -> Remarks:
    """The event is one that Readygate knows, and its payload is whole."""
    if scene.place is None:
        return
    try:
        target = read_target(scene.place, scene.settings or Settings(), scene.checked_out)
    except ReadygateError as error:
        yield wrong("event", str(error).replace("\n", " "))
        return
    does = "stores results of the base branch" if target.role is Role.RECORD else "judges a change"
    yield good("event", f"On this event, `{scene.place.event_name}`, Readygate {does}.")


def the_token_may_write(scene: Scene) -> Remarks:
    """Pull requests from forks, and those of Dependabot, get a token that only reads."""
    place = scene.place
    if place is None or not place.event_name.startswith("pull_request"):
        return
    pull = _object(place.event, "pull_request")
    head = _object(_object(pull, "head"), "repo").get("full_name")
    author = _object(pull, "user").get("login")
    if head != place.repository:
        yield advice(
            "fork",
            "This pull request comes from a fork: its token only reads, whatever the workflow asks for. Summary, "
            f"outputs and exit code work; require the job instead of the check run: {DOCS}/events.md",
        )
    elif author == "dependabot[bot]":
        yield advice(
            "dependabot",
            "For Dependabot the token only reads unless the job asks for more, and secrets are those of Dependabot.",
            paste="permissions:\n  contents: read\n  checks: write\n  pull-requests: write",
        )


def the_checkout_is_what_was_measured(scene: Scene) -> Remarks:
    """A checkout in the workspace is taken for the commit that the tests ran on; its depth does not matter."""
    place = scene.place
    if place is None:
        return
    if not scene.checked_out:
        yield good("checkout", "Nothing is checked out here, as none is needed; the commit of the event counts.")
        return
    shallow = (place.workspace / ".git" / "shallow").is_file()
    depth = "It is shallow, which is enough: Readygate reads no history from it." if shallow else ""
    head = str(_object(_object(place.event, "pull_request"), "head").get("sha", ""))
    if scene.checked_out in (place.sha, head):
        which = "the commit of the event" if scene.checked_out == place.sha else "the head of the pull request"
        yield good("checkout", f"Checked out is {which}, {scene.checked_out[:7]}. {depth}".strip())
    else:
        yield advice(
            "checkout",
            f"Checked out is {scene.checked_out[:7]}, neither the commit of the event nor the head of the pull request;"
            f" it is taken for what the tests ran on. {depth}".strip(),
            paste="with:\n  commit: ${{ github.sha }}",
        )


def there_is_a_token(scene: Scene) -> Remarks:
    """Without a token there is no comment, no check run and no baseline."""
    if scene.hub is None:
        where = "the input `token` is empty" if _in_a_run(scene.place) else "set GITHUB_TOKEN to one that may read"
        yield advice("token", f"GitHub was not asked, as there is no token: {where}.")


def _in_a_run(place: Workplace | None) -> bool:
    return place is not None


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


CHECKS: Final = (
    the_event_can_be_judged,
    the_token_may_write,
    the_checkout_is_what_was_measured,
    there_is_a_token,
)
