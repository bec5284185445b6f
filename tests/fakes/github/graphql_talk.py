"""Who writes and what they wrote, in the forms of the GraphQL API."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from graphql import GraphQLError

from .routes_talk import same_author
from .state import node_id

if TYPE_CHECKING:
    from .routing import Json
    from .state import Comment, Pull, Token, World


def refuse(kind: str, message: str) -> GraphQLError:
    """Return an error of one of GitHub's types."""
    return GraphQLError(message, extensions={"type": kind})


def need_one(world: World, token: Token, *needs: str) -> None:
    """Refuse a token that has none of some permissions."""
    public = not world.private and all(need.endswith(":read") for need in needs)
    if not public and not any(token.may(need) for need in needs):
        whose = "integration" if token.kind != "pat" else "personal access token"
        raise refuse("FORBIDDEN", f"Resource not accessible by {whose}")


def actor(world: World, login: str) -> Json:
    """Return an account; GraphQL names bots without their suffix."""
    number = world.id_of_user(login)
    short = login.removesuffix("[bot]")
    kind = "Bot" if short != login else "User"
    return {
        "__typename": kind,
        "id": node_id(kind[0], number),
        "databaseId": number,
        "login": short,
        "url": f"{world.html}/{short}",
        "resourcePath": f"/{short}",
    }


def _cursor(comment: Comment) -> str:
    return base64.b64encode(f"cursor:v2:{comment.id}".encode()).decode()


def comment_page(world: World, token: Token, pull: Pull, arguments: Json) -> Json:
    """Return one page of the comments; GitHub insists on `first` or `last`, up to 100."""
    size = arguments.get("first") if arguments.get("first") is not None else arguments.get("last")
    if size is None:
        problem = "You must provide a `first` or `last` value to properly paginate the `comments` connection."
        raise refuse("MISSING_PAGINATION_BOUNDARIES", problem)
    if not 0 <= size <= 100:
        problem = f"Requesting {size} records on the `comments` connection exceeds the limit of 100 records."
        raise refuse("EXCESSIVE_PAGINATION", problem)
    with world.lock:
        everything = world.comments_of(pull.number)
    cursors = [_cursor(comment) for comment in everything]
    low, high = 0, len(everything)
    for side in ("after", "before"):
        cursor = arguments.get(side)
        if cursor is not None and cursor not in cursors:
            raise refuse("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")
        if cursor is not None and side == "after":
            low = cursors.index(cursor) + 1
        elif cursor is not None:
            high = cursors.index(cursor)
    if arguments.get("first") is not None:
        high = min(high, low + size)
    else:
        low = max(low, high - size)
    return {
        "totalCount": len(everything),
        "nodes": [comment_json(world, token, comment) for comment in everything[low:high]],
        "pageInfo": {
            "hasNextPage": high < len(everything),
            "hasPreviousPage": low > 0,
            "startCursor": cursors[low] if low < high else None,
            "endCursor": cursors[high - 1] if low < high else None,
        },
    }


def comment_json(world: World, token: Token, comment: Comment) -> Json:
    """Return a comment as a certain token sees it."""
    return {
        "__typename": "IssueComment",
        "id": comment.node_id,
        "databaseId": comment.id,
        "fullDatabaseId": str(comment.id),
        "body": comment.body,
        "author": actor(world, comment.login),
        "viewerDidAuthor": same_author(comment, token),
        "viewerCanUpdate": token.may("pull_requests:write") or token.may("issues:write"),
        "url": world.web(f"/pull/{comment.number}#issuecomment-{comment.id}"),
        "isMinimized": comment.minimized is not None,
        "minimizedReason": comment.minimized,
        "createdAt": comment.created_at,
        "updatedAt": comment.updated_at,
    }
