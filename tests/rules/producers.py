"""Situations of producers."""

from collections.abc import Callable

from tests.support.builders import (
    compared,
    measure,
    numbered,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import run

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
        Row(VIOLATED, named_reports(BOTH, unit="pf"), ("e2e", "another failed job")),
        Row(VIOLATED, named_reports(BOTH, unit="f", e2e="p"), ("e2e",)),
        Row(PASS, named_reports(BOTH, unit="f", e2e="p", rest="f")),
        Row(PASS, named_reports({"unit": "failure", "e2e": "success"}, e2e="f")),
    ],
)
