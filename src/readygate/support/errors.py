"""The few kinds of error: what happened, where, why probably, and what to do next.

Damage inside a report is not an error but a value (`readygate.model.reports.Problem`): the run goes on and the
rules judge it. What stands here ends the run, with the exit code of its kind.
"""

from __future__ import annotations

from typing import ClassVar

DOCS = "https://github.com/readygate/readygate/blob/main/docs"

EXIT_READY = 0
EXIT_NOT_READY = 1
EXIT_SETTINGS = 2
EXIT_NOT_EVALUATED = 3


class ReadygateError(Exception):
    """An expected failure, told in four parts.

    Attributes:
        what: what happened, one sentence without a full stop.
        where: the file, input or request it happened at; empty if the sentence says it.
        why: the probable cause; empty if unknown.
        todo: what the reader should do next.
        exit_code: the exit code of the process that ends with this error.
    """

    exit_code: ClassVar[int] = EXIT_NOT_EVALUATED

    def __init__(self, what: str, *, where: str = "", why: str = "", todo: str = "") -> None:
        self.what = what
        self.where = where
        self.why = why
        self.todo = todo
        super().__init__(what)

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}." if self.where else f"{self.what}."]
        if self.why:
            parts.append(f"Probably: {self.why}.")
        if self.todo:
            parts.append(f"To do: {self.todo}.")
        return " ".join(parts)


class SettingsError(ReadygateError):
    """Inputs or arguments that cannot be used; `problems` holds all of them, one sentence each."""

    exit_code = EXIT_SETTINGS

    def __init__(self, problems: tuple[str, ...], *, todo: str = "correct the inputs named here") -> None:
        self.problems = problems
        super().__init__("; ".join(problems), todo=todo)

    def __str__(self) -> str:
        rows = "".join(f"\n- {problem}" for problem in self.problems)
        return f"These settings cannot be used.{rows}\nTo do: {self.todo}."


class PluginError(ReadygateError):
    """An installed distribution adds a format or a rule that cannot be used."""

    exit_code = EXIT_SETTINGS


class StoreError(ReadygateError):
    """A baseline that exists and could not be read, or a snapshot that could not be stored."""


class ReportError(ReadygateError):
    """A report.json that cannot be read."""


class ForgeError(ReadygateError):
    """An answer of GitHub that stops the work.

    Attributes:
        status: the HTTP status, 0 when no answer came.
    """

    def __init__(self, what: str, *, status: int = 0, where: str = "", why: str = "", todo: str = "") -> None:
        self.status = status
        super().__init__(what, where=where, why=why, todo=todo)


class PermissionDeniedError(ForgeError):
    """GitHub refused because the token lacks a permission; never worth a retry."""


class NotFoundError(ForgeError):
    """GitHub has no such thing, or the token may not know of it."""


class TimeBudgetError(ForgeError):
    """The time that the step may take is over; no request is sent any more."""
