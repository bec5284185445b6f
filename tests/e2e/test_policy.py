"""The policy file over the whole road: where it is read from, what it excuses, and what a change to it says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.gate import GREEN, LINES, POLICY, SOURCE, TREE, base, findings, judged, names, pull
from tests.e2e.support import Runner, junit, lcov

RED = junit(test_add="passed", test_pay="failed", test_sum="passed", test_zip="passed")


def day(offset: int) -> str:
    return (datetime.now(tz=UTC) + timedelta(days=offset)).strftime("%Y-%m-%d")


def test_a_change_that_breaks_the_policy_file_is_blocked(runner: Runner) -> None:
    start = base(runner, "preset: lenient\nrules:\n  policy-changed: off\n")
    done, found = judged(runner, pull(runner, start, {POLICY: "presett: strict\nrules: [a\n"}))
    assert done.code == 1
    assert found["policy-changed"]["status"] == "block"
    assert "cannot be used" in done.summary.splitlines()[0]
    assert f"{POLICY}:" in found["policy-changed"]["detail"]


def test_a_broken_policy_of_the_base_ends_the_run(runner: Runner) -> None:
    start = runner.hub.commit({**TREE, POLICY: "rules:\n  new-skip: block\n"}, branch="main")
    done = runner.pull_request(pull(runner, start), {"junit.xml": GREEN})
    assert done.code == 2
    assert f"{POLICY} at {start[:7]}:2: rules.new-skip: no such rule; did you mean `new-skips`?" in done.log
    assert done.outputs["verdict"] == "not-evaluated"


def test_tightening_the_policy_passes(runner: Runner) -> None:
    start = base(runner, "preset: standard\n")
    done, found = judged(runner, pull(runner, start, {POLICY: "preset: strict\n"}))
    assert done.code == 0
    assert "policy-changed" not in found


@pytest.mark.parametrize("size", [1, 40])
def test_another_limit_of_stored_results_passes_and_is_reported(runner: Runner, size: int) -> None:
    start = base(runner, "preset: strict\n")
    done, found = judged(runner, pull(runner, start, {POLICY: f"preset: strict\nbaseline-size: {size}\n"}))
    assert done.code == 0
    assert "policy-changed" not in found
    assert "What this change does to the policy: 1 setting asks the same" in done.summary
    assert f"| Asks the same | `baseline-size`: 20 MB → {size} MB |" in done.summary


def test_taking_the_file_away_is_a_change_like_others(runner: Runner) -> None:
    start = base(runner, "preset: strict\n")
    done, found = judged(runner, pull(runner, start, {POLICY: None}))
    assert done.code == 1, "strict blocks what loosens the policy"
    assert "new-skips: block → warn" in names(found["policy-changed"])


def test_a_first_policy_file_is_compared_with_the_preset(runner: Runner) -> None:
    start = base(runner)
    _, found = judged(runner, pull(runner, start, {POLICY: "rules:\n  coverage-drop: warn\n"}))
    assert names(found["policy-changed"]) == ["coverage-drop: block → warn"]


def test_the_input_cannot_loosen_what_the_file_says(runner: Runner) -> None:
    start = base(runner, "preset: strict\n")
    done, found = judged(runner, pull(runner, start), junit(test_add="passed"), policy="lenient")
    assert done.code == 1
    assert found["vanished-tests"]["status"] == "block"


def test_the_label_excuses_and_tells_who_set_it(runner: Runner) -> None:
    two = {"a/junit.xml": GREEN, "b/junit.xml": junit(test_x="passed", test_y="passed"), "cov.lcov": LINES}
    start = base(runner, reports=two)
    change = pull(runner, start)
    less = {name: text for name, text in two.items() if not name.startswith("b/")}

    bare = runner.pull_request(change, less)
    assert (bare.code, findings(bare)["reports-complete"]["status"]) == (1, "block")

    change.labels.append("readygate-accept")
    excused = runner.pull_request(change, less)
    told = findings(excused)["reports-complete"]
    assert (excused.code, told["status"], told["waived"]) == (0, "warn", True)
    assert told["detail"].endswith("Excused by the label readygate-accept, set by maintainer.")

    change.labels.clear()
    again = runner.pull_request(change, less)
    assert (again.code, findings(again)["reports-complete"]["status"]) == (1, "block")


def test_the_label_counts_in_the_queue_too(runner: Runner) -> None:
    two = {"a/junit.xml": GREEN, "b/junit.xml": junit(test_x="passed", test_y="passed"), "cov.lcov": LINES}
    start = base(runner, reports=two)
    change = pull(runner, start, labels=("readygate-accept",))
    less = {name: text for name, text in two.items() if not name.startswith("b/")}
    group = str(change.merge_sha)
    ref = f"refs/heads/gh-readonly-queue/main/pr-7-{start}"
    event = runner.hub.event_merge_group("main", start, group, 7)
    excused = runner.run("merge_group", event, less, sha=group, ref=ref)
    assert (excused.code, findings(excused)["reports-complete"]["waived"]) == (0, True)
    change.labels.clear()
    assert runner.run("merge_group", event, less, sha=group, ref=ref).code == 1


@pytest.mark.parametrize(
    ("labeler", "told"),
    [
        ("github-actions[bot]", ", set by github-actions[bot], does not count: an app set it and no person."),
        ("", ", does not count: nobody is known to have set it."),
    ],
)
def test_a_label_that_no_person_set_excuses_nothing(runner: Runner, labeler: str, told: str) -> None:
    two = {"a/junit.xml": GREEN, "b/junit.xml": junit(test_x="passed", test_y="passed"), "cov.lcov": LINES}
    change = pull(runner, base(runner, reports=two), labels=("readygate-accept",))
    change.labeler = labeler
    less = {name: text for name, text in two.items() if not name.startswith("b/")}
    done = runner.pull_request(change, less, report="out")
    found = findings(done)["reports-complete"]
    assert (done.code, found["status"], found["waived"]) == (1, "block", False)
    assert "Waived by" not in done.summary
    (written,) = runner.folder.glob("workspace-*/out/report.json")
    assert json.loads(written.read_bytes())["waiver"] is None
    assert found["detail"].endswith(f"The label readygate-accept{told}")


def test_a_policy_without_a_label_excuses_nothing(runner: Runner) -> None:
    two = {"a/junit.xml": GREEN, "b/junit.xml": junit(test_x="passed", test_y="passed"), "cov.lcov": LINES}
    start = base(runner, "waiver: false\n", two)
    change = pull(runner, start, labels=("readygate-accept",))
    done = runner.pull_request(change, {name: text for name, text in two.items() if not name.startswith("b/")})
    assert done.code == 1


def test_no_label_excuses_a_failing_test(runner: Runner) -> None:
    done, found = judged(runner, pull(runner, base(runner), labels=("readygate-accept",)), RED)
    assert (done.code, found["new-failures"]["status"]) == (1, "block")


def test_an_informing_policy_tells_and_fails_nothing(runner: Runner) -> None:
    change = pull(runner, base(runner, "mode: inform\n"))
    done, _ = judged(runner, change, RED)
    assert (done.code, done.outputs["ready"]) == (0, "false")
    (check,) = runner.hub.check_runs(change.head_sha)
    assert check["conclusion"] == "neutral"
    assert "Not ready, for information only" in done.summary


def test_overrides_hold_for_their_branches_only(runner: Runner) -> None:
    text = (
        "rules:\n  new-failures: warn\noverrides:\n  - branches: [release/*]\n    rules:\n      new-failures: block\n"
    )
    start = base(runner, text)
    runner.hub.git.run("update-ref", "refs/heads/release/1", start)
    change = pull(runner, start, into="release/1")
    done, found = judged(runner, change, RED)
    assert (done.code, found["new-failures"]["status"]) == (1, "block")
    runner.hub.close_pull(7)
    other = runner.hub.open_pull(8, head="topic", head_sha=change.head_sha)
    done, found = judged(runner, other, RED)
    assert (done.code, found["new-failures"]["status"]) == (0, "warn")


@pytest.mark.parametrize(("offset", "ready"), [(1, True), (0, True), (-1, False)])
def test_a_quarantine_excuses_to_the_end_of_its_day(runner: Runner, offset: int, ready: bool) -> None:
    text = f"quarantine:\n  - tests: ['*::test_pay']\n    reason: it is being mended\n    expires: {day(offset)}\n"
    done, found = judged(runner, pull(runner, base(runner, text)), RED)
    assert (done.code == 0) is ready
    if ready:
        assert "new-failures" not in found
        assert found["quarantine"]["status"] == "warn"
        assert names(found["quarantine"]) == ["tests.test_api::test_pay"]
        assert "test_pay" in done.summary
    else:
        assert found["new-failures"]["status"] == "block"
        assert names(found["quarantine"]) == ["*::test_pay"]
        assert f"expired on {day(-1)}" in found["quarantine"]["detail"]


def test_an_entry_for_a_test_that_is_gone_is_told(runner: Runner) -> None:
    text = f"quarantine:\n  - tests: [tests.mail*]\n    reason: r\n    expires: {day(30)}\n"
    done, found = judged(runner, pull(runner, base(runner, text)))
    assert done.code == 0
    assert found["quarantine"]["title"] == "1 entry of the quarantine fits no test."


def test_a_merge_group_is_judged_by_the_policy_of_its_base(runner: Runner) -> None:
    start = base(runner, "rules:\n  vanished-tests: block\n")
    group = runner.hub.commit({POLICY: "rules:\n  vanished-tests: off\n"}, parents=[start])
    event = runner.hub.event_merge_group("main", start, group)
    files = {"junit.xml": junit(test_add="passed", test_sum="passed", test_zip="passed"), "cov.lcov": LINES}
    done = runner.run("merge_group", event, files, sha=group, ref="refs/heads/gh-readonly-queue/main/pr-7-x")
    found = findings(done)
    assert (done.code, found["vanished-tests"]["status"]) == (1, "block")
    assert names(found["policy-changed"]) == ["vanished-tests: block → off"]


def test_without_a_token_the_preset_holds_and_it_says_so(runner: Runner) -> None:
    start = base(runner, "preset: strict\n")
    done, _ = judged(runner, pull(runner, start), GREEN, token="", baseline="off")
    assert done.code == 0
    assert "The policy file of the base could not be read: there is no token" in done.log


GROUPS = """groups:
  - name: site
    reports: ['site/**', site]
    when-changed: ['site/**']
