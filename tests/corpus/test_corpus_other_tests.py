"""Other projects' own test reports beside JUnit, and what independent parties say that they mean."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from readygate.formats import FileSample, Source, all_formats, parse
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import Problem, TestReport

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "corpus"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no sample files: READYGATE_CORPUS names no folder with corpus/"
)

FORMATS = frozenset(
    (
        "android-cts",
        "ctest-dart-xml",
        "ctrf-json",
        "dart-json",
        "go-test-json",
        "json-malformed",
        "mocha-json",
        "nunit2",
        "nunit3",
        "playwright-json",
        "robot-xml",
        "rspec-json",
        "trx",
        "xunit.net-v2",
    )
)

Figures = tuple[int, int, int, int, int]
"""Tests, passed, failed, errored, skipped."""

ENRICO = "EnricoMi+publish-unit-test-result-action/python/test/files"
ERRORS = "a failed test with the label Error is an error"
INCONCLUSIVE = "an inconclusive test is skipped"
FAILURE = "where neither `result` nor `success` is stated, a failure within the test decides"
ELEMENTS = "elements are counted, never totals in attributes"
NAMESAKES = "namesakes are executions of their own"
ATTEMPTS = "attempts of a test are one test: flaky if the last one passed"
NO_VERDICT = "`pending` and `other` are skipped, like `skipped`"

DECIDED: dict[str, tuple[str, Figures]] = {
    f"{ENRICO}/nunit/mstest/clicketyclackety.xml": (ERRORS, (23, 13, 1, 9, 0)),
    f"{ENRICO}/nunit/mstest/timewarpinc.xml": (ERRORS, (1, 0, 0, 1, 0)),
    f"{ENRICO}/nunit/nunit3/jenkins/NUnit-issue33493.xml": (INCONCLUSIVE, (2, 1, 0, 0, 1)),
    f"{ENRICO}/nunit/nunit3/jenkins/NUnit-issue6353.xml": (FAILURE, (3, 1, 1, 0, 1)),
    f"{ENRICO}/xunit/mstest/fixie.xml": (NAMESAKES, (7, 3, 3, 0, 1)),
    f"{ENRICO}/xunit/mstest/jenkinsci/testcase2.xml": (ELEMENTS, (1, 1, 0, 0, 0)),
}
"""Entries on which parties disagree."""

CLAIMING = frozenset(
    (
        *(f"{ENRICO}/nunit/nunit3/jenkins/NUnit-{name}.xml" for name in ("failure", "ignored", "multinamespace")),
        f"{ENRICO}/nunit/nunit3/jenkins/NUnit-simple.xml",
        f"{ENRICO}/nunit/nunit3/jenkins/NUnitUnicode.xml",
        f"{ENRICO}/xunit/mstest/jenkinsci/testcase2.xml",
    )
)
"""Files that were shortened by hand, so that their totals claim more tests than they hold: one errored execution."""

OURS: dict[str, tuple[str, Figures]] = {
    # the party counts 120 attempts, which are told beside the tests; the file's own `stats` agree with ours
    "launchableinc+cli/tests/data/playwright/report.json": (ATTEMPTS, (93, 84, 3, 0, 6)),
    # the party's figures leave out two of the ten tests; the words of the report are told beside its outcomes
    "ctrf-io+github-test-reporter/ctrf-reports/ctrf-report.json": (NO_VERDICT, (10, 5, 2, 0, 3)),
}
"""Entries of one party whose figures are about something else, which stands beside ours and must be as stated, too."""

CALLED: dict[str, str] = {f"{ENRICO}/nunit/mstest/clicketyclackety.xml": "nunit3"}
"""Files that are of another format than they are called: this one has NUnit 3's attributes throughout."""


