"""Pull requests and their conversations."""

from . import gitdiff, render
from .routing import PAGING, ApiError, Call, Json, Reply, invalid, route
from .state import Comment, Pull, Token, World, now

_TALK_READ = "pull_requests:read|issues:read"
_TALK_WRITE = "pull_requests:write|issues:write"
_PULLS = "pull_requests:read"


def pull_of(world: World, number: int) -> Pull:
    """Return a pull request or answer that there is none."""
    if number not in world.pulls:
        raise ApiError(404, "Not Found")
    return world.pulls[number]


def pull_details(world: World, pull: Pull) -> Json:
    """Return a pull request as its own route and the webhooks show it."""
    mergeable = None if pull.state == "closed" else pull.merge_sha is not None
    state = "unknown" if mergeable is None else ("clean" if mergeable else "dirty")
    return render.pull_summary(world, pull) | {
        "merged": pull.merged,
        "mergeable": mergeable,
        "mergeable_state": state,
    }


@route("GET", "pulls/{number}", _PULLS)
def get_pull(world: World, call: Call) -> Reply:
    return Reply(pull_details(world, pull_of(world, call.number("number"))))


@route("GET", "pulls/{number}/files", _PULLS, query=PAGING)
def list_pull_files(world: World, call: Call) -> Reply:
    pull = pull_of(world, call.number("number"))
    base = world.git.commit(f"refs/heads/{pull.base}")
    common = world.git.merge_base(base.sha, pull.head_sha) if base else None
    files = gitdiff.files(world.git, common, pull.head_sha) if common else []
    return call.paged(world, [render.file(world, diff) for diff in files[: world.limits.pull_files]])


@route("GET", "pulls", _PULLS, query=("state", "head", *PAGING))
def list_pulls(world: World, call: Call) -> Reply:
    state, head = (call.query.get(name, "") for name in ("state", "head"))
    if state not in ("", "open", "closed", "all"):
        raise invalid("PullRequest", "state", f"{state} is not a state", "invalid")
    rows = []
    for pull in sorted(world.pulls.values(), key=lambda known: -known.number):
        label = f"{pull.head_repo.partition('/')[0]}:{pull.head}"
        # A head without an owner is no filter at all.
        if ":" in head and head.lower() != label.lower():
            continue
        if state != "all" and pull.state != (state or "open"):
            continue
        rows.append(render.pull_summary(world, pull))
    return call.paged(world, rows)


@route("GET", "issues/{number}/events", _TALK_READ, query=PAGING)
def list_issue_events(world: World, call: Call) -> Reply:
    pull = pull_of(world, call.number("number"))
    return call.paged(world, [render.labeled(world, pull, name) for name in pull.labels])


def _body_of(world: World, call: Call) -> str:
    body: str = call.body["body"]
    if not body.strip():
        raise invalid("IssueComment", "body", "body can't be blank")
    longest = world.limits.comment_characters
    if len(body) > longest:
        message = f"Body is too long (maximum is {longest} characters)"
        raise invalid("IssueComment", "data", message, "unprocessable")
    return body


def add_comment(world: World, number: int, body: str, login: str, app_id: int | None = None) -> Comment:
    """Add a comment."""
    with world.lock:
        moment = now()
        number_of = next(world.comment_ids)
        who = world.id_of_user(login)
        added = Comment(number_of, number, body, login, who, app_id, moment, moment)
        world.comments[added.id] = added
        return added


def same_author(comment: Comment, token: Token) -> bool:
    """Tell whether a token's own identity wrote a comment."""
    return comment.user_id == token.user_id


@route(
    "POST",
    "issues/{number}/comments",
    _TALK_WRITE,
    models=("ReposOwnerRepoIssuesIssueNumberCommentsPostBody",),
)
def post_comment(world: World, call: Call) -> Reply:
    pull = pull_of(world, call.number("number"))
    if pull.locked:
        raise ApiError(403, "Unable to create comment because issue is locked.")
    added = add_comment(world, pull.number, _body_of(world, call), call.token.login, call.token.app_id)
    shown = render.comment(world, added)
    return Reply(shown, 201, {"Location": shown["url"]})


def _comment_of(world: World, call: Call) -> Comment:
    found = world.comments.get(call.number("id"))
    if found is None:
        raise ApiError(404, "Not Found")
    return found


@route("PATCH", "issues/comments/{id}", _TALK_WRITE, models=("ReposOwnerRepoIssuesCommentsCommentIdPatchBody",))
def patch_comment(world: World, call: Call) -> Reply:
    with world.lock:
        found = _comment_of(world, call)
        if world.pulls[found.number].locked:
            raise ApiError(403, "Unable to update comment because issue is locked.")
        found.body = _body_of(world, call)
        found.updated_at = now()
        return Reply(render.comment(world, found))


@route("DELETE", "issues/comments/{id}", _TALK_WRITE)
def delete_comment(world: World, call: Call) -> Reply:
    with world.lock:
        world.comments.pop(_comment_of(world, call).id)
    return Reply(status=204)
