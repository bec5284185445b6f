"""producers: the reports explain the results of the needed jobs."""

import re

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes

_WORDS = re.compile(r"[a-z0-9]+")


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for a needed job that was cancelled or skipped, or failed without a failing test."""
    needs = comparison.head.evidence.needs
    if needs is None:
        return not_evaluated("The input ", Untrusted("needs"), " was not given")
    stopped = tuple(sorted(job for job, result in needs.items() if result in ("cancelled", "skipped")))
    failed = tuple(sorted(job for job, result in needs.items() if result == "failure"))
    unexplained = _unexplained(failed, comparison)
    if not stopped and not unexplained:
        return passes(f"{count(len(needs), 'needed job')}, all accounted for")
    titles: list[str | Untrusted] = []
    if stopped:
        verb = "was" if len(stopped) == 1 else "were"
        titles += [
            f"{count(len(stopped), 'needed job')} {verb} cancelled or skipped: ",
            *listed(stopped, 3),
            ".",
        ]
    if unexplained:
        titles += [" " if titles else "", f"{count(len(unexplained), 'needed job')} failed: "]
        none = not comparison.head.snapshot.executions.failing
        why = "No report shows a failing test." if none else "Every failing test is in a report of another failed job."
        titles += [*listed(unexplained, 3), f". {why}"]
    title: RichText = tuple(titles)
    number = len(stopped) + len(unexplained)
    return Judgement(
        result=Result.VIOLATED,
        summary=title,
        title=title,
        todo=("read the log of the job, fix what stopped it, and run it again.",),
        short=f"{count(number, 'needed job')} did not run through",
        evidence=_evidence.named("job", (*stopped, *unexplained), needs),
    )


def _unexplained(failed: tuple[str, ...], comparison: Comparison) -> tuple[str, ...]:
    """Return the failed jobs that no failing test explains.

    The path of a report may contain the name of the job that wrote it. Such a report explains only this job; any
    other report explains all jobs.
    """
    if not comparison.head.snapshot.executions.failing:
        return failed
    red = [
        file.name
        for file in comparison.head.evidence.files
        if isinstance(file.report, TestReport) and file.report.executions.failing
    ]
    owners = [{job for job in failed if _names(name, job)} for name in red]
    if not owners or not all(owners):
        return ()
    return tuple(job for job in failed if not any(job in each for each in owners))


def _names(path: str, job: str) -> bool:
    """Return whether a path contains the words of a job's name in sequence."""
    words, wanted = (f"-{'-'.join(_WORDS.findall(text.lower()))}-" for text in (path, job))
    return wanted in words and len(wanted) > 2


RULE = Rule(
    name="producers",
    summary="With the input `needs`: no needed job was cancelled or skipped, and none failed without a failing test "
    "in the reports.",
    description="Needs the input `needs: ${{ toJSON(needs) }}`. A job that crashed, was cancelled or was skipped "
    "leaves no report, and the reports of the others look complete. A job that failed while the reports show a "
    "failing test is explained by them, unless every report with a failing test is named after another failed job "
    "(`unit/junit.xml` explains the job `unit`, and not `lint`). Name artifacts after their jobs to have this told.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=40,
    evidence=True,
    points=40,
)
