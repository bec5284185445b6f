"""The console: lines of text, and on a runner the few workflow commands that we mean.

The runner reads commands from anything printed, so every line is made harmless first: `::` at its start, and the
older `##[` anywhere. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from readygate.model.secrets import REDACTED, redact
from readygate.render.text import visible


def harmless(line: str) -> str:
    """A line that no runner takes for a command."""
    line = visible(redact(line)).replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def quiet_lines(text: str) -> str:
    """A document that is printed as it is, such as Markdown, without what a runner would take for a command.

    The document reads the same: a space parts the signs of a command.
    """
    if "::" not in text and "##[" not in text:
        return text
    text = text.replace("##[", "## [")
    return "\n".join(row.replace("::", ": :", 1) if row.lstrip().startswith("::") else row for row in text.split("\n"))


def quiet_json(text: str) -> str:
    """The same for JSON, in which the older form of a command could stand within a line; its value stays the same."""
    return text.replace("##[", "\\u0023#[")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Writes to a stream.

    Attributes:
        commands: the stream is read by a runner: notices and errors become annotations, groups fold.
        hidden: the token, which is never printed, whatever it looks like.
    """

    stream: TextIO
    commands: bool = False
    hidden: str = field(default="", repr=False)

    def line(self, text: str = "") -> None:
        """Print text, each of its lines made harmless."""
        for row in self._covered(text).split("\n"):
            print(harmless(row), file=self.stream, flush=True)

    def notice(self, text: str) -> None:
        """Tell something that the reader should know and that changes no result."""
        self._told("notice", text)

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._told("error", text)

    def _told(self, kind: str, text: str) -> None:
        shown = "\n".join(visible(row) for row in redact(self._covered(text)).split("\n"))
        if self.commands:
            print(f"::{kind} title=Readygate::{_data(shown)}", file=self.stream, flush=True)
        else:
            self.line(f"{kind}: {shown}")

    def _covered(self, text: str) -> str:
        return text.replace(self.hidden, REDACTED) if self.hidden else text

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
