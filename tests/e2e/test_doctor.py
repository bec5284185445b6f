"""The doctor asks GitHub: what the token reads, what is stored, what the branch requires. It changes nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import GATE, READ, Runner, junit
from tests.fakes.github import faults

ROOT = Path(__file__).parents[2]
THREE = (ROOT / "examples" / "workflows" / "three-jobs.yml").read_text(encoding="utf-8")


def ask(runner: Runner, *, token: str = "", workflow: str = THREE, **environment: str) -> tuple[int, dict[str, Any]]:
    """Call the doctor on a terminal; what it says by grade and check."""
    folder = runner.folder / "repository" / ".github" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ci.yml").write_text(workflow)
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "GITHUB_API_URL": runner.hub.url}
    given |= {"GITHUB_TOKEN": token or runner.hub.token(GATE), **environment}
    command = [sys.executable, "-W", "error", "-m", "readygate", "doctor", "--json", "--repository", "acme/widgets"]
    done = subprocess.run(
        command, cwd=folder.parents[1], env=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == "", done.stderr
    assert given["GITHUB_TOKEN"] not in done.stdout
    return done.returncode, {f"{row['grade']} {row['check']}": row for row in json.loads(done.stdout)["remarks"]}


@pytest.fixture
def tip(runner: Runner) -> str:
    return runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")


def test_all_is_well(runner: Runner, tip: str) -> None:
    runner.push(tip, {"junit.xml": junit(a="passed")})
    runner.hub.world.rules["main"] = [
        {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "gate"}]}},
        {"type": "merge_queue", "parameters": {}},
    ]
    runner.hub.reset_requests()
    code, found = ask(runner)

    assert code == 0, found
    assert {"good token", "good baseline", "good required", "good merge-queue"} <= set(found)
    assert "the tip of `main` among them" in found["good baseline"]["what"]
    assert {request.method for request in runner.hub.requests} == {"GET"}
    assert len(runner.hub.requests) <= 12


def test_results_that_are_missing_or_old_are_told(runner: Runner, tip: str) -> None:
    _, found = ask(runner)
    assert "no stored results yet" in found["advice baseline"]["what"]

    runner.push(tip, {"junit.xml": junit(a="passed")})
    newer = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="main")
    _, found = ask(runner)
    assert f"not of the tip of `main` ({newer[:7]})" in found["advice baseline"]["what"]


@pytest.mark.parametrize("ref", ["", ":refs/acme/results"])
def test_a_ref_is_looked_at_like_a_branch(runner: Runner, tip: str, ref: str) -> None:
    workflow = THREE.replace("          needs: $", f"          baseline: ref{ref}\n          needs: $")
    _, found = ask(runner, workflow=workflow)
    assert "no stored results yet" in found["advice baseline"]["what"]

    runner.push(tip, {"junit.xml": junit(a="passed")}, baseline=f"ref{ref}")
    _, found = ask(runner, workflow=workflow)
    assert "the tip of `main` among them" in found["good baseline"]["what"]

    runner.hub.fault("GET", "/git/ref/", faults.answer(500, {}, {"Retry-After": "0"}), times=1_000)
    _, found = ask(runner, workflow=workflow)
    assert "cannot be read" in found["wrong baseline"]["what"]


def test_a_ref_that_cannot_be_used_is_wrong(runner: Runner, tip: str) -> None:
    workflow = THREE.replace("          needs: $", "          baseline: ref:refs/heads/main\n          needs: $")
    _, found = ask(runner, workflow=workflow)
    assert "outside of refs/heads" in found["wrong baseline"]["what"]


def test_rules_that_hinder_are_wrong(runner: Runner, tip: str) -> None:
    runner.hub.world.rules["main"] = [{"type": "merge_queue", "parameters": {}}]
    runner.hub.world.rules["readygate-data"] = [{"type": "pull_request"}, {"type": "deletion"}]
    code, found = ask(runner, workflow=THREE.replace("  merge_group:\n", ""))

    assert code == 1
    assert "the queue stops" in found["wrong merge-queue"]["what"]
    assert "(pull_request)" in found["wrong data-branch"]["what"]
    assert "Require the job `gate`" in found["advice required"]["what"]


def test_tokens_that_do_not_reach(runner: Runner, tip: str) -> None:
    code, found = ask(runner, token="ghs_" + "0" * 36)
    assert code == 1
    assert "does not know the token" in found["wrong token"]["what"]

    code, found = ask(runner, token=runner.hub.token({"checks": "read"}))
    assert "may not read commits" in found["wrong token"]["what"]
    assert "contents: read" in found["wrong token"]["paste"]

    code, found = ask(runner, token=runner.hub.token(READ))
    assert "may not read check runs" in found["wrong token"]["what"]


def test_a_disturbed_github_is_no_fault_of_the_repository(runner: Runner, tip: str) -> None:
    runner.hub.fault("GET", r".*", faults.answer(500, {}, {"Retry-After": "0"}), times=1_000)
    _, found = ask(runner)

    assert "is not known" in found["advice token"]["what"]
    assert "wrong required" not in found


def test_few_requests_left_are_told(runner: Runner, tip: str) -> None:
    runner.hub.limits.requests_per_hour = 50
    _, found = ask(runner)

    assert "are left" in found["advice rate-limit"]["what"]


def test_in_a_run_it_uses_the_inputs_of_the_step(runner: Runner, tip: str) -> None:
    """As `with: args: doctor` calls it."""
    runner.push(tip, {"junit.xml": junit(a="passed")})
    event = runner.folder / "event.json"
    event.write_text(json.dumps(runner.hub.event_push("refs/heads/main", "0" * 40, tip)))
    token = runner.hub.token(GATE)
    code, found = ask(
        runner,
        token="unused",
        INPUT_TOKEN=token,
        GITHUB_EVENT_NAME="push",
        GITHUB_REPOSITORY="acme/widgets",
        GITHUB_EVENT_PATH=str(event),
        GITHUB_REF="refs/heads/main",
        GITHUB_SHA=tip,
    )

    assert code == 0, found
    assert "stores results of the base branch" in found["good event"]["what"]
    assert "good baseline" in found
