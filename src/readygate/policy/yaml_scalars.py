"""Classify YAML scalars as PyYAML does: https://yaml.org/type/ for YAML 1.1."""

from typing import Any

import yaml

_BOOLEAN = "tag:yaml.org,2002:bool"
_TEXT = "tag:yaml.org,2002:str"


def boolean(node: Any) -> bool | None:
    """Return the value of a node that means true or false, such as a plain `off` or `no`; None for any other."""
    return yaml.SafeLoader.bool_values.get(node.value.lower()) if node.tag == _BOOLEAN else None


def is_text(node: Any) -> bool:
    """Return whether a scalar is a text, rather than a number, a date, a boolean, null, or of a tag of its own."""
    return bool(node.tag == _TEXT)
