"""`readygate policy` and `readygate explain`, as processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from readygate.policy.schema import schema
from readygate.rules import all_rules

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-W", "error", "-m", "readygate", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def write(folder: Path, text: str) -> None:
    (folder / ".github").mkdir()
    (folder / ".github/readygate.yml").write_text(text)


def test_check_says_what_is_wrong_or_that_nothing_is(tmp_path: Path) -> None:
    code, text = run(tmp_path, "policy", "check")
    assert (code, "there is no such file" in text) == (2, True)
    write(tmp_path, "presett: strict\nmode: loud\n")
    code, text = run(tmp_path, "policy", "check")
    assert code == 2
    assert ":1: presett: no such key; did you mean `preset`?" in text
    assert ":2: mode: 'loud' is not one of enforce, inform" in text
    (tmp_path / ".github/readygate.yml").write_text("preset: strict\n")
    code, text = run(tmp_path, "policy", "check")
    assert (code, "can be used; preset strict" in text) == (0, True)


def test_show_tells_each_value_and_its_origin(tmp_path: Path) -> None:
    write(tmp_path, "rules:\n  coverage-drop:\n    maximum: 1\noverrides:\n- branches: [rel/*]\n  preset: strict\n")
    code, text = run(tmp_path, "policy", "show", "--branch", "rel/1")
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines()}
    assert code == 0
    assert rows["preset"] == "strict line 6, for `rel/1`"
    assert rows["rules.coverage-drop.maximum"] == "1 points line 3"
    assert rows["rules.new-skips"] == "block preset strict"
    assert rows["baseline-size"] == "20 MB default"
    assert {f"rules.{rule.name}" for rule in all_rules()} <= rows.keys()


def test_init_writes_what_check_takes_and_overwrites_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "policy", "init")[0] == 0
    assert run(tmp_path, "policy", "check")[0] == 0
    code, text = run(tmp_path, "policy", "init")
    assert (code, "is there already" in text) == (2, True)


@pytest.mark.skipif("coverage-min" not in {rule.name for rule in all_rules()}, reason="it proposes rules to come")
def test_init_fits_a_report(tmp_path: Path) -> None:
    report = ROOT / "tests/golden/coverage-drop/report.json"
    assert run(tmp_path, "policy", "init", "--report", str(report))[0] == 0
    assert run(tmp_path, "policy", "check")[0] == 0
    assert "measured:" in (tmp_path / ".github/readygate.yml").read_text()


def test_the_schema_is_printed(tmp_path: Path) -> None:
    code, text = run(tmp_path, "policy", "schema")
    assert (code, json.loads(text)) == (0, schema())


def test_explain_prints_a_page_and_the_list(tmp_path: Path) -> None:
    code, text = run(tmp_path, "explain", "policy-changed")
    assert code == 0
    assert text.startswith("# policy-changed\n\n**Asks:**")
    code, text = run(tmp_path, "explain")
    assert all(rule.name in text for rule in all_rules())
    code, text = run(tmp_path, "explain", "policy-change")
    assert (code, "did you mean `policy-changed`?" in text) == (2, True)
