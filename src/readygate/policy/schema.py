"""Build the JSON schema of the policy file, for editors, from the grammar that the reader follows.

https://json-schema.org/draft/2020-12
"""

from collections.abc import Mapping
from typing import Any

from readygate.model.policy import POLICY_PATH
from readygate.policy.grammar import FILE, LEVELS, Key
from readygate.rules import Option, all_rules
from readygate.support.errors import DOCS

_PERCENT = {"type": ["number", "string"], "minimum": 0, "maximum": 100, "pattern": r"^\d{1,3}(\.\d{1,12})?\s*%?$"}
_TEXTS = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ]
}
# YAML 1.1 reads `off` as false
_LEVEL = {"enum": [*LEVELS, False]}
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string", "minLength": 1},
    "flag": {"type": "boolean"},
    "share": _PERCENT,
    "points": _PERCENT,
    "day": {"type": "string", "format": "date"},
    "label": {"anyOf": [{"type": "string", "minLength": 1}, {"const": False}]},
    "paths": _TEXTS,
    "tests": _TEXTS,
    "branches": _TEXTS,
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of the policy file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{DOCS}/policy.schema.json",
        "title": "Readygate policy",
        "description": f"What makes a change ready: {POLICY_PATH}",
        **_mapping(FILE),
    }


def _mapping(keys: tuple[Key, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {"description": key.description, **_key(key)} for key in keys},
    }
    required = [key.name for key in keys if key.required]
    return {**made, "required": required} if required else made


def _key(key: Key) -> Mapping[str, Any]:
    if key.kind == "choice":
        return {"enum": list(key.choices)}
    if key.kind == "whole":
        return {"type": "integer", "minimum": key.bounds[0], "maximum": key.bounds[1]}
    if key.kind == "items":
        return {"type": "array", "maxItems": 1000, "items": _mapping(key.items)}
    if key.kind == "rules":
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {rule.name: {"description": rule.summary, **_rule(rule.options)} for rule in all_rules()},
        }
    return _KINDS[key.kind]


def _rule(options: Mapping[str, Option]) -> dict[str, Any]:
    properties = {name: {"description": option.description, **_option(option)} for name, option in options.items()}
    full = {"type": "object", "additionalProperties": False, "properties": {"level": _LEVEL, **properties}}
    return {"anyOf": [_LEVEL, full]}


def _option(option: Option) -> Mapping[str, Any]:
    if option.unit in ("percent", "points"):
        return _PERCENT
    if option.unit == "choice":
        return {"enum": list(option.choices)}
    return {"type": "integer" if option.unit == "whole" else "number", "minimum": 0}
