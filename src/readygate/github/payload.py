"""Read the payload of an event, which is untrusted data. An error names the path of the value."""

from collections.abc import Mapping
from typing import Any

from readygate.support.errors import SettingsError
from readygate.support.git_names import is_sha


class Payload:
    """The payload of an event. Each method reads the value at a path of keys.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads

    Raises:
        SettingsError: by each method, if the value is missing or of another type.
    """

    def __init__(self, event_name: str, data: Mapping[str, Any]) -> None:
        self.event_name = event_name
        self.data = data

    def has(self, *path: str) -> bool:
        """Return whether there is a value other than null."""
        return self._find(path) is not None

    def text(self, *path: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._find(path)
        if isinstance(value, str) and value:
            return value
        if default is not None:
            return default
        raise self._lacks("a text", path)

    def sha(self, *path: str) -> str:
        """Return a full commit id."""
        value = self._find(path)
        if isinstance(value, str) and is_sha(value):
            return value
        raise self._lacks("a commit id", path)

    def number(self, *path: str) -> int:
        """Return an integer above zero."""
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
