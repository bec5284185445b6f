"""The fast set of tests is a real part of all tests."""

from __future__ import annotations

import subprocess
import sys

from tests.repo.tables import ROOT


def collect(*arguments: str) -> set[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}


def test_it_leaves_out_the_slow_folders_only() -> None:
    found = collect("-m", "not slow", "tests/unit/test_console.py", "tests/e2e/test_action.py", "tests/fuzz")

    assert found == {"tests/unit/test_console.py"}
    assert "-m 'not slow'" in (ROOT / "tests/run").read_text(encoding="utf-8")
