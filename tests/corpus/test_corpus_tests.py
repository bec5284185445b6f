"""Other projects' own JUnit files, and what independent parties say that they mean."""

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from readygate.formats import Source, parse
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Counts

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "corpus"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no sample files: READYGATE_CORPUS names no folder with corpus/"
)

ELEMENTS = "every test element is one execution, nameless ones and namesakes too; totals in attributes do not count"
WORST = "of several results of a test the worst counts: error, failure, skipped"
TODO = "a failure beside `<skipped type='todo'>` is expected by the tool, which does not fail for it: skipped"
FILES = "files are not told apart by what is in them: each execution counts"
CLAIMS = "failures, errors and tests that a suite states and does not list are missing: one errored execution"
UNLISTED = "skipped tests that a suite states and does not list are counted as skipped"
SO_FAR = "what stands before damage counts, beside the damage"

ENRICOMI = "EnricoMi+publish-unit-test-result-action/python/test/files/junit-xml/"
JENKINS = "jenkinsci+junit-plugin/src/test/resources/hudson/tasks/junit/"

DISPUTED: dict[str, tuple[str, Counts]] = {
    ENRICOMI + "junit.multiresult.xml": (WORST, Counts(passed=1, failed=1, errored=1, skipped=1)),
    ENRICOMI + "mocha/latex-utensils.xml": (ELEMENTS, Counts(passed=109)),
    ENRICOMI + "no-attributes.xml": (ELEMENTS, Counts(passed=1, failed=1, errored=1, skipped=1)),
    "gotestyourself+gotestsum/internal/junitxml/testdata/junitxml-report.golden": (
        ELEMENTS,
        Counts(passed=38, failed=5, skipped=4),
    ),
    "generated/jest/junit.xml": (ELEMENTS, Counts(passed=9, failed=4, skipped=1)),
    "generated/jest/junit-suite-errors.xml": (ELEMENTS, Counts(passed=9, failed=5, errored=1, skipped=1)),
    "generated/node-test/junit.xml": (TODO, Counts(passed=4, failed=2, skipped=2)),
    JENKINS + "JENKINS-13214/27449.xml and others": (FILES, Counts(passed=3)),
    JENKINS + "JENKINS-12457/TestSuite_b.xml and others": (FILES, Counts(passed=3)),
}
"""Where parties disagree: the rule that decides and its figures."""

OURS: dict[str, tuple[str, Counts]] = {
    ENRICOMI + "pytest/corrupt-xml.xml": (SO_FAR, Counts(passed=1)),
    "mikepenz+action-junit-report/test_results/mocha/mocha.xml": (UNLISTED, Counts(passed=1, skipped=1)),
    "mikepenz+action-junit-report/test_results/container-structure/test.xml": (CLAIMS, Counts(passed=3, errored=1)),
    "mikepenz+action-junit-report/test_results/multiple/test_11.xml": (CLAIMS, Counts(passed=2, failed=1, errored=1)),
    "mikepenz+action-junit-report/test_results/multiple/test_12.xml": (CLAIMS, Counts(passed=2, errored=1, skipped=1)),
    "weiwei+junitparser/tests/data/no_fails.xml": (CLAIMS, Counts(passed=2, errored=1, skipped=1)),
    JENKINS + "junit-report-1233.xml": (CLAIMS, Counts(passed=5, errored=1)),
    JENKINS + "junit-report-1472.xml": (CLAIMS, Counts(passed=2652, failed=1, errored=1)),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/junit/jest-junit.xml": (
        CLAIMS,
        Counts(passed=10, failed=1, errored=1),
    ),
    "mikepenz+action-junit-report/test_results/corrupt-junit/e2e-tests/corrupt/target/sf-reports/"
    "TEST-test.CorruptTest.xml": (SO_FAR, Counts(failed=1)),
}
"""Where only one party states figures and a rule of ours gives others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What Readygate makes of the files of an entry."""

    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    formats: frozenset[str] = frozenset()
    damaged: bool = False
    noted: bool = False


