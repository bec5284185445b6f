"""One authenticated session with GitHub: requests, paging, retries and typed failures. It knows no endpoint.

PyGithub carries the requests. Its own retries are off: they repeat a POST eleven times and a PATCH never
(https://github.com/PyGithub/PyGithub/blob/main/github/GithubRetry.py), so the policy stands here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from readygate.errors import DOCS, ForgeError, NotFoundError, PermissionDeniedError
from readygate.github import pygithub

if TYPE_CHECKING:
    from github.Requester import Requester

API_VERSION = "2022-11-28"
TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds that one wait for a rate limit may take; a longer one is an error that says so."""

UNKNOWN_AUTHORITY = "an authority of your own has signed it, which the container does not know"
BUNDLE = f"name a file with its certificate by the variable REQUESTS_CA_BUNDLE; see {DOCS}/events.md"

_RETRIED = (500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_SETTLED = 300


class GitHub:
    """A session for one repository."""

    def __init__(self, *, api_url: str, token: str, repository: str) -> None:
        github = pygithub.load()  # late: it takes a while, which runs without GitHub do not pay
        self.repository = repository
        self._api_url = api_url.rstrip("/")
        self._token = token
        self._requester: Requester = github.Github(
            auth=github.Auth.Token(token),
            base_url=self._api_url,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            timeout=30,
            lazy=True,
            user_agent="readygate",
        ).requester

    def get(self, path: str, **parameters: Any) -> Any:
        """Read one resource of the repository; `path` begins below it, for example `/pulls/7`.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: the token may not read it.
            ForgeError: GitHub did not answer, or with an error.
        """
        return self._call("GET", self._path(path), parameters=parameters)[0]

    def pages(self, path: str, key: str = "", **parameters: Any) -> Iterator[Any]:
        """Read a list page by page, 100 items each; `key` names the list inside of an object."""
        page = 1
        while True:
            data, headers = self._call(
                "GET", self._path(path), parameters={**parameters, "per_page": 100, "page": page}
            )
            yield from data[key] if key else data
            if 'rel="next"' not in headers.get("link", ""):
                return
            page += 1

    def post(self, path: str, body: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        """Create something; only a `repeatable` creation (git objects) is tried again after an unclear answer."""
        return self._call("POST", self._path(path), body=body, repeatable=repeatable)[0]

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something."""
        return self._call("PATCH", self._path(path), body=body)[0]

    def download(self, path: str, largest: int) -> bytes:
        """Fetch a file that GitHub hands over by a link to another host; the token stays behind.

        PyGithub follows links to hosts of GitHub only, and artifacts lie elsewhere.

        Raises:
            ForgeError: there is no such file, it is larger than `largest` bytes, or the host did not answer.
        """
        import requests  # noqa: PLC0415  (loaded with PyGithub)

        where = f"GET {self._path(path)}"
        try:
            first = requests.get(
                self._api_url + self._path(path),
                headers={"Authorization": f"Bearer {self._token}", "X-GitHub-Api-Version": API_VERSION},
                allow_redirects=False,
                timeout=30,
            )
            if first.status_code not in _REDIRECTS or "Location" not in first.headers:
                raise _failure(first.status_code, first.text, where)
            with requests.get(first.headers["Location"], timeout=60, stream=True) as answer:
                if answer.status_code != requests.codes.ok:
                    raise ForgeError(f"the file's host answered {answer.status_code}", where=where)
                return _bounded(answer.iter_content(1 << 20), largest, where)
        except requests.RequestException as error:
            raise ForgeError(f"the file's host did not answer ({type(error).__name__})", where=where) from error

    def query(self, text: str, variables: Mapping[str, Any]) -> Any:
        """Ask GraphQL; returns `data`.

        Raises:
            PermissionDeniedError, NotFoundError, ForgeError: as its `errors` say.
        """
        url = self._requester.graphql_url
        data, _ = self._call("POST", url, body={"query": text, "variables": dict(variables)}, repeatable=True)
        errors = data.get("errors") or []
        if errors:
            kinds = {"FORBIDDEN": PermissionDeniedError, "NOT_FOUND": NotFoundError}
            kind = kinds.get(errors[0].get("type"), ForgeError)
            raise kind(str(errors[0].get("message", "GraphQL error")), where="POST /graphql")
        return data["data"]

    def _path(self, path: str) -> str:
        return f"/repos/{self.repository}{path}"

    def _call(
        self,
        verb: str,
        url: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> tuple[Any, Mapping[str, str]]:
        import requests  # noqa: PLC0415  (loaded with PyGithub)

        safe = repeatable or verb != "POST"
        where = f"{verb} {url.partition('?')[0]}"
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                status, headers, text = self._requester.requestJson(
                    verb,
                    url,
                    parameters=dict(parameters or {}),
                    headers={"X-GitHub-Api-Version": API_VERSION},
                    input=None if body is None else dict(body),
                )
            except requests.RequestException as error:
                if isinstance(error, requests.exceptions.SSLError):
                    raise ForgeError(
                        "the server's certificate cannot be verified", where=where, why=UNKNOWN_AUTHORITY, todo=BUNDLE
                    ) from error
                if last or not safe:
                    raise ForgeError(
                        f"GitHub did not answer ({type(error).__name__})",
                        where=where,
                        why="the network or GitHub is disturbed",
                        todo="run the job again; https://www.githubstatus.com tells about disturbances",
                    ) from error
                time.sleep(_pause(attempt))
                continue
            if status < _SETTLED:
                return _decode(text, where), headers
            wait = _limited(status, headers, text)
            if wait is None and not (status in _RETRIED and safe):
                raise _failure(status, text, where)
            if last or (wait or 0) > LONGEST_WAIT:
                raise _failure(status, text, where, limited=wait)
            time.sleep(_pause(attempt) if wait is None else wait)
        raise AssertionError("the last try returns or raises")


def _bounded(chunks: Iterable[bytes], largest: int, where: str) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > largest:
            raise ForgeError(f"the file is larger than {largest >> 20:,} MiB", where=where)
    return bytes(data)


def _pause(attempt: int) -> float:
    """Seconds before the next try: 0.5, 1, 2."""
    return 0.5 * float(2 ** (attempt - 1))


def _decode(text: str, where: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError as error:
        raise ForgeError("GitHub's answer is not JSON", where=where, todo="run the job again") from error


def _limited(status: int, headers: Mapping[str, str], text: str) -> float | None:
    """Seconds to wait if the answer is a rate limit, else None.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if status not in (403, 429):
        return None
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0":
        return max(1.0, float(headers.get("x-ratelimit-reset", "0")) - time.time())
    return LONGEST_WAIT if status == 429 or "secondary rate limit" in text.lower() else None


def _failure(status: int, text: str, where: str, limited: float | None = None) -> ForgeError:
    try:
        data = json.loads(text)
        message = str(data.get("message", "")) if isinstance(data, dict) else ""
        details = "; ".join(_detail(item) for item in data.get("errors") or ()) if isinstance(data, dict) else ""
    except ValueError:
        message, details = "", ""
    said = f"GitHub answered {status}: {message or 'no message'}" + (f" ({details})" if details else "")
    if limited is not None:
        return ForgeError(
            said, status=status, where=where, why="the rate limit is used up", todo="run the job again later"
        )
    if status in (401, 403):
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
