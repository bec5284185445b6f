"""Readygate never reads what it wrote itself, nor, by discovery, the folders of the base, the output and the store."""

from io import StringIO
from pathlib import Path

import pytest

from readygate.collect.collect_reports import collect_reports
from readygate.collect.own_output import is_own_output
from readygate.commands.program import main
from readygate.config.settings import Settings
from readygate.formats import Source
from readygate.support.console import Console

FAILING = '<testsuite name="s"><testcase classname="c" name="t"><failure/></testcase></testsuite>'
GREEN = '<testsuite name="s"><testcase classname="c" name="t"/></testsuite>'


def collect(root: Path, *, tests: tuple[str, ...] = (), passed_over: tuple[Path, ...] = ()) -> tuple[list[str], str]:
    """The names of the files that are read, and the log."""
    stream = StringIO()
    console = Console(stream=stream, colour=False, width=200)
    files = collect_reports(root, Settings(tests=tests), console, passed_over=passed_over).files
    return [file.name for file in files], stream.getvalue()


def report(root: Path, *arguments: str) -> int:
    return main(["report", "--root", str(root), *arguments])


def test_a_second_run_does_not_read_the_output_of_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "junit.xml").write_text(FAILING)
    (tmp_path / "lcov.info").write_text("SF:app.py\nDA:1,1\nend_of_record\n")
    assert report(tmp_path, "--output", str(tmp_path / "rg")) == 1
    (tmp_path / "junit.xml").write_text(GREEN)
    assert report(tmp_path, "--output", str(tmp_path / "rg")) == 0
    assert "rg/junit.xml: passed over" in capsys.readouterr().out


def test_files_of_ours_are_known_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(FAILING)
    (tmp_path / "lcov.info").write_text("SF:app.py\nDA:1,1\nend_of_record\n")
    report(tmp_path, "--output", str(tmp_path / "rg"))
    for name in ("junit.xml", "cobertura.xml", "report.json"):
        (tmp_path / "rg" / name).rename(tmp_path / f"download-{name}")
    names, log = collect(tmp_path, tests=("*.xml", "*.json"))
    assert names == ["junit.xml", "lcov.info"]
    assert "download-junit.xml: passed over, as Readygate wrote it" in log


def test_it_makes_no_difference_whether_lxml_is_installed() -> None:
    """junitparser writes the declaration with it if it is there."""
    for encoding in ("utf-8", "UTF-8"):
        text = f"<?xml version='1.0' encoding='{encoding}'?>\n<testsuites name=\"readygate\" tests=\"1\"/>"
        assert is_own_output(Source(name="x", data=text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "<testsuites name='readygate'/>",
        '<testsuites name="readygate tests" tests="1"><testsuite/></testsuites>',
        '<coverage version="7.4"/>',
        '{"schema_version": 1, "tests": []}',
        "",
    ],
)
def test_files_of_others_are_not(text: str) -> None:
    assert not is_own_output(Source(name="x", data=text.encode()))


def test_folders_of_the_base_and_the_store_are_passed_over(tmp_path: Path) -> None:
    for folder in ("base", "store/x", "a"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "junit.xml").write_text(GREEN)
    names, log = collect(tmp_path, passed_over=(tmp_path / "base", tmp_path / "store"))
    assert names == ["a/junit.xml"]
    assert log.count("passed over") == 2


def test_a_pattern_may_name_them(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "junit.xml").write_text(GREEN)
    assert collect(tmp_path, tests=("base",), passed_over=(tmp_path / "base",))[0] == ["base/junit.xml"]


@pytest.mark.parametrize("folder", ["", ".."])
def test_a_folder_around_the_workspace_excludes_nothing(tmp_path: Path, folder: str) -> None:
    (tmp_path / "junit.xml").write_text(GREEN)
    assert collect(tmp_path, passed_over=(tmp_path / folder,))[0] == ["junit.xml"]


def test_the_base_is_read_by_the_given_patterns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side in ("base", "head"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "results.out").write_text(FAILING)
        (tmp_path / side / "junit.xml").write_text(GREEN.replace('"t"', '"other"'))
    base = ("--base", str(tmp_path / "base"))
    assert report(tmp_path / "head", "--tests", "*.out", *base) == 0  # it failed on the base, too
    (tmp_path / "base" / "results.out").unlink()
    report(tmp_path / "head", "--tests", "*.out", *base)
    assert "match no file there" in capsys.readouterr().out


def test_the_report_says_what_was_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "junit.xml").write_text("<testsuite><testcase name='t'/></testsuite>")
    options = ["report", "--root", str(tmp_path), "--format", "markdown"]
    assert main([*options, "--output", str(tmp_path / "rg")]) == 0
    (tmp_path / "rg").rename(tmp_path / "downloaded")
    capsys.readouterr()
    assert main([*options, "--output", str(tmp_path / "again")]) == 0
    assert "downloaded/junit.xml` (Readygate wrote it)" in capsys.readouterr().out
