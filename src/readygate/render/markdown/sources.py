"""What the report tells of its own sources: the files that were read, the measured commit and the baseline."""

from __future__ import annotations

from readygate import __version__
from readygate.model.reports import CoverageReport, StatedReport, TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import ReadFile
from readygate.render.escaping import code
from readygate.render.markdown.tables import FILES_SHOWN, Table, more
from readygate.render.report_view import Page

TOOLS = {
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
"""Properties of test suites that name a tool, and how they are told; others may hold anything, secrets too."""


def read_title(page: Page) -> str:
    """The answer of the fold about the files: how many of which kind, how many problems."""
    files = page.comparison.head.evidence.files
    tests = sum(isinstance(file.report, TestReport) for file in files)
    covers = sum(isinstance(file.report, CoverageReport) for file in files)
    problems = sum(len(file.problems) for file in files)
    told = f"{count(tests, 'test report')} and {count(covers, 'coverage report')}"
    other = len(files) - tests - covers
    if other:
        told += f", {count(other, 'file')} that could not be read"
    return f"{told}, {count(problems, 'problem') if problems else 'no problems'}"


def read_table(page: Page) -> tuple[Table, str]:
    """Every file that was read, those with problems first, and what was left out."""
    files = sorted(page.comparison.head.evidence.files, key=lambda file: (not file.problems, file.name))
    shown = files[:FILES_SHOWN]
    columns = (
        ("File", False),
        ("Format", False),
        ("Tests", True),
        ("Failing", True),
        ("Lines", True),
        ("Problems", False),
    )
    rest = more(page, len(files) - len(shown), "file")
    return Table(columns=columns, rows=(*_missing(page), *(_read_row(file) for file in shown))), rest


def _missing(page: Page) -> list[tuple[str, ...]]:
    """A row for every suite and leg that the base had and that left no report here."""
    comparison = page.comparison
    lost = [*comparison.missing_groups, *(f"{group} {leg}".strip() for group, leg in comparison.missing_legs)]
    return [(code(name), "–", "–", "–", "–", "**No report.** The base has it") for name in lost[:FILES_SHOWN]]


def tools(page: Page) -> str:
    """Versions of the tools that ran, as the reports state them; empty if they state none."""
    found: dict[str, list[str]] = {}
    for file in page.comparison.head.evidence.files:
        properties = file.report.properties if isinstance(file.report, TestReport) else {}
        for name, value in properties.items():
            key = TOOLS.get(name.lower())
            if key and value.strip() and value.strip() not in found.setdefault(key, []):
                found[key].append(value.strip())
    told = [f"{key} {' and '.join(code(v, 80) for v in values[:3])}" for key, values in found.items() if values]
    return ", ".join(told)


def _read_row(file: ReadFile) -> tuple[str, ...]:
    report = file.report
    figures: tuple[str, ...] = ("–", "–", "–", "–")
    if isinstance(report, TestReport):
        figures = (report.format, f"{report.executions.total:,}", f"{report.executions.failing:,}", "–")
    elif isinstance(report, CoverageReport):
        figures = (report.format, "–", "–", f"{_lines(report):,}")
    told = [
        code(f"{p.place}: {p.what}" if p.place else p.what, 160)
        + (" (damaged)" if p.severity.value == "damage" else "")
        for p in file.problems[:3]
    ]
    if len(file.problems) > len(told):
        told.append(f"and {len(file.problems) - len(told)} more")
    return (code(file.name), *figures, "<br>".join(told) or "none")


def _lines(report: CoverageReport) -> int:
    """How many lines a report tells of: those that it shows, else those that it states."""
    if isinstance(report, StatedReport) and not report.files:
        return report.lines().total
    return sum(file.coverage.total for file in report.files)


def provenance(page: Page) -> list[str]:
    """What was measured, by which run, and what it was compared with, as list items."""
    target, comparison = page.target, page.comparison
    items = []
    if target.measured:
        run = f" [run {target.run_id}]({target.run_url}), attempt {target.run_attempt}," if target.run_url else ""
        note = f" {target.measured_note}" if target.measured_note else ""
        items.append(f"**Measured:**{run} commit {page.links.commit(target.measured)},{note}".rstrip(","))
    baseline = comparison.baseline
    if baseline is not None:
        stored = baseline.snapshot.provenance.run_id
        by = f", stored by [run {stored}]({target.web}/actions/runs/{stored})" if stored and target.web else ""
        items.append(f"**Baseline:** {page.links.commit(baseline.snapshot.commit)}{by}")
        if baseline.behind:
            items.append(
                f"{page.links.commit(baseline.wanted)}, {baseline.relation}, has no stored results, "
                "and neither has what stands between"
            )
    stated = tools(page)
    items.append(f"**Tools:** {stated}{', ' if stated else ''}Readygate {__version__}")
    coverage = comparison.head.snapshot.coverage
    if coverage is not None and coverage.unplaced:
        names = ", ".join(code(path) for path in coverage.unplaced[:5])
        left = len(coverage.unplaced) - 5
        items.append(
            f"**Not placed:** {count(len(coverage.unplaced), 'measured path')} fit no file of the repository, or "
            f"several: {names}{f' and {left:,} more' if left > 0 else ''}"
        )
    return items
