"""Write where the results come from: the parsed files, the measured commit, the baseline and the tools."""

from itertools import islice

from readygate import __version__
from readygate.model.reports import CoverageReport, Problem, StatedReport, TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import Baseline, ReadFile
from readygate.render.escaping import code
from readygate.render.markdown.elements import FILES_SHOWN, Table, columns_from, more_note
from readygate.render.report_view import ReportView

TOOL_NAMES = {
    "python": "Python",
    "python_version": "Python",
    "pytest": "pytest",
    "pytest-version": "pytest",
    "pytest-xdist": "pytest-xdist",
    "platform": "platform",
    "java.version": "Java",
    "java.vm.name": "JVM",
    "kotlin.version": "Kotlin",
    "go.version": "Go",
    "node": "Node.js",
    "node.version": "Node.js",
    "nodejs": "Node.js",
    "ruby": "Ruby",
    "ruby.version": "Ruby",
    "php.version": "PHP",
    "php": "PHP",
    "clr-version": "CLR",
    "framework-version": "framework",
    "nunit-version": "NUnit",
    "os.name": "OS",
    "os.version": "OS version",
    "os.arch": "architecture",
    "os-version": "OS version",
    "browser": "browser",
    "workers": "workers",
}
"""Properties of test suites that name a tool, with the names to show.

Other properties are not shown, because they may contain anything, including secrets.
"""
PATHS_SHOWN = 5
PROBLEMS_SHOWN = 3
VERSIONS_SHOWN = 3


def sources_title(view: ReportView) -> str:
    """Return the number of parsed reports by kind, and the number of problems."""
    files = view.comparison.head.evidence.files
    tests = sum(isinstance(file.report, TestReport) for file in files)
    coverage = sum(isinstance(file.report, CoverageReport) for file in files)
    problems = sum(len(file.problems) for file in files)
    title = f"{count(tests, 'test report')} and {count(coverage, 'coverage report')}"
    unreadable = len(files) - tests - coverage
    if unreadable:
        title += f", {count(unreadable, 'file')} that could not be read"
    return f"{title}, {count(problems, 'problem') if problems else 'no problems'}"


def sources_table(view: ReportView) -> tuple[Table, str]:
    """Return the table of parsed files, missing ones first, then those with problems, and a note about the rest."""
    files = sorted(view.comparison.head.evidence.files, key=lambda file: (not file.problems, file.name))
    shown = files[:FILES_SHOWN]
    columns = columns_from("File", "Format", ">Tests", ">Failing", ">Lines", "Problems")
    rows = (*_missing_rows(view), *map(_file_row, shown))
    return Table(columns=columns, rows=rows), more_note(view, len(files) - len(shown), "file")


def _missing_rows(view: ReportView) -> list[tuple[str, ...]]:
    """Return a row for each suite and leg that has reports in the baseline and none in this run."""
    comparison = view.comparison
    missing = [*comparison.missing_groups, *(f"{group} {leg}".strip() for group, leg in comparison.missing_legs)]
    unmeasured = [f"{group} {leg}".strip() for group, leg in comparison.unmeasured_legs]
    rows = [(name, "**No report.** The base has it") for name in missing]
    rows += [(name, "**No coverage report.** The base has it") for name in unmeasured]
    return [(code(name), "–", "–", "–", "–", text) for name, text in rows[:FILES_SHOWN]]


def _file_row(file: ReadFile) -> tuple[str, ...]:
    report = file.report
    figures: tuple[str, ...] = ("–", "–", "–", "–")
    if isinstance(report, TestReport):
        figures = (report.format, f"{report.executions.total:,}", f"{report.executions.failing:,}", "–")
    elif isinstance(report, CoverageReport):
        figures = (report.format, "–", "–", f"{_measured_lines(report):,}")
    problems = list(map(_problem, file.problems[:PROBLEMS_SHOWN]))
    if len(file.problems) > len(problems):
        problems.append(f"and {len(file.problems) - len(problems)} more")
    return (code(file.name), *figures, "<br>".join(problems) or "none")


def _problem(problem: Problem) -> str:
    text = code(f"{problem.place}: {problem.what}" if problem.place else problem.what, 160)
    return f"{text} (damaged)" if problem.is_damage else text


def _measured_lines(report: CoverageReport) -> int:
    """Return the number of measured lines: from the listed files, else from the report's own totals."""
    if isinstance(report, StatedReport) and not report.files:
        return report.lines().total
    return sum(file.coverage.total for file in report.files)


def provenance_items(view: ReportView) -> list[str]:
    """Return list items about the measured commit, the baseline, the tools, and paths that match no file."""
    subject, comparison = view.subject, view.comparison
    items = []
    if subject.measured:
        run = f" [run {subject.run_id}]({subject.run_url}), attempt {subject.run_attempt}," if subject.run_url else ""
        note = f" {subject.measured_note}" if subject.measured_note else ""
        items.append(f"**Measured:**{run} commit {view.links.commit(subject.measured)},{note}".rstrip(","))
    if comparison.baseline is not None:
        items += _baseline_items(view, comparison.baseline)
    versions = _tool_versions(view)
    items.append(f"**Tools:** {versions}{', ' if versions else ''}Readygate {__version__}")
    passed_over = comparison.head.evidence.passed_over
    if passed_over:
        shown = [f"{code(name)} ({reason})" for name, reason in islice(passed_over.items(), PATHS_SHOWN)]
        more = len(passed_over) - len(shown)
        items.append(f"**Passed over:** {', '.join(shown)}{f' and {more:,} more' if more else ''}")
    if comparison.head.outside:
        items.append(
            f"**Not counted:** {count(comparison.head.outside, 'measured file')} outside of the repository, such as "
            "packages and generated files"
        )
    return items


def _baseline_items(view: ReportView, baseline: Baseline) -> list[str]:
    run, web = baseline.snapshot.provenance.run_id, view.subject.web
    stored_by = f", stored by [run {run}]({web}/actions/runs/{run})" if run and web else ""
    items = [f"**Baseline:** {view.links.commit(baseline.snapshot.commit)}{stored_by}"]
    if baseline.behind:
        items.append(
            f"{view.links.commit(baseline.wanted)}, {baseline.relation}, has no stored results, "
            "and neither has what stands between"
        )
    return items


def _tool_versions(view: ReportView) -> str:
    """Return the versions of the tools that ran, as the reports state them; empty if they state none."""
    found: dict[str, list[str]] = {}
    for file in view.comparison.head.evidence.files:
        properties = file.report.properties if isinstance(file.report, TestReport) else {}
        for name, value in properties.items():
            tool, version = TOOL_NAMES.get(name.lower()), value.strip()
            if tool and version and version not in found.setdefault(tool, []):
                found[tool].append(version)
    return ", ".join(
        f"{tool} {' and '.join(code(version, 80) for version in versions[:VERSIONS_SHOWN])}"
        for tool, versions in found.items()
    )
