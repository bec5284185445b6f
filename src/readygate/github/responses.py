"""Classify the responses of GitHub: data, a failure that is worth another try, or an error of its kind.

Rate limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from readygate.support.errors import DOCS, ForgeError, NotFoundError, PermissionDeniedError

UNNAMED_LIMIT = 60.0
"""Seconds to wait for a limit that does not state a time. GitHub asks for at least a minute."""

UNKNOWN_AUTHORITY = "an authority of your own has signed it, which the container does not know"
BUNDLE = f"name a file with its certificate by the variable REQUESTS_CA_BUNDLE; see {DOCS}/events.md"
OUTAGE = "the network failed, or GitHub may be having an outage"
AGAIN = "run the job again; https://www.githubstatus.com lists outages"

_TIMED_OUT = 408
_SERVERS_FAULT = 500
_SETTLED = 300


class Failure(Struct, frozen=True, kw_only=True):
    """A request that failed.

    Attributes:
        error: the error to raise when no try is left.
        retryable: another try may succeed.
        maybe_applied: the request may have taken effect, although it failed.
        wait: the seconds that GitHub asks to wait; None if it states no time.
    """

    error: ForgeError
    retryable: bool = False
    maybe_applied: bool = False
    wait: float | None = None


class Fields(dict[str, Any]):
    """An object of a response. A field that GitHub documents and does not send raises a ForgeError with its name."""

    __slots__ = ("where",)
    where: str

    def __missing__(self, key: str) -> Any:
        raise ForgeError(f"GitHub's answer lacks {key!r}", where=self.where, why=OUTAGE, todo=AGAIN)


def no_answer(error: Exception, where: str) -> Failure:
    """Return the failure of a connection that broke or timed out. Whether GitHub has acted is unknown."""
    name = type(error).__name__
    if name == "SSLError":
        untrusted = ForgeError(
            "the server's certificate cannot be verified", where=where, why=UNKNOWN_AUTHORITY, todo=BUNDLE
        )
        return Failure(error=untrusted, retryable=False)
    cut = name in ("ChunkedEncodingError", "ContentDecodingError")
    what = f"GitHub's answer broke off ({name})" if cut else f"GitHub did not answer ({name})"
    return Failure(error=ForgeError(what, where=where, why=OUTAGE, todo=AGAIN), retryable=True, maybe_applied=True)


def unusable(what: str, where: str) -> Failure:
    """Return the failure of a successful response that cannot be read."""
    error = ForgeError(f"GitHub's answer {what}", where=where, why=OUTAGE, todo=AGAIN)
    return Failure(error=error, retryable=True, maybe_applied=True)


def read(status: int, headers: Mapping[str, str], text: str, where: str, now: float) -> Any:
    """Return the data of a successful response, or a Failure.

    Args:
        status: the status code.
        headers: the headers, with names in lower case.
        text: the body.
        where: the request, for errors.
        now: the current time, in seconds since 1970.
    """
    if status < _SETTLED:
        return _decode(text, where)
    wait = _limit(status, headers, text, now)
    if wait is not None:
        return Failure(error=error_of(status, text, where, limited=True), retryable=True, wait=wait)
    retryable = status == _TIMED_OUT or status >= _SERVERS_FAULT
    after = _seconds(headers.get("retry-after", "")) if retryable else None
    return Failure(error=error_of(status, text, where), retryable=retryable, maybe_applied=retryable, wait=after)


def _decode(text: str, where: str) -> Any:
    def fields(pairs: list[tuple[str, Any]]) -> Fields:
        made = Fields(pairs)
        made.where = where
        return made

    try:
        return json.loads(text, object_pairs_hook=fields) if text else None
    except (ValueError, RecursionError):
        return unusable("is not JSON", where)


def graphql(data: Any, where: str) -> Any:
    """Return the `data` of a GraphQL response, or a Failure: GraphQL sends errors with a status of success."""
    if not isinstance(data, Fields):
        return unusable("is no object", where)
    errors = data.get("errors")
    if not errors:
        return data["data"] if isinstance(data.get("data"), Fields) else unusable("holds no data", where)
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    said, details = str(first.get("message", "GraphQL error")), first.get("extensions")
    code = details.get("code") if isinstance(details, dict) else None  # of a query that does not fit the schema
    kind = str(first.get("type") or code or "")
    if kind in ("RATE_LIMITED", "RATE_LIMIT"):
        limited = ForgeError(said, where=where, why="the rate limit is used up", todo="run the job again later")
        return Failure(error=limited, retryable=True, wait=UNNAMED_LIMIT)
    kinds = {"FORBIDDEN": PermissionDeniedError, "NOT_FOUND": NotFoundError}
    error = kinds.get(kind, ForgeError)(said, kind=kind, where=where)
    # "Something went wrong while executing your query" has no type: GitHub gave up while executing the query
    lost = not kind and "went wrong" in said
    return Failure(error=error, retryable=lost, maybe_applied=lost)


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _limit(status: int, headers: Mapping[str, str], text: str, now: float) -> float | None:
    """Return the seconds to wait if the response is a rate limit, else None."""
    said = "rate limit" in text.lower()
    if status != 429 and not (status == 403 and (said or "retry-after" in headers)):
        return None
    after, reset = _seconds(headers.get("retry-after", "")), _seconds(headers.get("x-ratelimit-reset", ""))
    if after is not None:
        return after
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(1.0, reset - now)
    return UNNAMED_LIMIT


def error_of(status: int, text: str, where: str, *, limited: bool = False) -> ForgeError:
    """Return the error of a response with an error status."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    data = data if isinstance(data, dict) else {}
    listed = data.get("errors")
    details = "; ".join(_detail(item) for item in listed) if isinstance(listed, list) else ""
    said = f"GitHub answered {status}: {data.get('message') or 'no message'}" + (f" ({details})" if details else "")
    if limited:
        why, todo = "the rate limit is used up", "run the job again later"
        return ForgeError(said, status=status, where=where, why=why, todo=todo)
    if status == 401:
        return PermissionDeniedError(
            said,
            status=status,
            where=where,
            why="the input `token` holds no token of this server, or one that has expired",
            todo="leave the input out, or hand over a token that is valid",
        )
    if status == 403:
        return PermissionDeniedError(
            said,
            status=status,
            where=where,
            why="the token lacks a permission, as it does for pull requests from forks",
            todo="give the job the permissions that the README lists",
        )
    if status in (404, 410):
        return NotFoundError(said, status=status, where=where)
    return ForgeError(said, status=status, where=where, todo="run the job again if it may pass")


def _detail(item: object) -> str:
    return str(item.get("message") or item.get("code") or item) if isinstance(item, dict) else str(item)
