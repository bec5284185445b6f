"""Formats that other distributions add through entry points."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.plugins import install

from readygate.formats import Source, all_formats, parse
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Counts
from readygate.support.errors import PluginError

CODE = """
from readygate.formats import Format
from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, Counts, Outcome
from array import array

def parse(source):
    with source.open() as stream:
        names = stream.read().decode().split()[1:]
    block = ClassBlock.build(names, bytes(len(names)), array("f", [0.0] * len(names)))
    return TestReport(format="whatever", blocks={"acme": block}, executions=Counts(passed=len(names)))

def matches(sample):
    return "its first word is acme" if sample.text.startswith("acme") else None

FORMAT = Format(name="acme-lines", title="Acme lines", kind="tests", url="https://example.org",
                matches=matches, parse=parse)
"""
POINTS = "[readygate.formats]\nlines = acme_readygate:FORMAT\n"
LABEL = "acme-lines (from acme-readygate 1.0)"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path; the working directory is another."""
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "workspace").mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(tmp_path / "workspace")
    all_formats.cache_clear()
    yield folder
    all_formats.cache_clear()
    sys.modules.pop("acme_readygate", None)


def read(text: str) -> TestReport | Problem:
    found = parse(Source(name="x", data=text.encode()))
    assert isinstance(found, TestReport | Problem)
    return found


def test_a_foreign_format_is_named_in_its_report(site: Path) -> None:
    install(site, "acme-readygate", CODE, POINTS)
    found = read("acme one two")
    assert isinstance(found, TestReport)
    assert (found.format, found.executions.passed) == (LABEL, 2)


def test_own_formats_are_not_named_as_foreign(site: Path) -> None:
    install(site, "acme-readygate", CODE, POINTS)
    found = read("<testsuite><testcase name='a'/></testsuite>")
    assert isinstance(found, TestReport)
    assert found.format == "junit"


def test_a_name_of_ours_is_taken(site: Path) -> None:
    install(site, "acme-readygate", CODE.replace("acme-lines", "junit"), POINTS)
    with pytest.raises(PluginError, match=r"^acme-readygate 1\.0: .*the name 'junit' is already used by Readygate"):
        read("acme one")


def test_a_file_that_an_own_format_matches_too_is_damage_that_names_the_distribution(site: Path) -> None:
    install(site, "acme-readygate", CODE.replace('startswith("acme")', 'startswith("<testsuite")'), POINTS)
    found = read("<testsuite/>")
    assert isinstance(found, Problem)
    assert found.what == f"several formats match this file: junit, {LABEL}"
    assert found.todo.startswith("update or uninstall acme-readygate 1.0")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('sample.text.startswith("acme")', "sample.nothing", "AttributeError"),
        ("return TestReport(", "return dict(", "TypeError: parse returned dict"),
        ("decode()", "decode().nothing", "AttributeError"),
    ],
)
def test_an_exception_in_a_foreign_format_damages_the_file(site: Path, old: str, new: str, error: str) -> None:
    install(site, "acme-readygate", CODE.replace(old, new), POINTS)
    found = read("acme one")
    assert isinstance(found, Problem)
    assert f"the format {LABEL} failed: {error}" in found.what


COLUMNS = 'ClassBlock.build(names, bytes(len(names)), array("f", [0.0] * len(names)))'
COUNTS = "Counts(passed=len(names))"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (COLUMNS, "5", "Expected `array`, got `int`"),
        (COLUMNS, 'ClassBlock("a", b"\\0", 1.5)', "Expected `bytes`, got `float`"),
        (COLUMNS, 'ClassBlock("a\\0b", b"\\0", bytes(4))', "the columns of a class have different lengths"),
        (COLUMNS, 'ClassBlock("a", b"\\0", bytes(3))', "the columns of a class have different lengths"),
        (COLUMNS, 'ClassBlock("a", b"\\5", bytes(4))', "an outcome of a class does not exist"),
        (COLUMNS, 'ClassBlock("b\\0a", bytes(2), bytes(8))', "the names of a class are not sorted, or not distinct"),
        (COLUMNS, 'ClassBlock("a\\0a", bytes(2), bytes(8))', "the names of a class are not sorted, or not distinct"),
        ("[0.0]", '[float("nan")]', "the seconds of a class are not finite and at least 0"),
        ("[0.0]", '[float("inf")]', "the seconds of a class are not finite and at least 0"),
        ("[0.0]", "[-1.0]", "the seconds of a class are not finite and at least 0"),
        ('{"acme": block}', "{5: block}", "Expected `str`, got `int`"),
        ('{"acme": block}', '{"\\ud800": block}', "surrogates not allowed"),
        ('format="whatever"', 'format="whatever", seconds=float("nan")', "Expected `float`"),
        ('format="whatever"', 'format="whatever", seconds=-1.0', "Expected `float`"),
        ('format="whatever"', 'format="whatever", written=1e300', "Expected `float`"),
        ('format="whatever"', 'format="whatever", details=("a",)', "Expected `object`, got `str`"),
        ('format="whatever"', 'format="whatever", words={"ok": -1}', "Expected `int` >= 0"),
        (COUNTS, "Counts(passed=-1)", "Expected `int` >= 0"),
        (COUNTS, "Counts(passed=10**30)", "OverflowError"),
        (COUNTS, "Counts(passed=0)", "0 executions and 1 test with the outcome passed"),
        (COUNTS, "Counts(passed=1, failed=1)", "1 execution and 0 tests with the outcome failed"),
    ],
)
def test_an_inconsistent_report_of_a_foreign_format_damages_the_file(
    site: Path, old: str, new: str, error: str
) -> None:
    code = CODE.replace(old, new)
    assert code != CODE
    install(site, "acme-readygate", code, POINTS)
    found = read("acme one")
    assert isinstance(found, Problem)
    assert found.severity is Severity.DAMAGE
    assert f"the format {LABEL} failed: " in found.what
    assert error in found.what


