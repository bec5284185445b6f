"""From a request to its handler: authentication, routes, permissions, bodies and API versions."""

import time
from dataclasses import dataclass
from typing import Any

from . import bodies
from .routing import ROUTES, ApiError, Call, Json, Reply, Route
from .state import Token, World

VERSION = "2022-11-28"


@dataclass(slots=True)
class Exchange:
    """A request under way."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    body: Any = None
    token: Token | None = None
    unexpected: str = ""


def dispatch(world: World, exchange: Exchange) -> Reply:
    """Authenticate a request, find its route, check it and let its handler answer."""
    if not exchange.headers.get("user-agent"):
        problem = "Please make sure your request has a User-Agent header."
        raise ApiError(403, f"Request forbidden by administrative rules. {problem}")
    version = exchange.headers.get("x-github-api-version", VERSION)
    if version != VERSION:
        raise ApiError(400, f"{version} is not a supported API version.")
    exchange.token = token = _authenticate(world, exchange.headers.get("authorization", ""))
    with world.lock:
        if exchange.path != "/rate_limit":
            if token.used >= world.limits.requests_per_hour:
                whose = f"user ID {token.user_id}" if token.app_id is None else "installation ID 51234567"
                raise ApiError(403, f"API rate limit exceeded for {whose}.")
            token.used += 1
    found, params = _find(exchange, world)
    if not _allowed(world, found, token):
        whose = "integration" if token.kind != "pat" else "personal access token"
        raise ApiError(403, f"Resource not accessible by {whose}")
    strange = set(exchange.query) - found.query
    if strange:
        exchange.unexpected = f"query parameters without effect: {sorted(strange)}"
    raw = ".raw" in exchange.headers.get("accept", "")
    if raw and not found.raw:
        exchange.unexpected = "the raw media type where there is none"
        raise ApiError(415, "Must accept 'application/json'")
    body = _body(exchange, found)
    call = Call(
        method=exchange.method,
        path=exchange.path,
        params=params,
        query=exchange.query,
        body=body,
        token=token,
        base_url=world.url,
        raw=raw,
    )
    return found.handler(world, call)


def _authenticate(world: World, header: str) -> Token:
    scheme, _, text = header.partition(" ")
    if not header:
        raise ApiError(401, "Requires authentication")
    token = world.tokens.get(text.strip())
    if scheme.lower() not in ("bearer", "token") or token is None:
        raise ApiError(401, "Bad credentials")
    return token


def _find(exchange: Exchange, world: World) -> tuple[Route, dict[str, str]]:
    for candidate in ROUTES:
        match = candidate.pattern.fullmatch(exchange.path)
        if match is None or candidate.method != exchange.method:
            continue
        params = match.groupdict()
        asked = f"{params.get('owner', world.owner)}/{params.get('repo', world.name)}"
        if asked.lower() != world.full_name.lower():
            raise ApiError(404, "Not Found")
        return candidate, params
    exchange.unexpected = "no such route"
    raise ApiError(404, "Not Found")


def _allowed(world: World, found: Route, token: Token) -> bool:
    if not found.needs or (not world.private and all(n.endswith(":read") for n in found.needs)):
        return True
    return any(token.may(need) for need in found.needs)


def _body(exchange: Exchange, found: Route) -> Json:
    if exchange.method not in ("POST", "PATCH"):
        return {}
    if exchange.body is None:
        raise ApiError(400, "Problems parsing JSON")
    if not isinstance(exchange.body, dict):
        raise ApiError(400, "Body should be a JSON object")
    bodies.validate(found.models, exchange.raw, exchange.body)
    return exchange.body


def rate(world: World, token: Token | None) -> dict[str, str]:
    """Return the rate limit headers of an answer."""
    limit = world.limits.requests_per_hour if token else 60
    used = token.used if token else 0
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(0, limit - used)),
        "X-RateLimit-Used": str(used),
        "X-RateLimit-Reset": str(int(time.time() // 3600 + 1) * 3600),
        "X-RateLimit-Resource": "core",
    }
