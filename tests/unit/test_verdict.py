"""Findings to a verdict: the strongest decides, nothing judged is not ready, and the reason is the first that holds."""

import sys
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace
from tests.support.builders import (
    change,
    changes,
    compared,
    cover,
    damage,
    measure,
    numbered,
    policy,
    report,
)

from readygate.judge.verdict import judge, lacks_evidence
from readygate.model.comparison import Comparison
from readygate.model.policy import PRESETS, Policy
from readygate.model.verdict import Level, Status, Verdict
from readygate.policy import preset
from readygate.rules import all_rules
from readygate.support.errors import PluginError


def only(**levels: Level) -> Policy:
    """A policy in which all rules are off but some."""
    known = {rule.name.replace("-", "_"): Level.OFF for rule in all_rules()}
    return policy("standard", **{**known, **levels})


def situation(head: str, base: str | None) -> Comparison:
    known = None if base is None else measure(report({"A": numbered(base)}), commit="b" * 40)
    return compared(measure(report({"A": numbered(head)})), known)


def statuses(verdict: Verdict) -> list[Status]:
    return [finding.status for finding in verdict.findings]


@pytest.mark.parametrize(
    ("levels", "ready"),
    [
        ({"new_failures": Level.BLOCK, "new_skips": Level.WARN}, False),
        ({"new_failures": Level.WARN, "new_skips": Level.BLOCK}, False),
        ({"new_failures": Level.WARN, "new_skips": Level.WARN}, True),
        ({"new_skips": Level.WARN, "reports_found": Level.BLOCK}, True),
        ({"reports_found": Level.BLOCK}, True),
    ],
)
def test_the_strongest_finding_decides(levels: dict[str, Level], ready: bool) -> None:
    verdict = judge(situation("pfs", "ppp"), only(**levels))
    assert verdict.ready is ready
    assert ready == (Status.BLOCK not in statuses(verdict))
    assert len(verdict.findings) == len(levels)


@pytest.mark.parametrize(("head", "base"), list(product(["p", "f", "s", "pf", ""], [None, "p", "f", "ss", "pp"])))
@pytest.mark.parametrize("name", PRESETS)
def test_findings_are_ordered_by_weight(head: str, base: str | None, name: str) -> None:
    verdict = judge(situation(head, base), preset(name))
    weights = {rule.name: rule.weight for rule in all_rules()}
    keys = [(-finding.status, weights[finding.rule], finding.rule) for finding in verdict.findings]
    assert keys == sorted(keys)
    assert verdict.ready == (Status.BLOCK not in statuses(verdict))
    assert verdict.preset == name
    assert {finding.rule for finding in verdict.findings} | set(verdict.off) == set(weights)
    assert verdict.reason
    assert not verdict.reason.endswith(".")


def test_nothing_judged_is_not_ready() -> None:
    verdict = judge(situation("p", None), only(inherited_failures=Level.WARN, new_skips=Level.BLOCK))
    assert statuses(verdict) == [Status.NOT_EVALUATED, Status.NOT_EVALUATED]
    assert not verdict.ready
    assert verdict.reason == "nothing could be judged"


