"""Read single inputs of the action and collect problems.

How the runner passes inputs: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

import json
from collections.abc import Mapping


class Reader:
    """Reads single inputs and collects problems."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return a trimmed input. Its name may have `_` for `-`, as some shells drop names with `-`."""
        key = f"INPUT_{name.upper()}"
        value = self.environment.get(key) or self.environment.get(key.replace("-", "_")) or ""
        return value.strip() or default

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of an input without empty lines and comments."""
        rows = (row.strip() for row in self.text(name).splitlines())
        return tuple(row for row in rows if row and not row.startswith("#"))

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return an input with a fixed set of values; the first is the default."""
        value = self.text(name, allowed[0]).lower()
        if value in allowed:
            return value
        self.problems.append(f"input `{name}`: {value!r} is not one of {', '.join(filter(None, allowed))}")
        return allowed[0]

    def flag(self, name: str, default: str = "true") -> bool:
        """Return a boolean input."""
        return self.choice(name, ("true", "false") if default == "true" else ("false", "true")) == "true"

    def number(self, name: str, default: int, highest: int, lowest: int = 0) -> int:
        """Return an integer input."""
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and len(value) < 20 and lowest <= int(value) <= highest:
            return int(value)
        self.problems.append(f"input `{name}`: {value!r} is no whole number from {lowest} to {highest:,}")
        return default

    def json(self, name: str) -> object:
        """Return a JSON input; None if it is empty or null."""
        value = self.text(name)
        try:
            return json.loads(value) if value else None
        except (ValueError, RecursionError) as error:
            self.problems.append(f"input `{name}`: not JSON ({error}); write {name}: ${{{{ toJSON({name}) }}}}")
            return None

    def path(self, name: str) -> str:
        """Return the path of a file in the repository; empty if none is given, or if it is outside."""
        value = self.text(name)
        parts = value.removeprefix("./").split("/")
        if value and (not value.isprintable() or any(part in ("", ".", "..", ".git") for part in parts)):
            self.problems.append(f"input `{name}`: {value!r} is no path of a file in the repository")
            return ""
        return "/".join(parts)
