"""Outputs: one module each, `OUTPUT`. All tell the one verdict; each renders for itself and within its own budget.

The order of the outputs is that of their `order`: what GitHub holds comes first, so that those after it can tell
where it stands, or that it could not be written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct, field

from readygate.support.deadline import Budget
from readygate.support.errors import DOCS
from readygate.support.registry import members

if TYPE_CHECKING:
    from readygate.config.settings import Settings, Workplace
    from readygate.github.client import GitHub
    from readygate.render.report_view import Page
    from readygate.support.console import Log

FORKS = f"{DOCS}/events.md#pull-requests-from-forks"


class Desk(Struct, kw_only=True):
    """What outputs write with, and where they leave what they wrote.

    Attributes:
        hub: the session with GitHub, None without one.
        printed: what goes to the console: `console`, `markdown` or `json`; the latter two to `stdout`.
        folder: where files go, None if none were asked for.
        sources: where the measured sources stand; None if that is the workspace.
        template: the user's template for the comment, empty for the built-in one.
        posted: step outputs that other outputs set, by name: `comment-url`, `check-url`, `report-json`.
        unwritten: what the token was not allowed to write.
        budget: the time that is left.
    """

    settings: Settings
    workplace: Workplace
    log: Log
    hub: GitHub | None = None
    printed: str = "console"
    stdout: TextIO | None = None
    folder: Path | None = None
    sources: Path | None = None
    template: str = ""
    posted: dict[str, str] = field(default_factory=dict)
    unwritten: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def write_file(self, name: str, data: bytes) -> Path | None:
        """Write a file into the folder; None, with a notice, if that fails or there is no folder."""
        if self.folder is None:
            return None
        path = self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"it cannot be a folder ({error.strerror or error})"
            self.log.notice(f"No file is written to {self.folder}: {what}. Name another by the input `report`.")
            self.folder = None
            return None
        try:
            if path.is_symlink():  # it may lead anywhere
                path.unlink()
            path.write_bytes(data)
        except OSError as error:
            self.log.notice(f"The file could not be written ({error.strerror or error}): {path}")
            with suppress(OSError):  # where the disk is full: half a report misleads whoever reads it
                path.unlink()
            return None
        return path

    def shown_path(self, path: Path) -> str:
        """A path as later steps can open it: below the workspace, which has another place outside the container."""
        root = self.workplace.workspace
        return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)

    def tell_unwritten(self) -> None:
        """One notice for all that could not be written, and where it is told how to have it."""
        if self.unwritten:
            missing = " and no ".join(self.unwritten)
            self.log.notice(f"There is no {missing}: the token may only read. A second workflow adds them: {FORKS}")

    def unwritten_note(self) -> str:
        """One sentence on what is missing on GitHub, for the alert; empty if nothing is."""
        if not self.unwritten:
            return ""
        return (
            f"**There is no {' and no '.join(self.unwritten)} for this run:** its token may only read, as it does for "
            "pull requests from forks. The verdict stands here and in the exit code of this job, which branch "
            f"protection can require. [How a second workflow adds what is missing]({FORKS})."
        )


class Output(Struct, frozen=True, kw_only=True):
    """One output.

    Attributes:
        wants: whether this run has it at all.
        publish: renders the page and writes it.
    """

    name: str
    order: int
    wants: Callable[[Page, Desk], bool]
    publish: Callable[[Page, Desk], None]


@cache
def all_outputs() -> tuple[Output, ...]:
    """Every output of the folder, in order."""
    return tuple(sorted(members(import_module(__name__), "OUTPUT", Output), key=lambda o: (o.order, o.name)))


def publish(page: Page, desk: Desk) -> None:
    """Publish by every output that this run has."""
    for output in all_outputs():
        if output.wants(page, desk):
            output.publish(page, desk)
    desk.tell_unwritten()


def wants_files(_page: Page, desk: Desk) -> bool:
    """Whether a folder for files was named."""
    return desk.folder is not None
