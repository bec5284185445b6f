"""Ways past the gate from inside a pull request, and what the verdict says of each by name."""

import json
from datetime import UTC, datetime, timedelta

from tests.e2e.gate import GREEN, LINES, SOURCE, base, findings, judged, names, pull, timed
from tests.e2e.support import Runner, junit, lcov

RED_BASE = junit(test_add="passed", test_pay="failed", test_sum="passed", test_zip="passed")


def test_deleting_the_failing_test(runner: Runner) -> None:
    start = base(runner, reports={"junit.xml": RED_BASE, "cov.lcov": LINES})
    done, found = judged(runner, pull(runner, start), junit(test_add="passed", test_sum="passed", test_zip="passed"))
    assert done.code == 0
    assert found["vanished-tests"]["status"] == "warn"
    assert names(found["vanished-tests"]) == ["tests.test_api::test_pay"]
    assert "test_pay" in done.summary


def test_skipping_the_failing_test(runner: Runner) -> None:
    start = base(runner)
    skipped = junit(test_add="passed", test_pay="skipped", test_sum="passed", test_zip="passed")
    done, found = judged(runner, pull(runner, start), skipped)
    assert done.code == 0
    assert names(found["new-skips"]) == ["tests.test_api::test_pay"]


def test_renaming_the_failing_test_does_not_make_it_another(runner: Runner) -> None:
    start = base(runner)
    renamed = junit(test_add="passed", test_pay_renamed="failed", test_sum="passed", test_zip="passed")
    done, found = judged(runner, pull(runner, start), renamed)
    assert done.code == 1
    assert names(found["new-failures"]) == ["tests.test_api::test_pay_renamed"]


def test_a_namesake_that_passes_hides_no_failure(runner: Runner) -> None:
    start = base(runner)
    twice = GREEN.replace(
        '<testcase classname="tests.test_api" name="test_pay" time="0.01"></testcase>',
        '<testcase classname="tests.test_api" name="test_pay"><failure message="1 != 2"/></testcase>'
        '<testcase classname="tests.test_api" name="test_pay"/>',
    )
    assert twice != GREEN
    done, found = judged(runner, pull(runner, start), twice)
    assert done.code == 1
    assert names(found["new-failures"]) == ["tests.test_api::test_pay"]


def test_measuring_fewer_files(runner: Runner) -> None:
    start = base(runner)
    done, found = judged(runner, pull(runner, start), GREEN, lcov(src_app_py="1+ 2+"))
    assert (done.code, found["reports-complete"]["status"]) == (1, "block")
    assert "What it would tell of coverage is unknown" in found["reports-complete"]["detail"]
    assert names(found["reports-complete"]) == ["src/other.py"]
    assert "src/other.py" in done.summary


def test_measuring_nothing(runner: Runner) -> None:
    start = base(runner)
    done, found = judged(runner, pull(runner, start), GREEN, None)
    assert done.code == 1
    assert found["reports-found"]["title"] == "The base measured coverage and this run did not."


def measured(excluded: list[int]) -> str:
    """A report of coverage.py on `src/app.py`: line 2 is run by no test, unless it is excluded."""
    file = {
        "executed_lines": [1],
        "missing_lines": [] if excluded else [2],
        "excluded_lines": excluded,
        "summary": {},
    }
    meta = {"format": 3, "version": "7.6.0", "timestamp": "2026-01-01T00:00:00", "branch_coverage": False}
    return json.dumps({"meta": {**meta, "show_contexts": False}, "files": {"src/app.py": file}, "totals": {}})


def test_marking_lines_as_excluded(runner: Runner) -> None:
    start = base(runner, reports={"junit.xml": GREEN, "coverage.json": measured([])})
    change = pull(runner, start, {"src/app.py": SOURCE.replace("a + b", "a + b  # pragma: no cover")})
    done = runner.pull_request(change, {"junit.xml": GREEN, "coverage.json": measured([2])})
    found = findings(done)
    assert found["new-exclusions"]["title"] == "1 line is newly excluded from coverage."
    assert names(found["new-exclusions"]) == ["src/app.py"]
    assert found["new-exclusions"]["status"] == "warn"


def test_dropping_a_leg_of_the_matrix(runner: Runner) -> None:
    both = {"out/linux/junit.xml": GREEN, "out/windows/junit.xml": GREEN, "cov.lcov": LINES}
    start = base(runner, reports=both)
    change = pull(runner, start)
    done = runner.pull_request(change, {name: text for name, text in both.items() if "windows" not in name})
    found = findings(done)
    assert done.code == 1
    assert found["reports-complete"]["status"] == "block"
    assert names(found["reports-complete"]) == ["windows"]


