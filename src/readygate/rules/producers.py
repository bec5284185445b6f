"""producers: the jobs that make the reports ended in a way that the reports explain."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import Name, Phrase, count, listed
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, not_evaluated, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Broken by a needed job that was cancelled or skipped, or that failed while no report shows a failing test."""
    needs = comparison.head.evidence.needs
    if needs is None:
        return not_evaluated("The input ", Name("needs"), " was not given")
    stopped = tuple(sorted(job for job, result in needs.items() if result in ("cancelled", "skipped")))
    failed = tuple(sorted(job for job, result in needs.items() if result == "failure"))
    unexplained = failed if failed and not comparison.head.snapshot.executions.failing else ()
    if not stopped and not unexplained:
        return passes(f"{count(len(needs), 'needed job')}, all accounted for")
    titles: list[str | Name] = []
    if stopped:
        verb = "was" if len(stopped) == 1 else "were"
        titles += [
            f"{count(len(stopped), 'needed job')} {verb} cancelled or skipped: ",
            *listed(stopped, 3),
            ".",
        ]
    if unexplained:
        titles += [" " if titles else "", f"{count(len(unexplained), 'needed job')} failed: "]
        titles += [*listed(unexplained, 3), ". No report shows a failing test."]
    title: Phrase = tuple(titles)
    number = len(stopped) + len(unexplained)
    return Judgement(
        result=Result.BROKEN,
        summary=title,
        title=title,
        todo=("read the log of the job, mend what stopped it, and run it again.",),
        short=f"{count(number, 'needed job')} did not run through",
    )


RULE = Rule(
    name="producers",
    asks="With the input `needs`: no needed job was cancelled or skipped, and none failed without a failing test "
    "in the reports.",
    explains="Needs the input `needs: ${{ toJSON(needs) }}`. A job that crashed, was cancelled or was skipped leaves "
    "no report, and the reports of the others look complete. A job that failed while the reports show a "
    "failing test is explained by them.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=40,
    evidence=True,
    points=40,
)
