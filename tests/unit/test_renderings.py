"""One measurement that was written in several forms: one of them is used, and the list of reports says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import coverage
import pytest

from readygate.commands.program import main
from readygate.formats import Source, parse
from readygate.model.coverage import HIT, MEASURED, FileCoverage
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport
from readygate.snapshot.coverage_merge import PlacedReport, place_reports
from readygate.snapshot.renderings import find_renderings

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "corpus"
MODULE = """\
def used(value):
    if value:
        return 1
    return 2

def debug():
    raise NotImplementedError
"""


def measured(name: str, form: str, *, damaged: bool = False, **files: str) -> PlacedReport:
    states = {".": 0, "h": HIT, "m": MEASURED}
    return PlacedReport(
        name=name,
        format=form,
        files={
            path: FileCoverage(path=path, lines=bytes((0, *(states[letter] for letter in letters))))
            for path, letters in files.items()
        },
        unplaced=frozenset(),
        outside=frozenset(),
        has_branches=False,
        damaged=damaged,
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (measured("a", "lcov", x="hm"), measured("b", "clover", x="hm"), True),
        (measured("a", "lcov", x="hm."), measured("b", "clover", x="h.m"), True),
        (measured("a", "lcov", x="hm"), measured("b", "clover", x="mm"), False),
        (measured("a", "lcov", x="hm"), measured("b", "clover", x="hm", y="h"), False),
        (measured("a", "lcov", x="hm"), measured("b", "lcov", x="hm"), False),
        (measured("a", "lcov", x="h."), measured("b", "clover", x=".h"), False),
        (measured("a", "lcov", x="hm"), measured("b", "clover", damaged=True, x="hm"), False),
        (measured("o/c.xml", "cobertura", x="h"), measured("o/.coverage", "coverage.py-sqlite", x="hm", y="m"), True),
        (measured("o/c.xml", "cobertura", x="h"), measured("p/.coverage", "coverage.py-sqlite", x="hm", y="m"), False),
        (measured("o/c.xml", "cobertura", x="h"), measured("o/.coverage", "coverage.py-sqlite", x="mm", y="m"), False),
        (measured("o/c.xml", "cobertura", x="h"), measured("o/.coverage", "coverage.py-sqlite", damaged=True), True),
    ],
)
def test_reports_that_hold_one_measurement(one: PlacedReport, other: PlacedReport, *, same: bool) -> None:
    assert find_renderings([one, other]) == find_renderings([other, one])
    assert find_renderings([one, other]) == ({other.name: one.name} if same else {})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose tests were run with `coverage`, and which left every form of its report."""
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "run.py").write_text("import module\nmodule.used(1)\n")
    (tmp_path / ".coveragerc").write_text("[run]\nrelative_files = true\n[report]\nexclude_also =\n    def debug\n")
    for command in (
        ["git", "init", "-q"],
        ["git", "add", "-A"],
        ["git", "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"],
        *(
            [sys.executable, "-m", "coverage", *arguments]
            for arguments in (["run", "run.py"], ["xml"], ["json"], ["lcov"])
        ),
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "junit.xml").write_text("<testsuite><testcase name='t'/></testsuite>")
    return tmp_path


def lines(folder: Path) -> tuple[int, int]:
    assert main(["report", "--root", str(folder), "--output", str(folder / "rg")]) == 0
    found = json.loads((folder / "rg/report.json").read_text())["coverage"]["lines"]
    return found["covered"], found["total"]


def test_the_figures_are_those_of_coverage_py_whatever_forms_it_left(project: Path) -> None:
    expected = json.loads((project / "coverage.json").read_text())["totals"]
    right = (expected["covered_lines"], expected["num_statements"])
    assert lines(project) == right
    for gone in ("coverage.json", "coverage.lcov", "coverage.xml"):  # the data file is left alone at last
        (project / gone).unlink()
        assert lines(project) == right


def test_a_data_file_without_its_sources_does_no_harm_beside_a_report_made_of_it(project: Path) -> None:
    data = coverage.CoverageData(basename=str(project / ".coverage"))
    data.erase()
    data.add_lines({"/elsewhere/module.py": [1, 2]})
    data.write()
    data.close(force=True)
    assert lines(project)[1] > 0


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no sample files: READYGATE_CORPUS names no folder with corpus/")
@pytest.mark.parametrize("tool", ["jest", "vitest"])
def test_forms_that_istanbul_writes(tool: str) -> None:
    folder = CORPUS / "generated" / tool / "coverage"
    found = {
        path.name: report
        for path in sorted(folder.iterdir())
        if path.is_file() and isinstance(report := parse(Source(name=path.name, path=path)), CoverageReport)
    }
    rules = PathRules(files=frozenset(file.candidates[0] for file in found["lcov.info"].files))
    unused = find_renderings(place_reports([(f"coverage/{name}", report) for name, report in found.items()], rules))
    with_lines = {f"coverage/{name}" for name, report in found.items() if report.files}
    best = "coverage-final.json" if tool == "jest" else "lcov.info"
    assert with_lines - unused.keys() == {f"coverage/{best}"}
