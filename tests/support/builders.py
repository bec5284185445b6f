"""Short ways to make the values that tests talk about: reports, snapshots, comparisons, pages.

Tests are written as letters: `p` passed, `k` flaky, `s` skipped, `f` failed, `e` errored. Lines of a file are written
as one character each, from line 1: `h` hit, `m` missed, `x` excluded, anything else not measured.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from readygate.baseline.select import FIRST_RUN
from readygate.compare import ComparisonOptions, compare
from readygate.compare.durations import compare_durations
from readygate.compare.measures import policy_measures
from readygate.judge.verdict import judge
from readygate.model.changes import Changes, FileChange
from readygate.model.comparison import Comparison
from readygate.model.coverage import EXCLUDED, HIT, MEASURED, Coverage, FileCoverage
from readygate.model.measures import SlowdownLimit
from readygate.model.paths import PathRules
from readygate.model.policy import Policy
from readygate.model.reports import CoverageReport, MeasuredFile, Problem, Report, Severity, TestReport
from readygate.model.results import ClassBlock, Counts, FailureDetail, Leg, Outcome, TestId, count_outcomes
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.snapshot import Baseline, HeadRun, InputFiles, InputPattern, Provenance, ReadFile, Snapshot
from readygate.model.subject import Role, Subject
from readygate.policy import preset
from readygate.render.report_view import ReportView
from readygate.render.test_locations import ReportLocator
from readygate.snapshot.build import build

Suite = Mapping[str, Mapping[str, str]]
"""Class to test to letter."""

BASE = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
HEAD = "e4f5a6b0c1d2e3f405162738495a6b7c8d9e0f12"

OUTCOMES = {
    "p": Outcome.PASSED,
    "k": Outcome.FLAKY,
    "s": Outcome.SKIPPED,
    "f": Outcome.FAILED,
    "e": Outcome.ERRORED,
}
LINES = {"h": HIT, "m": MEASURED, "x": EXCLUDED}


def numbered(letters: str, prefix: str = "test_") -> dict[str, str]:
    """Name tests by number: "pf" is test_0 passed, test_1 failed."""
    return {f"{prefix}{number}": letter for number, letter in enumerate(letters)}


def block(tests: Mapping[str, str], seconds: float = 0.25) -> ClassBlock:
    """A class by test and letter."""
    names = list(tests)
    outcomes = bytes(OUTCOMES[letter] for letter in tests.values())
    return ClassBlock.build(names, outcomes, array("f", [seconds] * len(names)))


def leg(suite: Suite, *, group: str = "", name: str = "", seconds: float = 0.25) -> Leg:
    """A suite on one leg."""
    blocks = {klass: block(suite[klass], seconds) for klass in sorted(suite) if suite[klass]}
    outcomes = b"".join(b.outcomes for b in blocks.values())
    return Leg(
        group=group,
        leg=name,
        path=f"{group}/{name}",
        blocks=blocks,
        executions=count_outcomes(outcomes),
        seconds=seconds * len(outcomes),
    )


def states(lines: str) -> bytes:
    """Line states from characters."""
    return bytes((0, *(LINES.get(character, 0) for character in lines)))


def file_coverage(path: str, lines: str, branches: Mapping[int, tuple[int, int]] | None = None) -> FileCoverage:
    """One measured file."""
    return FileCoverage(path=path, lines=states(lines), branches=branches or {})


def coverage(files: Mapping[str, str], **more: Any) -> Coverage:
    """Coverage by path and characters."""
    return Coverage(files=tuple(file_coverage(path, files[path]) for path in sorted(files)), **more)


def snapshot(commit: str, *legs: Leg, covered: Coverage | None = None, **more: Any) -> Snapshot:
    """A snapshot; further arguments are of its provenance."""
    return Snapshot(commit=commit, legs=tuple(legs), coverage=covered, provenance=Provenance(**more))


def report(suite: Suite, *, details: Iterable[FailureDetail] = (), problems: tuple[Problem, ...] = ()) -> TestReport:
    """A report of tests, with a detail for each test that fails if none are given."""
    blocks = {klass: block(suite[klass]) for klass in sorted(suite) if suite[klass]}
    given = tuple(details)
    told = {(detail.class_name, detail.name) for detail in given}
    made = tuple(
        FailureDetail(
            class_name=klass,
            name=name,
            outcome=OUTCOMES[letter],
            type="AssertionError" if letter in "fe" else "",
            message="assert 1 == 2" if letter in "fe" else "needs a server",
            text="def test():\n>   assert 1 == 2\nE   assert 1 == 2" if letter in "fe" else "",
        )
        for klass in sorted(suite)
        for name, letter in suite[klass].items()
        if letter in "fes" and (klass, name) not in told
    )
    outcomes = b"".join(b.outcomes for b in blocks.values())
    return TestReport(
        format="junit",
        blocks=blocks,
        details=(*given, *made),
        executions=count_outcomes(outcomes),
        seconds=0.25 * len(outcomes),
        problems=problems,
    )


def cover(
    files: Mapping[str, str],
    *,
    has_branches: bool = False,
    branches: Mapping[str, Mapping[int, tuple[int, int]]] | None = None,
) -> CoverageReport:
    """A report of coverage by path and characters; branches are (taken, total) by path and line."""
    by_path = branches or {}
    return CoverageReport(
        format="cobertura",
        files=tuple(
            MeasuredFile(candidates=(path,), coverage=file_coverage(path, lines, by_path.get(path)))
            for path, lines in files.items()
        ),
        has_branches=has_branches or bool(branches),
    )


def damage(what: str = "the file ends inside an element", **more: Any) -> Problem:
    """A problem that blocks."""
    return Problem(severity=Severity.DAMAGE, what=what, **more)


def evidence(
    *found: Report | Problem,
    names: Sequence[str] = (),
    patterns: tuple[InputPattern, ...] = (),
    needs: Mapping[str, str] | None = None,
) -> InputFiles:
    """What a run left behind: reports, or for an unreadable file its problem."""
    files = []
    for number, item in enumerate(found, start=1):
        kind = "coverage" if isinstance(item, CoverageReport) else "junit"
        name = names[number - 1] if number <= len(names) else f"out/{kind}-{number}.xml"
        problems = (item,) if isinstance(item, Problem) else item.problems
        files.append(
            ReadFile(
                name=name, size=1_000 * number, report=None if isinstance(item, Problem) else item, problems=problems
            )
        )
    return InputFiles(files=tuple(files), patterns=patterns, needs=needs)


def measure(
    *found: Report | Problem,
    commit: str = HEAD,
    rules: PathRules | None = None,
    run_id: int = 99,
    **more: Any,
) -> HeadRun:
    """What a run measured, built from its reports as the real one is; further arguments are those of `evidence`."""
    paths = rules or PathRules(files=None)
    return build(commit, evidence(*found, **more), paths, Provenance(run_id=run_id, run_attempt=1))


def with_legs(
    *legs: Leg,
    covered: Coverage | None = None,
    commit: str = HEAD,
    details: Mapping[tuple[TestId, str], FailureDetail] | None = None,
    **more: Any,
) -> HeadRun:
    """What a run on several legs measured; without details if none are given."""
    executions = sum((each.executions for each in legs), Counts())
    files = [
        ReadFile(
            name="junit.xml", size=1, report=TestReport(format="junit", blocks={}, executions=executions), problems=()
        )
    ]
    if covered is not None:
        files.append(ReadFile(name="c.xml", size=1, report=CoverageReport(format="lcov", files=()), problems=()))
    return HeadRun(
        snapshot=Snapshot(commit=commit, legs=tuple(legs), coverage=covered),
        details=details or {},
        evidence=InputFiles(files=tuple(files), **more),
    )


def baseline(of: HeadRun | Snapshot, **more: Any) -> Baseline:
    """A baseline of the commit that a change starts from, on `main`."""
    stored = of.snapshot if isinstance(of, HeadRun) else of
    facts: dict[str, Any] = {"wanted": stored.commit, "branch": "main", "relation": "the merge base", **more}
    return Baseline(snapshot=stored, **facts)


def change(
    path: str,
    added: Iterable[int] = (),
    removed: Iterable[int] = (),
    *,
    status: str = "modified",
    old_path: str | None = None,
    shown: bool = True,
) -> FileChange:
    """One file of a diff."""
    before = old_path if old_path is not None else "" if status == "added" else path
    return FileChange(
        path=path, old_path=before, status=status, added=tuple(added), removed=tuple(removed), shown=shown
    )


def changes(*files: FileChange, complete: bool = True) -> Changes:
    """A diff."""
    return Changes(base=BASE, head=HEAD, files=files, complete=complete)


NO_RESULTS: RichText = (Untrusted("main"), " has no stored results yet")
NO_CHANGES_NOTE = "The changed lines are not known"


def compared(
    head: HeadRun,
    base: Baseline | HeadRun | Snapshot | None = None,
    *,
    diff: Changes | None = None,
    note: RichText | str = NO_RESULTS,
    files: Iterable[str] | None = None,
    options: ComparisonOptions | None = None,
) -> Comparison:
    """Compare as the road does; the diff is that since the baseline, too."""
    known = base if base is None or isinstance(base, Baseline) else baseline(base)
    return compare(
        head,
        known,
        baseline_note="" if known else note,
        baseline_todo="" if known else FIRST_RUN,
        changes=diff,
        changes_note="" if diff else NO_CHANGES_NOTE,
        since_baseline=diff,
        options=replace(
            options or ComparisonOptions(), paths=None if files is None else PathRules(files=frozenset(files))
        ),
    )


def policy(name: str = "standard", **levels: Any) -> Policy:
    """A preset, with the levels of some rules set; underscores stand for hyphens."""
    plain = preset(name)
    chosen = {**plain.levels, **{rule.replace("_", "-"): level for rule, level in levels.items()}}
    return Policy(preset=plain.preset, levels=chosen, options=plain.options)


def under(comparison: Comparison, rules: Policy) -> Comparison:
    """Add what a policy names, as comparing under it does."""
    limit = SlowdownLimit(
        factor=rules.option("duration", "test-factor"), seconds=rules.option("duration", "test-seconds")
    )
    return replace(
        comparison,
        measures=policy_measures(comparison, rules),
        durations=compare_durations(comparison.head.snapshot, comparison.base, limit),
    )


def target(**facts: Any) -> Subject:
    """A pull request of acme/widgets."""
    known: dict[str, Any] = {
        "role": Role.CHANGE,
        "repository": "acme/widgets",
        "server_url": "https://github.com",
        "event": "pull_request",
        "measured": HEAD,
        "measured_note": "checked out in the workspace",
        "head_sha": HEAD,
        "base_ref": "main",
        "number": 7,
        "run_id": 99,
        "run_number": 12,
        "run_attempt": 1,
        "run_url": "https://github.com/acme/widgets/actions/runs/99",
        **facts,
    }
    return Subject(**known)


def page(
    comparison: Comparison,
    *,
    rules: Policy | None = None,
    gate: str = "readygate",
    about: Subject | None = None,
    files: Iterable[str] | None = None,
) -> ReportView:
    """Judge a comparison and make the page that outputs render; `files` are those of the repository."""
    chosen = rules or policy()
    known = under(comparison, chosen)
    return ReportView(
        gate=gate,
        subject=about or target(),
        comparison=known,
        verdict=judge(known, chosen),
        locator=ReportLocator(PathRules(files=None if files is None else frozenset(files))),
    )
