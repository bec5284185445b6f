"""Real pull requests end to end: their base is recorded by a push, then their head is judged as a pull request.

The figures are those that the packages' own runs gave. The reports carry the paths of a hosted runner, which are not
those of the workspace.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.e2e.support import Done, ImageRunner, Runner
from tests.fakes.github import FakeGitHub
from tests.support.container import image
from tests.support.undated import without_zone

__all__ = ["image"]

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared")) / "real"

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="READYGATE_CORPUS names no folder with real pull requests"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What must be told of one pull request."""

    package: str
    tests: str
    expected: Mapping[str, str]
    first_line: str
    says: tuple[str, ...]
    with_exclusions: str = ""


ATTRS = Case(
    package="attrs",
    tests="1299 to 1327",
    expected={
        "verdict": "ready",
        "tests": "1327",
        "passed": "1321",
        "failed": "1",
        "skipped": "5",
        "new-failures": "0",
        "coverage": "99.45",
        "coverage-delta": "0.78",
        "patch-coverage": "98.51",
    },
    first_line="### ✅ Ready, with 4 warnings: 1 test still fails, 1 test is gone, and 2 more",
    with_exclusions="### ✅ Ready, with 5 warnings: 1 test still fails, 2 lines are newly excluded from coverage, "
    "and 3 more",
    says=(
        "**1,327 tests** (+28)",
        "**98.51%** (199 of 202)",
        "| Tests | 1,299 | 1,327 | +28 |",
        "| Lines measured | 1,582 | 1,640 | +58 |",
        "| Lines covered | 1,561 | 1,631 | +70 |",
        "29 added tests",
        "`test_code_hack_failure` in `tests.test_slots.TestClosureCellRewriting`",
        "`test_unknown`",
        "[20–21](",
        "[928](",
    ),
)
JINJA2 = Case(
    package="jinja2",
    tests="842 to 851",
    expected={
        "verdict": "ready",
        "tests": "851",
        "passed": "851",
        "failed": "0",
        "new-failures": "0",
        "coverage": "90.59",
        "coverage-delta": "-0.02",
        "patch-coverage": "87.65",
    },
    first_line="### ✅ Ready, with 1 warning: 1 changed source file is not measured",
    says=("**851 tests** (+9)", "**87.65%** (71 of 81)", "9 added tests"),
)
HUMANIZE = Case(
    package="humanize",
    tests="550 to 572",
    expected={"verdict": "ready", "tests": "572", "passed": "572", "failed": "0", "coverage": "99.15"},
    first_line="### ✅ Ready, with 1 warning: files that decide what runs are edited",
    says=("**572 tests** (+22)", "22 added tests", "41 tests go by another name now"),
)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub("acme/widgets", "main") as server:
        yield server
        assert not server.unexpected


def load(hub: FakeGitHub, package: str) -> tuple[str, str]:
    """Put a package's two commits into the repository: base on main, head on a topic branch."""
    git = ["git", "-C", str(hub.git_dir)]
    refs = ("refs/heads/main:refs/heads/topic",)
    subprocess.run([*git, "fetch", "-q", str(CORPUS / package / "repo.bundle"), *refs], check=True)
    head, base = hub.git.lines("rev-list", "--max-count=2", "refs/heads/topic")
    hub.git.run("update-ref", "refs/heads/main", base)
    return base, head


def judge(runner: Runner, case: Case, coverage: str) -> Done:
    """Record the base, then judge the head."""
    base, head = load(runner.hub, case.package)
    # the paths in the reports are those of a runner that checked out the package under its own name
    runner.environment["RUNNER_WORKSPACE"] = f"/home/runner/work/{case.package}"

    def files(side: str) -> dict[str, str | bytes]:
        folder = CORPUS / case.package / side
        # the reports are as old as the day they were made, which must not decide what this test sees
        tests = without_zone((folder / "junit.xml").read_bytes())
        return {"reports/junit.xml": tests, f"reports/{coverage}": (folder / coverage).read_bytes()}

    patterns = {"tests": "reports/junit.xml", "coverage": f"reports/{coverage}"}
    recorded = runner.push(base, files("base"), **patterns)
    assert recorded.code == 0, recorded.log
    pull = runner.hub.open_pull(7, head="topic", head_sha=head)
    return runner.pull_request(pull, files("head"), **patterns)


def check(hub: FakeGitHub, case: Case, done: Done) -> str:
    """Hold the outcome against what must be told; returns the comment."""
    assert done.code == 0, done.log
    assert {name: done.outputs[name] for name in case.expected} == case.expected
    (comment,) = hub.comments(7)
    body = str(comment["body"])
    assert body.splitlines()[0] == case.first_line
    for text in case.says:
        assert text in body
    assert "match no file" not in body
    return body


@needs_corpus
@pytest.mark.parametrize("coverage", ["coverage.xml", "coverage.json", "coverage.lcov"])
@pytest.mark.parametrize("case", [ATTRS, JINJA2, HUMANIZE], ids=lambda case: case.package)
def test_a_real_pull_request(hub: FakeGitHub, tmp_path: Path, case: Case, coverage: str) -> None:
    runner = Runner(hub=hub, folder=tmp_path)
    done = judge(runner, case, coverage)
    told = coverage == "coverage.json" and case.with_exclusions  # the one format that tells of excluded lines
    check(hub, replace(case, first_line=case.with_exclusions) if told else case, done)


@needs_corpus
def test_what_attrs_tells_besides(hub: FakeGitHub, tmp_path: Path) -> None:
    runner = Runner(hub=hub, folder=tmp_path)
    done = judge(runner, ATTRS, "coverage.xml")
    check(hub, ATTRS, done)
    (run,) = hub.check_runs(hub.git.lines("rev-parse", "refs/heads/topic")[0])
    assert run["conclusion"] == "success"
    found = [(row["path"], row["start_line"], row["end_line"]) for row in run["annotations"]]
    assert found[:2] == [("src/attr/_compat.py", 20, 21), ("src/attr/_make.py", 928, 928)]
    assert found[2][0] == "tests/test_funcs.py"
    assert json.loads(done.outputs["reasons"])[0]["rule"] == "inherited-failures"


@needs_corpus
@pytest.mark.image
@pytest.mark.xdist_group("image")
@pytest.mark.parametrize("case", [ATTRS, JINJA2], ids=lambda case: case.package)
def test_the_image_tells_the_same(hub: FakeGitHub, tmp_path: Path, case: Case, image: str) -> None:
    runner = ImageRunner(hub=hub, folder=tmp_path, image=image)
    done = judge(runner, case, "coverage.xml")
    check(hub, case, done)
