"""The image, built once, and runs of it as GitHub's runner does them.

A test module that wants it imports the fixture and marks itself, so that all such tests go to one worker::

    pytestmark = [pytest.mark.image, pytest.mark.xdist_group("image")]
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SCRIPTS = Path(__file__).parents[1] / "image"

# What the scripts themselves need from this process; all else would be a difference between two machines.
_KEPT = (
    "PATH",
    "HOME",
    "XDG_CACHE_HOME",
    "READYGATE_IMAGE_CACHE",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
)

# The script `run` hands these on by itself.
_RUNNERS_OWN = ("GITHUB_", "RUNNER_", "ACTIONS_", "INPUT_")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedRun:
    """What a run of the action left behind."""

    exit_code: int
    stdout: str
    stderr: str
    outputs: Mapping[str, str]
    summary: str


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of this checkout's image."""
    engine = call_script("engine", "--name")
    if engine.returncode:
        reason = engine.stderr.strip()
        if os.environ.get("READYGATE_REQUIRE_IMAGE"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Workers of one test run share the parent of their temporary folders.
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    if shared is None:
        return _build()
    with (shared / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = shared / "image.id"
        if not built.exists():
            built.write_text(_build())
        return built.read_text()


def call_script(
    script: str, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Calls one of the scripts in tests/image, in an environment of which we know everything."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.run(
        [SCRIPTS / script, *arguments],
        env={**kept, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def run_action(
    image: str,
    workspace: Path,
    env: Mapping[str, str],
    event: Mapping[str, object] | None = None,
    *arguments: str,
) -> CompletedRun:
    """Runs the image over a workspace, with these variables beside those that the runner always sets."""
    with TemporaryDirectory() as folder:
        commands = Path(folder, "commands")
        setting = {**env, "COMMANDS": str(commands)}
        if event is not None:
            event_file = Path(folder, "event.json")
            event_file.write_text(json.dumps(event), encoding="utf-8")
            setting["EVENT"] = str(event_file)
        setting["PASS"] = " ".join(name for name in env if not name.startswith(_RUNNERS_OWN))
        completed = call_script("run", image, str(workspace), *arguments, env=setting)
        return CompletedRun(
            exit_code=completed.returncode,
            stdout=completed.stdout,
            stderr=completed.stderr,
            outputs=read_outputs((commands / "output").read_text(encoding="utf-8")),
            summary=(commands / "summary").read_text(encoding="utf-8"),
        )


def run_inside(image: str, *command: str, workspace: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs another program of the image than its entry point, in the workspace if there is one."""
    mount = (
        () if workspace is None else ("--volume", f"{workspace}:/github/workspace", "--workdir", "/github/workspace")
    )
    arguments = ("run", "--rm", *mount, "--entrypoint", command[0], image, *command[1:])
    done = call_script("engine", *arguments)
    if done.returncode == 0 and not done.stdout and not done.stderr:
        # podman may lose what a short program says; whoever says nothing says it again
        done = call_script("engine", *arguments)
    return done


def read_outputs(text: str) -> dict[str, str]:
    """Reads step outputs by the runner's rules, and fails where the runner would fail the step."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, equals, value = line.partition("=")
        heredoc_name, arrows, delimiter = line.partition("<<")
        if arrows and len(heredoc_name) < len(name):
            values = []
            for value_line in lines:
                if value_line == delimiter:
                    break
                values.append(value_line)
            else:
                raise AssertionError(f"the output {heredoc_name} has no end: {delimiter}")
            outputs[heredoc_name] = "\n".join(values)
        elif equals:
            outputs[name] = value
        elif line:
            raise AssertionError(f"not an output: {line}")
    return outputs


def _build() -> str:
    completed = call_script("build", timeout=1200)
    if completed.returncode:
        pytest.fail(f"the image could not be built:\n{completed.stdout}{completed.stderr}", pytrace=False)
    return completed.stdout.split()[-1]
