"""Send requests to GitHub with paging, retries and typed errors. This module knows no endpoint.

PyGithub sends the requests. Its own retries are off, because they repeat a POST eleven times and never a PATCH
(https://github.com/PyGithub/PyGithub/blob/main/github/GithubRetry.py). The policy of this module:

- A request that reads, or that has the same effect when it is repeated, is tried up to `TRIES` times with jitter.
- A request that creates is repeated only after a response that states that nothing was created, or after a search
  that did not find the created object.
- A rate limit is waited for as long as it states, up to `LONGEST_WAIT`.
- No request and no wait exceeds the time budget of the step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests

from readygate.github import pygithub
from readygate.github.raw_bytes import API_VERSION, RawBytes, masked
from readygate.github.responses import Failure, Fields, graphql, no_answer, read, unusable
from readygate.support.deadline import Deadline, jitter

if TYPE_CHECKING:
    from github.Requester import Requester

TRIES = 4
LONGEST_WAIT = 120.0
"""The longest wait for a rate limit, in seconds. A longer one is an error."""


def _ignore(_text: str) -> None:
    """Drop a line."""


class GitHub:
    """A client of GitHub for one repository. One thread at a time may use it.

    Attributes:
        files: the bytes of files that were read on the way, by path and commit.
    """

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        repository: str,
        deadline: Deadline | None = None,
        log: Callable[[str], None] = _ignore,
        trace: Callable[[str], None] = _ignore,
    ) -> None:
        """Create a client. No request is sent.

        Args:
            api_url: the URL of the API: `https://api.github.com`, or that of an enterprise server.
            token: the token to authenticate with.
            repository: the repository as owner/name.
            deadline: the time that requests and waits may take.
            log: takes a line for every failed try that is repeated.
            trace: takes a line for every request.
        """
        self.repository = repository
        self.files: dict[tuple[str, str], bytes] = {}
        self.deadline = deadline or Deadline()
        self._log, self._trace = log, trace
        self._api_url = api_url.rstrip("/")
        self._token = token
        self._bytes = RawBytes(token, self.deadline.clock)

    def clone_for_thread(self) -> GitHub:
        """Return a client with the same token and deadline for another thread: the requester is not thread-safe."""
        clone = GitHub(
            api_url=self._api_url,
            token=self._token,
            repository=self.repository,
            deadline=self.deadline,
            log=self._log,
            trace=self._trace,
        )
        clone.files = self.files
        return clone

    @cached_property
    def _requester(self) -> Requester:
        """The requester of PyGithub, created with the first request."""
        timeout = self.deadline.clock.timeout
        return pygithub.requester(self._token, self._api_url, timeout=timeout, user_agent="readygate")

    def get(self, path: str, *, tries: int = TRIES, **parameters: Any) -> Any:
        """Return one resource.

        Args:
            path: the path, relative to the repository, for example `/pulls/7`.
            tries: how often to try: once for a request that the caller can do without.
            parameters: the parameters of the query.

        Raises:
            NotFoundError: the resource does not exist.
            PermissionDeniedError: the token may not read it.
            ForgeError: GitHub did not respond, or responded with an error.
        """
        return self._call("GET", self._path(path), parameters=parameters, tries=tries)[0]

    def rows(self, path: str) -> list[Any]:
        """Return a list that has no pages."""
        found: list[Any] = self._call("GET", self._path(path), expected=list)[0]
        return found

    def contents(self, path: str, commit: str) -> Any:
        """Return what is at a path of a commit: an object for a file, a list for a folder."""
        return self._call("GET", self._path(f"/contents/{quote(path)}"), parameters={"ref": commit}, expected=object)[0]

    def pages(self, path: str, key: str = "", **parameters: Any) -> Iterator[Any]:
        """Yield the items of a list with pages of 100 items; `key` is its field if the response is an object."""
        page, expected = 1, Fields if key else list
        while True:
            numbered = {**parameters, "per_page": 100, "page": page}
            data, headers = self._call("GET", self._path(path), parameters=numbered, expected=expected)
            yield from data[key] if key else data
            if 'rel="next"' not in headers.get("link", ""):
                return
            page += 1

    def create(self, path: str, body: Mapping[str, Any], find: Callable[[], Any]) -> Any:
        """Create an object once and return it.

        After a failure that leaves open whether GitHub has acted, `find` searches for the object. The request is
        repeated only if the search finds nothing.

        Args:
            path: the path, relative to the repository.
            body: the body of the request.
            find: returns the created object as the request would, or None if it does not exist.

        Raises:
            ForgeError: the object was not created, or whether it was is unknown.
        """
        return self._call("POST", self._path(path), body=body, find=find)[0]

    def put_object(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create a git object and return it. Its name depends on its content, so a repetition creates no other."""
        return self._call("POST", self._path(path), body=body)[0]

    def patch(self, path: str, body: Mapping[str, Any], find: Callable[[], Any] | None = None) -> Any:
        """Change an object and return it. Give `find`, as in `create`, if a repetition has another effect."""
        return self._call("PATCH", self._path(path), body=body, find=find)[0]

    def delete(self, path: str) -> None:
        """Delete an object."""
        self._call("DELETE", self._path(path), expected=None)

    def query(self, text: str, variables: Mapping[str, Any], *, tries: int = TRIES) -> Any:
        """Return the `data` of a GraphQL query; `tries` as in `get`.

        Raises:
            PermissionDeniedError, NotFoundError, ForgeError: the response has `errors` of this kind.
        """
        return self._graphql(text, variables, None, tries)

    def mutate(
        self, text: str, variables: Mapping[str, Any], find: Callable[[], Any] | None = None, *, tries: int = TRIES
    ) -> Any:
        """Return the `data` of a GraphQL mutation.

        Give `find`, which searches for its effect as in `create`, if a repetition has another effect; `tries` as in
        `get`.
        """
        return self._graphql(text, variables, find, tries)

    def _graphql(self, text: str, variables: Mapping[str, Any], find: Callable[[], Any] | None, tries: int) -> Any:
        body = {"query": text, "variables": dict(variables)}
        return self._call("POST", self._requester.graphql_url, body=body, find=find, then=graphql, tries=tries)[0]

    def download(self, path: str, largest: int) -> bytes:
        """Return a file that GitHub redirects to another host. The token is not sent to that host.

        PyGithub follows redirects to hosts of GitHub only, and artifacts are stored elsewhere.

        Raises:
            ForgeError: the file does not exist, is larger than `largest` bytes, or the host did not respond.
        """
        where = f"GET {self._path(path)}"
        url = self._api_url + self._path(path)
        data: bytes = self._repeat(where, lambda: self._bytes.redirected(url, largest, where), None)
        return data

    def raw(self, path: str, largest: int, **parameters: Any) -> bytes:
        """Return the bytes of a file or a blob, by the raw media type. Several threads may call this at once.

        https://docs.github.com/en/rest/repos/contents#custom-media-types-for-repository-contents

        Raises:
            NotFoundError: the file does not exist.
            ForgeError: the file is larger than `largest` bytes, or GitHub responded with an error or with another type.
        """
        where = f"GET {self._path(path)}"
        url = self._api_url + self._path(path)
        data: bytes = self._repeat(where, lambda: self._bytes.file(url, parameters, largest, where), None)
        return data

    def rate(self) -> Any:
        """Return the rate limits and what is left of them. This request does not count.

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
        expected: type[Any] | None = Fields,
        tries: int = TRIES,
    ) -> tuple[Any, Mapping[str, str]]:
        """Send a request with retries and return data and headers. `expected` is the type of data; None for none."""
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
            data = read(status, seen, masked(text, self._token), where, self.deadline.clock.wall())
            if isinstance(data, Failure):
                return data
            if expected is not None and not isinstance(data, expected):
                return unusable(f"is no {'list' if expected is list else 'object'}", where)
            return then(data, where) if then else data

        return self._repeat(where, once, find, tries), seen

    def _repeat(self, where: str, once: Callable[[], Any], find: Callable[[], Any] | None, tries: int = TRIES) -> Any:
        """Try until there is a response, an error that is not retryable, or no try left."""
        for attempt in range(1, tries + 1):
            self.deadline.check()
            answer = self._traced(where, once)
            if not isinstance(answer, Failure):
                return answer
            wait = answer.wait if answer.wait is not None else jitter(float(2 ** (attempt - 1)))
            look = find if answer.maybe_applied else None
            last = attempt == tries
            if not answer.retryable or wait > LONGEST_WAIT or (last and look is None):
                raise answer.error
            self._log(f"{answer.error.where}: {answer.error.what}; try {attempt} of {tries}, waiting {wait:.1f} s")
            self.deadline.wait(wait)
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
        told = answer.error.what if isinstance(answer, Failure) else "answered"
        self._trace(f"{where}: {told}, {time.monotonic() - begun:.2f} s")
        return answer
