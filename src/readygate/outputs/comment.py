"""Write the comment on the pull request: one per gate, created once and then edited.

It is found by its author and by the hidden marker at its end, on every page of comments. Anybody can write a marker,
but nobody else can write as this token.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from readygate.context import Published, RunContext, logged
from readygate.github.client import GitHub
from readygate.github.earlier import Earlier, read_earlier
from readygate.model.attempts import PATTERN, Attempts, decode, encode
from readygate.model.subject import Role, Subject
from readygate.outputs import Output, Stage, not_written
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import ReportView, has_news
from readygate.render.size_limits import COMMENT, SizeLimits
from readygate.render.template.sandbox_process import run_template
from readygate.render.template.user_template import TemplateError, render_user_template
from readygate.support.errors import ForgeError

TITLE = "comment"


class Conversation(Struct, frozen=True, kw_only=True):
    """The state of a pull request before its comment is written.

    Attributes:
        ours: this gate's comment, the first if there are several; None without one.
        spare: more comments of this gate, left by concurrent runs or a lost answer.
    """

    state: str
    locked: bool
    head: str
    ours: Mapping[str, Any] | None
    spare: tuple[Mapping[str, Any], ...] = ()


def marker(gate: str, subject: Subject) -> str:
    """Return the last line of the comment: which gate and which run wrote it."""
    return (
        f"<!-- readygate:comment name={quote(gate, safe='', errors='replace')} workflow={subject.workflow_key} "
        f"head={subject.head_sha} "
        f"run={subject.run_id} attempt={subject.run_attempt} -->"
    )


def _marker_of(gate: str, subject: Subject) -> re.Pattern[str]:
    name = re.escape(f"{quote(gate, safe='', errors='replace')} workflow={subject.workflow_key}")
    return re.compile(rf"<!-- readygate:comment name={name} head=[0-9a-f]* run=(\d+) attempt=(\d+) -->\s*\Z")


def earlier_attempts(earlier: Earlier | None, gate: str, subject: Subject) -> Attempts:
    """Return the tests that failed in earlier attempts of this workflow run, from this gate's comment."""
    pattern = re.compile(rf"{PATTERN}\n{_marker_of(gate, subject).pattern}")
    found = (pattern.search(comment["body"]) for comment in (earlier.comments if earlier else ()))
    matched = next((match for match in found if match and int(match["failed_run"]) == subject.run_id), None)
    return decode(matched["failed"], subject.run_attempt) if matched else {}


def _failed_line(view: ReportView, attempts: Attempts) -> str:
    """Return the line that a later attempt of this workflow run reads, with its end; empty if no test failed."""
    if not view.subject.run_id:
        return ""
    tests = view.comparison.tests
    failing = (*tests.new_failures, *tests.still_failing, *tests.known_flaky, *tests.quarantined)
    legs = ((change.id, leg) for change in failing for leg in change.legs or ("",))
    line = encode(view.subject.run_id, view.subject.run_attempt, legs, attempts)
    return f"{line}\n" if line else ""


def render(view: ReportView, template: str = "", attempts: Attempts | None = None) -> str:
    """Return the comment with its marker, within GitHub's limit, made by the user's template if there is one.

    Raises:
        TemplateError: the template cannot be used.
    """
    end = _failed_line(view, attempts or {}) + marker(view.gate, view.subject)
    limit = SizeLimits(characters=COMMENT.characters - len(end) - 2, bytes=COMMENT.bytes)
    body = render_user_template(view, template, limit, run_template) if template else render_markdown(view, limit)
    return f"{body}\n\n{end}\n"


def render_once(view: ReportView, context: RunContext, published: Published) -> Published:
    """Return the comment that an earlier output rendered, or else a new one.

    If the user's template cannot be used, the built-in comment takes its place, with a notice.
    """
    if published.comment:
        return Published(comment=published.comment)
    attempts = earlier_attempts(context.earlier, view.gate, view.subject)
    try:
        return Published(comment=render(view, context.template, attempts))
    except TemplateError as error:
        name = context.settings.template
        refused = logged(f"The template {name} is not used: {error}. The comment is the built-in one.")
        return refused + Published(comment=render(view, attempts=attempts))


