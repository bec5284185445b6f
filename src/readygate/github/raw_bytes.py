"""Download files and blobs from GitHub as bytes, which PyGithub cannot do. `client.py` repeats what fails."""

from collections.abc import Iterable, Mapping
from typing import Any

import requests
from requests import PreparedRequest

from readygate.github.responses import Failure, read, unusable
from readygate.support.deadline import Clock
from readygate.support.errors import ForgeError

API_VERSION = "2022-11-28"
RAW = "application/vnd.github.raw+json"
_NO_FILES = ("application/json", "text/html")
"""Types of responses to a request for raw bytes that are none: the list of a folder, a page of a proxy."""
_REDIRECTS = (301, 302, 303, 307, 308)


def masked(text: str, token: str) -> str:
    """Return a response without the token: some proxies repeat the request in it, and it may become a message."""
    return text.replace(token, "***") if token in text else text


class RawBytes:
    """Sends single requests with a token. Several threads may use it at once."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._token, self._clock = token, clock

    def file(self, url: str, parameters: Mapping[str, Any], largest: int, where: str) -> bytes | Failure:
        """Return a file of at most `largest` bytes by the raw media type.

        Raises:
            ForgeError: it is larger.
        """
        with requests.get(
            url,
            params=dict(parameters),
            headers={"Accept": RAW, "X-GitHub-Api-Version": API_VERSION, "User-Agent": "readygate"},
            auth=self._bearer,
            timeout=self._clock.timeout,
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                return self._failure(answer, where)
            if answer.headers.get("Content-Type", "").startswith(_NO_FILES):
                return unusable("is no file", where)
            return _bounded(answer.iter_content(1 << 20), largest, where)

    def redirected(self, url: str, largest: int, where: str) -> bytes | Failure:
        """Return a file of at most `largest` bytes that GitHub redirects to another host, without the token there.

        Raises:
            ForgeError: it is larger.
        """
        first = requests.get(
            url,
            headers={"X-GitHub-Api-Version": API_VERSION},
            auth=self._bearer,
            allow_redirects=False,
            timeout=self._clock.timeout,
        )
        if first.status_code not in _REDIRECTS or "Location" not in first.headers:
            return self._failure(first, where)
        place, timeout = first.headers["Location"], 2 * self._clock.timeout
        with requests.get(place, auth=_anonymous, timeout=timeout, stream=True) as host:
            if host.status_code != requests.codes.ok:
                error = ForgeError(f"the file's host answered {host.status_code}", where=where)
                return Failure(error=error, retryable=host.status_code >= 500)
            return _bounded(host.iter_content(1 << 20), largest, where)

    def _failure(self, answer: requests.Response, where: str) -> Failure:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        data = read(answer.status_code, headers, masked(answer.text, self._token), where, self._clock.wall())
        return data if isinstance(data, Failure) else unusable("names no file", where)

    def _bearer(self, request: PreparedRequest) -> PreparedRequest:
        """Authenticate a request. As an `auth`, it takes precedence over a `.netrc` of the machine."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _anonymous(request: PreparedRequest) -> PreparedRequest:
    """Leave a request without authentication, even if a `.netrc` of the machine has one."""
    return request


def _bounded(chunks: Iterable[bytes], largest: int, where: str) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > largest:
            raise ForgeError(f"the file is larger than {largest >> 20:,} MiB", where=where)
    return bytes(data)