def test_no_rule_at_all_is_not_ready() -> None:
    verdict = judge(situation("p", "p"), only())
    assert (verdict.ready, verdict.findings, verdict.reason) == (False, (), "nothing could be judged")
    assert len(verdict.off) == len(all_rules())


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (lambda comparison, policy: 1 / 0, "failed (ZeroDivisionError: division by zero)"),
        (lambda comparison, policy: sys.exit(0), "failed (SystemExit: 0)"),
        (lambda comparison, policy: None, "returned NoneType instead of a Judgement"),
    ],
)
def test_a_foreign_rule_that_fails_is_named_with_its_package(
    judged: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = replace(all_rules()[0], judge=judged, foreign="acme-readygate 1.0")
    monkeypatch.setattr("readygate.judge.verdict.all_rules", lambda: (rule,))
    with pytest.raises(PluginError) as caught:
        judge(situation("p", "p"), only(**{rule.name.replace("-", "_"): Level.BLOCK}))
    assert caught.value.where == "acme-readygate 1.0"
    assert says in str(caught.value)


def test_a_passing_rule_beside_others_that_cannot_tell_is_enough() -> None:
    verdict = judge(situation("p", None), only(reports_found=Level.BLOCK, new_skips=Level.BLOCK))
    assert verdict.ready


def test_a_rule_with_the_level_warn_never_blocks() -> None:
    complete = [rule for rule in all_rules() if all(option.default is not None for option in rule.options.values())]
    warn_only = only(**{rule.name.replace("-", "_"): Level.WARN for rule in complete})
    for head in (report({"A": numbered("fse")}), damage()):
        verdict = judge(
            compared(measure(head, needs={"a": "cancelled"}), measure(report({"A": numbered("p")}))), warn_only
        )
        assert verdict.ready
        assert verdict.of(Status.WARN)
        assert not verdict.of(Status.BLOCK)


def test_a_rule_may_ask_for_less_than_its_level() -> None:
    # the total falls by a fifth because a covered file without tests comes in, and all changed lines are covered
    base = measure(report({"A": {"t": "p"}}), cover({"a.py": "hhhm"}), commit="b" * 40)
    head = measure(report({"A": {"t": "p"}}), cover({"a.py": "hhhm", "b.py": "mm"}))
    diff = changes(change("a.py"), change("b.py", status="added"))
    verdict = judge(compared(head, base, diff=diff), only(coverage_drop=Level.BLOCK))
    assert statuses(verdict) == [Status.WARN]
    assert verdict.findings[0].level is Level.BLOCK
    assert verdict.ready


class TestReason:
    """What stands after the colon."""

    @pytest.mark.parametrize(
        ("head", "base", "reason"),
        [
            ("ppp", "ppp", "all 3 tests that ran passed"),
            ("pps", "pps", "all 2 tests that ran passed"),
            ("p", "p", "the only test that ran passed"),
            ("ppp", None, "all 3 tests that ran passed, with nothing to compare yet"),
            ("pf", "pp", "1 test newly fails"),
            ("pff", "pp", "2 tests newly fail"),
            ("ppf", "pp", "1 added test fails"),
            ("pf", "pf", "1 test still fails"),
            ("pf", "fp", "1 test newly fails"),
            ("pp", "pf", "1 test fixed"),
            ("pfp", "pff", "1 test fixed, 1 test still fails"),
            ("ps", "pp", "1 newly skipped"),
            ("f", None, "1 test fails"),
        ],
    )
    def test_first_that_holds(self, head: str, base: str | None, reason: str) -> None:
        assert judge(situation(head, base), preset("standard")).reason == reason

    def test_two_reasons_at_most(self) -> None:
        base = measure(report({"A": numbered("pppp")}), cover({"a.py": "hh"}), commit="b" * 40)
        head = measure(report({"A": numbered("f")}), damage(), needs={"x": "skipped"})
        verdict = judge(compared(head, base), preset("strict"))
        assert len(verdict.of(Status.BLOCK)) >= 3
        first = [finding.short for finding in verdict.of(Status.BLOCK)]
        assert verdict.reason == f"{first[0]}; {first[1]}, and {len(first) - 2} more"


def test_only_rules_about_the_evidence_lack_it() -> None:
    assert not lacks_evidence(judge(situation("pf", "pp"), preset("strict")))
    assert lacks_evidence(judge(compared(measure(damage())), preset("standard")))
    assert lacks_evidence(judge(compared(measure()), preset("standard")))
    assert {rule.name for rule in all_rules() if rule.evidence} >= {"reports-found", "reports-readable", "producers"}


def test_presets() -> None:
    names = {rule.name for rule in all_rules()}
    for name in PRESETS:
        chosen = preset(name)
        assert set(chosen.levels) == set(chosen.options) == names
    with pytest.raises(ValueError, match="no preset is called 'loose'; there are standard, strict, lenient"):
        preset("loose")
    for rule in all_rules():  # strict is never weaker and lenient never stronger than standard
        standard, strict, lenient = rule.levels
        assert strict >= standard >= lenient
