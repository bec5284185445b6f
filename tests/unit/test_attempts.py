"""Attempts that are files of their own are merged: one test for each, flaky if it passed in the end."""

import pytest

from readygate.collect.attempts import merge_attempts
from readygate.formats import Source, parse
from readygate.model.reports import Problem, TestReport
from readygate.model.results import Outcome
from readygate.model.snapshot import ReadFile

P, F, S, E = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERRORED
_TRX = {P: "Passed", F: "Failed", S: "NotExecuted", E: "Error"}
_JUNIT = {P: "", F: '<failure message="no"/>', S: "<skipped/>", E: "<error/>"}


def trx(**tests: Outcome) -> str:
    results = "".join(f'<UnitTestResult testName="N.C.{key}" outcome="{_TRX[tests[key]]}"/>' for key in tests)
    return f"<TestRun><Results>{results}</Results></TestRun>"


def junit(**tests: Outcome) -> str:
    cases = "".join(f'<testcase classname="C" name="{key}">{_JUNIT[tests[key]]}</testcase>' for key in tests)
    return f'<testsuite name="s">{cases}</testsuite>'


def merged(files: dict[str, str]) -> dict[str, dict[str, Outcome]]:
    """Outcomes by file and name."""
    read = []
    for name, text in files.items():
        report = parse(Source(name=name, data=text.encode()))
        assert not isinstance(report, Problem)
        read.append(ReadFile(name=name, size=1, report=report, problems=report.problems))
    found = {}
    for file in merge_attempts(read, lambda _line: None):
        assert isinstance(file.report, TestReport)
        found[file.name] = dict(item for block in file.report.blocks.values() for item in block.items())
        counts = file.report.executions
        assert counts.total == len(found[file.name])
        failing = [detail.name for detail in file.report.details if detail.outcome >= F]
        assert sorted(failing) == sorted(name for name, outcome in found[file.name].items() if outcome >= F)
    return found


def test_retries_of_microsoft_testing_platform() -> None:
    earlier = {"r/Retries/x1/1/app.trx": trx(a=P, b=F, c=F), "r/Retries/x1/2/app.trx": trx(b=F)}
    assert merged({"r/app.trx": trx(b=P, c=F), **earlier}) == {"r/app.trx": {"a": P, "b": Outcome.FLAKY, "c": F}}


def test_reports_of_attempts_may_have_names_of_their_own() -> None:
    files = {"me_12.trx": trx(b=P), "Retries/x1/1/me_11.trx": trx(a=P, b=F)}
    assert merged(files) == {"me_12.trx": {"a": P, "b": Outcome.FLAKY}}


@pytest.mark.parametrize("last", [{}, {"r/one.trx": trx(b=P), "r/two.trx": trx(b=P)}])
def test_attempts_without_a_known_last_one_remain(last: dict[str, str]) -> None:
    files = {"r/Retries/x1/1/app.trx": trx(a=P, b=F), **last}
    assert merged(files)["r/Retries/x1/1/app.trx"] == {"a": P, "b": F}


def test_a_failure_that_was_not_repeated_remains() -> None:
    assert merged({"app.trx": trx(b=P), "Retries/x/1/app.trx": trx(a=F, b=F)}) == {
        "app.trx": {"a": F, "b": Outcome.FLAKY}
    }


def test_a_test_that_fails_and_is_skipped_then_has_failed() -> None:
    assert merged({"app.trx": trx(a=S), "Retries/x/1/app.trx": trx(a=F)}) == {"app.trx": {"a": F}}


def test_attempts_of_bazel() -> None:
    files = {"b/test.xml": junit(a=P, b=P), "b/test_attempts/attempt_1.xml": junit(a=P, b=F)}
    assert merged(files) == {"b/test.xml": {"a": P, "b": Outcome.FLAKY}}


def test_an_attempt_of_bazel_that_crashed() -> None:
    files = {"b/test.xml": junit(a=P), "b/test_attempts/attempt_1.xml": junit(target=E)}
    assert merged(files) == {"b/test.xml": {"a": P, "target": Outcome.FLAKY}}


def test_a_failing_last_attempt_of_bazel_excuses_nothing() -> None:
    files = {"b/test.xml": junit(a=F), "b/test_attempts/attempt_1.xml": junit(target=E)}
    assert merged(files) == {"b/test.xml": {"a": F, "target": E}}


def test_other_files_of_a_folder_remain() -> None:
    files = {"app.trx": trx(a=F), "other/app.trx": trx(a=P), "Retry/x/1/app.trx": trx(a=P)}
    assert merged(files) == {"app.trx": {"a": F}, "other/app.trx": {"a": P}, "Retry/x/1/app.trx": {"a": P}}
