"""Define what a run publishes with (`RunContext`) and what its outputs did (`Published`): frozen values.

Functions return changed copies. No output reads what another has left in a shared object.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field
from msgspec.structs import replace

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.github.client import GitHub
from readygate.github.earlier import Earlier
from readygate.support.console import Console
from readygate.support.deadline import Deadline


class RunContext(Struct, frozen=True, kw_only=True):
    """The settings, services and places of one run.

    Attributes:
        settings: the inputs of the action, or the options of the command line.
        runner: the environment that the runner describes; outside of a runner only its workspace is set.
        console: the log of the step, or the terminal.
        github: the client; None without a token.
        deadline: the time that the run may take.
        folder: the folder for output files; None if no files are requested.
        sources: the root of the measured sources; None if it is the workspace.
        template: the user's template for the comment; empty for the built-in comment.
        earlier: what earlier runs wrote for the pull request; None if it was not looked up.
        printed: what the console output prints: `console`, `markdown` or `json`.
        stdout: where `markdown` and `json` are printed.
    """

    settings: Settings
    runner: RunnerEnvironment
    console: Console
    github: GitHub | None = None
    deadline: Deadline = field(default_factory=Deadline)
    folder: Path | None = None
    sources: Path | None = None
    template: str = ""
    earlier: Earlier | None = None
    printed: str = "console"
    stdout: TextIO | None = None

    @property
    def source_root(self) -> Path:
        """The root of the measured sources."""
        return self.sources or self.runner.workspace

    def for_thread(self) -> RunContext:
        """Return a copy with a GitHub client of its own, because one thread at a time may use a client."""
        return replace(self, github=self.github.clone_for_thread()) if self.github else self


class Message(Struct, frozen=True, kw_only=True):
    """A text for the log.

    Attributes:
        notice: shown on the page of the run; otherwise in the log only.
    """

    text: str
    notice: bool = True


class Published(Struct, frozen=True, kw_only=True):
    """What one output did, or several: `a + b` is what `a` and then `b` did.

    Attributes:
        step_outputs: outputs of the step, by name: `comment-url`, `check-url`, `report-json`.
        skipped: titles of outputs that the token may not write, such as `check run`.
        comment: the comment, in Markdown; empty until an output renders it.
        files: the files that were written.
        unwritten: the files that were asked for and could not be written.
        messages: what to log.
    """

    step_outputs: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    comment: str = ""
    files: tuple[Path, ...] = ()
    unwritten: tuple[Path, ...] = ()
    messages: tuple[Message, ...] = ()

    def __add__(self, other: Published) -> Published:
        """Return what both did; of two values for one name, the later one counts."""
        return Published(
            step_outputs={**self.step_outputs, **other.step_outputs},
            skipped=self.skipped + other.skipped,
            comment=other.comment or self.comment,
            files=self.files + other.files,
            unwritten=self.unwritten + other.unwritten,
            messages=self.messages + other.messages,
        )


def logged(text: str, *, notice: bool = True) -> Published:
    """Return an outcome that consists of one message."""
    return Published(messages=(Message(text=text, notice=notice),))
