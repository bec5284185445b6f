"""What a policy says: the level of every rule and its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from readygate.model.verdict import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules in force.

    Attributes:
        preset: the name of the preset it starts from.
        levels: by rule name.
        options: by rule name and option name; shares are fractions of 1.
    """

    preset: str
    levels: Mapping[str, Level]
    options: Mapping[str, Mapping[str, Fraction]]

    def option(self, rule: str, name: str) -> Fraction:
        """The value of one option."""
        return self.options[rule][name]
