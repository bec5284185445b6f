"""Totals that claim more than a report lists: something ran, and its result is not known."""

import pytest
from tests.support.reading import figures, notes

from readygate.formats import Source
from readygate.formats import parse as parse_any
from readygate.model.reports import TestReport

CTRF = """{"results": {"tool": {"name": "x"}, "summary": {%s},
    "tests": [{"name": "a", "status": "passed", "duration": 1}]}}"""
MOCHA = """{"stats": {"suites": 1, "passes": 1, %s}, "tests": [{"title": "a", "fullTitle": "a", "err": {}}],
    "passes": [{"title": "a", "fullTitle": "a"}], "pending": [], "failures": []}"""
RSPEC = """{"examples": [{"full_description": "a", "status": "passed", "file_path": "a_spec.rb"}],
    "summary": {%s}}"""
JEST = """{"numPassedTests": 1, %s, "testResults": [{"name": "a.js", "status": "passed",
    "assertionResults": [{"title": "a", "status": "passed"}]}]}"""
PLAYWRIGHT = """{"config": {"rootDir": "/", "projects": []}, "stats": {"expected": 1, %s}, "suites": [{"title": "s",
    "file": "s.ts", "specs": [{"title": "a", "tests": [
    {"status": "expected", "results": [{"status": "passed"}]}]}]}]}"""
TRX = """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testName="a"
    outcome="Passed"/></Results><ResultSummary outcome="Completed"><Counters %s aborted="0" timeout="0"/>
    </ResultSummary></TestRun>"""
NUNIT3 = '<test-run %s><test-suite name="s"><test-case name="a" result="Passed"/></test-suite></test-run>'
NUNIT2 = '<test-results %s><test-suite name="s"><results><test-case name="a" result="Success"/></results></test-suite>'
XUNIT = """<assemblies><assembly name="s" %s><collection><test name="a" result="Pass"/></collection></assembly>
    </assemblies>"""
CTEST = """<Site><Testing><TestList><Test>./a</Test>%s</TestList>
    <Test Status="passed"><Name>a</Name><Path>.</Path></Test></Testing></Site>"""
TAP = "TAP version 13\nok 1 - a\n1..1\n%s\n"


def parse(document: str) -> TestReport:
    report = parse_any(Source(name="report", data=document.encode()))
    assert isinstance(report, TestReport)
    return report


FAILURES = [
    (CTRF, '"tests": 2, "passed": 1, "failed": 1'),
    (CTRF, '"failed": 1'),
    (MOCHA, '"tests": 2, "failures": 1'),
    (RSPEC, '"example_count": 2, "failure_count": 1, "pending_count": 0'),
    (JEST, '"numTotalTests": 2, "numFailedTests": 1'),
    (PLAYWRIGHT, '"unexpected": 1'),
    (TRX, 'total="2" failed="1"'),
    (NUNIT3, 'total="2" failed="1"'),
    (NUNIT2 + "</test-results>", 'total="2" errors="1" failures="0"'),
    (XUNIT, 'total="2" failed="1"'),
    (TAP, "# fail 1"),
]
TESTS = [
    (CTRF, '"tests": 2, "failed": 0'),
    (MOCHA, '"tests": 2, "failures": 0'),
    (RSPEC, '"example_count": 2, "failure_count": 0'),
    (JEST, '"numTotalTests": 2, "numFailedTests": 0'),
    (PLAYWRIGHT, '"flaky": 1'),
    (TRX, 'total="2" failed="0"'),
    (NUNIT3, 'total="2"'),
    (NUNIT2 + "</test-results>", 'total="2"'),
    (XUNIT, 'total="2"'),
    (CTEST, "<Test>./b</Test>"),
    (TAP, "# tests 2"),
]
NOT_RUN = [
    (CTRF, '"tests": 3, "failed": 0, "skipped": 1, "pending": 1'),
    (MOCHA, '"tests": 3, "failures": 0, "pending": 2'),
    (RSPEC, '"example_count": 3, "failure_count": 0, "pending_count": 2'),
    (JEST, '"numTotalTests": 3, "numPendingTests": 1, "numTodoTests": 1'),
    (PLAYWRIGHT, '"skipped": 2'),
    (TRX, 'total="3" failed="0" notExecuted="2"'),
    (NUNIT3, 'total="3" skipped="1" inconclusive="1"'),
    (XUNIT, 'total="3" skipped="2"'),
]


@pytest.mark.parametrize(("document", "totals"), FAILURES)
def test_a_failure_that_is_not_listed_is_errored(document: str, totals: str) -> None:
    report = parse(document % totals)
    assert figures(report) == (1, 0, 1, 0)
    assert report.details[0].message == "the report states 1 failure but lists 0; what failed is not known"


@pytest.mark.parametrize(("document", "totals"), TESTS)
def test_a_test_that_is_not_listed_is_errored(document: str, totals: str) -> None:
    report = parse(document % totals)
    assert figures(report) == (1, 0, 1, 0)
    assert "2 tests but lists 1" in report.details[0].message


@pytest.mark.parametrize(("document", "totals"), NOT_RUN)
def test_tests_that_did_not_run_may_be_left_out(document: str, totals: str) -> None:
    report = parse(document % totals)
    assert figures(report) == (1, 0, 0, 0)
    assert not report.details


def test_those_of_trx_bear_the_name_of_the_assembly() -> None:
    definitions = '<TestDefinitions><UnitTest id="1" storage="/w/Shop.Tests.dll"/></TestDefinitions>'
    report = parse((TRX % 'total="2" failed="1"').replace("<Results>", f"{definitions}<Results>"))
    assert (report.details[0].class_name, report.details[0].name) == ("Shop.Tests.dll", "Shop.Tests.dll")
    assert not notes(report)
