"""The package in examples/plugin, installed: a format and a rule that are not Readygate's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = "acme-readygate 1.0"
CHECKS = "# checklist\nlogin: ok 0.2\nimport: ok 12\n"


def install(folder: Path) -> None:
    """Install the package into a folder, as `pip install` does."""
    command = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *command, str(ROOT / "examples/plugin")], check=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    install(folder)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "checks.txt").write_text(CHECKS, encoding="utf-8")
    return tmp_path


def readygate(workspace: Path, site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-m", "readygate", *arguments],
        cwd=workspace,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_format_and_the_rule_are_used_and_named_as_foreign(workspace: Path, site: Path) -> None:
    done = readygate(workspace, site, "report", "--tests", "checks.txt", "--output", "out", "--format", "markdown")

    assert done.returncode == 0, done.stderr
    report = json.loads((workspace / "out/report.json").read_text(encoding="utf-8"))
    (finding,) = [each for each in report["findings"] if each["rule"] == "max-test-seconds"]
    assert (finding["status"], finding["foreign"]) == ("warn", FOREIGN)
    assert finding["summary"] == "1 test takes longer than 10 s: checklist::import 12.00 s"
    assert {each["rule"] for each in report["findings"] if "foreign" in each} == {"max-test-seconds"}
    assert report["files"][0]["format"] == f"acme-checklist (from {FOREIGN})"
    assert report["tests"]["head"]["passed"] == 2
    assert f"`max-test-seconds` (from {FOREIGN})" in done.stdout


@pytest.mark.parametrize(
    ("setting", "code", "status"),
    [("{level: block}", 1, "block"), ("{seconds: 12}", 0, "pass"), ("{seconds: 0.1}", 0, "warn"), ("off", 0, "")],
)
def test_a_policy_sets_the_rule(setting: str, code: int, status: str, workspace: Path, site: Path) -> None:
    policy = workspace / "policy.yml"
    policy.write_text(f"rules: {{max-test-seconds: {setting}}}\n", encoding="utf-8")
    checked = readygate(workspace, site, "policy", "check", "policy.yml")
    assert (checked.returncode, checked.stderr) == (0, "")

    done = readygate(
        workspace, site, "report", "--tests", "checks.txt", "--output", "out", "--policy-file", "policy.yml"
    )

    assert done.returncode == code, done.stderr
    report = json.loads((workspace / "out/report.json").read_text(encoding="utf-8"))
    assert [each["status"] for each in report["findings"] if each["rule"] == "max-test-seconds"] == [status] * bool(
        status
    )
    assert ("max-test-seconds" in report["verdict"]["rules_off"]) is not bool(status)


def test_a_preset_holds_for_the_rule(workspace: Path, site: Path) -> None:
    done = readygate(workspace, site, "report", "--tests", "checks.txt", "--policy", "strict")
    assert done.returncode == 1
    assert f"(from {FOREIGN})" in done.stdout


def test_the_rule_is_explained(workspace: Path, site: Path) -> None:
    assert f"max-test-seconds (from {FOREIGN})  No test takes longer" in readygate(workspace, site, "explain").stdout
    page = readygate(workspace, site, "explain", "max-test-seconds").stdout
    assert page.startswith(f"# max-test-seconds (from {FOREIGN})\n")
    assert "`warn` in `standard`, `block` in `strict`, `off` in `lenient`" in page
    assert "- `seconds`: longest time of a test (default: 10 s)" in page


def test_a_damaged_line_of_the_format_is_reported(workspace: Path, site: Path) -> None:
    (workspace / "checks.txt").write_text(f"{CHECKS}nonsense\n", encoding="utf-8")
    done = readygate(workspace, site, "report", "--tests", "checks.txt")
    assert done.returncode == 1
    assert "checks.txt: not a line of a checklist at line 4" in done.stdout + done.stderr


def test_a_package_in_the_workspace_is_refused(workspace: Path) -> None:
    install(workspace / "site")
    done = readygate(workspace, workspace / "site", "report", "--tests", "checks.txt")
    assert done.returncode == 2
    assert FOREIGN in done.stderr
    assert "its code belongs to the workspace" in done.stderr
