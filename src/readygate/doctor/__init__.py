"""`readygate doctor`: what is right and wrong about how a repository uses Readygate, each with the lines to paste.

It reads the workflow files, what the runner says of a run, and GitHub by requests that change nothing. One check is one
function of `workflow_checks`, `job_checks`, `run_checks` or `github_checks`; each yields what it has to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from readygate.config.settings import Settings, Workplace
from readygate.doctor.workflows import ActionStep, Workflow
from readygate.github.client import GitHub


class Grade(StrEnum):
    """How much it matters."""

    WRONG = "wrong"
    ADVICE = "advice"
    GOOD = "good"


class Diagnostic(Struct, frozen=True, kw_only=True):
    """What one check has to say.

    Attributes:
        check: the name of the check.
        what: what is right or wrong, a sentence.
        where: the file and the job.
        fix_snippet: lines for a workflow file that mend it; empty if no line does.
    """

    grade: Grade
    check: str
    what: str
    where: str = ""
    fix_snippet: str = ""


class Context(Struct, frozen=True, kw_only=True):
    """What the doctor looks at.

    Attributes:
        workflows: all workflow files that could be read.
        action_steps: every step that runs Readygate.
        place: what the runner says; None outside of a run.
        settings: the inputs of this step; None outside of a run.
        hub: a session with GitHub; None without a token.
        default_branch: empty if unknown.
        checked_out: the commit in the workspace; empty if there is none.
        rules: the rules of GitHub for the default branch by type; None if they could not be asked for.
    """

    workflows: tuple[Workflow, ...] = ()
    action_steps: tuple[ActionStep, ...] = ()
    place: Workplace | None = None
    settings: Settings | None = None
    hub: GitHub | None = None
    default_branch: str = ""
    checked_out: str = ""
    rules: dict[str, list[dict[str, object]]] | None = None


Diagnostics = Iterator[Diagnostic]


def wrong(check: str, what: str, where: str = "", fix_snippet: str = "") -> Diagnostic:
    """Something that keeps Readygate from doing what is wanted, or lets a change through that should not pass."""
    return Diagnostic(grade=Grade.WRONG, check=check, what=what, where=where, fix_snippet=fix_snippet)


def advice(check: str, what: str, where: str = "", fix_snippet: str = "") -> Diagnostic:
    """Something that works and could be better or safer."""
    return Diagnostic(grade=Grade.ADVICE, check=check, what=what, where=where, fix_snippet=fix_snippet)


def good(check: str, what: str, where: str = "") -> Diagnostic:
    """Something that is as it should be."""
    return Diagnostic(grade=Grade.GOOD, check=check, what=what, where=where)
