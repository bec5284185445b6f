"""Who writes and what they wrote, in the forms of the GraphQL API."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from graphql import GraphQLError

from .routes_talk import same_author
from .routing import Json
from .state import Comment, Pull, Token, World

T = TypeVar("T")


def refuse(kind: str, message: str) -> GraphQLError:
    """Return an error of one of GitHub's types."""
    return GraphQLError(message, extensions={"type": kind})


def need_one(world: World, token: Token, *needs: str) -> None:
    """Refuse a token that has none of some permissions."""
    public = not world.private and all(need.endswith(":read") for need in needs)
    if not public and not any(token.may(need) for need in needs):
        whose = "integration" if token.kind != "pat" else "personal access token"
        raise refuse("FORBIDDEN", f"Resource not accessible by {whose}")


def paginate(
    rows: Sequence[T], arguments: Json, field: str, *, key: Callable[[T], str], show: Callable[[T], Json]
) -> Json:
    """Return one page of a connection; GitHub insists on `first` or `last`, up to 100."""
    size = arguments.get("first")
    if size is None:
        problem = f"You must provide a `first` or `last` value to properly paginate the `{field}` connection."
        raise refuse("MISSING_PAGINATION_BOUNDARIES", problem)
    if not 0 <= size <= 100:
        problem = f"Requesting {size} records on the `{field}` connection exceeds the limit of 100 records."
        raise refuse("EXCESSIVE_PAGINATION", problem)
    cursors = [key(row) for row in rows]
    after, low = arguments.get("after"), 0
    if after is not None:
        if after not in cursors:
            raise refuse("INVALID_CURSOR_ARGUMENTS", f"`{after}` does not appear to be a valid cursor.")
        low = cursors.index(after) + 1
    high = min(len(rows), low + size)
    return {
        "nodes": [show(row) for row in rows[low:high]],
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": high < len(rows),
            "endCursor": cursors[high - 1] if low < high else None,
        },
    }


def comment_page(world: World, token: Token, pull: Pull, arguments: Json) -> Json:
    """Return one page of the comments."""
    with world.lock:
        rows = world.comments_of(pull.number)

    def show(comment: Comment) -> Json:
        return comment_json(world, token, comment)

    return paginate(rows, arguments, "comments", key=lambda comment: comment.node_id, show=show)


def comment_json(world: World, token: Token, comment: Comment) -> Json:
    """Return a comment as a certain token sees it."""
    return {
        "body": comment.body,
        "viewerDidAuthor": same_author(comment, token),
        "url": world.web(f"/pull/{comment.number}#issuecomment-{comment.id}"),
    }
