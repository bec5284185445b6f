"""Who writes and what they wrote, in the forms of the GraphQL API."""

from graphql import GraphQLError

from .routes_talk import same_author
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


def comment_page(world: World, token: Token, pull: Pull, arguments: Json) -> Json:
    """Return one page of the comments; GitHub insists on `first` or `last`, up to 100."""
    size = arguments.get("first")
    if size is None:
        problem = "You must provide a `first` or `last` value to properly paginate the `comments` connection."
        raise refuse("MISSING_PAGINATION_BOUNDARIES", problem)
    if not 0 <= size <= 100:
        problem = f"Requesting {size} records on the `comments` connection exceeds the limit of 100 records."
        raise refuse("EXCESSIVE_PAGINATION", problem)
    with world.lock:
        everything = world.comments_of(pull.number)
    cursors = [comment.node_id for comment in everything]
    after, low = arguments.get("after"), 0
    if after is not None:
        if after not in cursors:
            raise refuse("INVALID_CURSOR_ARGUMENTS", f"`{after}` does not appear to be a valid cursor.")
        low = cursors.index(after) + 1
    high = min(len(everything), low + size)
    return {
        "nodes": [comment_json(world, token, comment) for comment in everything[low:high]],
        "pageInfo": {
            "hasNextPage": high < len(everything),
            "endCursor": cursors[high - 1] if low < high else None,
        },
    }


def comment_json(world: World, token: Token, comment: Comment) -> Json:
    """Return a comment as a certain token sees it."""
    return {
        "body": comment.body,
        "viewerDidAuthor": same_author(comment, token),
        "url": world.web(f"/pull/{comment.number}#issuecomment-{comment.id}"),
    }
