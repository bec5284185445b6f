"""What the tests of the gate share: a base with stored results, a policy, and what a verdict says by name."""

import json
from typing import Any

from tests.e2e.support import Done, Runner, junit, lcov
from tests.fakes.github import Pull

POLICY = ".github/readygate.yml"
SOURCE = "def add(a, b):\n    return a + b\n"
TREE = {"src/app.py": SOURCE, "src/other.py": "x = 1\n" * 9, "tests/test_api.py": "x = 1\n" * 9}
LINES = lcov(src_app_py="1+ 2+", src_other_py="1+ 2+ 3+ 4+")
GREEN = junit(test_add="passed", test_pay="passed", test_sum="passed", test_zip="passed")


def base(runner: Runner, policy: str = "", reports: dict[str, str] | None = None, **inputs: str) -> str:
    """A base commit with a policy and stored results."""
    files = {**TREE, POLICY: policy} if policy else TREE
    sha = runner.hub.commit(files, branch="main")
    done = runner.push(sha, reports or {"junit.xml": GREEN, "cov.lcov": LINES}, **inputs)
    assert done.code == 0, done.log
    return sha


def pull(
    runner: Runner,
    start: str,
    files: dict[str, str | None] | None = None,
    *,
    into: str = "main",
    labels: tuple[str, ...] = (),
) -> Pull:
    """A pull request that changes some files; without any a source file."""
    changed = {"src/app.py": SOURCE + "\n# more\n"} if files is None else files
    sha = runner.hub.commit(changed, branch="topic", parents=[start])
    return runner.hub.open_pull(7, base=into, head="topic", head_sha=sha, labels=labels)


def judged(
    runner: Runner, change: Pull, tests: str = GREEN, lines: str | None = LINES, **inputs: str
) -> tuple[Done, dict[str, dict[str, Any]]]:
    """Run for a pull request; what blocks or warns comes by rule."""
    files = {"junit.xml": tests, **({"cov.lcov": lines} if lines is not None else {})}
    done = runner.pull_request(change, files, **inputs)
    return done, findings(done)


def findings(done: Done) -> dict[str, dict[str, Any]]:
    """What blocks or warns, by rule."""
    assert done.outputs.get("reasons"), done.log
    return {row["rule"]: row for row in json.loads(done.outputs["reasons"])}


def names(finding: dict[str, Any]) -> list[str]:
    """What a finding rests on."""
    return [row["name"] for row in finding["evidence"]]


def timed(seed: int, *, stamp: str = "") -> str:
    """A report whose durations are those of one run."""
    cases = "".join(
        f'<testcase classname="tests.test_api" name="test_{n}" time="{(n * 37 + seed * 101) % 997 / 1000}"/>'
        for n in range(12)
    )
    when = f' timestamp="{stamp}"' if stamp else ""
    return f'<testsuites><testsuite name="pytest"{when}>{cases}</testsuite></testsuites>'
