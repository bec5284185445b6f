"""Build the policy for one base branch from a preset and the policy file."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from readygate.model.coverage import LINES
from readygate.model.policy import (
    BASELINE_MB,
    PRESETS,
    WAIVER_LABEL,
    WORST,
    Category,
    Component,
    Goal,
    Policy,
    Quarantine,
    SuiteGroup,
    tests_fit,
)
from readygate.model.verdict import Level
from readygate.policy.read import TODO, Document
from readygate.rules import Rule, all_rules
from readygate.support.errors import SettingsError
from readygate.support.globs import PatternError, paths_fit

_LEVELS = {"block": Level.BLOCK, "warn": Level.WARN, "off": Level.OFF}


def preset(name: str) -> Policy:
    """Return a preset by name.

    Raises:
        ValueError: the preset does not exist.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset is called {name!r}; there are {', '.join(PRESETS)}")
    return effective(None, asked=name)


def effective(document: Document | None, *, branch: str = "", asked: str = "") -> Policy:
    """Build the policy for one base branch.

    Args:
        document: the policy file; None if there is none.
        branch: the base branch, for `overrides`.
        asked: the preset of the input `policy`. Without a file it is the policy; with a file it can only raise
            levels.

    Raises:
        SettingsError: a rule that is on lacks a required option.
    """
    where = document.where if document else ""
    values, origins = _settings(document, branch)
    _check_patterns(where, values)
    name = values.get("preset") or ((asked or PRESETS[0]) if document is None else PRESETS[0])
    told = f"input `policy`: {name}" if document is None and asked else f"preset {name}"
    origins = {"preset": "input `policy`" if document is None and asked else "default", **origins}
    levels: dict[str, Level] = {}
    options: dict[str, Mapping[str, Fraction | None]] = {}
    for rule in all_rules():
        given = dict(values.get("rules", {}).get(rule.name, {}))
        level = rule.levels[PRESETS.index(name)]
        key, origin = f"rules.{rule.name}.level", told
        if "level" in given:
            level = _LEVELS[given.pop("level")]
            origin = origins.get(key, told)
        elif level is Level.OFF and (given or (rule.key and values.get(rule.key))):
            level, origin = Level.BLOCK, "its settings are given"
        if document is not None and asked and rule.levels[PRESETS.index(asked)] > level:
            level, origin = rule.levels[PRESETS.index(asked)], f"input `policy`: {asked}"
        origins[key] = origin
        levels[rule.name] = level
        options[rule.name] = {option: given.get(option, known.default) for option, known in rule.options.items()}
    _check(document, levels, options)
    return Policy(
        preset=name,
        levels=levels,
        options=options,
        components=tuple(_component(item) for item in values.get("components", ())),
        categories=tuple(_category(item) for item in values.get("categories", ())),
        quarantine=tuple(
            Quarantine(tests=item["tests"], reason=item["reason"], expires=item["expires"])
            for item in values.get("quarantine", ())
        ),
        groups=tuple(
            SuiteGroup(name=item["name"], reports=item["reports"], when_changed=item["when-changed"])
            for item in values.get("groups", ())
        ),
        goals=_goals(values),
        waiver=values.get("waiver", WAIVER_LABEL),
        inform=values.get("mode") == "inform",
        base_branches=values.get("base-branches", ()),
        baseline_mb=values.get("baseline-size", BASELINE_MB),
        repeats=values.get("repeats", WORST),
        guarded=values.get("guarded-files", ()),
        overrides=_overrides(document),
        source=where,
        origins=origins,
    )


def _settings(document: Document | None, branch: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the file's settings with the overrides of a branch applied, and the origin of each."""
    if document is None:
        return {}, {}
    values = dict(document.values)
    lines = {path: f"line {line}" for path, line in document.lines.items()}
    for number, override in enumerate(values.pop("overrides", ())):
        if not branch or not paths_fit(override["branches"])(branch):
            continue
        for key, value in override.items():
            if key == "rules":
                rules = dict(values.get("rules", {}))
                for name, settings in value.items():
                    rules[name] = {**rules.get(name, {}), **settings}
                value = rules  # noqa: PLW2901  (single rules are merged, everything else is replaced)
            if key != "branches":
                values[key] = value
        begin = f"overrides[{number}]."
        lines |= {
            path.removeprefix(begin): f"line {line}, for `{branch}`"
            for path, line in document.lines.items()
            if path.startswith(begin)
        }
    return values, lines


def _check(
    document: Document | None, levels: Mapping[str, Level], options: Mapping[str, Mapping[str, Fraction | None]]
) -> None:
    """Raise SettingsError if a rule that is on lacks an option."""
    lacking = [
        f"{document.where}: rules.{rule.name}: is on and lacks `{name}` ({rule.options[name].description})"
        for rule in all_rules()
        if document is not None and levels[rule.name] is not Level.OFF
        for name, value in options[rule.name].items()
        if value is None
    ]
    if lacking:
        raise SettingsError(tuple(lacking), todo=TODO)


def _goals(values: Mapping[str, Any]) -> tuple[Goal, ...]:
    ladder = sorted(values.get("targets", ()), key=lambda item: item["coverage"])
    return tuple(Goal(coverage=item["coverage"], by=item.get("by", "")) for item in ladder)


def _overrides(document: Document | None) -> tuple[tuple[str, str], ...]:
    given = document.values.get("overrides", ()) if document else ()
    return tuple((", ".join(item["branches"]), repr(sorted(item.items()))) for item in given)


def _check_patterns(where: str, values: Mapping[str, Any]) -> None:
    """Raise SettingsError if all quarantine patterns together exceed the limits."""
    try:
        tests_fit(tuple(text for item in values.get("quarantine", ()) for text in item["tests"]))
    except PatternError as error:
        raise SettingsError((f"{where}: quarantine: {error}",), todo=TODO) from error


def _component(item: Mapping[str, Any]) -> Component:
    return Component(
        name=item["name"],
        paths=item["paths"],
        minimum=item.get("minimum"),
        maximum_drop=item.get("maximum-drop"),
        measure=item.get("measure", LINES),
        critical=item.get("critical", False),
    )


def _category(item: Mapping[str, Any]) -> Category:
    return Category(name=item["name"], tests=item["tests"], minimum=item.get("minimum"))


def rule_of(name: str) -> Rule:
    """Return a rule by name.

    Raises:
        KeyError: the rule does not exist.
    """
    return {rule.name: rule for rule in all_rules()}[name]
