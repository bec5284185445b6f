"""Situations of producers."""

from collections.abc import Callable

from tests.support.builders import (
    change,
    changes,
    compared,
    measure,
    numbered,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import run

from readygate.compare import ComparisonOptions
from readygate.compare.classify_failures import FailureCriteria
from readygate.model.comparison import Comparison


def jobs(head: str, **results: str) -> Callable[[], Comparison]:
    return lambda: compared(measure(report({"A": numbered(head)}), needs=results))


def named_reports(jobs: dict[str, str], **reports: str) -> Callable[[], Comparison]:
    """Needed jobs, and reports by the folder they lie in (underscores stand for hyphens)."""

    def make() -> Comparison:
        found = [report({name: numbered(letters)}) for name, letters in reports.items()]
        names = [f"{name.replace('_', '-')}/junit.xml" for name in reports]
        return compared(measure(*found, names=names, needs=jobs))

    return make


BOTH = {"unit": "failure", "e2e": "failure"}


def excused(needs: dict[str, str], head: str, base: str, *, flips: bool = False) -> Callable[[], Comparison]:
    """One report with the name of the job `unit`, another one of `e2e`, and what quarantine excuses."""

    def make() -> Comparison:
        names = ["unit/junit.xml", "e2e/junit.xml"]
        run = measure(report({"A": numbered(head)}), report({"B": numbered("p")}), names=names, needs=needs)
        known = measure(report({"A": numbered(base)}), report({"B": numbered("p")}), names=names)
        return compared(run, known, options=ComparisonOptions(failures=FailureCriteria(quarantined=lambda _: flips)))

    return make


def skipped_job(*, docs_only: bool) -> Callable[[], Comparison]:
    diff = changes(change("README.md" if docs_only else "src/a.py"))
    return lambda: compared(measure(report({"A": numbered("p")}), needs={"unit": "skipped"}), diff=diff)


SITUATIONS = Situations(
    levels="BLOCK BLOCK BLOCK",
    rows=[
        Row(PASS, jobs("p", unit="success"), ("1 needed job",)),
        Row(PASS, jobs("pf", unit="failure", lint="success")),
        Row(VIOLATED, jobs("p", unit="failure"), ("1 needed job failed", "unit", "No report shows a failing test")),
        Row(VIOLATED, jobs("f", unit="cancelled"), ("1 needed job was cancelled or skipped", "unit")),
        Row(VIOLATED, jobs("f", a="skipped", b="cancelled"), ("2 needed jobs were cancelled or skipped",)),
        Row(VIOLATED, jobs("p", a="skipped", b="failure"), ("a", "b")),
        Row(UNKNOWN, run("p"), ("was not given",)),
        Row(PASS, named_reports({"unit": "failure"}, unit="pf", lint="p")),
        Row(PASS, named_reports(BOTH, results="pf")),
        Row(PASS, named_reports({"unit-tests": "failure", "e2e": "failure"}, reports_unit_tests="f", x_e2e_y="f")),
        Row(VIOLATED, named_reports(BOTH, unit="pf"), ("e2e", "another job")),
        Row(VIOLATED, named_reports(BOTH, unit="f", e2e="p"), ("e2e",)),
        Row(PASS, named_reports(BOTH, unit="f", e2e="p", rest="f")),
        Row(PASS, named_reports({"unit": "failure", "e2e": "success"}, e2e="f")),
        Row(VIOLATED, named_reports({"unit": "failure", "e2e": "success"}, unit="p", e2e="f"), ("unit",)),
        Row(VIOLATED, named_reports({"lint": "failure", "unit": "success", "e2e": "success"}, unit="f", e2e="p")),
        Row(PASS, named_reports({"test": "failure", "build": "success"}, build_a="f", build_b="f")),
        Row(VIOLATED, named_reports({"a": "failure", "b": "failure"}, one="f", two="p"), ("b",)),
        Row(PASS, named_reports({"a": "failure", "b": "failure"}, one="f", two="f")),
        Row(PASS, excused({"unit": "failure"}, "f", "f")),
        Row(VIOLATED, excused({"unit": "failure", "e2e": "failure"}, "f", "f"), ("e2e",)),
        Row(PASS, excused({"unit": "failure"}, "f", "f", flips=True)),
        Row(VIOLATED, excused({"unit": "failure"}, "f", "p", flips=True), ("none of them failed on the base",)),
        Row(PASS, skipped_job(docs_only=True)),
        Row(VIOLATED, skipped_job(docs_only=False), ("1 needed job was cancelled or skipped",)),
    ],
)
