"""The payload of an event, read as hostile data: what is missing or of another kind is named by its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from readygate.support.errors import SettingsError

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Payload:
    """What an event carries; every reader names a value by the keys that lead to it.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads

    Raises:
        SettingsError: from each reader, where the value is missing or is not what it should be.
    """

    def __init__(self, event_name: str, data: Mapping[str, Any]) -> None:
        self.event_name = event_name
        self.data = data

    def has(self, *path: str) -> bool:
        """Whether there is anything but null."""
        return self._find(path) is not None

    def text(self, *path: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._find(path)
        if isinstance(value, str) and value:
            return value
        if default is not None:
            return default
        raise self._lacks("a text", path)

    def sha(self, *path: str) -> str:
        """A full commit id."""
        value = self._find(path)
        if isinstance(value, str) and _SHA.fullmatch(value):
            return value
        raise self._lacks("a commit id", path)

    def number(self, *path: str) -> int:
        """A whole number above zero."""
        value = self._find(path)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise self._lacks("a number", path)

    def _find(self, path: tuple[str, ...]) -> object:
        value: object = self.data
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _lacks(self, what: str, path: tuple[str, ...]) -> SettingsError:
        return SettingsError(
            (f"the payload of the event {self.event_name!r} lacks {what} at {'.'.join(path)}",),
            todo="run this in a GitHub workflow, or look at the file that GITHUB_EVENT_PATH names",
        )
