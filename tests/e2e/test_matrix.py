"""One job that judges a whole matrix: suites and legs by path, failures leg by leg, what is missing by name."""

import pytest

from tests.e2e.support import Runner, junit, lcov
from tests.fakes.github import Pull

NAMES = [f"test_{number}" for number in range(20)]


def report(*failing: str) -> str:
    return junit(**{name: "failed" if name in failing else "passed" for name in NAMES})


def prepared(runner: Runner, files: dict[str, str | bytes]) -> Pull:
    """A base that these reports were recorded for, and a pull request on it."""
    base = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    done = runner.push(base, files)
    assert done.code == 0, done.log
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[base])
    return runner.hub.open_pull(7, head="topic", head_sha=head)


def legs(linux: str, windows: str) -> dict[str, str | bytes]:
    return {"results-linux-3.12/junit.xml": linux, "results-windows-3.12/junit.xml": windows}


def test_a_failure_on_one_leg_says_on_which_and_is_not_excused_by_another(runner: Runner) -> None:
    pull = prepared(runner, legs(report(), report("test_3")))

    same = runner.pull_request(pull, legs(report(), report("test_3")))
    assert same.code == 0, same.log
    assert "**20 tests** on 2 matrix legs" in same.summary
    assert "only `results-windows-3.12`" in same.summary

    done = runner.pull_request(pull, legs(report("test_3"), report("test_3")))
    assert done.code == 1
    assert done.outputs["new-failures"] == "1"
    assert done.outputs["failed"] == "1"
    assert "only `results-linux-3.12`" in done.summary


def test_a_pattern_names_the_legs(runner: Runner) -> None:
    pull = prepared(runner, legs(report(), report()))
    done = runner.pull_request(pull, legs(report("test_3"), report()), legs="results-{os}-{python}")
    assert done.code == 1
    assert "only `linux, 3.12`" in done.summary


def test_a_leg_that_left_no_report_blocks_by_name(runner: Runner) -> None:
    pull = prepared(runner, legs(report(), report()))
    done = runner.pull_request(pull, {"results-linux-3.12/junit.xml": report()})
    assert done.code == 1
    assert done.reasons == ["reports-complete"]
    assert "1 leg of the base left no report" in done.summary
    assert "results-windows-3.12" in done.summary
    assert "on 1 of 2 matrix legs" in done.summary


def covered(**folders: str) -> dict[str, str | bytes]:
    """Coverage reports of src/app.py by folder, `_` for `-`."""
    return {f"{name.replace('_', '-')}/cov.lcov": lcov(src_app_py=lines) for name, lines in folders.items()}


def test_a_leg_that_left_no_coverage_report_blocks_by_name_and_shows_no_difference(runner: Runner) -> None:
    both = covered(results_linux_3_12="1+ 2-", results_windows_3_12="1- 2+")
    both = {name.replace("3-12", "3.12"): data for name, data in both.items()}
    pull = prepared(runner, {**legs(report(), report()), **both})
    same = runner.pull_request(pull, {**legs(report(), report()), **both})
    assert same.code == 0, same.log

    both.pop("results-windows-3.12/cov.lcov")
    done = runner.pull_request(pull, {**legs(report(), report()), **both})
    assert done.code == 1
    assert done.reasons == ["reports-complete"]
    assert "1 leg of the base left no coverage report" in done.summary
    assert "No coverage report" in done.summary
    assert "untouched lines" not in done.summary


@pytest.mark.parametrize("folder", ["coverage", ""])
def test_coverage_reports_that_moved_away_from_the_legs_are_not_missing(runner: Runner, folder: str) -> None:
    pull = prepared(runner, {**legs(report(), report()), "results-linux-3.12/cov.lcov": lcov(src_app_py="1+")})
    moved: dict[str, str | bytes] = {f"{folder}/cov.lcov".lstrip("/"): lcov(src_app_py="1+")}
    done = runner.pull_request(pull, {**legs(report(), report()), **moved})
    assert done.code == 0, done.log


def test_packages_of_a_monorepo_are_suites_and_not_legs(runner: Runner) -> None:
    both: dict[str, str | bytes] = {"packages/a/junit.xml": report(), "packages/b/junit.xml": report()}
    pull = prepared(runner, both)

    done = runner.pull_request(pull, both)
    assert done.outputs["tests"] == "40"

    done = runner.pull_request(pull, {"packages/a/junit.xml": report()})
    assert done.code == 1
    assert done.reasons == ["reports-complete"]
    assert "1 suite of the base left no report" in done.summary
    assert "gone" not in done.outputs["reasons"]


def test_reports_that_moved_to_another_folder_are_the_same_suite(runner: Runner) -> None:
    pull = prepared(runner, {"out/junit.xml": report()})
    done = runner.pull_request(pull, {"build/reports/junit.xml": report()})
    assert done.code == 0
    assert "has the same results as" in done.summary


def test_a_suite_beside_the_known_one_is_added_and_nothing_is_gone(runner: Runner) -> None:
    pull = prepared(runner, {"packages/a/junit.xml": report()})
    files: dict[str, str | bytes] = {"packages/a/junit.xml": report(), "packages/b/junit.xml": report()}
    done = runner.pull_request(pull, files)
    assert done.code == 0, done.log
    assert done.outputs["tests"] == "40"
    assert "20 added tests" in done.summary
    assert "gone" not in done.outputs["reasons"]


def test_many_files_of_one_folder_are_one_suite(runner: Runner) -> None:
    files: dict[str, str | bytes] = {
        f"target/surefire-reports/TEST-{name}.xml": junit(**{name: "passed"}) for name in NAMES
    }
    pull = prepared(runner, files)
    done = runner.pull_request(pull, files)
    assert done.outputs["tests"] == "20"
    assert "matrix leg" not in done.summary


def test_a_suite_whose_report_turns_empty_is_missing(runner: Runner) -> None:
    both: dict[str, str | bytes] = {"packages/a/junit.xml": report(), "packages/b/junit.xml": report()}
    pull = prepared(runner, both)
    done = runner.pull_request(pull, {"packages/a/junit.xml": report(), "packages/b/junit.xml": "<testsuites/>"})
    assert done.code == 1
    assert done.reasons == ["reports-complete"]


def test_properties_name_the_legs(runner: Runner) -> None:
    def on(system: str, *failing: str) -> str:
        value = f'<properties><property name="matrix.os" value="{system}"/></properties>'
        return report(*failing).replace('<testsuite name="pytest">', f'<testsuite name="pytest">{value}')

    pull = prepared(runner, {"a/junit.xml": on("linux"), "b/junit.xml": on("windows")})
    done = runner.pull_request(pull, {"a/junit.xml": on("linux"), "b/junit.xml": on("windows", "test_3")})
    assert done.code == 1
    assert "**20 tests** on 2 matrix legs" in done.summary
    assert "only `windows`" in done.summary
