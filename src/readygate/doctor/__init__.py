"""Values of `readygate doctor`, which checks a repository's Readygate setup and shows the lines that fix a problem.

It reads the workflow files, the runner's variables, and GitHub, with requests that change nothing. A check is a
function of `workflow_checks`, `job_checks`, `run_checks` or `github_checks` that yields diagnostics.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.doctor.workflows import ActionStep, Workflow
from readygate.github.client import GitHub


class Grade(StrEnum):
    """Severity of a diagnostic."""

    WRONG = "wrong"
    ADVICE = "advice"
    GOOD = "good"


class Diagnostic(Struct, frozen=True, kw_only=True):
    """One result of a check.

    Attributes:
        check: name of the check.
        what: the fact, as a sentence.
        where: file and job.
        fix_snippet: lines for a workflow file that fix the problem; empty if there are none.
    """

    grade: Grade
    check: str
    what: str
    where: str = ""
    fix_snippet: str = ""


class Context(Struct, frozen=True, kw_only=True):
    """Input of the checks.

    Attributes:
        workflows: all workflow files.
        action_steps: every step that runs Readygate.
        place: the runner's variables; None outside a run.
        settings: the inputs of this step; None outside a run.
        github: a session with GitHub; None without a token.
        default_branch: empty if unknown.
        checked_out: the commit in the workspace; empty if there is none.
        rules: GitHub's rules for the default branch, by type; None if they are unknown.
    """

    workflows: tuple[Workflow, ...] = ()
    action_steps: tuple[ActionStep, ...] = ()
    place: RunnerEnvironment | None = None
    settings: Settings | None = None
    github: GitHub | None = None
    default_branch: str = ""
    checked_out: str = ""
    rules: dict[str, list[dict[str, object]]] | None = None


Diagnostics = Iterator[Diagnostic]


def wrong(check: str, what: str, where: str = "", fix_snippet: str = "") -> Diagnostic:
    """Return a diagnostic of a setup that does not work, or that lets a change pass that should not."""
    return Diagnostic(grade=Grade.WRONG, check=check, what=what, where=where, fix_snippet=fix_snippet)


def advice(check: str, what: str, where: str = "", fix_snippet: str = "") -> Diagnostic:
    """Return a diagnostic of a setup that works and could be better or safer."""
    return Diagnostic(grade=Grade.ADVICE, check=check, what=what, where=where, fix_snippet=fix_snippet)


def good(check: str, what: str, where: str = "") -> Diagnostic:
    """Return a diagnostic of a correct setup."""
    return Diagnostic(grade=Grade.GOOD, check=check, what=what, where=where)
