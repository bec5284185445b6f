"""The comment on the pull request: one per gate, created once and edited from then on.

It is found by author and by the hidden marker at its end, on every page of comments: anybody can write a marker,
nobody else can write as us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from readygate.errors import ForgeError, NotFoundError, PermissionDeniedError
from readygate.github.client import GitHub
from readygate.model.target import Role, Target
from readygate.outputs import Desk, Output
from readygate.render.document import COMMENT, Budget, markdown
from readygate.render.page import Page, is_news

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What must be known of a pull request before writing to it; `ours` is our comment, if there is one."""

    state: str
    locked: bool
    head: str
    ours: Mapping[str, Any] | None


def marker(gate: str, target: Target) -> str:
    """The last line of the comment: which gate, and which run wrote it."""
    return (
        f"<!-- readygate:comment name={quote(gate, safe='', errors='replace')} head={target.head_sha} "
        f"run={target.run_id} attempt={target.run_attempt} -->"
    )


def _marker_of(gate: str) -> re.Pattern[str]:
    name = re.escape(quote(gate, safe="", errors="replace"))
    return re.compile(rf"<!-- readygate:comment name={name} head=[0-9a-f]* run=(\d+) attempt=(\d+) -->\s*\Z")


def render(page: Page) -> str:
    """The comment with its marker, within GitHub's limit."""
    end = marker(page.gate, page.target)
    room = Budget(characters=COMMENT.characters - len(end) - 2, bytes=COMMENT.bytes)
    return f"{markdown(page, room)}\n\n{end}\n"


def read_conversation(hub: GitHub, number: int, gate: str) -> Conversation:
    """Read the state of a pull request and find our comment in it.

    Raises:
        ForgeError: GitHub could not be asked.
    """
    ours, pattern = None, _marker_of(gate)
    pull: Mapping[str, Any] = {}
    for pull in _pages(hub, number):
        for node in pull["comments"]["nodes"]:
            if ours is None and node["viewerDidAuthor"] and pattern.search(node["body"]):
                ours = node
    return Conversation(state=pull["state"], locked=pull["locked"], head=pull["headRefOid"], ours=ours)


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
        talk = read_conversation(hub, target.number, page.gate)
        reason = _left_alone(page, desk, talk)
        if reason:
            desk.log.notice(f"No comment was written: {reason}.")
            return
        body = render(page)
        if talk.ours is None:
            made = hub.post(f"/issues/{target.number}/comments", {"body": body})
            desk.posted["comment-url"] = str(made["html_url"])
        else:
            if talk.ours["body"].strip() != body.strip():
                hub.patch(f"/issues/comments/{_number(talk.ours['url'])}", {"body": body})
            desk.posted["comment-url"] = str(talk.ours["url"])
    except PermissionDeniedError as error:
        desk.unwritten.append("comment")
        desk.log.notice(f"No comment was written: {error}")
    except ForgeError as error:
        desk.log.notice(f"The comment could not be written: {error}")


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
        found = _marker_of(page.gate).search(talk.ours["body"])
        if found and (int(found[1]), int(found[2])) > (target.run_id, target.run_attempt):
            return "a later run has written it"
        return ""  # a comment that stands is kept true, whatever the mode
    if desk.settings.comment == "not-ready" and page.verdict.ready:
        return "the change is ready, and `comment` is `not-ready`"
    if desk.settings.comment == "changes" and not is_news(page):
        return "nothing changed, and `comment` is `changes`"
    return ""


OUTPUT = Output(name="comment", order=10, wants=wants, publish=publish)
