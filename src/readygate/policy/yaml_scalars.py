"""Classify YAML scalars as PyYAML does: https://yaml.org/type/ for YAML 1.1."""

import re
from typing import Any

import yaml

_BOOLEAN = "tag:yaml.org,2002:bool"
_INTEGER = "tag:yaml.org,2002:int"
_TEXT = "tag:yaml.org,2002:str"
_DIGITS = re.compile(r"0|[1-9][0-9]{0,11}")


def boolean(node: Any) -> bool | None:
    """Return the value of a node that means true or false, such as a plain `off` or `no`; None for any other."""
    return yaml.SafeLoader.bool_values.get(node.value.lower()) if node.tag == _BOOLEAN else None


def integer(node: Any) -> int | None:
    """Return the value of a whole number without a sign, in plain decimal digits; None for any other node.

    YAML 1.1 has other forms of integers, such as `024` for 20 and `1:00` for 60. They are not read.
    """
    plain = node.id == "scalar" and node.tag == _INTEGER and _DIGITS.fullmatch(node.value)
    return int(node.value) if plain else None


def is_text(node: Any) -> bool:
    """Return whether a scalar is a text, rather than a number, a date, a boolean, null, or of a tag of its own."""
    return bool(node.tag == _TEXT)