def test_an_empty_but_valid_report(runner: Runner) -> None:
    start = base(runner)
    done, found = judged(runner, pull(runner, start), '<testsuites><testsuite name="pytest"/></testsuites>')
    assert done.code == 1
    assert found["reports-found"]["title"] == "No test was executed: 0 tests skipped."


def test_a_report_copied_from_the_base(runner: Runner) -> None:
    start = base(runner, reports={"junit.xml": timed(1), "cov.lcov": LINES})
    change = pull(runner, start)
    copied, found = judged(runner, change, timed(1))
    assert names(found["copied-report"]) == ["junit.xml"]
    assert "copied from the base" in copied.summary.splitlines()[0]
    _, honest = judged(runner, change, timed(2))
    assert "copied-report" not in honest


def test_a_report_of_last_week(runner: Runner) -> None:
    start = base(runner)
    now = datetime.now(tz=UTC)
    change = pull(runner, start)
    _, fresh = judged(runner, change, timed(1, stamp=now.isoformat()))
    assert "report-age" not in fresh
    # a run knows its time to the second, so a week to the microsecond may be six days and a bit to it
    _, found = judged(runner, change, timed(1, stamp=(now - timedelta(days=7, hours=1)).isoformat()))
    assert found["report-age"]["title"] == "1 report is older than this run."
    assert "7 days before" in found["report-age"]["detail"]
    _, vague = judged(runner, change, timed(1, stamp=(now - timedelta(days=7)).replace(tzinfo=None).isoformat()))
    assert "report-age" not in vague, "a time without a zone says nothing"


def test_editing_the_workflow(runner: Runner) -> None:
    start = base(runner)
    workflow = ".github/workflows/ci.yml"
    change = pull(runner, start, {workflow: "on: push\n", "src/app.py": SOURCE + "# more\n"})
    done, found = judged(runner, change)
    assert done.code == 0
    assert names(found["inputs-changed"]) == [workflow]
    assert workflow in done.summary


def test_giving_the_step_other_inputs(runner: Runner) -> None:
    start = base(runner)
    files = {"junit.xml": GREEN, "cov.lcov": LINES}
    found = findings(runner.pull_request(pull(runner, start), files, tests="junit.xml", fail="never"))
    assert names(found["inputs-changed"]) == ["fail", "tests"]
    assert found["inputs-changed"]["title"] == "2 inputs differ from the base's run."


def test_editing_a_file_that_the_policy_guards(runner: Runner) -> None:
    start = base(runner, "guarded-files: [.coveragerc, 'conf/**']\n")
    change = pull(runner, start, {".coveragerc": "[run]\nomit = src/*\n", "conf/x/y.toml": "a = 1\n"})
    _, found = judged(runner, change)
    assert names(found["inputs-changed"]) == [".coveragerc", "conf/x/y.toml"]


def test_a_failed_job_hides_behind_the_failing_test_of_another(runner: Runner) -> None:
    red = junit(test_add="failed", test_pay="passed", test_sum="passed", test_zip="passed")
    start = base(runner, reports={"unit/junit.xml": red, "cov.lcov": LINES})
    needs = '{"unit": {"result": "failure"}, "e2e": {"result": "failure"}}'
    done = runner.pull_request(pull(runner, start), {"unit/junit.xml": red, "cov.lcov": LINES}, needs=needs)
    found = findings(done)
    assert done.code == 1
    assert names(found["producers"]) == ["e2e"]


def test_lowering_the_policy_counts_for_nobody_yet(runner: Runner) -> None:
    start = base(runner, "rules:\n  new-failures: block\n")
    low = "rules:\n  new-failures: warn\nmode: inform\n"
    change = pull(runner, start, {".github/readygate.yml": low})
    red = junit(test_add="failed", test_pay="passed", test_sum="passed", test_zip="passed")
    done, found = judged(runner, change, red)
    assert done.code == 1
    assert found["new-failures"]["status"] == "block"
    told = found["policy-changed"]
    assert told["status"] == "warn"
    assert names(told) == ["new-failures: block → warn", "mode: inform"]
    assert "with this change's policy the verdict would be ready" in told["detail"]
    (check,) = runner.hub.check_runs(change.head_sha)
    assert check["conclusion"] == "failure"
