"""copied-report: no report is a byte-for-byte copy of one of the base."""

import re

from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import TestReport
from readygate.model.results import Outcome
from readygate.model.rich_text import count, listed
from readygate.model.snapshot import ReadFile
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _evidence, not_evaluated, passes
from readygate.support.globs import paths_fit

TELLING = 8
"""Number of distinct durations that two runs do not produce by chance."""

_BUILD = re.compile(r"/(?:build|target|out|dist|bin|coverage|reports?|results?|test-results|TestResults|node_modules)/")
_NO_SOURCE = ("**/*.md", "docs/**", "LICENSE*", ".github/**")


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for a copy of a report of the base, if files that it tests changed."""
    if comparison.baseline is None:
        return NO_BASELINE
    base = comparison.baseline.snapshot
    known = frozenset(base.provenance.reports.values())
    if not known:
        return not_evaluated("The base recorded no reports")
    if comparison.changes is None:
        return not_evaluated("The changed files are not known")
    if base.commit and base.commit == comparison.head.snapshot.commit:
        return passes("The base is this very commit")
    sources = _sources(comparison.changes)
    same = [file for file in comparison.head.evidence.files if file.checksum in known and _tells(file)]
    copied = tuple(sorted(file.name for file in same if _must_differ(file.name, sources, policy)))
    number = len(copied)
    if not number:
        return passes(f"0 reports{f'; {len(same):,} of parts that did not change are the same' if same else ''}")
    fact = f"{count(number, 'report')} {'is' if number == 1 else 'are'} a byte-for-byte copy of the base's"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(copied, 3)),
        title=(f"{fact}.",),
        detail=(*listed(copied, 5), f": the same bytes, times and durations, though {_count(sources)} changed."),
        todo=("check that the tests ran for this change; clear what a cache brings back.",),
        short=f"{count(number, 'report')} copied from the base",
        evidence=_evidence.named("report", copied, dict.fromkeys(copied, "the same bytes as on the base")),
    )


def _count(sources: tuple[str, ...]) -> str:
    return count(len(sources), "source file")


def _sources(changes: Changes) -> tuple[str, ...]:
    """Return the changed files that could affect a test."""
    passed_over = paths_fit(_NO_SOURCE)
    return tuple(sorted(path for path in changes.paths if not passed_over(path)))


def _tells(file: ReadFile) -> bool:
    """Return whether equal bytes prove the same run: tests were executed, with a timestamp or distinct durations."""
    report = file.report
    if not file.checksum or not isinstance(report, TestReport):
        return False
    if report.executions.total == report.executions.skipped:
        return False
    if report.written is not None:
        return True
    seen: set[float] = set()
    for block in report.blocks.values():
        ran = (time for time, state in zip(block.durations(), block.outcomes, strict=True) if state != Outcome.SKIPPED)
        seen.update(time for time in ran if time)
        if len(seen) >= TELLING:
            return True
    return False


def _must_differ(name: str, sources: tuple[str, ...], policy: Policy) -> bool:
    """Return whether the tests of a report had to run again.

    A group of the policy defines its own files. A report in the output folder of a module (`api/build/…`) depends
    on the files of the module, because build caches restore the reports of unchanged modules. Any other report
    depends on all files.
    """
    for group in policy.groups:
        if paths_fit(group.reports)(name):
            touched = paths_fit(group.when_changed)
            return any(touched(path) for path in sources)
    found = _BUILD.search(f"/{name}")
    module = f"/{name}"[1 : found.start()] if found and found.start() else ""
    if not module:
        return bool(sources)
    parts = module.split("/")  # the name of an artifact precedes the path
    folders = tuple("/".join(parts[at:]) + "/" for at in range(len(parts)))
    return any(path.startswith(folders) for path in sources)


RULE = Rule(
    name="copied-report",
    summary="No test report is a byte-for-byte copy of one of the base's although files that it tests changed.",
    description="Two runs never take the same time: a report with the same times and durations as on the base was not "
    f"written by this run. Only reports that state a time with its zone, or at least {TELLING} different durations, "
    "are held against the base's. A report in the output folder of a module (`api/build/…`), or of a group of the "
    "policy, may be the same if nothing of the module or group changed, because build caches replay it.",
    levels=(Level.WARN, Level.WARN, Level.WARN),
    judge=judge,
    weight=86,
    points=10,
)
