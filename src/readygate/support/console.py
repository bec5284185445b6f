"""Print lines of text, and workflow commands on a runner.

The runner executes commands in anything that is printed. So every line is made harmless first: `::` at its start, and
the older `##[` anywhere. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from msgspec import Struct

from readygate.support.redaction import REDACTED, redact
from readygate.support.text import visible


def harmless(line: str) -> str:
    """Return a line that a runner does not execute as a command."""
    line = visible(redact(line)).replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


STYLES = {"bold": "1", "dim": "2", "good": "1;32", "fair": "33", "bad": "1;31"}
"""Codes of ECMA-48 by meaning. The theme of the terminal determines the colors."""


def has_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether to color a stream: `NO_COLOR` forbids it, `FORCE_COLOR` requires it, else a terminal has colors.

    https://no-color.org and https://force-color.org
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def columns(stream: TextIO, environment: Mapping[str, str]) -> int:
    """Return the number of columns of a terminal; 0 for other streams, whose lines are not wrapped."""
    given = environment.get("COLUMNS", "")
    if not stream.isatty():
        return 0
    if given.isascii() and given.isdigit():
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def quiet_lines(text: str) -> str:
    """Return a document, such as Markdown, that a runner does not execute as commands.

    A space separates the characters of a command. The document reads the same otherwise.
    """
    if "::" not in text and "##[" not in text:
        return text
    text = text.replace("##[", "## [")
    return "\n".join(row.replace("::", ": :", 1) if row.lstrip().startswith("::") else row for row in text.split("\n"))


def quiet_json(text: str) -> str:
    """Return JSON of the same value that a runner does not execute; the older form of commands may be inside a line."""
    return text.replace("##[", "\\u0023#[")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


class Console(Struct, frozen=True, kw_only=True):
    """Writes to a stream.

    Attributes:
        commands: a runner reads the stream, so notices and errors become annotations, and groups fold.
        colour: whether the stream shows colors.
        width: the number of columns, 0 if lines are not wrapped.
        debug: whether `trace` prints.
        hidden: the token, which is never printed.
    """

    stream: TextIO
    commands: bool = False
    colour: bool = False
    width: int = 0
    debug: bool = False
    hidden: str = ""

    def __repr__(self) -> str:
        """Omit the token, which must not reach a message or a traceback."""
        return "Console(…)"

    def line(self, text: str = "") -> None:
        """Print text, with each of its lines made harmless."""
        for row in self._covered(text).split("\n"):
            print(harmless(row), file=self.stream, flush=True)

    def pieces(self, *parts: tuple[str, str]) -> None:
        """Print one line of (text, style) pieces; a style is a key of `STYLES`, or empty.

        A line that must be made harmless loses its styles. Renderers do not produce such lines.
        """
        parts = tuple((self._covered(text), style) for text, style in parts)
        plain = "".join(text for text, _ in parts)
        shown = harmless(plain)
        if self.colour and shown == plain:
            shown = "".join(f"\x1b[{STYLES[style]}m{text}\x1b[0m" if style and text else text for text, style in parts)
        print(shown, file=self.stream, flush=True)

    def trace(self, text: str) -> None:
        """Print a detail for debugging, if debug logging is on."""
        if self.debug:
            self._annotate("debug", text)

    def notice(self, text: str) -> None:
        """Print a notice: information that changes no result."""
        self._annotate("notice", text)

    def error(self, text: str) -> None:
        """Print an error."""
        self._annotate("error", text)

    def _annotate(self, kind: str, text: str) -> None:
        shown = "\n".join(visible(row) for row in redact(self._covered(text)).split("\n"))
        if self.commands:
            title = "" if kind == "debug" else " title=Readygate"
            print(f"::{kind}{title}::{_data(shown)}", file=self.stream, flush=True)
        else:
            self.line(f"{kind}: {shown}")

    def _covered(self, text: str) -> str:
        return text.replace(self.hidden, REDACTED) if self.hidden else text

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Print the lines inside as a group, which a runner folds."""
        if self.commands:
            print(f"::group::{_data(visible(title))}", file=self.stream, flush=True)
        else:
            self.line(title)
        try:
            yield
        finally:
            if self.commands:
                print("::endgroup::", file=self.stream, flush=True)