def every() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    found: list[dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
    return found


def entries() -> list[dict[str, Any]]:
    return [entry for entry in every() if entry["kind"] == "tests" and entry["format"] in FORMATS]


def read(name: str) -> TestReport | Problem:
    report = parse(Source(name=name, path=CORPUS / name))
    assert isinstance(report, TestReport | Problem)
    return report


def figures(report: TestReport) -> Figures:
    counts = report.executions
    claims = sum(detail.message.startswith("the report states ") for detail in report.details)
    return (counts.total - claims, counts.passed, counts.failed, counts.errored - claims, counts.skipped)


def agrees(report: TestReport, entry: dict[str, Any]) -> bool:
    """Whether a report has the figures of an entry; those that the party does not state are free."""
    name = entry["file"]
    if name in DECIDED:
        return figures(report) == DECIDED[name][1]
    if name in OURS:
        return figures(report) == OURS[name][1] and states(entry, beside(report))
    return states(entry, figures(report))


def states(entry: dict[str, Any], found: Figures) -> bool:
    """Whether an entry's figures are those that were found, as far as it states them."""
    names = ("tests", "passed", "failed", "errored", "skipped")
    _, _, failed, errored, _ = found
    stated = all(entry.get(name, count) == count for name, count in zip(names, found, strict=True))
    return stated and entry.get("failed_or_errored", failed + errored) == failed + errored


def beside(report: TestReport) -> Figures:
    """What `inspect` tells beside the outcomes: the attempts, else the words of the report."""
    if report.attempts:
        counts = report.attempts
        return (counts.total, counts.passed, counts.failed, counts.errored, counts.skipped)
    words = report.words
    return (sum(words.values()), words["passed"], words["failed"], 0, words["skipped"])


def fault(entry: dict[str, Any]) -> str:
    """Why the reading of an entry is wrong; empty if it is right."""
    name = entry["file"]
    report = read(name)
    if entry.get("outcome", "ok") == "parse_error":
        return "" if isinstance(report, Problem) and report.todo else f"{name}: no error"
    if isinstance(report, Problem):
        return f"{name}: {report.what}"
    whole = not any(problem.is_damage for problem in report.problems)
    right = whole and agrees(report, entry) and report.format == CALLED.get(name, entry["format"])
    if "duration" in entry:
        right = right and report.seconds == pytest.approx(entry["duration"], abs=1e-4)
    return "" if right else f"{name}: read {report.format} {figures(report)} {report.problems}, stated {entry}"


def test_only_totals_that_claim_more_add_an_execution() -> None:
    reports = {entry["file"]: read(entry["file"]) for entry in entries()}
    claiming = {
        name
        for name, report in reports.items()
        if isinstance(report, TestReport)
        and any(detail.message.startswith("the report states ") for detail in report.details)
    }
    assert claiming == CLAIMING


@pytest.mark.parametrize("entry", entries(), ids=[entry["file"] for entry in entries()])
def test_entry(entry: dict[str, Any]) -> None:
    assert not fault(entry)


def test_every_disputed_figure_is_decided_and_nothing_else() -> None:
    disputed = {entry["file"]: entry for entry in entries() if entry.get("disputed")}

    assert disputed.keys() == DECIDED.keys()
    for name, (_, decided) in DECIDED.items():
        entry = disputed[name]
        alternatives = [entry, *entry["alt"]]
        assert decided in [
            tuple(each.get(key, entry[key]) for key in ("tests", "passed", "failed", "errored", "skipped"))
            for each in alternatives
        ], name


def test_the_producer_of_the_playwright_report_agrees_with_us() -> None:
    (name,) = (name for name in OURS if "playwright" in name)
    stats = json.loads((CORPUS / name).read_text(encoding="utf-8"))["stats"]
    report = read(name)
    assert isinstance(report, TestReport)

    counts = report.executions
    assert counts.passed - counts.flaky == stats["expected"]
    assert (counts.flaky, counts.failed, counts.skipped) == (stats["flaky"], stats["unexpected"], stats["skipped"])
    assert not report.problems


def test_score(capsys: pytest.CaptureFixture[str]) -> None:
    right = Counter(entry["format"] for entry in entries() if not fault(entry))
    total = Counter(entry["format"] for entry in entries())

    with capsys.disabled():
        print(f"\nother tests corpus: {right.total()} of {total.total()} right, {len(DECIDED) + len(OURS)} by a rule")
        print(", ".join(f"{name} {right[name]}/{count}" for name, count in sorted(total.items())))

    assert right == total


def names() -> list[str]:
    return sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file())


def claimants(name: str) -> list[str]:
    with (CORPUS / name).open("rb") as stream:
        head = FileSample.read(name, stream.read(HEAD_BYTES))
    return [fmt.name for fmt in all_formats() if fmt.matches(head) is not None]


def test_no_file_is_claimed_by_two_formats() -> None:
    several = {name: found for name in names() if len(found := claimants(name)) > 1}

    assert not several


def test_every_test_report_is_claimed_by_its_format() -> None:
    for entry in every():
        if entry["kind"] == "tests" and entry["file"] and entry.get("outcome", "ok") in {"ok", "empty"}:
            expected = CALLED.get(entry["file"], entry["format"])
            assert claimants(entry["file"]) == [expected], entry["file"]


def test_no_other_file_is_claimed_by_a_format_of_tests() -> None:
    of_tests = {fmt.name for fmt in all_formats() if fmt.kind == "tests"}
    reports = set()
    for entry in every():
        if entry["kind"] == "tests":
            reports |= {entry["file"], *entry.get("files", ()), *entry.get("also_at", ())}

    wrong = {name: found for name in names() if name not in reports and of_tests.intersection(found := claimants(name))}
    assert not wrong
