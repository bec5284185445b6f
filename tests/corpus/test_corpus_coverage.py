"""Other projects' own coverage files, and what independent parties say that they mean."""

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from readygate.formats import Source, all_formats, parse
from readygate.formats.sniffing import HEAD_BYTES, FileSample
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, Problem, Severity, StatedReport
from readygate.snapshot.coverage_merge import place_all

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "corpus"
FORMATS = (
    "clover",
    "cobertura",
    "coverage.py-json",
    "coverage.py-sqlite",
    "gcovr-json",
    "go-cover",
    "istanbul-final-json",
    "istanbul-summary-json",
    "jacoco",
    "lcov",
    "llvm-cov-json",
    "opencover",
    "simplecov-json",
    "simplecov-resultset",
    "sonarqube-generic",
)
UNREAD = ("codecov-json", "coverage.py-text", "coveralls-json", "gcov-text")
"""Formats of the sample files that Readygate does not support."""

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no sample files: READYGATE_CORPUS names no folder with corpus/"
)

Figures = tuple[int, int, int | None, int | None]
"""Lines covered, lines measured, branches taken, branches measured; None if no branches were measured."""

EMPTY_BLOCKS = "a block without statements measures no line"
UNIQUE = "a line counts once per file, hit if any record or class hits it"
LINES_ONLY = "figures come from lines, not from totals in attributes or LF/LH records"
HITS_DECIDE = "a line with hits is covered, whatever is said of its branches"
METHODS = "lines of methods count where their class has none of its own"
ONE_FILE = "names that mean the same path are one file"
STATEMENTS = "in Clover the lines of statements and conditions count, those of methods only where a file has no other"
ISTANBUL = "Istanbul's Clover says how many branches of a line were taken and missed, not how often"
TESTS_APART = "what stands below <testproject> are the tests"
FIRST_LINE = "a sequence point counts on the line on which it begins"
INSTRUCTIONS = "a line of JaCoCo is hit if one of its instructions ran, whatever is said of its branches"
STATED = "lines of which nobody says whether they ran are not measured; the totals beside them are stated ones"

