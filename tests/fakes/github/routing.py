"""Routes, calls and answers: what a handler sees and what it gives back."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

from .state import Token, World

Json: TypeAlias = dict[str, Any]
DOCS = "https://docs.github.com/rest"


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, errors: list[Json] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Return the body that GitHub gives with an error."""
        details = {} if self.errors is None else {"errors": self.errors}
        return {
            "message": self.message,
            **details,
            "documentation_url": DOCS,
            "status": str(self.status),
        }


def invalid(resource: str, name: str, message: str, code: str = "custom") -> ApiError:
    """Return the error for a field that breaks a rule of its resource."""
    row = {"resource": resource, "code": code, "field": name, "message": message}
    return ApiError(422, "Validation Failed", [row])


@dataclass(slots=True)
class Reply:
    """An answer; bytes go out as they are, None has no body, all else becomes JSON."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One authenticated request whose route is known; `raw` if it accepts bytes in place of JSON."""

    method: str
    path: str
    params: dict[str, str]
    query: dict[str, str]
    body: Json
    token: Token
    base_url: str
    raw: bool = False

    def number(self, name: str) -> int:
        """Return a path parameter that must be a number."""
        if not self.params[name].isascii() or not self.params[name].isdigit():
            raise ApiError(404, "Not Found")
        return int(self.params[name])

    def page(self) -> tuple[int, int]:
        """Return the page number and the page size, bounded as GitHub bounds them."""
        sizes = []
        for name, fallback in (("page", 1), ("per_page", 30)):
            text = self.query.get(name, "")
            sizes.append(int(text) if text.isascii() and text.isdigit() and int(text) > 0 else fallback)
        return sizes[0], min(sizes[1], 100)

    def link(self, repository_id: int, total: int, size: int, page: int) -> dict[str, str]:
        """Return the Link header for one page of a list."""
        last = max(1, -(-total // size))
        places = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        shown = [name for name in ("prev", "next", "last", "first") if 1 <= places[name] <= last]
        shown = [name for name in shown if places[name] != page]
        tail = re.sub(r"^/repos/[^/]+/[^/]+", f"/repositories/{repository_id}", self.path)
        kept = [(key, value) for key, value in self.query.items() if key != "page"]
        rows = []
        for name in shown:
            query = urlencode([*kept, ("page", str(places[name]))])
            rows.append(f'<{self.base_url}{tail}?{query}>; rel="{name}"')
        return {"Link": ", ".join(rows)} if rows else {}

    def paged(self, world: World, items: list[Json], wrap: str = "") -> Reply:
        """Return one page of a list, bare or wrapped with its total count."""
        page, size = self.page()
        shown = items[(page - 1) * size : page * size]
        body: object = {"total_count": len(items), wrap: shown} if wrap else shown
        return Reply(body, headers=self.link(world.repository_id, len(items), size, page))


def raw_reply(data: bytes, largest: int) -> Reply:
    """Return bytes as the raw media type gives them.

    https://docs.github.com/en/rest/repos/contents#custom-media-types-for-repository-contents
    """
    if len(data) > largest:
        row = {"resource": "Blob", "field": "data", "code": "too_large"}
        raise ApiError(403, "This API returns blobs up to 100 MB in size.", [row])
    return Reply(data, headers={"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})


Handler: TypeAlias = "Callable[[World, Call], Reply]"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: where, who may, what it accepts, who answers.

    `literal` is the length of the fixed part of the path; the longest match wins.
    """

    method: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...]
    query: frozenset[str]
    models: tuple[str, ...]
    handler: Handler
    literal: int
    raw: bool = False


ROUTES: list[Route] = []
PAGING = ("per_page", "page")


def route(
    method: str,
    path: str,
    needs: str = "",
    query: tuple[str, ...] = (),
    models: tuple[str, ...] = (),
    *,
    raw: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler; `{x}` is one path segment and `{x+}` is any number of them.

    `raw` says that the handler can answer with bytes, by the raw media type.
    `needs` lists permissions of which one is enough, such as "issues:write|pull_requests:write".
    A path that starts with a slash stands alone, all others lie under /repos/{owner}/{repo}.
    """
    whole = path if path.startswith("/") else f"/repos/{{owner}}/{{repo}}/{path}".rstrip("/")
    pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", whole.replace(".", r"\."))
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)

    def register(handler: Handler) -> Handler:
        wanted = tuple(needs.split("|")) if needs else ()
        literal = len(re.sub(r"\{.*?\}", "", whole))
        entry = Route(method, re.compile(pattern), wanted, frozenset(query), models, handler, literal, raw)
        ROUTES.append(entry)
        ROUTES.sort(key=lambda known: -known.literal)
        return handler

    return register
