"""The merged files say what the snapshot says, to us and to the tools that others read them with."""

import string
import subprocess
import time
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from diff_cover.git_path import GitPathTool
from diff_cover.violationsreporters.violations_reporter import XmlCoverageReporter
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from msgspec.structs import replace
from tests.support.builders import compared, page

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import Published, RunContext
from readygate.formats import Source, parse
from readygate.model.coverage import HIT, MEASURED, Coverage, FileCoverage
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.snapshot import HeadRun, InputFiles, Provenance, ReadFile, count_blocks
from readygate.outputs.merged_cobertura import publish as publish_cobertura
from readygate.outputs.merged_cobertura import render as render_cobertura
from readygate.outputs.merged_junit import render as render_junit
from readygate.snapshot.build import build
from readygate.support.console import Console
from readygate.support.deadline import Deadline

RESULTS = {
    "passed": "",
    "skipped": '<skipped message="later"/>',
    "failed": '<failure type="AssertionError" message="a &lt; b">trace &amp; more</failure>',
    "errored": '<error message="\u20ac"/>',
    "flaky": '<flakyFailure message="once"/>',
}
NAMES = (
    st.text(string.ascii_letters + "<>&\"'|` [](){}\u20ac\U0001f40d", min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
CLASSES = NAMES.filter(lambda name: name not in {"test", "suite"})
"""Names of classes that are kept; the reader adds the suite to a generic name."""
CASES = st.dictionaries(st.tuples(CLASSES, NAMES), st.sampled_from(sorted(RESULTS)), min_size=1, max_size=20)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def measure(*documents: str) -> HeadRun:
    files = []
    for number, text in enumerate(documents):
        report = parse(Source(name=f"out/junit-{number}.xml", data=text.encode()))
        assert isinstance(report, TestReport)
        files.append(ReadFile(name=f"out/junit-{number}.xml", size=len(text), report=report, problems=report.problems))
    return build("0" * 40, InputFiles(files=tuple(files)), PathRules(files=None), Provenance())


def written(cases: dict[tuple[str, str], str]) -> str:
    rows = "".join(
        f'<testcase classname="{escaped(group)}" name="{escaped(name)}" time="0.5">{RESULTS[result]}</testcase>'
        for (group, name), result in cases.items()
    )
    return f"<testsuites><testsuite>{rows}</testsuite></testsuites>"


@given(CASES)
def test_a_merged_junit_file_reads_back_as_it_was(cases: dict[tuple[str, str], str]) -> None:
    measured = measure(written(cases))
    data = render_junit(measured)

    again = measure(data.decode())
    assert again.snapshot.headline() == measured.snapshot.headline()

    oracle = JUnitXml.fromstring(data)
    counts = count_blocks(measured.snapshot.headline().values())
    assert (oracle.tests, oracle.failures, oracle.errors, oracle.skipped) == (
        counts.total,
        counts.failed,
        counts.errored,
        counts.skipped,
    )


def states(lines: dict[int, bool]) -> bytes:
    """Lines that are measured, and whether each is hit."""
    return bytes(
        0 if number not in lines else HIT if lines[number] else MEASURED for number in range(max(lines, default=0) + 1)
    )


LINES = st.dictionaries(st.integers(1, 60), st.booleans(), max_size=30)


@given(st.dictionaries(NAMES.map(lambda name: f"src/{name}.py".replace("..", "")), LINES, max_size=5))
def test_a_merged_cobertura_file_reads_back_as_it_was(files: dict[str, dict[int, bool]]) -> None:
    coverage = Coverage(
        files=tuple(
            FileCoverage(
                path=path,
                lines=states(lines),
                branches={number: (int(hit), 2) for number, hit in sorted(lines.items())[:3]},
            )
            for path, lines in sorted(files.items())
        ),
        has_branches=True,
    )
    report = parse(Source(name="cobertura.xml", data=render_cobertura(coverage)))
    assert isinstance(report, CoverageReport)
    again = {file.candidates[-1]: file.coverage for file in report.files}
    for file in coverage.files:
        if file.total:
            assert again[file.path].lines == file.lines
            assert dict(again[file.path].branches) == dict(file.branches)
    assert not [problem for problem in report.problems if "differ" in problem.what]


def test_other_tools_read_the_merged_coverage_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = states({1: True, 2: True, 3: False, 5: True, 9: False})
    coverage = Coverage(files=(FileCoverage(path="src/app.py", lines=lines, branches={2: (1, 2)}),), has_branches=True)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # diff-cover asks git where the root is
    monkeypatch.chdir(tmp_path)
    GitPathTool.set_cwd(str(tmp_path))
    reader = XmlCoverageReporter([ET.fromstring(render_cobertura(coverage))], ["."])
    assert sorted(reader.measured_lines("src/app.py")) == [1, 2, 3, 5, 9]
    assert sorted(violation.line for violation in reader.violations("src/app.py")) == [3, 9]


def large_coverage(files: int) -> Coverage:
    lines = bytes([0, *([HIT, MEASURED] * 500)])
    file = FileCoverage(path="", lines=lines, branches=dict.fromkeys(range(1, 1000, 10), (1, 2)))
    return Coverage(
        files=tuple(replace(file, path=f"src/{number:04}.py") for number in range(files)), has_branches=True
    )


def test_half_a_million_covered_lines_take_little_time() -> None:
    coverage = large_coverage(500)
    start = time.process_time()
    render_cobertura(coverage)
    assert time.process_time() - start < 1


def test_no_cobertura_file_is_written_after_the_time_budget(tmp_path: Path) -> None:
    measured = replace(measure("<testsuite><testcase name='a'/></testsuite>").snapshot, coverage=large_coverage(2))
    view = page(compared(HeadRun(snapshot=measured, details={}, evidence=InputFiles(files=()))))
    context = RunContext(
        settings=Settings(),
        runner=RunnerEnvironment(workspace=tmp_path),
        console=Console(stream=StringIO()),
        folder=tmp_path,
        deadline=Deadline(minutes=0.0),
    )

    done = publish_cobertura(view, context, Published())

    (message,) = done.messages
    assert message.text.startswith("The file cobertura.xml could not be written: the time budget of 0 minutes ran out")
    assert not (tmp_path / "cobertura.xml").exists()
    assert publish_cobertura(view, replace(context, deadline=Deadline()), Published()).files
