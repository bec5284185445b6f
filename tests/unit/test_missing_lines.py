"""Lines that the base measured and that a report leaves out: they never make a verdict better."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import BASE, change, changes, compared, cover, measure, numbered, policy, report

from readygate.judge.policy_preview import comparison_options
from readygate.judge.verdict import judge
from readygate.model.changes import Changes, FileChange
from readygate.model.policy import PRESETS, Policy
from readygate.model.verdict import Level, Status, Verdict
from readygate.policy import effective, read

RICH = b"""\
rules: {coverage-min: {minimum: 60}}
components: [{name: a, paths: [a.py], minimum: 50, maximum-drop: 10, critical: true}]
"""
POLICIES = {**{name: policy(name) for name in PRESETS}, "rich": effective(read(RICH, "readygate.yml"))}


def judged(head: dict[str, str], base: dict[str, str], diff: Changes, chosen: Policy) -> Verdict:
    suite = report({"A": numbered("p")})
    options = comparison_options(chosen, 1_800_000_000)
    found = compared(measure(suite, cover(head)), measure(suite, cover(base), commit=BASE), diff=diff, options=options)
    return judge(found, chosen)


def status(verdict: Verdict, rule: str) -> Status:
    (found,) = [finding for finding in verdict.findings if finding.rule == rule]
    return found.status


OTHER = changes(change("README.md", [1]))
PLAIN = "h" * 80 + "m" * 20


@pytest.mark.parametrize("name", ["standard", "strict"])
@pytest.mark.parametrize("head", ["h" * 80, "h", "h" * 80 + "m" * 14])
def test_reporting_only_some_lines_blocks(head: str, name: str) -> None:
    verdict = judged({"a.py": head}, {"a.py": PLAIN}, OTHER, POLICIES[name])
    assert not verdict.ready
    assert status(verdict, "reports-complete") is Status.BLOCK


def test_a_few_uncovered_lines_that_are_missing_warn() -> None:
    verdict = judged({"a.py": "h" * 80 + "m" * 15}, {"a.py": PLAIN}, OTHER, POLICIES["strict"])
    assert verdict.ready
    assert status(verdict, "reports-complete") is Status.WARN


def test_covered_lines_that_are_missing_count_as_not_covered() -> None:
    verdict = judged({"a.py": "h" * 78 + ".." + "m" * 20}, {"a.py": PLAIN}, OTHER, POLICIES["standard"])
    assert status(verdict, "coverage-drop") is Status.BLOCK
    assert "2 untouched lines no longer measured" in verdict.reason


def test_the_share_that_may_be_missing_is_an_option() -> None:
    chosen = effective(read(b"rules: {reports-complete: {missing-lines: 30}}", "readygate.yml"))
    verdict = judged({"a.py": "h" * 80}, {"a.py": PLAIN}, OTHER, chosen)
    assert verdict.ready
    assert status(verdict, "reports-complete") is Status.WARN


def test_lines_that_the_change_removes_are_not_missing() -> None:
    diff = changes(change("a.py", [], range(81, 101)))
    assert (
        status(judged({"a.py": "h" * 80}, {"a.py": PLAIN}, diff, POLICIES["strict"]), "reports-complete") is Status.PASS
    )


def test_lines_of_a_file_whose_diff_is_left_out_are_not_known() -> None:
    diff = changes(change("a.py", shown=False))
    assert (
        status(judged({"a.py": "h" * 80}, {"a.py": PLAIN}, diff, POLICIES["strict"]), "reports-complete") is Status.PASS
    )


def test_no_line_blocks_if_no_rule_about_coverage_does() -> None:
    rules = b"rules: {coverage-drop: warn, patch-coverage: off, new-exclusions: warn, unplaced-files: warn}"
    verdict = judged({"a.py": "h"}, {"a.py": PLAIN}, OTHER, effective(read(rules, "readygate.yml")))
    assert status(verdict, "reports-complete") is Status.WARN
    assert Level.BLOCK not in {finding.level for finding in verdict.findings if finding.status is Status.BLOCK}


def test_untouched_lines_that_are_measured_for_the_first_time_only_warn() -> None:
    verdict = judged({"a.py": "h" * 80 + "m" * 20}, {"a.py": "h" * 80}, OTHER, POLICIES["strict"])
    (found,) = [finding for finding in verdict.findings if finding.rule == "coverage-drop"]
    assert found.status is Status.WARN
    assert "20 lines that this change does not touch are measured for the first time" in str(found.detail)


def detail(verdict: Verdict, rule: str) -> str:
    (found,) = [finding for finding in verdict.findings if finding.rule == rule]
    return "".join(part if isinstance(part, str) else part.text for part in (*found.detail, *found.todo))


def test_a_report_of_the_base_is_recognized() -> None:
    lines = "hm" * 20
    diff = changes(change("a.py", [1]))
    verdict = judged({"a.py": lines}, {"a.py": lines}, diff, POLICIES["standard"])
    for rule in ("coverage-drop", "reports-complete"):
        assert "a.py has the coverage of the base, line for line" in detail(verdict, rule)
        assert "run the tests with coverage for this commit" in detail(verdict, rule)


@pytest.mark.parametrize(
    ("head", "diff"),
    [
        (".hmhm", change("a.py", [1])),  # the lines moved
        ("hmhm", change("a.py", [2], [2])),  # no line moved
        ("hmhm", change("a.py", [5])),  # lines after the last measured one
    ],
)
def test_a_report_of_this_run_is_not_taken_for_one_of_the_base(head: str, diff: FileChange) -> None:
    verdict = judged({"a.py": head}, {"a.py": "hmhm"}, changes(diff), POLICIES["standard"])
    assert "the coverage of the base, line for line" not in str(verdict)


def test_a_report_of_the_base_that_is_missing_is_named_beside_the_drop() -> None:
    suite = report({"A": numbered("p")})
    one, other = cover({"a.py": "hhmm"}), cover({"a.py": "mmhh"})
    base = measure(suite, one, other, commit=BASE)
    reports = {"out/junit-1.xml": "1", "out/coverage-2.xml": "2", "out/coverage-3.xml": "3"}
    stored = replace(base.snapshot, provenance=replace(base.snapshot.provenance, reports=reports))
    verdict = judge(compared(measure(suite, one), stored, diff=OTHER), POLICIES["standard"])
    assert "The base also had out/coverage-3.xml, which this run lacks." in detail(verdict, "coverage-drop")
    assert "check the upload of out/coverage-3.xml" in detail(verdict, "coverage-drop")


def test_files_that_are_not_in_the_repository_are_not_missing() -> None:
    suite = report({"A": numbered("p")})
    head = measure(suite, cover({"a.py": "h"}))
    base = measure(suite, cover({"a.py": "h", "out/generated.py": "hhmm"}), commit=BASE)
    known = compared(head, base, diff=OTHER, files=("a.py", "README.md"))
    assert status(judge(known, POLICIES["strict"]), "reports-complete") is Status.PASS
    assert known.coverage is not None
    assert known.coverage.delta is not None
    assert known.coverage.delta.base.total == 1
    unknown = compared(head, base, diff=OTHER)  # the tree is not known, or listed only in part
    assert status(judge(unknown, POLICIES["strict"]), "reports-complete") is Status.BLOCK


states = st.text("hhm.", min_size=1, max_size=14)


@given(
    st.tuples(states, states),
    st.tuples(states, states),
    st.sets(st.integers(1, 14), max_size=4),
    st.sets(st.integers(1, 14), max_size=4),
    st.sampled_from(sorted(POLICIES)),
    st.randoms(use_true_random=False),
)
def test_leaving_lines_out_never_makes_a_verdict_better(
    now: tuple[str, str], then: tuple[str, str], added: set[int], removed: set[int], name: str, pick: object
) -> None:
    head, base = {"a.py": now[0], "b.py": now[1]}, {"a.py": then[0], "b.py": then[1]}
    diff = changes(change("a.py", sorted(added), sorted(removed)))
    kept_now = [number for number in range(1, len(now[0]) + 1) if number not in added]
    kept_then = [number for number in range(1, len(then[0]) + 1) if number not in removed]
    left_out = {
        place
        for place, number in zip(kept_now, kept_then, strict=False)
        if then[0][number - 1] != "." and pick.random() < 0.5  # type: ignore[attr-defined]
    }
    less = "".join("." if number in left_out else state for number, state in enumerate(now[0], 1))
    assume(less != now[0])
    before = judged(head, base, diff, POLICIES[name])
    after = judged({**head, "a.py": less}, base, diff, POLICIES[name])
    assert before.ready or not after.ready, (before.reason, after.reason)
