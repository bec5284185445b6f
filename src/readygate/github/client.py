"""One authenticated session with GitHub: requests, paging, retries and typed failures. It knows no endpoint.

PyGithub carries the requests. Its own retries are off: they repeat a POST eleven times and a PATCH never
(https://github.com/PyGithub/PyGithub/blob/main/github/GithubRetry.py), so the policy stands here:

- what only reads, or says the same when it is said twice, is tried up to `TRIES` times, with jitter between;
- what creates is sent again only after an answer that says it was not done, or after looking for it in vain;
- a rate limit is waited for as long as it asks, up to `LONGEST_WAIT`;
- nothing is sent, and nothing is waited for, beyond the time budget of the step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from readygate.github import pygithub
from readygate.github.responses import Fields, Trouble, graphql, no_answer, read, unusable
from readygate.support.deadline import Budget, jitter
from readygate.support.errors import ForgeError

if TYPE_CHECKING:
    from github.Requester import Requester
    from requests import PreparedRequest

API_VERSION = "2022-11-28"
TRIES = 4
LONGEST_WAIT = 120.0
"""Seconds that one wait for a rate limit may take; a longer one is an error that says so."""

_REDIRECTS = (301, 302, 303, 307, 308)


def _nothing(_text: str) -> None:
    """Tell nobody."""


class GitHub:
    """A session for one repository."""

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        repository: str,
        budget: Budget | None = None,
        tell: Callable[[str], None] = _nothing,
        trace: Callable[[str], None] = _nothing,
    ) -> None:
        """Open a session; nothing is sent yet.

        Args:
            api_url: of the API, `https://api.github.com` or that of an own server.
            token: to authenticate with.
            repository: owner/name.
            budget: how long requests and waits may take.
            tell: takes a line for every try that failed and is made again.
            trace: takes a line for every request.
        """
        self.repository = repository
        self.budget = budget or Budget()
        self._tell, self._trace = tell, trace
        self._api_url = api_url.rstrip("/")
        self._token = token

    def apart(self) -> GitHub:
        """Another session with the same rights and budget: what carries requests serves one thread at a time."""
        return GitHub(
            api_url=self._api_url,
            token=self._token,
            repository=self.repository,
            budget=self.budget,
            tell=self._tell,
            trace=self._trace,
        )

    @cached_property
    def _requester(self) -> Requester:
        """What carries the requests: loaded with the first, which is beside the reading of reports if it can be."""
        timeout = self.budget.clock.timeout
        return pygithub.requester(self._token, self._api_url, timeout=timeout, user_agent="readygate")

    def get(self, path: str, **parameters: Any) -> Any:
        """Read one resource of the repository; `path` begins below it, for example `/pulls/7`.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: the token may not read it.
            ForgeError: GitHub did not answer, or with an error.
        """
        return self._call("GET", self._path(path), parameters=parameters)[0]

    def rows(self, path: str) -> list[Any]:
        """Read a list that GitHub does not divide into pages."""
        found: list[Any] = self._call("GET", self._path(path), bare=True)[0]
        return found

    def pages(self, path: str, key: str = "", **parameters: Any) -> Iterator[Any]:
        """Read a list page by page, 100 items each; `key` names the list inside of an object."""
        page = 1
        while True:
            data, headers = self._call(
                "GET", self._path(path), parameters={**parameters, "per_page": 100, "page": page}, bare=not key
            )
            yield from data[key] if key else data
            if 'rel="next"' not in headers.get("link", ""):
                return
            page += 1

    def create(self, path: str, body: Mapping[str, Any], find: Callable[[], Any]) -> Any:
        """Create something once.

        After an answer that leaves open whether GitHub has acted, `find` looks for it; only if it finds nothing, the
        request is sent again.

        Args:
            path: below the repository.
            body: of the request.
            find: what the request makes, as it would answer it, or None if it is not there.

        Raises:
            ForgeError: it was not created, or nobody can tell.
        """
        return self._call("POST", self._path(path), body=body, find=find)[0]

    def put_object(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create an object of git: named by its content, so that a second request makes no second one."""
        return self._call("POST", self._path(path), body=body)[0]

    def patch(self, path: str, body: Mapping[str, Any], find: Callable[[], Any] | None = None) -> Any:
        """Change something; `find` looks whether it is done where doing it twice would add it twice."""
        return self._call("PATCH", self._path(path), body=body, find=find)[0]

    def delete(self, path: str) -> None:
        """Take something away."""
        self._call("DELETE", self._path(path), empty=True)

    def query(self, text: str, variables: Mapping[str, Any]) -> Any:
        """Ask GraphQL; returns `data`.

        Raises:
            PermissionDeniedError, NotFoundError, ForgeError: as its `errors` say.
        """
        return self._graphql(text, variables, None)

    def mutate(self, text: str, variables: Mapping[str, Any], find: Callable[[], Any]) -> Any:
        """Change something by GraphQL; `find` looks whether it is done, as in `create`."""
        return self._graphql(text, variables, find)

    def _graphql(self, text: str, variables: Mapping[str, Any], find: Callable[[], Any] | None) -> Any:
        body = {"query": text, "variables": dict(variables)}
        return self._call("POST", self._requester.graphql_url, body=body, find=find, then=graphql)[0]

    def download(self, path: str, largest: int) -> bytes:
        """Fetch a file that GitHub hands over by a link to another host; the token stays behind.

        PyGithub follows links to hosts of GitHub only, and artifacts lie elsewhere.

        Raises:
            ForgeError: there is no such file, it is larger than `largest` bytes, or the host did not answer.
        """
        where = f"GET {self._path(path)}"
        data: bytes = self._repeat(where, lambda: self._fetch(path, largest, where), None)
        return data

    def _fetch(self, path: str, largest: int, where: str) -> bytes | Trouble:
        clock = self.budget.clock
        first = requests.get(
            self._api_url + self._path(path),
            headers={"X-GitHub-Api-Version": API_VERSION},
            auth=self._bearer,
            allow_redirects=False,
            timeout=clock.timeout,
        )
        if first.status_code not in _REDIRECTS or "Location" not in first.headers:
            headers = {name.lower(): value for name, value in first.headers.items()}
            answer = read(first.status_code, headers, self._masked(first.text), where, clock.wall())
            return answer if isinstance(answer, Trouble) else unusable("names no file", where)
        with requests.get(first.headers["Location"], auth=_nobody, timeout=2 * clock.timeout, stream=True) as host:
            if host.status_code != requests.codes.ok:
                error = ForgeError(f"the file's host answered {host.status_code}", where=where)
                return Trouble(error=error, passing=host.status_code >= 500)
            return _bounded(host.iter_content(1 << 20), largest, where)

    def _bearer(self, request: PreparedRequest) -> PreparedRequest:
        """Authenticate; given as `auth` so that no `.netrc` of the machine takes the token's place."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _masked(self, text: str) -> str:
        """An answer that repeats the request, as proxies like to, must not carry the token into a message."""
        return text.replace(self._token, "***") if self._token in text else text

    def rate(self) -> Any:
        """What is left of the requests of this hour; asking does not count.

        https://docs.github.com/en/rest/rate-limit/rate-limit
        """
        return self._call("GET", "/rate_limit")[0]

    def _path(self, path: str) -> str:
        return f"/repos/{self.repository}{path}"

    def _call(
        self,
        verb: str,
        url: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        find: Callable[[], Any] | None = None,
        then: Callable[[Any, str], Any] | None = None,
        bare: bool = False,
        empty: bool = False,
    ) -> tuple[Any, Mapping[str, str]]:
        """Send a request until it is answered; the data is an object, a `bare` list, or `empty`."""
        where = f"{verb} {urlsplit(url).path}"
        seen: Mapping[str, str] = {}

        def once() -> Any:
            nonlocal seen
            status, seen, text = self._requester.requestJson(
                verb,
                url,
                parameters=dict(parameters or {}),
                headers={"X-GitHub-Api-Version": API_VERSION},
                input=None if body is None else dict(body),
            )
            data = read(status, seen, self._masked(text), where, self.budget.clock.wall())
            if isinstance(data, Trouble):
                return data
            if not empty and not isinstance(data, list if bare else Fields):
                return unusable(f"is no {'list' if bare else 'object'}", where)
            return then(data, where) if then else data

        return self._repeat(where, once, find), seen

    def _repeat(self, where: str, once: Callable[[], Any], find: Callable[[], Any] | None) -> Any:
        """Try until there is an answer, an error that does not pass, or no try left."""
        for attempt in range(1, TRIES + 1):
            self.budget.check()
            answer = self._traced(where, once)
            if not isinstance(answer, Trouble):
                return answer
            wait = answer.wait if answer.wait is not None else jitter(float(2 ** (attempt - 1)))
            look = find if answer.unclear else None
            last = attempt == TRIES
            if not answer.passing or wait > LONGEST_WAIT or (last and look is None):
                raise answer.error
            self._tell(f"{answer.error.where}: {answer.error.what}; try {attempt} of {TRIES}, waiting {wait:.1f} s")
            self.budget.wait(wait)
            found = look() if look else None
            if found is not None:
                return found
            if last:
                raise answer.error
        raise AssertionError("the last try returns or raises")

    def _traced(self, where: str, once: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        answer: Any
        try:
            answer = once()
        except requests.RequestException as error:
            answer = no_answer(error, where)
        except (RuntimeError, ValueError, AssertionError) as error:  # PyGithub's, of odd redirects and headers
            answer = unusable(f"cannot be followed ({type(error).__name__})", where)
        told = answer.error.what if isinstance(answer, Trouble) else "answered"
        self._trace(f"{where}: {told}, {time.monotonic() - begun:.2f} s")
        return answer


def _nobody(request: PreparedRequest) -> PreparedRequest:
    """Authenticate as nobody, not even as a `.netrc` of the machine says."""
    return request


def _bounded(chunks: Iterable[bytes], largest: int, where: str) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > largest:
            raise ForgeError(f"the file is larger than {largest >> 20:,} MiB", where=where)
    return bytes(data)