def read_conversation(github: GitHub, subject: Subject, gate: str, earlier: Earlier | None = None) -> Conversation:
    """Return the state of a pull request with this gate's comment; read it unless it is known from `earlier`.

    Raises:
        ForgeError: GitHub refused or did not answer.
    """
    pattern = _marker_of(gate, subject)
    found = earlier or read_earlier(github, subject, subject.check_name(gate))
    ours = [comment for comment in found.comments if pattern.search(comment["body"])]
    return Conversation(
        state=found.state,
        locked=found.locked,
        head=found.head,
        ours=ours[0] if ours else None,
        spare=tuple(ours[1:]),
    )


def enabled(view: ReportView, context: RunContext) -> bool:
    """Return whether there is an open pull request, a client to write with, and the setting is not `off`."""
    return bool(
        context.github
        and context.settings.comment != "off"
        and view.subject.number
        and view.subject.role is Role.CHANGE
        and not view.subject.closed
    )


def publish(view: ReportView, context: RunContext, published: Published) -> Published:
    """Create or edit the comment. If that fails, the exit code stays the same."""
    github = context.github
    if github is None:
        return Published()
    done = Published()
    try:
        conversation = read_conversation(github, view.subject, view.gate, context.earlier)
        reason = _reason_to_skip(view, context.settings.comment, conversation)
        if reason:
            return logged(f"No comment was written: {reason}.")
        done = render_once(view, context, published)
        done += Published(step_outputs={"comment-url": _write(github, view, conversation, done.comment)})
        return done + _delete_spare(github, conversation)
    except ForgeError as error:
        return done + not_written(TITLE, error)


def _write(github: GitHub, view: ReportView, conversation: Conversation, body: str) -> str:
    """Create the comment or edit the existing one; return its URL."""
    number = view.subject.number

    def find() -> Mapping[str, Any] | None:
        return read_conversation(github, view.subject, view.gate).ours

    ours = conversation.ours
    if ours is None:
        made = github.create(f"/issues/{number}/comments", {"body": body}, find)
        if "html_url" in made:
            return str(made["html_url"])
        ours = made  # the answer was lost but the comment exists, or a concurrent run was faster
    if ours["body"].strip() != body.strip():
        github.patch(f"/issues/comments/{_number(ours['url'])}", {"body": body})
    return str(ours["url"])


def _delete_spare(github: GitHub, conversation: Conversation) -> Published:
    """Delete this gate's other comments; one that remains is merely out of date."""
    try:
        for spare in conversation.spare:
            github.delete(f"/issues/comments/{_number(spare['url'])}")
    except ForgeError as error:
        return logged(f"A second comment of ours stays: {error}", notice=False)
    return Published()


def _number(url: str) -> int:
    """Return a comment's number from its URL: the numbers exceed the 32 bits of GraphQL's `databaseId`."""
    return int(url.rpartition("#issuecomment-")[2])


def _reason_to_skip(view: ReportView, mode: str, conversation: Conversation) -> str:
    """Return why the comment must not be written now; empty if it may be."""
    subject = view.subject
    if conversation.state != "OPEN":
        return "the pull request is closed"
    if conversation.locked:
        return "the conversation is locked"
    if conversation.head != subject.head_sha:
        return f"the pull request has moved on to {conversation.head[:7]}, whose own run will write it"
    if conversation.ours is not None:
        found = _marker_of(view.gate, subject).search(conversation.ours["body"])
        if found and (int(found[1]), int(found[2])) > (subject.run_id, subject.run_attempt):
            return "a later run has written it"
        return ""  # an existing comment is kept up to date in every mode
    if mode == "not-ready" and view.verdict.ready:
        return "the change is ready, and `comment` is `not-ready`"
    if mode == "changes" and not has_news(view):
        return "nothing changed, and `comment` is `changes`"
    return ""


OUTPUT = Output(name="comment", title=TITLE, stage=Stage.GITHUB, order=1, enabled=enabled, publish=publish)
