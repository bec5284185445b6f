"""What stands in examples/ works."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.tables import ROOT, action
from tests.repo.test_action_yml import tool

WORKFLOWS = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
READYGATE = "readygate/readygate@v0"

workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each step that runs Readygate, with its job."""
    for job in jobs(path).values():
        for step in job["steps"]:
            if step.get("uses") == READYGATE or step.get("run") == "python -m readygate":
                yield job, step


def inputs(step: dict[str, Any]) -> dict[str, str]:
    """The inputs that a step gives, be it by `with` or, without the container, by variables."""
    if "uses" in step:
        return {name: str(value) for name, value in step.get("with", {}).items()}
    named = {name.removeprefix("INPUT_").lower().replace("_", "-"): str(v) for name, v in step["env"].items()}
    assert all(name.startswith("INPUT_") and "-" not in name for name in step["env"])
    return named


def test_there_are_workflows() -> None:
    names = {path.stem for path in WORKFLOWS}

    assert names == {
        "three-jobs",
        "one-job",
        "matrix",
        "merge-queue",
        "other-outputs",
        "fork-verdict",
        "app-check",
        "every-push",
        "by-clock",
        "two-gates",
        "without-docker",
        "pull-request-target",
        "enterprise-server",
        "artifact-baseline",
    }


def test_workflows_keep_to_the_schema() -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_workflows_and_action_pass_zizmor() -> None:
    files = ["action.yml", *(str(path.relative_to(ROOT)) for path in WORKFLOWS)]
    command = [tool("zizmor"), "--offline", "--no-progress", "--quiet", "--strict-collection", *files]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@workflows
def test_workflows_use_inputs_and_outputs_that_exist(path: Path) -> None:
    given = {name for _, step in steps(path) for name in inputs(step)}
    used = set(re.findall(r"steps\.readygate\.outputs\.([\w-]+)", path.read_text(encoding="utf-8")))

    assert list(steps(path))
    assert given <= set(action()["inputs"])
    assert used <= set(action()["outputs"])


@workflows
def test_workflows_ask_for_least(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {}
    for job in jobs(path).values():
        permissions = job["permissions"]
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)
        if "write" in permissions.values() and path.stem != "one-job":
            assert not checkouts, "a job that may write must not hold the code of the pull request"


@workflows
def test_gates_run_whatever_happened_before(path: Path) -> None:
    for job, step in steps(path):
        condition = str(step.get("if", job.get("if", "")))
        if "needs" in job:
            assert condition.startswith("always()"), "a job that is skipped satisfies a required check"
            assert inputs(step)["needs"] == "${{ toJSON(needs) }}"
            assert job["needs"] == "test"
        elif "workflow_run" in condition:
            assert "conclusion" not in condition, "a run that failed or was cancelled is judged, too"
        else:
            assert condition.startswith("always()")


def outcomes(side: str) -> dict[str, str]:
    """Outcomes of the sample's tests by name, read without Readygate."""
    found = {}
    for case in ET.parse(ROOT / "examples" / "sample" / side / "reports" / "junit.xml").iter("testcase"):
        found[case.attrib["name"]] = next((child.tag for child in case), "passed")
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as far as examples/try needs it, with an environment that is there already."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "examples", root / "examples")
    (root / ".ci").mkdir()
    (root / ".ci" / "venv").write_text('#!/bin/sh\necho "$1" >>.ci/asked\n')
    (root / ".ci" / "venv").chmod(0o755)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


@pytest.fixture(scope="module")
def done(copy: Path) -> subprocess.CompletedProcess[str]:
    if not (ROOT / ".venv" / "bin" / "python").is_file():
        pytest.skip("there is no .venv: run tests/run")
    return subprocess.run([copy / "examples" / "try"], cwd=copy, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_sample_ends_well_and_says_that_it_is_not_ready(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("### ❌ Not ready: ")
    assert 'The verdict of this sample is "not ready" (exit code 1), as it should be' in done.stdout


def test_the_sample_writes_what_it_says(done: subprocess.CompletedProcess[str], copy: Path) -> None:
    names = sorted(path.name for path in (copy / "out").iterdir())
    assert [name for name in names if not name.startswith("badge-")] == [
        "cobertura.xml",
        "comment.md",
        "junit.xml",
        "readygate.snapshot",
        "report.html",
        "report.json",
    ]
    assert len(names) == 6 + 6  # three badges, each in two forms
    assert done.stdout.startswith((copy / "out" / "comment.md").read_text(encoding="utf-8"))
    assert (copy / ".ci" / "asked").read_text() == "run\n"


@pytest.mark.slow
def test_the_sample_shows_one_of_each(done: subprocess.CompletedProcess[str], copy: Path) -> None:
    assert done.returncode == 0
    data = json.loads((copy / "out" / "report.json").read_text(encoding="utf-8"))
    before, after = outcomes("base"), outcomes("head")
    told = {kind: [test["name"] for test in data["tests"][kind]] for kind in KINDS}

    assert told == {
        "new_failures": [n for n in after if after[n] == "failure" and before.get(n) == "passed"],
        "still_failing": [n for n in after if after[n] == "failure" and before.get(n) == "failure"],
        "fixed": [n for n in after if after[n] == "passed" and before.get(n) == "failure"],
        "newly_skipped": [n for n in after if after[n] == "skipped" and before.get(n) == "passed"],
        "vanished": sorted(before.keys() - after.keys()),
        "added": sorted(after.keys() - before.keys()),
    }
    assert {kind: len(names) for kind, names in told.items()} == KINDS
    assert data["coverage"]["patch"]["lines"] == {"covered": 2, "total": 5, "percent": 40.0}
    (file,) = data["coverage"]["patch"]["files"]
    assert (file["path"], file["uncovered"]) == ("src/postage/rates.py", [[21, 23]])
    assert data["coverage"]["unplaced"] == []


KINDS = {"new_failures": 1, "still_failing": 1, "fixed": 1, "newly_skipped": 1, "vanished": 1, "added": 2}


def test_what_the_sample_writes_is_not_committed() -> None:
    assert "/out/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
