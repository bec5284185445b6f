"""The code that CONTRIBUTING.md shows works: it is written where the text says, and nothing else is edited."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import readygate
from tests.repo.tables import ROOT

MODULE = re.compile(r"<!-- module: (\S+) -->\n\s*```python\n(.*?)^\s*```$", re.DOTALL | re.MULTILINE)
REPORT = re.compile(r"^```json\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and of the tests that a new module meets, with the modules of the text in place."""
    shutil.copytree(Path(readygate.__file__).parent, tmp_path / "readygate", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("contract", "rules", "samples", "support"):
        shutil.copytree(ROOT / "tests" / name, tmp_path / "tests" / name, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("__init__.py", "conftest.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name, code in MODULE.findall(text):
        target = tmp_path / (name if name.startswith("tests/") else f"readygate/{name}")
        assert not target.exists()
        target.write_text(textwrap.dedent(code), encoding="utf-8")
    report = REPORT.search(text)
    assert report is not None
    for folder in (tmp_path, tmp_path / "tests" / "samples"):
        (folder / "acme.json").write_text(report[1], encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_format_reads_its_example(copy: Path) -> None:
    done = run(copy, "readygate", "inspect", "acme.json")

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["format"], found["passed"], found["failed"], found["problems"]) == ("acme", 1, 1, [])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [("formats", "acme"), ("rules", "skipped-tests")])
def test_the_contract_tests_pass(copy: Path, kind: str, name: str) -> None:
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", f"tests/contract/test_{kind}.py", "-k", name)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b[1-9]\d* passed", done.stdout)
