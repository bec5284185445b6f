"""What every rule must provide: levels in each preset, and texts that a reader can act on, in every situation.

`tests/rules/NAME.py` holds the situations of the rule in `src/readygate/rules/NAME.py`: comparisons in which it
passes, is violated, or cannot be evaluated. A rule without situations of each kind fails here.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.builders import policy, under
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, missing, module_of, situations_of
from tests.support.situations import changed, failing_since, given, run, with_policy_change

from readygate.judge.verdict import judge
from readygate.model.comparison import Comparison
from readygate.model.policy import PRESETS, Policy
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.verdict import Level, Status
from readygate.rules import Judgement, Result, Rule, all_rules

SITUATIONS = {rule.name: found for rule in all_rules() if (found := situations_of(rule)) is not None}
EACH_RULE = pytest.mark.parametrize(
    "rule", [rule for rule in all_rules() if rule.name in SITUATIONS], ids=lambda rule: rule.name
)


@cache
def made(make: Callable[[], Comparison]) -> Comparison:
    """Make the comparison of a row once for all tests."""
    return make()


def found_by(rule: Rule, comparison: Comparison, chosen: Policy) -> Judgement:
    """Judge a comparison after measuring it under the policy, as a run does."""
    return rule.judge(under(comparison, chosen), chosen)


def rows(rule: Rule) -> Iterator[tuple[int, Row, Judgement]]:
    """Each situation of a rule with its number, and what the rule finds in it."""
    for number, row in enumerate(SITUATIONS[rule.name].rows):
        yield number, row, found_by(rule, made(row.make), row.under or given())


def text(parts: RichText) -> str:
    return "".join(part.text if isinstance(part, Untrusted) else part for part in parts)


def by_name(rule: Rule) -> str:
    return rule.name


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_every_rule_has_situations_of_each_kind(rule: Rule) -> None:
    found = SITUATIONS.get(rule.name)
    assert found is not None, missing(rule)
    kinds = set(Result) - ({UNKNOWN} if found.can_always_decide else set())
    lacking = ", ".join(sorted(kind.name for kind in kinds - {row.result for row in found.rows}))
    assert not lacking, f"tests/rules/{module_of(rule)}.py has no Row of {lacking}"


def test_all_situations_belong_to_a_rule() -> None:
    folder = Path(__file__).parents[1] / "rules"
    assert {path.stem for path in folder.glob("*.py")} <= {module_of(rule) for rule in all_rules()}


@EACH_RULE
def test_the_levels_in_each_preset(rule: Rule) -> None:
    assert " ".join(level.name for level in rule.levels) == SITUATIONS[rule.name].levels


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_what_a_rule_says_of_itself(rule: Rule) -> None:
    assert rule.name == rule.name.lower().replace("_", "-")
    assert rule.name.replace("-", "").isalpha()
    assert rule.summary.endswith(".")
    assert len(rule.levels) == len(PRESETS)
    assert all(isinstance(level, Level) for level in rule.levels)
    assert rule.description.endswith(".")
    assert len(rule.description) > 80
    for option in rule.options.values():
        assert option.description
        assert option.unit in ("percent", "points", "whole", "seconds", "factor", "choice")
        assert option.default is None or isinstance(option.default, Fraction)
        assert option.default is not None or set(rule.levels) == {Level.OFF}, "a preset cannot turn it on"


@EACH_RULE
def test_what_a_rule_finds(rule: Rule) -> None:
    for number, row, found in rows(rule):
        assert found.result is row.result, (number, text(found.summary))
        for part in row.says:
            assert part in text(found.summary), number
        assert found.max_level is row.max_level, number
        assert found.min_level is row.min_level, number


def complete(found: Judgement) -> None:
    assert text(found.summary).strip()
    if found.result is not VIOLATED:
        assert not found.title
        assert not found.todo
        assert not found.short
        return
    title, todo = text(found.title), text(found.todo)
    assert title.endswith(".")
    assert todo.endswith(".")
    assert found.short
    assert not found.short.endswith(".")
    assert "\n" not in title + todo + found.short
    if found.detail:
        assert text(found.detail).rstrip().endswith(".")
    for said in (title, todo, found.short, text(found.summary), text(found.detail)):
        assert "  " not in said
        assert not re.search(r"(?<![\d,.])1 (?:tests|lines|reports|jobs)\b", said)
        assert "!" not in said
    assert not found.needs_baseline
    assert not found.incomplete


@EACH_RULE
def test_the_texts_are_complete(rule: Rule) -> None:
    for _, _, found in rows(rule):
        complete(found)


@pytest.mark.parametrize("rule", all_rules(), ids=by_name)
def test_a_rule_never_fails_in_any_situation_of_any_other(rule: Rule) -> None:
    for situations in SITUATIONS.values():
        for row in situations.rows:
            complete(found_by(rule, made(row.make), given()))


@EACH_RULE
@pytest.mark.parametrize("name", PRESETS)
def test_the_status_follows_from_the_levels(rule: Rule, name: str) -> None:
    for row in SITUATIONS[rule.name].rows:
        follows_from_the_levels(rule, row, name)


def follows_from_the_levels(rule: Rule, row: Row, name: str) -> None:
    chosen = given(name)
    if row.under is not None:
        chosen = replace(row.under, levels=chosen.levels)
    verdict = judge(under(made(row.make), chosen), chosen)
    level = chosen.levels[rule.name]
    if level is Level.OFF and row.min_level is Level.OFF:
        assert rule.name in verdict.off
        return
    (finding,) = [finding for finding in verdict.findings if finding.rule == rule.name]
    broken = Status.BLOCK if max(min(level, row.max_level), row.min_level) is Level.BLOCK else Status.WARN
    assert finding.status is {PASS: Status.PASS, UNKNOWN: Status.NOT_EVALUATED, VIOLATED: broken}[row.result]


def test_the_options_that_the_documentation_promises() -> None:
    (drop,) = [rule for rule in all_rules() if rule.name == "coverage-drop"]
    (patch,) = [rule for rule in all_rules() if rule.name == "patch-coverage"]
    assert drop.options["maximum"].default == Fraction(1, 200)
    assert patch.options["minimum"].default == Fraction(4, 5)


@pytest.mark.parametrize(
    ("minimum", "covered_lines", "of", "passes", "asks"),
    [
        (Fraction(2, 3), 2, 3, True, "66.6667% asked"),
        (Fraction(2, 3), 1_999, 3_000, False, "1 more line needed"),
        (Fraction(1), 999_999, 1_000_000, False, "99.99%; 100% asked, 1 more line needed"),
        (Fraction(1), 3, 3, True, "100%; 100% asked"),
        (Fraction(0), 0, 3, True, "0%; 0% asked"),
        (Fraction(999, 1000), 998, 1000, False, "99.80%; 99.9% asked, 1 more line needed"),
    ],
)
def test_an_option_is_an_exact_limit(minimum: Fraction, covered_lines: int, of: int, passes: bool, asks: str) -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == "patch-coverage"]
    chosen = policy()
    options = {**chosen.options, "patch-coverage": {"minimum": minimum}}
    found = rule.judge(changed(covered_lines, of)(), type(chosen)(preset="x", levels=chosen.levels, options=options))
    assert (found.result is PASS) is passes
    assert asks in text(found.summary)


def test_a_policy_that_cannot_be_used_blocks_even_where_the_rule_is_off() -> None:
    made = with_policy_change(problems=("p.yml:1: no such key",))()
    verdict = judge(made, policy(policy_changed=Level.OFF))
    assert not verdict.ready
    assert verdict.reason == "the new policy file cannot be used"
    assert "policy-changed" not in verdict.off
    quiet = judge(with_policy_change(loosened=(("less",),))(), policy(policy_changed=Level.OFF))
    assert quiet.ready
    assert "policy-changed" in quiet.off


def test_since_when_an_inherited_failure_fails_is_told() -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == "inherited-failures"]
    found = rule.judge(failing_since(), given())
    assert "test_1 fails there since ddddddd (run 8), in 2 runs." in text(found.detail)
    (shown,) = found.evidence.items
    assert (shown.name, shown.note) == ("A::test_1", "fails on the base since ddddddd (run 8), in 2 runs")


def test_what_a_finding_rests_on_is_bounded_and_counted() -> None:
    found = judge(run("f" * 30, "p" * 30)(), policy()).findings[0]
    assert (found.rule, len(found.evidence.items), found.evidence.total) == ("new-failures", 20, 30)
    assert found.evidence.items[0].kind == "test"


@EACH_RULE
def test_every_finding_about_named_things_names_them(rule: Rule) -> None:
    for number, _, found in rows(rule):
        assert found.evidence.total >= len(found.evidence.items), number
        assert (found.evidence.total == 0) == (not found.evidence.items), number
        if found.result is VIOLATED and SITUATIONS[rule.name].names_evidence:
            assert found.evidence.items, number
