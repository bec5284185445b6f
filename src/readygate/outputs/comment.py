"""The comment on the pull request: one per gate, created once and edited from then on.

It is found by author and by the hidden marker at its end, on every page of comments: anybody can write a marker,
nobody else can write as us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from readygate.github.client import GitHub
from readygate.model.subject import Role, Target
from readygate.outputs import Desk, Output
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import Page, has_news
from readygate.render.size_limits import COMMENT, SizeLimits
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError

QUERY = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state
      locked
      headRefOid
      comments(first: 100, after: $after) {
        nodes { body viewerDidAuthor url }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


class Conversation(Struct, frozen=True, kw_only=True):
    """What must be known of a pull request before writing to it.

    Attributes:
        ours: our comment, the first if there are several; None without one.
        spare: more comments of ours, which two runs at once or a lost answer have left.
    """

    state: str
    locked: bool
    head: str
    ours: Mapping[str, Any] | None
    spare: tuple[Mapping[str, Any], ...] = ()


def marker(gate: str, target: Target) -> str:
    """The last line of the comment: which gate, and which run wrote it."""
    return (
        f"<!-- readygate:comment name={quote(gate, safe='', errors='replace')} workflow={target.workflow_key} "
        f"head={target.head_sha} "
        f"run={target.run_id} attempt={target.run_attempt} -->"
    )


def _marker_of(gate: str, target: Target) -> re.Pattern[str]:
    name = re.escape(f"{quote(gate, safe='', errors='replace')} workflow={target.workflow_key}")
    return re.compile(rf"<!-- readygate:comment name={name} head=[0-9a-f]* run=(\d+) attempt=(\d+) -->\s*\Z")


def render(page: Page, desk: Desk | None = None) -> str:
    """The comment with its marker, within GitHub's limit, by the template of the user if there is one."""
    end = marker(page.gate, page.target)
    room = SizeLimits(characters=COMMENT.characters - len(end) - 2, bytes=COMMENT.bytes)
    return f"{_body(page, desk, room)}\n\n{end}\n"


def _body(page: Page, desk: Desk | None, room: SizeLimits) -> str:
    if desk is not None and desk.template:
        from readygate.render.template.sandbox_process import run_template  # noqa: PLC0415  (few runs have a template)
        from readygate.render.template.user_template import TemplateError, render_user_template  # noqa: PLC0415

        try:
            return render_user_template(page, desk.template, room, run_template)
        except TemplateError as error:
            desk.log.notice(
                f"The template {desk.settings.template} is not used: {error}. The comment is the built-in one."
            )
            desk.template = ""  # told once, for all who write a comment
    return render_markdown(page, room)


def read_conversation(hub: GitHub, target: Target, gate: str) -> Conversation:
    """Read the state of a pull request and find our comment in it.

    Raises:
        ForgeError: GitHub could not be asked.
    """
    pattern = _marker_of(gate, target)
    ours: list[Mapping[str, Any]] = []
    pull: Mapping[str, Any] = {}
    for pull in _pages(hub, target.number):
        ours += (node for node in pull["comments"]["nodes"] if node["viewerDidAuthor"] and pattern.search(node["body"]))
    return Conversation(
        state=pull["state"],
        locked=pull["locked"],
        head=pull["headRefOid"],
        ours=ours[0] if ours else None,
        spare=tuple(ours[1:]),
    )


def _pages(hub: GitHub, number: int) -> Iterator[Mapping[str, Any]]:
    owner, _, name = hub.repository.partition("/")
    after = None
    while True:
        data = hub.query(QUERY, {"owner": owner, "name": name, "number": number, "after": after})
        pull = (data.get("repository") or {}).get("pullRequest")
        if pull is None:
            raise NotFoundError(f"there is no pull request {number}", where=hub.repository)
        yield pull
        info = pull["comments"]["pageInfo"]
        if not info["hasNextPage"]:
            return
        after = info["endCursor"]


def wants(page: Page, desk: Desk) -> bool:
    """A pull request that is open, a session to write with, and not switched off."""
    return bool(
        desk.hub
        and desk.settings.comment != "off"
        and page.target.number
        and page.target.role is Role.CHANGE
        and not page.target.closed
    )


def publish(page: Page, desk: Desk) -> None:
    """Create or edit the comment; a comment that cannot be posted is a notice, never a failure."""
    hub, target = desk.hub, page.target
    if hub is None:
        return
    try:
        talk = read_conversation(hub, target, page.gate)
        reason = _left_alone(page, desk, talk)
        if reason:
            desk.log.notice(f"No comment was written: {reason}.")
            return
        desk.posted["comment-url"] = _write(hub, page, talk, desk)
        _clear(hub, talk, desk)
    except PermissionDeniedError as error:
        desk.unwritten.append("comment")
        desk.log.line(f"No comment was written: {error}")
    except ForgeError as error:
        desk.log.notice(f"The comment could not be written: {error}")


def _write(hub: GitHub, page: Page, talk: Conversation, desk: Desk) -> str:
    """Create the comment, or edit the one that stands; returns its address."""
    number, body = page.target.number, render(page, desk)

    def find() -> Mapping[str, Any] | None:
        return read_conversation(hub, page.target, page.gate).ours

    ours = talk.ours
    if ours is None:
        made = hub.create(f"/issues/{number}/comments", {"body": body}, find)
        if "html_url" in made:
            return str(made["html_url"])
        ours = made  # the answer was lost and the comment is there, or another run was faster
    if ours["body"].strip() != body.strip():
        hub.patch(f"/issues/comments/{_number(ours['url'])}", {"body": body})
    return str(ours["url"])


def _clear(hub: GitHub, talk: Conversation, desk: Desk) -> None:
    """Take our spare comments away; one that stays does no harm but to be out of date."""
    try:
        for spare in talk.spare:
            hub.delete(f"/issues/comments/{_number(spare['url'])}")
    except ForgeError as error:
        desk.log.line(f"A second comment of ours stays: {error}")


def _number(url: str) -> int:
    """A comment's number, from its address: GraphQL's `databaseId` has 32 bits, and the numbers have outgrown them."""
    return int(url.rpartition("#issuecomment-")[2])


def _left_alone(page: Page, desk: Desk, talk: Conversation) -> str:
    """Why the comment must not be written now; empty if it may."""
    target = page.target
    if talk.state != "OPEN":
        return "the pull request is closed"
    if talk.locked:
        return "the conversation is locked"
    if talk.head != target.head_sha:
        return f"the pull request has moved on to {talk.head[:7]}, whose own run will write it"
    if talk.ours is not None:
        found = _marker_of(page.gate, target).search(talk.ours["body"])
        if found and (int(found[1]), int(found[2])) > (target.run_id, target.run_attempt):
            return "a later run has written it"
        return ""  # a comment that stands is kept true, whatever the mode
    if desk.settings.comment == "not-ready" and page.verdict.ready:
        return "the change is ready, and `comment` is `not-ready`"
    if desk.settings.comment == "changes" and not has_news(page):
        return "nothing changed, and `comment` is `changes`"
    return ""


OUTPUT = Output(name="comment", order=10, wants=wants, publish=publish)
