"""The lock files: whatever installs from them gets what was tested, on every machine."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / ".ci" / "requirements"
FILES = ("image.txt", "test.txt", "build.txt")


def pins(name: str) -> dict[str, str]:
    text = (REQUIREMENTS / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def test_what_is_tested_is_what_is_shipped() -> None:
    assert pins("image.txt").items() <= pins("test.txt").items()


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]

    def names(declared: list[str]) -> set[str]:
        return {re.split(r"[^A-Za-z0-9_.-]", entry)[0].lower().replace("_", "-") for entry in declared}

    assert names(project["project"]["dependencies"]) <= pins("image.txt").keys()
    assert names(groups["test"] + groups["lint"]) <= pins("test.txt").keys()
    assert names(groups["build"]) <= pins("build.txt").keys()


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_file_names_an_index(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()

    assert len(re.findall(r"^\S+==.* \\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins(name))
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
