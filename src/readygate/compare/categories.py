"""The pass rates of the sets of tests that a policy names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import compress

from readygate.model.comparison import Comparison
from readygate.model.parts import CategoryResult
from readygate.model.policy import Policy, names_fit
from readygate.model.tests import SEPARATOR, ClassBlock, Counts, count_outcomes

Blocks = Mapping[tuple[str, str], ClassBlock]
Fits = Callable[[str], bool]


def category_results(comparison: Comparison, policy: Policy) -> tuple[CategoryResult, ...]:
    """Count the tests of each category of a policy, in its order."""
    if not policy.categories:
        return ()
    fits = [names_fit(category.tests) for category in policy.categories]
    counts = _counts(comparison.head.snapshot.headline(), fits)
    base = comparison.base
    empty = [each for each, found in zip(fits, counts, strict=True) if found.pass_rate is None]
    before = iter(_counts(base.headline(), empty) if base and empty else [Counts()] * len(empty))
    return tuple(
        CategoryResult(
            name=category.name,
            minimum=category.minimum,
            counts=found,
            lost=found.pass_rate is None and next(before).pass_rate is not None,
        )
        for category, found in zip(policy.categories, counts, strict=True)
    )


def _counts(blocks: Blocks, fits: list[Fits]) -> list[Counts]:
    """Count the tests that fit, for each of some patterns; the names are put together once for all of them."""
    columns = [bytearray() for _ in fits]
    for (group, class_name), block in blocks.items():
        begin = f"{class_name}::" if class_name else ""
        names = [begin + name for name in block.names.split(SEPARATOR)]
        full = [f"{group}::{name}" for name in names] if group else None
        for fit, column in zip(fits, columns, strict=True):
            found = list(map(fit, names))
            if full is not None and not all(found):
                found = [one or fit(name) for one, name in zip(found, full, strict=True)]
            column.extend(compress(block.outcomes, found))
    return [count_outcomes(column) for column in columns]
