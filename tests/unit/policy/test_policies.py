"""From files to policies in force, what one asks less than another, and the schema."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from readygate.model.policy import PRESETS, Policy
from readygate.model.policy_change import PolicyChange
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.verdict import Level
from readygate.policy import PolicyFiles, effective, preset, read, read_policy_pair
from readygate.policy.difference import difference, neutral_changes
from readygate.policy.schema import schema
from readygate.rules import all_rules
from readygate.support.errors import SettingsError

ROOT = Path(__file__).resolve().parents[3]
WHOLE = (Path(__file__).parent / "whole.yml").read_bytes()


def made(text: str, **more: str) -> Policy:
    return effective(read(text.encode(), "p.yml"), **more)


def texts(phrases: tuple[RichText, ...]) -> list[str]:
    return ["".join(part.text if isinstance(part, Untrusted) else part for part in phrase) for phrase in phrases]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_what_its_file_says(name: str) -> None:
    assert made(f"preset: {name}\n").levels == preset(name).levels


def test_an_option_turns_a_rule_on_that_the_preset_leaves_off() -> None:
    assert made("preset: lenient\nrules: {patch-coverage: {minimum: 50}}\n").levels["patch-coverage"] is Level.BLOCK
    still = made("preset: lenient\nrules: {patch-coverage: {minimum: 50, level: off}}\n")
    assert still.levels["patch-coverage"] is Level.OFF


def test_a_rule_that_is_on_needs_its_options() -> None:
    with pytest.raises(SettingsError, match=r"rules\.score: is on and lacks `minimum`"):
        made("rules: {score: block}\n")


def test_overrides_are_laid_over_for_their_branches_and_later_ones_win() -> None:
    text = WHOLE.decode() + "  - branches: [release/2]\n    rules: {coverage-drop: {maximum: 2}}\n"
    plain, one, two = (made(text, branch=branch) for branch in ("main", "release/1", "release/2"))
    assert [p.preset for p in (plain, one, two)] == ["strict", "lenient", "lenient"]
    drops = [p.option("coverage-drop", "maximum") for p in (plain, one, two)]
    assert drops == [Fraction(1, 400), Fraction(1, 100), Fraction(2, 100)]
    assert [p.levels["coverage-drop"] for p in (plain, one)] == [Level.WARN, Level.WARN], "single rules are laid over"
    assert (plain.waiver, one.waiver) == ("", "excused")


@pytest.mark.parametrize("asked", PRESETS)
def test_the_input_only_raises_what_a_file_says(asked: str) -> None:
    for text in ("preset: strict\n", "preset: lenient\nrules: {new-failures: warn, new-skips: block}\n"):
        before, after = made(text), made(text, asked=asked)
        assert all(after.levels[name] >= level for name, level in before.levels.items())
        assert all(after.levels[name] >= level for name, level in preset(asked).levels.items())
    assert effective(None, asked=asked).preset == asked


def edits(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every single edit of a policy: a part taken away, a number or a word made another."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), None
            yield from edits(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield (*path, at), None
            yield from edits(inner, (*path, at))
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int | float):
        yield path, value / 2


def edited(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    document = json.loads(json.dumps(value, default=str))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    if new is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return document


PLAIN = yaml.safe_load(WHOLE)
SILENT = ("name", "reason")
"""A reason asks for nothing, and without a name it is no policy."""
EDITS = [(path, new) for path, new in edits(PLAIN) if path[-1] not in SILENT]


@pytest.mark.parametrize(("path", "new"), EDITS, ids=["-".join(map(str, path)) for path, _ in EDITS])
def test_no_edit_of_a_policy_is_silent(path: tuple[Any, ...], new: Any) -> None:
    old = made(WHOLE.decode())
    try:
        other = made(yaml.safe_dump(edited(PLAIN, path, new)))
    except SettingsError:
        return  # it is told as a problem
    if _same(old, other):
        return
    loosened, tightened = difference(old, other)
    assert loosened or tightened or neutral_changes(old, other)
    back = difference(other, old)
    assert back[0] or back[1] or neutral_changes(other, old)


def _same(one: Policy, other: Policy) -> bool:
    """Whether two policies ask the same, wherever it stands in the file."""
    names = ("levels", "options", "components", "categories", "groups", "goals", "waiver", "inform")
    more = ("base_branches", "baseline_mb", "repeats", "guarded", "quarantine", "overrides")
    return all(getattr(one, name) == getattr(other, name) for name in (*names, *more))


@pytest.mark.parametrize(
    ("old", "new", "loosened", "tightened"),
    [
        ("", "preset: strict", [], ["`patch-coverage`: warn → block"]),
        ("preset: strict", "", ["`patch-coverage`: block → warn"], []),
        ("", "rules: {coverage-drop: {maximum: 1}}", ["`coverage-drop.maximum`: 0.5 points → 1 points"], []),
        ("", "overrides: [{branches: b, mode: inform}]", ["overrides for b are added"], []),
        ("", "rules: {patch-coverage: {minimum: 90}}", [], ["`patch-coverage.minimum`: 80% → 90%"]),
        # any other measure may ask less of a change
        ("", "rules: {patch-coverage: {measure: both}}", ["`patch-coverage.measure`: lines → both"], []),
        ("rules: {patch-coverage: {measure: both}}", "", ["`patch-coverage.measure`: both → lines"], []),
        (
            "components: [{name: a, paths: a, measure: branches}]",
            "components: [{name: a, paths: a}]",
            ["component a: measure branches → lines"],
            [],
        ),
        ("guarded-files: [a]", "", ["guarded files"], []),
        ("", "repeats: last", ["`repeats`: worst → last"], []),
        ("repeats: last", "repeats: worst", [], ["`repeats`: last → worst"]),
        ("base-branches: [a]", "", ["recorded branches"], []),
        ("targets: [{coverage: 80}]", "targets: [{coverage: 70}]", ["target 80%"], ["target 70%"]),
    ],
)
def test_what_an_edit_moves_is_named(old: str, new: str, loosened: list[str], tightened: list[str]) -> None:
    less, more = map(texts, difference(made(old), made(new)))
    for part in loosened:
        assert any(part in text for text in less), less
    for part in tightened:
        assert any(part in text for text in more), more
    if not loosened:
        assert not less


def test_equal_policies_differ_in_nothing() -> None:
    assert difference(made(WHOLE.decode()), made(WHOLE.decode())) == ((), ())
    assert neutral_changes(made(WHOLE.decode()), made(WHOLE.decode())) == ()


@pytest.mark.parametrize(("text", "size"), [("", 20), ("baseline-size: 1", 1), ("baseline-size: 1000", 1000)])
def test_the_limit_of_stored_results_is_in_megabytes(text: str, size: int) -> None:
    assert made(text).baseline_mb == size


def test_a_limit_of_stored_results_is_reported_and_neither_loosens_nor_tightens() -> None:
    small, large = made(""), made("baseline-size: 1000")
    assert difference(small, large) == difference(large, small) == ((), ())
    assert texts(neutral_changes(small, large)) == ["`baseline-size`: 20 MB → 1,000 MB"]
    assert texts(neutral_changes(large, small)) == ["`baseline-size`: 1,000 MB → 20 MB"]


def test_both_sides_of_a_change() -> None:
    book = read_policy_pair(PolicyFiles(base=b"preset: strict\n", changed=True, own=b"presett: a\n"), "main", "")
    assert book.own is None
    assert "no such key" in book.problems[0]
    assert book.policy.preset == "strict"
    with pytest.raises(SettingsError):
        read_policy_pair(PolicyFiles(base=b"a: b\n", changed=True, own=b""), "main", "")
    assert isinstance(PolicyChange(problems=book.problems).problems, tuple)


def test_the_published_schema_is_that_of_the_grammar() -> None:
    assert json.loads((ROOT / "docs/policy.schema.json").read_text()) == schema()
    jsonschema.Draft202012Validator.check_schema(schema())


VALID = ["{}", "preset: strict", "rules: {new-skips: off}", "rules: {coverage-drop: {maximum: 0.5}}", WHOLE.decode()]
INVALID = [
    "presett: strict",
    "preset: loud",
    "rules: {nothing: warn}",
    "rules: {new-skips: loud}",
    "rules: {coverage-drop: {least: 1}}",
    "components: [{name: a}]",
    "quarantine: [{tests: a, reason: b}]",
    "targets: 8",
    "baseline-size: 0",
    "baseline-size: 1001",
    "baseline-size: 2.5",
    "baseline-size: '20'",
    "overrides: [{branches: a, baseline-size: 5}]",
]


@pytest.mark.parametrize("text", VALID)
def test_the_schema_takes_what_the_reader_takes(text: str) -> None:
    made(text)
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)), schema())


@pytest.mark.parametrize("text", INVALID)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    with pytest.raises(SettingsError):
        made(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)), schema())


LEVEL_WORDS = ("block", "warn", "off", "on", "no", "yes", "n", "false", "true", "null", "~", "0", "1", "loud", "")
LEVEL_FORMS = ("{}", "'{}'", '"{}"', "' {} '", "!!str {}", "!!bool {}", "!!int {}", "! {}", "[{}]", "{{level: {}}}")
SPELLINGS = (str.lower, str.upper, str.title, str.swapcase)


@pytest.mark.parametrize("form", LEVEL_FORMS)
@pytest.mark.parametrize("rule", ["rules: {{new-skips: {}}}", "rules: {{new-skips: {{level: {}}}}}"])
def test_the_reader_and_the_schema_accept_the_same_levels(rule: str, form: str) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for word, spell in product(LEVEL_WORDS, SPELLINGS):
        text = rule.format(form.format(spell(word)))
        try:
            valid = validator.is_valid(yaml.safe_load(text))
        except (yaml.YAMLError, ValueError, LookupError):  # `!!int loud`
            valid = False
        with nullcontext() if valid else pytest.raises(SettingsError):
            made(text)


@pytest.mark.parametrize("word", ["off", "Off", "OFF", "false", "False", "no", "No", "'off'", '"off"', "!!bool off"])
@pytest.mark.parametrize("text", ["rules: {{new-failures: {}}}", "rules: {{new-failures: {{level: {}}}}}"])
def test_false_as_yaml_reads_it_is_the_level_off(text: str, word: str) -> None:
    assert made(text.format(word)).levels["new-failures"] is Level.OFF


@pytest.mark.parametrize(
    ("words", "critical"), [("true True TRUE yes on 'true'", True), ("false False FALSE no off 'false'", False)]
)
def test_a_flag_is_read_in_any_spelling(words: str, *, critical: bool) -> None:
    for word in words.split():
        (component,) = made(f"components: [{{name: a, paths: x, critical: {word}}}]").components
        assert component.critical is critical


@pytest.mark.skipif("coverage-min" not in {rule.name for rule in all_rules()}, reason="it names rules to come")
def test_the_example_of_the_documentation_can_be_used() -> None:
    page = (ROOT / "docs/policy.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    policy = made(example, branch="release/1")
    assert policy.preset == "strict"
    assert {rule.name for rule in all_rules()} == set(policy.levels)
