"""The packages of a monorepo, found by the folders of their reports."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.builders import coverage, leg, snapshot
from tests.support.monorepo import judge

from readygate.compare.packages import find_packages
from readygate.model.coverage import Ratio
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport
from readygate.model.snapshot import HeadRun, InputFiles, ReadFile

FILES = frozenset(("a/src/x.ts", "a/src/y.ts", "b/z.py", "tests/t.py"))


def test_each_package_has_a_line_with_its_own_figures(tmp_path: Path) -> None:
    comment, report = judge(tmp_path)
    rows = [line for line in comment.partition("##### Tests and coverage of 2 packages")[2].splitlines() if "`" in line]
    assert rows[:2] == [
        "| `packages/web` | 3 (+1) | 2 | 1 (+1) | 0 | 88.88% (−11.12 points) | 8 of 9 |",
        "| `services/api` | 3 (+1) | 3 (+1) | 0 | 0 | 72.72% (+1.30 points) | 8 of 11 |",
    ]
    lines = report["coverage"]["lines"]
    assert (lines["covered"], lines["total"]) == (8 + 8, 9 + 11)


def head(*reports: str) -> HeadRun:
    files = tuple(
        ReadFile(name=name, size=1, report=CoverageReport(format="lcov", files=()), problems=()) for name in reports
    )
    covered = coverage({"a/src/x.ts": "hm", "a/src/y.ts": "h", "b/z.py": "m"})
    suite = replace(leg({"T": {"t": "p"}}), path="a/out")
    return HeadRun(snapshot=snapshot("1" * 40, suite, covered=covered), details={}, evidence=InputFiles(files=files))


def test_a_report_belongs_to_the_nearest_folder_with_files_of_the_repository() -> None:
    found = find_packages(head("a/out/coverage/lcov.info", "artifact/b/lcov.info"), None, PathRules(files=FILES))
    assert [package.folder for package in found] == ["a", "b"]
    assert [package.lines for package in found] == [Ratio(covered=2, total=3), Ratio(covered=0, total=1)]
    assert [package.tests.total if package.tests else 0 for package in found] == [1, 0]


@pytest.mark.parametrize("reports", [("out/lcov.info",), ("a/lcov.info",), ("a/lcov.info", "tests/lcov.info")])
def test_without_two_packages_that_are_measured_there_is_no_table(reports: tuple[str, ...]) -> None:
    assert find_packages(head(*reports), None, PathRules(files=FILES)) == ()
