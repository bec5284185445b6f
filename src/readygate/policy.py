"""Policies: the presets, put together from what every rule says of itself."""

from __future__ import annotations

from readygate.model.policy import Policy
from readygate.rules import PRESETS, all_rules


def preset(name: str) -> Policy:
    """Return a preset by name.

    Raises:
        ValueError: there is no such preset.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset is called {name!r}; there are {', '.join(PRESETS)}")
    rules = all_rules()
    return Policy(
        preset=name,
        levels={rule.name: rule.levels[PRESETS.index(name)] for rule in rules},
        options={rule.name: dict(rule.options) for rule in rules},
    )
