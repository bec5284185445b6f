"""action.yml, the settings and the outputs say the same."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from readygate.config.settings import Settings, read_inputs
from readygate.outputs.step_outputs import NAMES
from tests.repo.tables import ROOT, action

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")

# https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability, and
# `inputs.*.default` of action_yaml.json in the runner: the contexts that a default may use
CONTEXTS = ("github", "strategy", "matrix", "job", "runner")


class Asked(Mapping[str, str]):
    """An environment that remembers which inputs were read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_every_input_of_the_action_is_read_and_no_other() -> None:
    asked = Asked()
    read_inputs(asked)

    declared = {f"INPUT_{name.upper()}" for name in action()["inputs"]}

    # for shells that lose variables with a hyphen, each is looked for with underscores, too
    assert asked.names == declared | {name.replace("-", "_") for name in declared}


def test_defaults_are_those_of_the_settings() -> None:
    defaults = {name: given["default"] for name, given in action()["inputs"].items()}
    plain = {f"INPUT_{name.upper()}": value for name, value in defaults.items() if not EXPRESSION.search(value)}

    assert read_inputs(plain) == Settings()
    assert read_inputs({}) == Settings()
    assert defaults["token"] == "${{ github.token }}"
    assert defaults["matrix"] == "${{ toJSON(matrix) }}"


def test_defaults_are_text_so_that_no_yaml_type_changes_them() -> None:
    assert {type(given["default"]) for given in action()["inputs"].values()} == {str}


def test_the_matrix_of_a_job_without_one_is_no_leg() -> None:
    assert read_inputs({"INPUT_MATRIX": "null"}).leg == ""


def test_outputs_are_those_that_the_step_writes() -> None:
    assert tuple(action()["outputs"]) == NAMES


def test_no_description_holds_an_expression() -> None:
    data = action()
    texts = [data["description"]]
    texts += [given["description"] for kind in ("inputs", "outputs") for given in data[kind].values()]

    assert [text for text in texts if "${{" in text or "}}" in text] == []
    assert all(text.strip().endswith(".") for text in texts)


def test_expressions_in_defaults_use_what_is_known_there() -> None:
    found = [expression for given in action()["inputs"].values() for expression in EXPRESSION.findall(given["default"])]

    assert all(re.fullmatch(rf"(?:toJSON\()?(?:{'|'.join(CONTEXTS)})(?:\.\w+)?\)?", text) for text in found)


def test_input_names_survive_the_way_through_the_environment() -> None:
    # the runner turns only spaces into underscores, and act all that is no letter, digit or hyphen
    assert all(re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name) for name in action()["inputs"])


def test_it_is_built_from_the_dockerfile_beside_it() -> None:
    assert action()["runs"] == {"using": "docker", "image": "Dockerfile"}
    assert (ROOT / "Dockerfile").is_file()


def tool(name: str) -> str:
    """A linter, from this environment or from the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_it_keeps_to_the_schema() -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", "action.yml"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
