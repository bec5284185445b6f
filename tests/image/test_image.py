"""The built image: what it runs, what it refuses to run, and what it must not hold."""

import re
from pathlib import Path

import pytest
from tests.support.container import SCRIPTS, call_script, run_action, run_inside

from readygate import __version__

pytestmark = [pytest.mark.image, pytest.mark.xdist_group("image")]

LOCK = SCRIPTS.parents[1] / ".ci" / "requirements" / "image.txt"


def test_the_entry_point_is_the_command(image: str, tmp_path: Path) -> None:
    run = run_action(image, tmp_path, {}, None, "--version")

    assert (run.exit_code, run.stdout, run.stderr) == (0, f"readygate {__version__}\n", "")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A workspace in which every module that we might import would run the pull request's code."""
    trap = "import os, pathlib\npathlib.Path('/github/workspace/executed').write_text(__file__)\nos._exit(99)\n"
    for module in ("github", "jinja2", "json", "requests", "sitecustomize", "usercustomize", "xml"):
        (tmp_path / f"{module}.py").write_text(trap)
    for package in ("readygate", "coverage"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(trap)
    (tmp_path / "readygate" / "__main__.py").write_text(trap)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("--version",), ("report",)], ids=" ".join)
def test_nothing_of_the_workspace_is_imported(image: str, hostile: Path, arguments: tuple[str, ...]) -> None:
    # A job may set these; the runner hands them on to the container.
    env = {
        "PYTHONPATH": "/github/workspace",
        "PYTHONSTARTUP": "/github/workspace/requests.py",
        "PYTHONUSERBASE": "/github/workspace",
        "PYTHONINSPECT": "1",
    }

    run = run_action(image, hostile, env, None, *arguments)

    assert not (hostile / "executed").exists()
    assert run.exit_code != 99


def test_the_hostile_workspace_would_be_imported_without_isolation(image: str, hostile: Path) -> None:
    run = run_inside(image, "/opt/readygate/bin/python", "-B", "-m", "readygate", workspace=hostile)

    assert run.returncode == 99
    assert (hostile / "executed").read_text() == "/github/workspace/readygate/__init__.py"


def test_there_is_no_tool_that_could_fetch_or_build(image: str) -> None:
    tools = ["git", "gcc", "cc", "g++", "clang", "make", "ld", "curl", "wget"]

    run = run_inside(image, "/bin/sh", "-c", 'for tool; do command -v "$tool"; done; true', "sh", *tools)

    assert (run.returncode, run.stdout) == (0, "")


def test_it_holds_the_wheel_and_the_locked_packages_and_no_others(image: str) -> None:
    script = (
        "import importlib.metadata as metadata\n"
        "for found in metadata.distributions():\n"
        "    print(found.metadata['Name'], found.version)\n"
    )

    run = run_inside(image, "/opt/readygate/bin/python", "-I", "-c", script)

    installed = {_name(line.split()[0]): line.split()[1] for line in run.stdout.splitlines()}
    locked = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert installed == {"readygate": __version__} | {_name(name): version for name, version in locked}


def test_nothing_is_left_to_compile_at_the_start(image: str) -> None:
    run = run_inside(
        image, "/opt/readygate/bin/python", "-I", "-B", "-v", "-c", "import readygate.commands.program, github"
    )

    assert run.returncode == 0
    # Of a compiled file, Python puts the name in quotes.
    assert "# code object from '/opt/readygate/lib/" in run.stderr
    assert not re.findall(r"^# code object from (/.*)", run.stderr, re.MULTILINE)


def test_its_size_can_be_told_and_is_within_bounds(image: str) -> None:
    run = call_script("size", image)

    assert run.returncode == 0, run.stderr
    total = re.search(r"([\d.]+) MB +all", run.stdout)
    assert total is not None, run.stdout
    # Generous, as the base is not ours: it is there to notice a compiler, or a package with no place here.
    assert 0 < float(total[1]) < 80


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()
