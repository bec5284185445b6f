"""The workflows of this repository: what their jobs may, what they call, and what a release writes."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.tables import ROOT
from tests.repo.test_action_yml import tool

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
DIGEST = "sha256:" + "0123456789abcdef" * 4

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def load(path: Path) -> dict[str, Any]:
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for job in load(path)["jobs"].values():
        for step in job.get("steps", ()):
            yield job, step


def test_there_are_three() -> None:
    assert {path.stem for path in FILES} == {"ci", "dogfood", "release"}


@pytest.mark.slow
def test_they_keep_to_their_schemas_and_pass_zizmor() -> None:
    commands = [
        [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *map(str, FILES)],
        [tool("check-jsonschema"), "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"],
        [tool("zizmor"), "--offline", "--no-progress", "--quiet", "--strict-collection", ".github"],
    ]
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@each
def test_jobs_may_little_and_end(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in workflow["on"]
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert "timeout-minutes" in job or "uses" in job, name
        if path.stem == "ci":
            assert set(job["permissions"].values() if job["permissions"] else ()) <= {"read"}, name


@each
def test_no_checkout_leaves_its_token_and_no_expression_stands_in_a_script(path: Path) -> None:
    for _, step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"
        assert "${{" not in step.get("run", ""), "hand it over by env"


@each
def test_actions_are_githubs_own_and_pinned_or_noted(path: Path) -> None:
    """A commit is written only where it was looked up; until then docs/unverified.md says so."""
    note = (ROOT / "docs" / "unverified.md").read_text(encoding="utf-8")
    for _, step in steps(path):
        uses = step.get("uses", "")
        if not uses or uses.startswith("./"):
            continue
        name, _, version = uses.partition("@")
        assert name.startswith("actions/"), "others are not needed here"
        if not re.fullmatch(r"[0-9a-f]{40}", version):
            assert f"`{name.removeprefix('actions/')}@{version}`" in note or f"`{name}@{version}`" in note


def test_what_judges_our_pull_requests_is_not_their_code() -> None:
    jobs = load(FOLDER / "dogfood.yml")["jobs"]
    checkout, *_, own = jobs["gate"]["steps"]

    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}"
    assert own["uses"] == f"./{checkout['with']['path']}"
    assert not [step for step in jobs["gate"]["steps"] if "run" in step]
    assert jobs["test"]["permissions"] == {"contents": "read"}


def test_a_release_needs_the_tests_and_a_person() -> None:
    workflow = load(FOLDER / "release.yml")
    jobs = workflow["jobs"]

    assert workflow["on"] == {"push": {"tags": ["release-[0-9]+.[0-9]+.[0-9]+"]}}
    assert jobs["test"]["uses"] == "./.github/workflows/ci.yml"
    assert set(jobs["build"]["needs"]) == {"check", "test"}
    assert [name for name, job in jobs.items() if job.get("environment") == "release"] == ["image", "publish"]
    assert [name for name, job in jobs.items() if job["permissions"].get("contents") == "write"] == ["publish"]
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["image"]


def test_scripts_of_the_steps_are_sound(tmp_path: Path) -> None:
    for path in FILES:
        for number, (_, step) in enumerate(steps(path)):
            if "run" in step:
                (tmp_path / f"{path.stem}-{number}.sh").write_text(
                    f"#!/usr/bin/env bash\nset -eo pipefail\n{step['run']}\n"
                )
    done = subprocess.run(
        [tool("shellcheck"), *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "CHANGELOG.md", "action.yml", ".ci/release", "src/readygate/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def release(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / ".ci" / "release"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_release_pins_the_image_and_nothing_else(copy: Path) -> None:
    before = (copy / "action.yml").read_text(encoding="utf-8")

    assert release(copy, "pin", f"ghcr.io/readygate/readygate@{DIGEST}").returncode == 0
    after = (copy / "action.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(after)["runs"] == {
        "using": "docker",
        "image": f"docker://ghcr.io/readygate/readygate@{DIGEST}",
    }
    assert after.splitlines()[:-1] == before.splitlines()[:-1]
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(copy / "action.yml")]
    assert subprocess.run(schema, capture_output=True, check=False).returncode == 0
    assert release(copy, "pin", f"ghcr.io/readygate/readygate@{DIGEST}").returncode == 1


@pytest.mark.parametrize(
    "image", ["ghcr.io/a/b:v1", "ghcr.io/a/b@sha256:0", f"docker.io/a@{DIGEST}", f"ghcr.io/a b@{DIGEST}"]
)
def test_only_a_digest_is_pinned(copy: Path, image: str) -> None:
    done = release(copy, "pin", image)

    assert done.returncode == 1
    assert "no image of ghcr.io with a digest" in done.stderr


def test_a_release_is_what_the_files_say(copy: Path) -> None:
    version = json.loads(
        subprocess.run(
            [sys.executable, "-c", "import json, readygate; print(json.dumps(readygate.__version__))"],
            capture_output=True,
            check=True,
            env={"PYTHONPATH": str(ROOT / "src")},
        ).stdout
    )
    assert "says nothing of" in release(copy, "check", version).stderr
    changes = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = changes.replace(
        "## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - 2027-01-02\n\n- Something new.\n\n## [0.0.1]\n"
    )
    (copy / "CHANGELOG.md").write_text(dated, encoding="utf-8")
    assert release(copy, "check", version).returncode == 0
    assert release(copy, "notes", version).stdout == "- Something new.\n"
    assert "the tag says 99.0.0" in release(copy, "check", "99.0.0").stderr


def test_the_lock_of_the_release_tool_has_hashes_and_stays_out_of_the_tests() -> None:
    text = (ROOT / ".ci" / "requirements" / "release.txt").read_text(encoding="utf-8")
    pins = re.findall(
        r"^[a-z0-9._-]+==\S+(?: ;[^\n\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|\n))+)", text, re.MULTILINE
    )

    assert "cyclonedx-bom==" in text
    assert len(pins) == len(re.findall("^[a-z0-9].*==", text, re.MULTILINE))
    assert "://" not in text
    assert "lxml==" not in (ROOT / ".ci" / "requirements" / "test.txt").read_text(encoding="utf-8")


def test_the_dockerfile_has_no_shell_at_its_entry_and_one_base() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE)

    assert json.loads(entry)[0] == "/opt/readygate/bin/python"
    assert len(set(bases) - {"base", "build"}) == 1
    assert "--require-hashes --no-deps --only-binary :all:" in text
    assert not re.search(r"^(USER|CMD|ADD|EXPOSE|SHELL)\b|apt-get|curl|wget", text, re.MULTILINE)
    (base,) = set(bases) - {"base", "build"}
    if "@sha256:" not in base:
        assert f"`{base}`" in (ROOT / "docs" / "unverified.md").read_text(encoding="utf-8")


def test_pins_are_looked_up_and_written(tmp_path: Path) -> None:
    """Git is the real one and asks repositories beside it; only the registry's answer is made up."""
    for name in (".ci/pin", "Dockerfile", "README.md", *(str(path.relative_to(ROOT)) for path in FILES)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    wanted = {step["uses"] for path in FILES for _, step in steps(path) if step.get("uses", "").startswith("actions/")}
    commits = {}
    for use in sorted(wanted):
        name, _, tag = use.partition("@")
        repository = tmp_path / "github" / name
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
        git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", name], check=True)
        annotated = ["-a", "-m", "x"] if "checkout" in name else []
        subprocess.run([*git, "tag", *annotated, tag], check=True)
        commits[name] = subprocess.run(
            [*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\necho \'{{"mediaType": "x", "digest": "{DIGEST}", "size": 1}}\'\n')
    docker.chmod(0o755)
    environment = {
        "PATH": f"{docker.parent}:{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{tmp_path}/github/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }

    done = subprocess.run([tmp_path / ".ci" / "pin"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for path in FILES:
        before, after = (
            path.read_text(encoding="utf-8"),
            (tmp_path / path.relative_to(ROOT)).read_text(encoding="utf-8"),
        )
        expected = re.sub(
            r"uses: (actions/[\w-]+)@(v\d+)$",
            lambda m: f"uses: {m[1]}@{commits[m[1]]} # {m[2]}",
            before,
            flags=re.MULTILINE,
        )
        assert after == expected != before
    assert f"FROM python:3.13-slim@{DIGEST} AS base" in (tmp_path / "Dockerfile").read_text(encoding="utf-8")
