"""The console: lines of text, and on a runner the few workflow commands that we mean.

The runner reads commands from anything printed, so every line is made harmless first: `::` at its start, and the
older `##[` anywhere. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from msgspec import Struct

from readygate.support.redaction import REDACTED, redact
from readygate.support.text import visible


def harmless(line: str) -> str:
    """A line that no runner takes for a command."""
    line = visible(redact(line)).replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


STYLES = {"bold": "1", "dim": "2", "good": "1;32", "fair": "33", "bad": "1;31"}
"""Codes of ECMA-48 by what they stand for; colours of the terminal itself, so that its theme decides how they look."""


def has_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour what goes to a stream: `NO_COLOR` forbids it, `FORCE_COLOR` asks for it, else a terminal does.

    https://no-color.org and https://force-color.org
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def columns(stream: TextIO, environment: Mapping[str, str]) -> int:
    """How many columns the terminal has; 0 if it is none, so that lines stay whole for whoever searches them."""
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


class Log(Struct, frozen=True, kw_only=True):
    """Writes to a stream.

    Attributes:
        commands: the stream is read by a runner: notices and errors become annotations, groups fold.
        colour: the stream shows colours.
        width: its columns, 0 if lines need no end.
        debug: print what `trace` is told.
        hidden: the token, which is never printed, whatever it looks like.
    """

    stream: TextIO
    commands: bool = False
    colour: bool = False
    width: int = 0
    debug: bool = False
    hidden: str = ""

    def __repr__(self) -> str:
        """Leave out the token: it must not reach a message or a traceback."""
        return "Log(…)"

    def line(self, text: str = "") -> None:
        """Print text, each of its lines made harmless."""
        for row in self._covered(text).split("\n"):
            print(harmless(row), file=self.stream, flush=True)

    def pieces(self, *parts: tuple[str, str]) -> None:
        """Print one line of (text, style) pieces; a style is one of `STYLES`, or empty.

        A line that has to be made harmless, which a renderer leaves no need for, loses its styles.
        """
        parts = tuple((self._covered(text), style) for text, style in parts)
        plain = "".join(text for text, _ in parts)
        shown = harmless(plain)
        if self.colour and shown == plain:
            shown = "".join(f"\x1b[{STYLES[style]}m{text}\x1b[0m" if style and text else text for text, style in parts)
        print(shown, file=self.stream, flush=True)

    def trace(self, text: str) -> None:
        """Tell a detail that helps to find a fault; only if the runner was asked for them."""
        if self.debug:
            self._told("debug", text)

    def notice(self, text: str) -> None:
        """Tell something that the reader should know and that changes no result."""
        self._told("notice", text)

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._told("error", text)

    def _told(self, kind: str, text: str) -> None:
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
