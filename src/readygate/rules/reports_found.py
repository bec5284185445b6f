"""reports-found: there are reports, and tests were executed."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.snapshot import ReadFile, Snapshot
from readygate.model.verdict import Evidence, Level
from readygate.rules import Judgement, Result, Rule, _evidence, passes
from readygate.support.globs import PatternError, paths_fit


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for a missing test report, no executed test, an unmatched pattern, or missing coverage."""
    evidence = comparison.head.evidence
    tests = sum(isinstance(file.report, TestReport) for file in evidence.files)
    covers = sum(isinstance(file.report, CoverageReport) for file in evidence.files)
    if comparison.docs_only and not evidence.files:
        return passes("Only documentation changed and there are no reports: nothing to measure")
    base_covered = comparison.baseline is not None and comparison.baseline.snapshot.coverage is not None
    carried = tuple(_evidence.carried(comparison))
    whole = bool(carried) and not comparison.missing_groups and not comparison.missing_legs
    if whole and not evidence.files:
        return passes(
            "Nothing had to run: this change touches nothing of ",
            *listed(carried, 5),
            evidence=_evidence.named("suite", carried, dict.fromkeys(carried, "carried from the base")),
        )
    missing = tuple(
        pattern.text
        for pattern in evidence.patterns
        if pattern.given
        and not pattern.matched
        and (pattern.kind != "coverage" or base_covered)
        and not (whole and _of_base(pattern.text, comparison))
    )
    executions = comparison.head.snapshot.executions
    if missing:
        noun = "A pattern matches" if len(missing) == 1 else f"{len(missing)} patterns match"
        return _broken((f"{noun} no file: ", *listed(missing, 3), "."), "a pattern matches no file", _inputs(missing))
    if not tests and evidence.files:
        kinds = "coverage only" if covers else "nothing that could be read as tests"
        return _broken(("No test report was found", f": {kinds}."), "no test report was found", _read(comparison))
    if not tests:
        looked = tuple(pattern.text for pattern in evidence.patterns if pattern.kind == "tests")
        return _broken(("No test report was found.",), "no test report was found", _inputs(looked))
    if not executions.passed + executions.failing:
        return _broken(
            (f"No test was executed: {count(executions.skipped, 'test')} skipped.",),
            "no test was executed",
            _read(comparison),
        )
    if base_covered and not covers:
        return _broken(
            ("The base measured coverage and this run did not.",), "coverage was not measured", _looked(comparison)
        )
    if _lines(comparison.baseline.snapshot if comparison.baseline else None) and not _lines(comparison.head.snapshot):
        return _broken(
            ("The base measured lines and the coverage of this run holds none.",),
            "no line was measured",
            _read(comparison),
        )
    return passes(f"{count(tests, 'test report')}, {count(covers, 'coverage report')}")


def _inputs(patterns: tuple[str, ...]) -> Evidence:
    return _evidence.named("input", patterns, dict.fromkeys(patterns, "matches no file"))


def _looked(comparison: Comparison) -> Evidence:
    """Return the coverage patterns that matched no file."""
    patterns = comparison.head.evidence.patterns
    return _inputs(tuple(each.text for each in patterns if each.kind == "coverage" and not each.matched))


def _read(comparison: Comparison) -> Evidence:
    """Return the files that were read, with their content."""
    files = comparison.head.evidence.files
    names = tuple(file.name for file in files)
    return _evidence.named("report", names, {file.name: _holds(file) for file in files})


def _holds(file: ReadFile) -> str:
    report = file.report
    if isinstance(report, TestReport):
        return f"{count(report.executions.total, 'test')}, {report.executions.skipped:,} of them skipped"
    if isinstance(report, CoverageReport):
        return f"coverage of {count(len(report.files), 'file')}"
    return "could not be read"


def _lines(snapshot: Snapshot | None) -> int:
    return snapshot.coverage.lines().total if snapshot and snapshot.coverage else 0


def _of_base(pattern: str, comparison: Comparison) -> bool:
    """Return whether a pattern matches reports of the base. Its suites are then carried, as none is missing."""
    try:
        fits = paths_fit((pattern,))
    except PatternError:
        return False
    reports = comparison.baseline.snapshot.provenance.reports if comparison.baseline else {}
    return any(fits(name) for name in reports)


def _broken(title: RichText, short: str, evidence: Evidence) -> Judgement:
    return Judgement(
        result=Result.VIOLATED,
        summary=title,
        title=title,
        todo=(
            "check that the tests ran, that their reports reach this job, and that the inputs ",
            Untrusted("tests"),
            " and ",
            Untrusted("coverage"),
            " name them.",
        ),
        short=short,
        evidence=evidence,
    )


RULE = Rule(
    name="reports-found",
    summary="There is a test report, something was executed in it, every given pattern matches a file (in "
    "`artifacts`, an artifact), and coverage is measured if the base measured it. A change of documentation alone "
    "needs no report.",
    description="If nothing but documentation changed (`*.md`, `docs/`, `LICENSE*`) and there is no report at all, the "
    "change is ready: there is nothing to measure. One report is enough to end this exception. A coverage "
    "report without a single line counts as none if the base measured some.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=20,
    evidence=True,
    points=40,
)
