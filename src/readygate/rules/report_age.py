"""report-age: this run wrote the reports."""

from fractions import Fraction

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, _evidence, not_evaluated, passes

NAME = "report-age"
_HOUR = 3600
FUTURE = _HOUR
"""Maximum difference of two machines' clocks in seconds."""


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for reports whose newest timestamp is too long before this run, or after it."""
    if not comparison.now:
        return not_evaluated("The time of this run is not known")
    times = {
        file.name: file.report.written
        for file in comparison.head.evidence.files
        if isinstance(file.report, TestReport) and file.report.written is not None
    }
    if not times:
        return not_evaluated("No test report states a time with its zone")
    hours = policy.option(NAME, "hours")
    ages = {name: comparison.now - written for name, written in times.items()}
    old = tuple(sorted((name for name, age in ages.items() if age > hours * _HOUR), key=lambda name: -ages[name]))
    early = tuple(sorted((name for name, age in ages.items() if age < -FUTURE), key=lambda name: ages[name]))
    if not old and not early:
        return passes(f"{count(len(times), 'report')} written within {count(int(hours), 'hour')} of this run")
    facts = []
    detail: list[str | Untrusted] = []
    if old:
        facts.append(f"{count(len(old), 'report')} {'is' if len(old) == 1 else 'are'} older than this run")
        detail += [
            Untrusted(old[0]),
            f" was written {_span(ages[old[0]])} before it; {count(int(hours), 'hour')} allowed.",
        ]
    if early:
        facts.append(f"{count(len(early), 'report')} {'comes' if len(early) == 1 else 'come'} from the future")
        detail += [
            " " if detail else "",
            Untrusted(early[0]),
            f" claims to be written {_span(-ages[early[0]])} after it.",
        ]
    more: RichText = listed((*old[1:], *early[1:]), 3)
    fact = "; ".join(facts)
    notes = {
        name: f"written {_span(abs(ages[name]))} {'before' if ages[name] > 0 else 'after'} the run" for name in ages
    }
    return Judgement(
        result=Result.VIOLATED,
        summary=(fact,),
        title=(f"{fact}.",),
        detail=(*detail, *((" Also ", *more, ".") if more else ())),
        todo=("delete old reports before the tests run, and check what a cache brings back.",),
        short=fact,
        evidence=_evidence.named("report", (*old, *early), notes),
    )


def _span(seconds: float) -> str:
    hours = int(seconds // _HOUR)
    return count(hours // 24, "day") if hours >= 48 else count(max(hours, 1), "hour")


RULE = Rule(
    name=NAME,
    summary="No test report is more than `hours` older than this run, or from the future.",
    description="A report that an earlier run wrote says nothing of this change: it lay in a cache, in a workspace "
    "that is kept, or was committed. Only times that a report states with their zone count, as a time without one can "
    "be half a day off. Build caches replay the reports of modules that did not change, and a job that is run again "
    "days later reads the reports of its first attempt; hence a warning.",
    levels=(Level.WARN, Level.WARN, Level.WARN),
    judge=judge,
    weight=85,
    options={
        "hours": Option(
            default=Fraction(24),
            unit="whole",
            description="how many hours before this run a report may have been written",
            more_is_stricter=False,
        )
    },
    points=10,
)
