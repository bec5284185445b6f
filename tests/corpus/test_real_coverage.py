"""Real packages: coverage.py's XML, JSON and LCOV of one run must become the same coverage, with known totals."""

import os
import subprocess
from pathlib import Path

import pytest

from readygate.formats import Source, parse
from readygate.model.coverage import EXCLUDED, Coverage
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport
from readygate.snapshot.coverage_merge import place_all

REAL = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "real"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="no sample data: READYGATE_CORPUS names no folder with real/")

FIGURES = {
    ("humanize", "base"): ((468, 472), (190, 196)),
    ("humanize", "head"): ((468, 472), (190, 196)),
    ("attrs", "base"): ((1561, 1582), (605, 612)),
    ("attrs", "head"): ((1631, 1640), (620, 628)),
    ("jinja2", "base"): ((5680, 6268), (1703, 2082)),
    ("jinja2", "head"): ((5692, 6283), (1714, 2094)),
}
HOSTED = ("/home/runner/work/{0}/{0}",)


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clones")
    for package in sorted({package for package, _ in FIGURES}):
        subprocess.run(["git", "clone", "-q", REAL / package / "repo.bundle", folder / package], check=True)
    return folder


def tracked(clones: Path, package: str, side: str) -> frozenset[str]:
    """The files of the commit, by git itself."""
    commit = (REAL / package / side / "sha").read_text().strip()
    command = ["git", "-C", str(clones / package), "ls-tree", "-rz", "--name-only", commit]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return frozenset(names.rstrip("\0").split("\0"))


def read(package: str, side: str, kind: str, rules: PathRules) -> Coverage:
    path = REAL / package / side / f"coverage.{kind}"
    report = parse(Source(name=path.name, path=path))
    assert isinstance(report, CoverageReport)
    assert report.problems == ()
    placed = place_all([(path.name, report)], rules)
    assert placed.unplaced == ()
    return placed.coverage


def without_exclusions(coverage: Coverage) -> dict[str, bytes]:
    none = bytes.maketrans(bytes((EXCLUDED,)), b"\0")
    return {file.path: file.lines.translate(none).rstrip(b"\0") for file in coverage.files}


@pytest.mark.parametrize("roots", [HOSTED, ()], ids=["known root", "no known root"])
@pytest.mark.parametrize(("package", "side"), FIGURES)
def test_three_formats_agree(clones: Path, package: str, side: str, roots: tuple[str, ...]) -> None:
    files = tracked(clones, package, side)
    rules = PathRules(files=files, roots=tuple(root.format(package) for root in roots))

    xml, json, lcov = (read(package, side, kind, rules) for kind in ("xml", "json", "lcov"))

    for coverage in (xml, json, lcov):
        lines, branches = coverage.lines(), coverage.branches()
        assert branches is not None
        assert ((lines.covered, lines.total), (branches.covered, branches.total)) == FIGURES[package, side]
        assert {file.path for file in coverage.files} <= files
        assert without_exclusions(coverage) == without_exclusions(xml)
        assert [file.branches for file in coverage.files] == [file.branches for file in xml.files]


@pytest.mark.parametrize("package", ["attrs", "humanize", "jinja2"])
def test_the_union_of_three_formats_is_each_of_them(clones: Path, package: str) -> None:
    rules = PathRules(files=tracked(clones, package, "head"))
    reports = [
        parse(Source(name=kind, path=REAL / package / "head" / f"coverage.{kind}")) for kind in ("xml", "json", "lcov")
    ]

    merged = place_all(
        ((report.format, report) for report in reports if isinstance(report, CoverageReport)), rules
    ).coverage

    assert merged == read(package, "head", "json", rules)