def files(entry: dict[str, Any]) -> tuple[str, ...]:
    return (entry["file"],) if entry["file"] else tuple(entry["files"])


def title(entry: dict[str, Any]) -> str:
    names = files(entry)
    return names[0] if len(names) == 1 else f"{names[0]} and others"


@cache
def read(names: tuple[str, ...]) -> Reading:
    counts, seconds, formats = Counts(), 0.0, set()
    severities = set()
    for name in names:
        report = parse(Source(name=name, path=CORPUS / name))
        if isinstance(report, Problem):
            severities.add(report.severity)
            continue
        assert isinstance(report, TestReport)
        counts, seconds = counts + report.executions, seconds + report.seconds
        formats.add(report.format)
        severities |= {problem.severity for problem in report.problems}
    return Reading(
        counts=counts,
        seconds=seconds,
        formats=frozenset(formats),
        damaged=Severity.DAMAGE in severities,
        noted=Severity.NOTE in severities,
    )


def differences(entry: dict[str, Any], reading: Reading) -> dict[str, tuple[Any, Any]]:
    """The figures that the other party states and that are read otherwise: stated, read."""
    counts = reading.counts
    figures = {
        "tests": counts.total,
        "passed": counts.passed,
        "failed": counts.failed,
        "errored": counts.errored,
        "skipped": counts.skipped,
        "failed_or_errored": counts.failing,
        "duration": pytest.approx(reading.seconds, abs=0.001),
    }
    return {key: (entry[key], figure) for key, figure in figures.items() if key in entry and entry[key] != figure}


def fault(entry: dict[str, Any]) -> str:
    """Why the reading of an entry is wrong; empty if it is right."""
    names, outcome = files(entry), entry.get("outcome", "ok")
    reading = read(names)
    decided = DISPUTED.get(title(entry)) or OURS.get(title(entry))
    wrong: Any = differences(entry, reading)
    if decided:
        wrong = reading.counts != decided[1]
    if outcome == "parse_error":
        right = reading.damaged and not wrong
    elif outcome == "lenient":
        right = reading.damaged or not wrong
    else:
        right = not reading.damaged and reading.formats == {"junit"} and not wrong
    return "" if right else f"{names}: {outcome}, {wrong or ''}, read {reading}"


def entries() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    every = json.loads((CORPUS / "expected.json").read_text())
    return [entry for entry in every if (entry["kind"], entry["format"]) == ("tests", "junit")]


@pytest.mark.parametrize("entry", entries(), ids=[title(entry) for entry in entries()])
def test_entry(entry: dict[str, Any]) -> None:
    assert not fault(entry)


def test_every_disputed_figure_is_decided_and_nothing_else() -> None:
    disputed = {title(entry) for entry in entries() if entry.get("disputed")}

    assert disputed == DISPUTED.keys()
    assert all(differences(entry, read(files(entry))) for entry in entries() if title(entry) in OURS)


def test_files_whose_totals_contradict_their_elements_are_noted() -> None:
    for entry in entries():
        claimed = (entry.get("root_attrs") or {}).get("tests")
        if claimed is not None and int(claimed) > read(files(entry)).counts.total + 5:
            assert read(files(entry)).noted, entry["file"]


def test_score(capsys: pytest.CaptureFixture[str]) -> None:
    every = entries()
    right = sum(not fault(entry) for entry in every)

    with capsys.disabled():
        print(
            f"\ntests corpus, junit: {right} of {len(every)} right, {len(DISPUTED)} disputed ones by a rule of ours; "
            f"{len(OURS)} figures of a single party are overruled"
        )

    assert right == len(every)


def test_no_other_file_is_taken_for_junit() -> None:
    for entry in json.loads((CORPUS / "expected.json").read_text()):
        for name in files(entry) if entry["format"] != "junit" else ():
            if (CORPUS / name).is_file():
                report = parse(Source(name=name, path=CORPUS / name))
                assert isinstance(report, Problem) or report.format != "junit", name
