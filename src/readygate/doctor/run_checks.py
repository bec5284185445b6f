"""Check the run in which the doctor is called: event, limits of its token, checkout."""

from collections.abc import Mapping
from typing import Any, Final

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.doctor import Context, Diagnostics, advice, good, wrong
from readygate.github.event import read_subject
from readygate.model.subject import Role
from readygate.support.errors import DOCS, ReadygateError


def the_event_can_be_judged(context: Context) -> Diagnostics:
    """Check that Readygate supports the event and that its payload is complete."""
    if context.place is None:
        return
    try:
        subject = read_subject(context.place, context.settings or Settings(), context.checked_out)
    except ReadygateError as error:
        yield wrong("event", str(error).replace("\n", " "))
        return
    does = "stores results of the base branch" if subject.role is Role.RECORD else "judges a change"
    yield good("event", f"On this event, `{context.place.event_name}`, Readygate {does}.")


def the_token_may_write(context: Context) -> Diagnostics:
    """Check for pull requests from forks and of Dependabot, whose token is read-only."""
    place = context.place
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
            fix_snippet="permissions:\n  contents: read\n  checks: write\n  pull-requests: write",
        )


def the_checkout_is_what_was_measured(context: Context) -> Diagnostics:
    """Check the commit of the checkout, which counts as the measured one; its depth does not matter."""
    place = context.place
    if place is None:
        return
    if not context.checked_out:
        yield good("checkout", "Nothing is checked out here, as none is needed; the commit of the event counts.")
        return
    shallow = (place.workspace / ".git" / "shallow").is_file()
    depth = "It is shallow, which is enough: Readygate reads no history from it." if shallow else ""
    head = str(_object(_object(place.event, "pull_request"), "head").get("sha", ""))
    if context.checked_out in (place.sha, head):
        which = "the commit of the event" if context.checked_out == place.sha else "the head of the pull request"
        yield good("checkout", f"Checked out is {which}, {context.checked_out[:7]}. {depth}".strip())
    else:
        yield advice(
            "checkout",
            f"Checked out is {context.checked_out[:7]}, neither the commit of the event nor the head of the pull "
            f"request; it is taken for what the tests ran on. {depth}".strip(),
            fix_snippet="with:\n  commit: ${{ github.sha }}",
        )


def there_is_a_token(context: Context) -> Diagnostics:
    """Check for a token, without which there is no comment, check run or baseline."""
    if context.github is None:
        where = "the input `token` is empty" if _in_a_run(context.place) else "set GITHUB_TOKEN to one that may read"
        yield advice("token", f"GitHub was not asked, as there is no token: {where}.")


def _in_a_run(place: RunnerEnvironment | None) -> bool:
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
