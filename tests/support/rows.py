"""A row of the table of situations in tests/contract/test_rules.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import Result

PASS, VIOLATED, UNKNOWN = Result.PASS, Result.VIOLATED, Result.NOT_EVALUATED


class Row(NamedTuple):
    """A comparison and what a rule must say of it; `says` are parts of its summary, `under` is the policy."""

    result: Result
    make: Callable[[], Comparison]
    says: tuple[str, ...] = ()
    max_level: Level = Level.BLOCK
    under: Policy | None = None
    min_level: Level = Level.OFF
