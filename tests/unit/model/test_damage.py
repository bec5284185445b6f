"""A file is damaged if any of its problems is, and a run if any file of a kind is."""

import pytest

from readygate.model.reports import CoverageReport, Problem, Severity, TestReport
from readygate.model.results import Counts
from readygate.model.snapshot import InputFiles, ReadFile, has_damage, is_damaged

DAMAGE = Problem(severity=Severity.DAMAGE, what="the file ends inside an element")
NOTE = Problem(severity=Severity.NOTE, what="an unknown attribute")
TESTS = TestReport(format="junit", blocks={}, executions=Counts())
COVERAGE = CoverageReport(format="lcov", files=())


def file(report: TestReport | CoverageReport | None, *problems: Problem) -> ReadFile:
    return ReadFile(name="report.xml", size=1, report=report, problems=problems)


@pytest.mark.parametrize(
    ("problems", "damaged"),
    [((), False), ((NOTE,), False), ((DAMAGE,), True), ((NOTE, DAMAGE), True), ((DAMAGE, NOTE), True)],
)
def test_one_damage_is_enough(problems: tuple[Problem, ...], damaged: bool) -> None:
    assert is_damaged(file(TESTS, *problems)) is damaged


@pytest.mark.parametrize(
    ("files", "tests", "coverage"),
    [
        ([], False, False),
        ([file(TESTS), file(COVERAGE)], False, False),
        ([file(TESTS), file(TESTS, DAMAGE)], True, False),
        ([file(COVERAGE, DAMAGE), file(TESTS)], False, True),
        ([file(None, DAMAGE)], True, True),
        ([file(None, NOTE)], False, False),
    ],
)
def test_damage_counts_for_its_kind(files: list[ReadFile], tests: bool, coverage: bool) -> None:
    evidence = InputFiles(files=tuple(files))
    assert (has_damage(evidence, TestReport), has_damage(evidence, CoverageReport)) == (tests, coverage)