def test_executions_of_one_test_may_be_several(site: Path) -> None:
    code = CODE.replace("bytes(len(names))", "bytes([Outcome.FAILED])").replace(COUNTS, "Counts(passed=2, failed=1)")
    install(site, "acme-readygate", code, POINTS)
    found = read("acme one")
    assert isinstance(found, TestReport)
    assert found.executions == Counts(passed=2, failed=1)


def test_a_coverage_report_of_a_foreign_format_is_checked(site: Path) -> None:
    made = (
        'return CoverageReport(format="x", files=(MeasuredFile(candidates=("a.py",),'
        ' coverage=FileCoverage(path="a.py", lines=b"\\0\\3", branches={1: (1, TOTAL)})),)) or TestReport('
    )
    imports = (
        "from readygate.model.reports import CoverageReport, MeasuredFile, TestReport\n"
        "from readygate.model.coverage import FileCoverage"
    )
    code = CODE.replace("return TestReport(", made).replace("from readygate.model.reports import TestReport", imports)
    install(site, "acme-readygate", f"TOTAL = 1 << 40\n{code}", POINTS)
    found = parse(Source(name="x", data=b"acme one"))
    assert isinstance(found, Problem)
    assert "Expected `int`" in found.what


def run(site: Path, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r}); from readygate.commands.program import main; sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], cwd=root, capture_output=True, text=True, check=False
    )


def test_log_and_documents_name_a_foreign_format(tmp_path: Path) -> None:
    site, root, out = tmp_path / "site", tmp_path / "workspace", tmp_path / "out"
    for folder in (site, root):
        folder.mkdir()
    install(site, "acme-readygate", CODE, POINTS)
    (root / "acme.txt").write_text("acme one two")
    done = run(site, root, "report", "--root", str(root), "--tests", "acme.txt", "--output", str(out))
    assert f"acme.txt ({LABEL}, 12 bytes): 2 tests" in done.stdout + done.stderr, done
    document = json.loads((out / "report.json").read_text())
    assert LABEL in [file["format"] for file in document["files"]]
    assert LABEL in (out / "comment.md").read_text()


def test_an_inconsistent_report_blocks_and_names_the_distribution(tmp_path: Path) -> None:
    site, root, out = tmp_path / "site", tmp_path / "workspace", tmp_path / "out"
    for folder in (site, root):
        folder.mkdir()
    install(site, "acme-readygate", CODE.replace(COLUMNS, 'ClassBlock("a\\0b", b"\\x09", b"")'), POINTS)
    (root / "acme.txt").write_text("acme one two")
    (root / "junit.xml").write_text("<testsuite name='s'><testcase classname='c' name='t'/></testsuite>")
    done = run(site, root, "report", "--root", str(root), "--tests", "*.*", "--output", str(out))
    assert done.returncode == 1, done
    document = json.loads((out / "report.json").read_text())
    assert document["tests"]["head"]["tests"] == 1
    assert [file["kind"] for file in document["files"]] == ["unreadable", "tests"]
    assert f"the format {LABEL} failed: ValueError" in document["files"][0]["problems"][0]["what"]


def test_a_plugin_of_the_workspace_stops_the_program(tmp_path: Path) -> None:
    install(tmp_path, "acme-readygate", CODE, POINTS)
    (tmp_path / "acme.txt").write_text("acme one two")
    done = run(tmp_path, tmp_path, "inspect", "acme.txt")
    assert done.returncode == 2
    assert "acme-readygate 1.0: the entry point lines = acme_readygate:FORMAT cannot be used: its code" in done.stderr
