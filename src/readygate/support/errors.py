"""Errors that end a run, and their exit codes.

Damage in a report is not an error but a value, `readygate.model.reports.Problem`: the run continues, and rules
judge it.
"""

from typing import ClassVar

DOCS = "https://github.com/readygate/readygate/blob/main/docs"

EXIT_READY = 0
EXIT_NOT_READY = 1
EXIT_SETTINGS = 2
EXIT_NOT_EVALUATED = 3


class ReadygateError(Exception):
    """An expected failure.

    Attributes:
        what: what happened, one sentence without a full stop.
        where: the file, input or request; empty if `what` names it.
        why: the probable cause; empty if unknown.
        todo: the fix, in the imperative.
        exit_code: exit code of the process.
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
    """Invalid inputs or arguments; `problems` has one sentence for each."""

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
    """An existing baseline cannot be read, or a snapshot cannot be stored."""


class UnusableError(StoreError):
    """A stored snapshot is damaged, incomplete or of another version; the snapshot of an older commit may do."""


class GoneError(StoreError):
    """A stored snapshot no longer exists, as if the store had removed it."""


class ReportError(ReadygateError):
    """A report.json cannot be read."""


class ForgeError(ReadygateError):
    """A response of GitHub ends the run.

    Attributes:
        status: the HTTP status; 0 without a response.
        kind: the type of a GraphQL error, such as `FORBIDDEN`, or else its code; empty if there is none.
    """

    def __init__(
        self, what: str, *, status: int = 0, kind: str = "", where: str = "", why: str = "", todo: str = ""
    ) -> None:
        self.status = status
        self.kind = kind
        super().__init__(what, where=where, why=why, todo=todo)


class PermissionDeniedError(ForgeError):
    """The token lacks a permission; a retry does not help."""


class NotFoundError(ForgeError):
    """The resource does not exist, or the token may not read it."""


class TimeBudgetError(ForgeError):
    """The time budget of the step is used up; no more requests are sent."""
