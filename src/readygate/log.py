"""The console: lines of text, and on a runner the few workflow commands that we mean.

The runner reads commands from anything printed, so every line is made harmless first: `::` at its start, and the
older `##[` anywhere. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from readygate.render.text import redact, visible


def harmless(line: str) -> str:
    """A line that no runner takes for a command."""
    line = visible(redact(line)).replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Writes to a stream.

    Attributes:
        commands: the stream is read by a runner: notices and errors become annotations, groups fold.
    """

    stream: TextIO
    commands: bool = False

    def line(self, text: str = "") -> None:
        """Print text, each of its lines made harmless."""
        for row in text.split("\n"):
            print(harmless(row), file=self.stream, flush=True)

    def notice(self, text: str) -> None:
        """Tell something that the reader should know and that changes no result."""
        self._told("notice", text)

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._told("error", text)

    def _told(self, kind: str, text: str) -> None:
        shown = "\n".join(visible(row) for row in redact(text).split("\n"))
        if self.commands:
            print(f"::{kind} title=Readygate::{_data(shown)}", file=self.stream, flush=True)
        else:
            self.line(f"{kind}: {shown}")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is printed inside."""
        if self.commands:
            print(f"::group::{_data(visible(title))}", file=self.stream, flush=True)
        else:
            self.line(title)
        try:
            yield
        finally:
            if self.commands:
                print("::endgroup::", file=self.stream, flush=True)