"""
SITE = junit(test_page="passed", test_menu="passed")
UNIT = {"unit/junit.xml": GREEN, "cov.lcov": LINES}


def test_a_suite_that_is_not_touched_rests_and_is_carried_on(runner: Runner) -> None:
    start = base(runner, GROUPS, {**UNIT, "site/junit.xml": SITE})
    change = pull(runner, start)

    done = runner.pull_request(change, UNIT)
    assert done.code == 0, done.summary
    assert "1 suite carried from the base" in done.summary
    assert "vanished-tests" not in findings(done)

    merged = runner.hub.commit({"src/app.py": SOURCE + "# more\n"}, branch="main", parents=[start])
    assert runner.push(merged, UNIT, before=start).code == 0
    runner.hub.close_pull(7)

    sha = runner.hub.commit({"site/index.html": "<p>\n"}, branch="other", parents=[merged])
    touching = runner.hub.open_pull(8, head="other", head_sha=sha)
    absent = runner.pull_request(touching, UNIT)
    assert (absent.code, findings(absent)["reports-complete"]["status"]) == (1, "block")
    broken = junit(test_page="failed", test_menu="passed")
    there = runner.pull_request(touching, {**UNIT, "site/junit.xml": broken})
    found = findings(there)
    assert there.code == 1
    assert [name.rpartition("::")[2] for name in names(found["new-failures"])] == ["test_page"]
    assert "did not fail on the base" in found["new-failures"]["summary"]
    mended = runner.pull_request(touching, {**UNIT, "site/junit.xml": SITE})
    assert mended.code == 0, mended.summary


def test_a_change_that_touches_no_suite_needs_none(runner: Runner) -> None:
    text = "groups:\n  - name: all\n    reports: ['**', '*']\n    when-changed: ['src/**', 'tests/**']\n"
    start = base(runner, text)
    change = pull(runner, start, {"notes.txt": "words\n"})
    done = runner.pull_request(change, {})
    assert done.code == 0, done.summary
    assert "nothing had to run, 1 suite carried from the base" in done.summary


def record(runner: Runner, branch: str, sha: str, before: str) -> str:
    event = runner.hub.event_push(f"refs/heads/{branch}", before, sha)
    token = runner.hub.token({"contents": "write", "checks": "write"})
    files = {"junit.xml": RED, "cov.lcov": lcov(src_app_py="1+ 2+", src_other_py="1+ 2+ 3+ 4+")}
    done = runner.run("push", event, files, sha=sha, ref=f"refs/heads/{branch}", token=token)
    return f"{done.code} {done.log}"


def test_a_branch_that_the_default_branch_lists_is_recorded(runner: Runner) -> None:
    start = base(runner, "base-branches: ['release/*']\n")
    # what the branch itself says of it does not count
    sha = runner.hub.commit({"a.txt": "1\n", POLICY: "preset: standard\n"}, branch="release/1", parents=[start])
    told = record(runner, "release/1", sha, start)
    assert told.startswith("0 "), "a base branch records, ready or not"
    names_ = "\n".join(runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data"))
    assert sha[:8] in names_ or sha in names_, names_

    topic = runner.hub.commit({"src/app.py": SOURCE + "# more\n"}, branch="topic", parents=[sha])
    change = runner.hub.open_pull(7, base="release/1", head="topic", head_sha=topic)
    done, found = judged(runner, change, RED)
    assert done.outputs["baseline-commit"] == sha
    assert "inherited-failures" in found


def test_a_branch_cannot_list_itself(runner: Runner) -> None:
    start = base(runner, "preset: standard\n")
    sha = runner.hub.commit({POLICY: "base-branches: ['**']\n"}, branch="mine", parents=[start])
    told = record(runner, "mine", sha, start)
    assert told.startswith("1 "), told


def test_a_broken_list_of_branches_is_told(runner: Runner) -> None:
    start = base(runner)
    runner.hub.commit({POLICY: "base-branches: 7: 8\n"}, branch="main", parents=[start])
    sha = runner.hub.commit({"a.txt": "1\n"}, branch="mine", parents=[start])
    told = record(runner, "mine", sha, start)
    assert told.startswith("2 ")
    assert f"{POLICY} at main:1" in told