RULED: dict[str, tuple[str, Figures]] = {
    "k1LoW+octocov/coverage/testdata/gocover/coverage.out": (EMPTY_BLOCKS, (3221, 4947, None, None)),
}
"""Computed figures that a rule of ours changes."""

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
    "k1LoW+octocov/coverage/testdata/clover/coverage.xml": (STATEMENTS, (9430, 11707, None, None)),
    "k1LoW+octocov/coverage/testdata/clover/coverage_package.xml": (STATEMENTS, (11, 11, None, None)),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/clover/clover-java.xml": (
        STATEMENTS,
        (1, 17, 1, 2),
    ),
    "jenkinsci+coverage-model/src/test/resources/edu/hm/hafner/coverage/parser/clover/clover-empty-package.xml": (
        ISTANBUL,
        (69, 69, 6, 6),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/Java/Reports/Clover_OpenClover4.3.1.xml": (
        STATEMENTS,
        (15, 22, 1, 2),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/Other/Clover_Groovy.xml": (TESTS_APART, (1, 1, None, None)),
    "Bachmann1234+diff_cover/tests/test_clover_violations_reporter/test.xml": (ISTANBUL, (8, 8, 5, 6)),
    "generated/vitest/coverage/clover.xml": (ISTANBUL, (8, 17, 4, 8)),
    "generated/jest/coverage/clover.xml": (ISTANBUL, (7, 12, 5, 11)),
    "gcovr+gcovr/tests/exclusion/reference/exclude-line-branch/gcc-14/clover.xml": (UNIQUE, (15, 17, None, None)),
    "danielpalme+ReportGenerator/src/Testprojects/CSharp/Reports/OpenCover_altcover.xml": (
        FIRST_LINE,
        (116, 174, 7, 10),
    ),
    "danielpalme+ReportGenerator/src/Testprojects/FSharp/Reports/OpenCover.xml": (FIRST_LINE, (30, 43, 4, 14)),
    "mozilla+grcov/test/jacoco/basic-report.xml": (INSTRUCTIONS, (3, 4, 2, 2)),
    "gcovr+gcovr/tests/simple/reference/standard/gcc-5/jacoco.xml": (STATED, (7, 11, 2, 4)),
    "gcovr+gcovr/tests/exclusion/reference/exclude-line-branch/gcc-5/jacoco.xml": (STATED, (15, 17, 8, 10)),
    "gcovr+gcovr/tests/virtual-classes/reference/gcc-14/coverage.json": (UNIQUE, (23, 24, 18, 36)),
    "gcovr+gcovr/tests/virtual-classes/reference/gcc-14/sonarqube.xml": (UNIQUE, (23, 24, 18, 36)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result for one file; `format` is empty if no format matches."""

    format: str
    figures: Figures
    damaged: bool
    noted: bool


def read(name: str) -> Reading:
    report = parse(Source(name=name, path=CORPUS / name))
    if isinstance(report, Problem):
        return Reading(format="", figures=(0, 0, None, None), damaged=True, noted=False)
    assert isinstance(report, CoverageReport)
    coverage = place_all([(name, report)], PathRules(files=None)).coverage
    lines, branches = coverage.lines(), coverage.branches()
    if isinstance(report, StatedReport):
        assert lines.total == 0, "totals are stated only where no line is measured"
        lines, branches = report.lines(), report.branches()
    severities = {problem.severity for problem in report.problems}
    return Reading(
        format=report.format,
        figures=(lines.covered, lines.total, *((branches.covered, branches.total) if branches else (None, None))),
        damaged=Severity.DAMAGE in severities,
        noted=not severities.isdisjoint((Severity.NOTE, Severity.LOSS)),
    )


def stated(entry: dict[str, Any]) -> Figures:
    """The counts of the other party; a count of zero may be missing."""
    if entry["file"] in RULED:
        return RULED[entry["file"]][1]
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
    elif outcome == "not_this_format":
        right = reading.format == ""
    elif outcome == "lenient":
        right = reading.damaged or reading.figures == expected
    else:
        right = not reading.damaged and reading.format == entry["format"] and reading.figures == expected
    return "" if right else f"{name}: {outcome}, expected {expected}, read {reading}"


def entries() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    every = json.loads((CORPUS / "expected.json").read_text())
    return [entry for entry in every if entry["kind"] == "coverage" and entry["format"] in FORMATS]


def names() -> list[tuple[str, dict[str, Any]]]:
    """Every file of the samples, and its entry."""
    every = json.loads((CORPUS / "expected.json").read_text())
    return [(name, entry) for entry in every for name in (entry.get("files") or [entry["file"]]) if name]


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
    right = Counter(entry["format"] for entry in entries() if not fault(entry))
    every = Counter(entry["format"] for entry in entries())

    with capsys.disabled():
        print(f"\ncoverage corpus: {right.total()} of {every.total()} right, {len(DISPUTED)} of them by a rule of ours")
        print(", ".join(f"{name} {right[name]}/{every[name]}" for name in FORMATS))

    assert right == every


def test_the_sample_files_have_every_format() -> None:
    kinds = {entry["format"] for _, entry in names() if entry["kind"] == "coverage"}

    assert kinds == {*FORMATS, *UNREAD}
    assert set(FORMATS) == {fmt.name for fmt in all_formats() if fmt.kind == "coverage"}


def test_each_file_is_claimed_by_its_own_format_or_by_none() -> None:
    for name, entry in names():
        ours = {fmt.name: fmt for fmt in all_formats() if "coverage" in {fmt.kind, entry["kind"]}}
        with (CORPUS / name).open("rb") as stream:
            head = FileSample.read(name, stream.read(HEAD_BYTES))
        claims = {key for key, fmt in ours.items() if fmt.matches(head) is not None}
        right = entry["format"] in FORMATS and entry.get("outcome") != "not_this_format"
        lenient = entry.get("outcome") == "lenient" and not claims  # it has no readable root element
        assert lenient or claims == ({entry["format"]} if right else set()), name


def test_a_format_that_is_not_read_is_said_to_be_none() -> None:
    for name, entry in names():
        if entry["format"] in UNREAD:
            problem = parse(Source(name=name, path=CORPUS / name))
            assert isinstance(problem, Problem)
            assert problem.what.startswith("no known format")
            assert "docs/formats.md" in problem.todo
