"""Failures to order: what goes wrong, on which requests, how often."""

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from .routing import DOCS, Json

_LIMIT = f"{DOCS}/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to a request.

    answer: reply without doing anything · drop_before: close the connection without doing anything ·
    drop_after: do it, then close the connection · hang_before and hang_after: the same without a word, until the
    client goes away · malformed and truncated: do it, then spoil the body · delay: wait, then go on as usual.
    """

    kind: Literal["answer", "drop_before", "drop_after", "hang_before", "hang_after", "malformed", "truncated", "delay"]
    status: int = 500
    body: Json | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


DROP_BEFORE = Action("drop_before")
DROP_AFTER = Action("drop_after")
HANG_BEFORE = Action("hang_before")
HANG_AFTER = Action("hang_after")
MALFORMED = Action("malformed")
TRUNCATED = Action("truncated")


def answer(status: int, body: Json | bytes | None = None, headers: dict[str, str] | None = None) -> Action:
    """Reply with a status and a body (by default GitHub's usual error object)."""
    shown = {"message": f"Injected {status}", "documentation_url": DOCS} if body is None else body
    return Action("answer", status, shown, headers or {})


def delay(seconds: float) -> Action:
    """Wait before the request is handled."""
    return Action("delay", seconds=seconds)


def secondary_limit(retry_after: int | None = None, status: int = 403) -> Action:
    """Reply as GitHub does when requests come too fast."""
    advice = "Please wait a few minutes before you try again."
    body = {
        "message": f"You have exceeded a secondary rate limit. {advice}",
        "documentation_url": f"{_LIMIT}#about-secondary-rate-limits",
    }
    return answer(status, body, {} if retry_after is None else {"retry-after": str(retry_after)})


def primary_limit(reset_in: float = 3600, status: int = 403) -> Action:
    """Reply as GitHub does when the hour's requests are used up."""
    body = {
        "message": "API rate limit exceeded for installation ID 51234567.",
        "documentation_url": f"{_LIMIT}#about-primary-rate-limits",
    }
    headers = {
        "x-ratelimit-limit": "1000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-used": "1000",
        "x-ratelimit-reset": str(int(time.time() + reset_in + 0.999)),
    }
    return answer(status, body, headers)


@dataclass(slots=True)
class Fault:
    """An action with the requests that it strikes; `hits` counts those struck."""

    method: str
    pattern: re.Pattern[str]
    action: Action
    times: int
    skip: int
    hits: int = 0


class FaultBook:
    """The faults still to happen, in the order in which they were given."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, method: str, path: str, action: Action, times: int, skip: int) -> Fault:
        """Add a fault for a method ("*" for all) and a regular expression that finds in the name of a request."""
        fault = Fault(method, re.compile(path), action, times, skip)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Action | None:
        """Return what shall go wrong with a request, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.method not in ("*", method) or not fault.pattern.search(path):
                    continue
                if fault.hits >= fault.times:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                return fault.action
        return None
