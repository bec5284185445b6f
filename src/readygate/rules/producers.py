"""producers: the reports explain the results of the needed jobs."""

import re
from collections.abc import Iterator

from readygate.model.comparison import Comparison, TestChange
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.results import Outcome, raw_name
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes

_WORDS = re.compile(r"[a-z0-9]+")


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for a needed job that was cancelled or skipped, or failed without a failing test."""
    needs = comparison.head.evidence.needs
    if needs is None:
        return not_evaluated("The input ", Untrusted("needs"), " was not given")
    stopped = tuple(
        job
        for job, result in sorted(needs.items())
        if result == "cancelled" or (result == "skipped" and not _may_be_skipped(job, comparison))
    )
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
        why = _why(comparison)
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


def _why(comparison: Comparison) -> str:
    if not comparison.head.snapshot.executions.failing:
        return "No report shows a failing test."
    if not _explaining(comparison):
        return "All failing tests are excused, and none of them failed on the base."
    return "Every failing test is in a report of another job."


def _unexplained(failed: tuple[str, ...], comparison: Comparison) -> tuple[str, ...]:
    """Return the failed jobs that no failing test explains.

    The path of a report may contain the name of the job that wrote it. Such a report explains only this job. If it is a
    job that succeeded, other reports must have names of jobs, too: `build/` is a usual folder. Any other report
    explains one job, or all jobs if the run has the reports of one folder only, which cannot be told apart.
    """
    explaining = _explaining(comparison)
    owners: dict[str, set[str]] = {}
    failing = set()
    for file in comparison.head.evidence.files:
        if isinstance(file.report, TestReport):
            place = file.name.rpartition("/")[0]
            jobs = comparison.head.evidence.needs or ()
            owners.setdefault(place, set()).update(job for job in jobs if _names(file.name, job))
            if not explaining.isdisjoint(_failing(file.report)):
                failing.add(place)
    left = [job for job in failed if not any(job in owners[place] for place in failing)]
    # where folders have the names of different jobs, that of a job that succeeded explains no other one
    by_job = len({frozenset(each) for each in owners.values() if each}) > 1
    free = sum(not (owners[place] if by_job else owners[place].intersection(failed)) for place in failing)
    return tuple(left[free:]) if len(owners) > 1 or not free else ()


def _explaining(comparison: Comparison) -> set[tuple[str, str]]:
    """Return class and name of the failing tests that explain a failed job: new ones, and those that the base had."""
    tests = comparison.tests
    known = filter(_failed_before, (*tests.known_flaky, *tests.quarantined))
    return {
        (change.id.class_name, raw_name(change.id.name))
        for change in (*tests.new_failures, *tests.still_failing, *known)
    }


def _failed_before(change: TestChange) -> bool:
    return change.before is not None and change.before >= Outcome.FAILED


def _failing(report: TestReport) -> Iterator[tuple[str, str]]:
    for class_name, block in report.blocks.items() if report.executions.failing else ():
        if max(block.outcomes) >= Outcome.FAILED:
            yield from ((class_name, raw_name(name)) for name, outcome in block.items() if outcome >= Outcome.FAILED)


def _may_be_skipped(job: str, comparison: Comparison) -> bool:
    """Return whether a job may be skipped: only documentation changed, or the policy carries its suite."""
    return comparison.docs_only or any(_names(f"{leg.path}/{leg.group}", job) for leg in comparison.carried)


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
    "(`unit/junit.xml` explains the job `unit`, and not `lint`). Name artifacts after their jobs to have this checked. "
    "Where reports lie in several folders, each folder explains one job; if the folders have the names of different "
    "jobs, also of jobs that succeeded, each explains its own. Flaky and quarantined failures explain a job "
    "only if they failed on the base too. A job may be skipped if only documentation changed or if the policy carries "
    "its suite.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=40,
    evidence=True,
    points=40,
)
