"""Other projects' own coverage files, and what independent parties say that they mean."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from readygate.formats import Source, parse
from readygate.model.paths import PathRules, place_all
from readygate.model.report import CoverageReport, Problem, Severity

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "corpus"
FORMATS = ("cobertura", "coverage.py-json", "lcov")

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no sample files: READYGATE_CORPUS names no folder with corpus/"
)

Figures = tuple[int, int, int | None, int | None]
"""Lines covered, lines measured, branches taken, branches measured; None if no branches were measured."""

UNIQUE = "a line counts once per file, hit if any record or class hits it"
LINES_ONLY = "figures come from lines, not from totals in attributes or LF/LH records"
HITS_DECIDE = "a line with hits is covered, whatever is said of its branches"
METHODS = "lines of methods count where their class has none of its own"
ONE_FILE = "names that mean the same path are one file"

DISPUTED: dict[str, tuple[str, Figures]] = {
    "k1LoW+octocov/coverage/testdata/cobertura/coverage.xml": (LINES_ONLY, (7706, 7712, None, None)),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/cobertura/cobertura.xml": (
        HITS_DECIDE,
        (63, 82, 2, 4),
    ),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/cobertura/"
    "cobertura-duplicate-classes.xml": (UNIQUE, (37, 40, 20, 26)),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/cobertura/cobertura-same-filename.xml": (
        METHODS,
        (1, 2, 2, 10),
    ),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/cobertura/empty.xml": (
        LINES_ONLY,
        (0, 0, None, None),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/CSharp/Reports/Cobertura_dotnet-coverage.xml": (
        UNIQUE,
        (158, 221, 15, 18),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/CSharp/Reports/Cobertura_dotnettest_old.xml": (
        UNIQUE,
        (130, 199, 11, 14),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/CSharp/Reports/lcov.info": (UNIQUE, (118, 184, 5, 8)),
    "mozilla+grcov/test/relative_path/relative_path.info": (ONE_FILE, (4, 4, None, None)),
    "mozilla+grcov/test/1494603973-2977-7.info": (UNIQUE, (0, 5676, 0, 3694)),
    "Bachmann1234+diff_cover/tests/fixtures/lcov.info": (LINES_ONLY, (5, 10, 0, 1)),
    "gcovr+gcovr/tests/exclusion/reference/exclude-line-branch/gcc-14/coverage.lcov": (UNIQUE, (15, 17, 8, 10)),
    "gcovr+gcovr/tests/virtual-classes/reference/gcc-14/coverage.lcov": (UNIQUE, (23, 24, 18, 36)),
    "taiki-e+cargo-llvm-cov/tests/fixtures/coverage-reports/virtual1/exclude-from-test2.lcov.info": (
        LINES_ONLY,
        (0, 0, None, None),
    ),
    "taiki-e+cargo-llvm-cov/tests/fixtures/coverage-reports/virtual1/workspace_root.lcov.info": (
        LINES_ONLY,
        (0, 0, None, None),
    ),
    "sebastianbergmann+php-code-coverage/tests/_files/Report/Cobertura/BankAccount-path.xml": (
        LINES_ONLY,
        (5, 8, None, None),
    ),
    "synthetic/cobertura/odd-numbers.xml": (UNIQUE, (3, 5, 1, 2)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What Readygate makes of one file: `format` is empty if no format claims it."""

    format: str
    figures: Figures
    damaged: bool
    noted: bool


def read(name: str) -> Reading:
    report = parse(Source(name=name, path=CORPUS / name))
    if isinstance(report, Problem):
        return Reading(format="", figures=(0, 0, None, None), damaged=True, noted=False)
    assert isinstance(report, CoverageReport)
    coverage = place_all(report.files, PathRules(files=None), has_branches=report.has_branches)
    lines, branches = coverage.lines(), coverage.branches()
    severities = {problem.severity for problem in report.problems}
    return Reading(
        format=report.format,
        figures=(lines.covered, lines.total, *((branches.covered, branches.total) if branches else (None, None))),
        damaged=Severity.DAMAGE in severities,
        noted=Severity.NOTE in severities,
    )


def stated(entry: dict[str, Any]) -> Figures:
    """What the other party says; a count of nought may be left out."""
    lines = (entry.get("lines_covered", 0), entry.get("lines_total", 0))
    total = entry.get("branches_total")
    return (*lines, None, None) if total is None else (*lines, entry.get("branches_covered", 0), total)


def fault(entry: dict[str, Any]) -> str:
    """Why the reading of an entry is wrong; empty if it is right."""
    name, outcome = entry["file"], entry.get("outcome", "ok")
    reading = read(name)
    expected = DISPUTED[name][1] if entry.get("disputed") else stated(entry)
    if outcome == "parse_error":
        right = reading.damaged and reading.figures[:2] == (0, 0)
    elif outcome == "lenient":
        right = reading.damaged or reading.figures == expected
    else:
        right = not reading.damaged and reading.format == entry["format"] and reading.figures == expected
    return "" if right else f"{name}: {outcome}, expected {expected}, read {reading}"


def entries() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    every = json.loads((CORPUS / "expected.json").read_text())
    return [
        entry
        for entry in every
        if entry["kind"] == "coverage" and entry["format"] in FORMATS and not entry.get("optional")
    ]


@pytest.mark.parametrize("entry", entries(), ids=[entry["file"] for entry in entries()])
def test_entry(entry: dict[str, Any]) -> None:
    assert not fault(entry)


def test_every_disputed_figure_is_decided_and_noted_where_the_file_contradicts_itself() -> None:
    disputed = {entry["file"]: entry for entry in entries() if entry.get("disputed")}

    assert disputed.keys() == DISPUTED.keys()
    for name, entry in disputed.items():
        if any("producer" in alternative["by"] for alternative in entry.get("alt", ())):
            assert read(name).noted, name


def test_score(capsys: pytest.CaptureFixture[str]) -> None:
    every = entries()
    right = sum(not fault(entry) for entry in every)

    with capsys.disabled():
        print(f"\ncoverage corpus: {right} of {len(every)} right, {len(DISPUTED)} of them by a rule of ours")

    assert right == len(every)


def test_no_other_file_is_taken_for_one_of_these_formats() -> None:
    for entry in json.loads((CORPUS / "expected.json").read_text()):
        if entry["format"] not in FORMATS and entry["file"]:
            report = parse(Source(name=entry["file"], path=CORPUS / entry["file"]))
            assert isinstance(report, Problem) or report.format not in FORMATS, entry["file"]
