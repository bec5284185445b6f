"""The situations of a rule: comparisons, and what the rule must find in each.

`tests/rules/NAME.py` holds them for the rule in `src/readygate/rules/NAME.py`, as `SITUATIONS`; the contract test
finds them by the name of the rule's module.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.rules import Result, Rule

PASS, VIOLATED, UNKNOWN = Result.PASS, Result.VIOLATED, Result.NOT_EVALUATED


class Row(NamedTuple):
    """One situation.

    Attributes:
        result: what the rule must find.
        make: makes the comparison.
        says: parts of the summary.
        max_level: the highest level that the finding may have.
        under: the policy; None for `standard` with a value for every option.
        min_level: the lowest level that the finding has.
    """

    result: Result
    make: Callable[[], Comparison]
    says: tuple[str, ...] = ()
    max_level: Level = Level.BLOCK
    under: Policy | None = None
    min_level: Level = Level.OFF


class Situations(NamedTuple):
    """All situations of one rule.

    Attributes:
        levels: the levels in `standard`, `strict` and `lenient`, such as "WARN BLOCK OFF".
        rows: at least one each that passes, is violated, and cannot be evaluated.
        can_always_decide: no situation is without a result, so that rows of the last kind are missing.
        names_evidence: each violation names what it rests on.
    """

    levels: str
    rows: Sequence[Row]
    can_always_decide: bool = False
    names_evidence: bool = True


MISSING: Final = """\
The rule {rule} has no situations. Write tests/rules/{module}.py with

    from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
    from tests.support.situations import run

    SITUATIONS = Situations(
        levels="{levels}",
        rows=[
            Row(PASS, run("p", "p"), ("part of the summary",)),
            Row(VIOLATED, run("f", "p"), ("part of the summary",)),
            Row(UNKNOWN, run("p"), ("no baseline",)),
        ],
    )
"""


def situations_of(rule: Rule) -> Situations | None:
    """Return the situations of a rule; None if it has no module of situations."""
    module = f"tests.rules.{module_of(rule)}"
    found: object = import_module(module).SITUATIONS if find_spec(module) is not None else None
    assert found is None or isinstance(found, Situations), f"{module}.SITUATIONS must be Situations"
    return found


def module_of(rule: Rule) -> str:
    """Return the name of a rule's module, which is its own name with underscores."""
    return rule.name.replace("-", "_")


def missing(rule: Rule) -> str:
    """Return what to write for a rule without situations."""
    levels = " ".join(level.name for level in rule.levels)
    return MISSING.format(rule=rule.name, module=module_of(rule), levels=levels)
