"""The pass rates of the sets of tests that a policy names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import compress

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.measures import CategoryResult
from readygate.model.policy import Category, Policy, test_patterns
from readygate.model.results import SEPARATOR, ClassBlock, Counts, count_outcomes
from readygate.support.globs import any_of, literal_start

Blocks = Mapping[tuple[str, str], ClassBlock]


def category_results(comparison: Comparison, policy: Policy, *, with_base: bool = False) -> tuple[CategoryResult, ...]:
    """Count the tests of each category of a policy, in its order.

    Args:
        comparison: what was measured.
        policy: names the categories.
        with_base: count those of the base, too; else only where it decides.
    """
    if not policy.categories:
        return ()
    filters = [_Filter.of(category) for category in policy.categories]
    counts = _counts(comparison.head.snapshot.headline(), filters)
    base = comparison.base
    told = [with_base or found.pass_rate is None for found in counts]
    wanted = list(compress(filters, told))
    before = iter(_counts(base.headline(), wanted) if base and wanted else [Counts()] * len(wanted))
    known = [next(before) if asked else Counts() for asked in told]
    return tuple(
        CategoryResult(
            name=category.name,
            minimum=category.minimum,
            counts=found,
            lost=found.pass_rate is None and then.pass_rate is not None,
            base=then if base and with_base else None,
        )
        for category, found, then in zip(policy.categories, counts, known, strict=True)
    )


class _Filter(Struct, frozen=True):
    """Which names fit a category; a class of which none can is passed over at once."""

    fits: Callable[[str], bool]
    starts: tuple[str, ...]

    @classmethod
    def of(cls, category: Category) -> _Filter:
        patterns = test_patterns(category.tests)
        return cls(any_of(patterns), tuple(dict.fromkeys(literal_start(pattern) for pattern in patterns)))

    def may_fit(self, begin: str) -> bool:
        """Whether a name that begins so may fit."""
        return any(begin.startswith(start) or start.startswith(begin) for start in self.starts)

    def picks(self, names: list[str], begins: tuple[str, ...]) -> list[bool] | None:
        """Which tests of a class fit under any of the beginnings of their full names; None if none can."""
        found: list[bool] | None = None
        for begin in begins:
            if not self.may_fit(begin):
                continue
            if found is None:
                found = [self.fits(begin + name) for name in names]
            elif not all(found):
                found = [known or self.fits(begin + name) for known, name in zip(found, names, strict=True)]
        return found


def _counts(blocks: Blocks, filters: list[_Filter]) -> list[Counts]:
    columns = [bytearray() for _ in filters]
    for (group, class_name), block in blocks.items():
        begin = f"{class_name}::" if class_name else ""
        begins = (begin, f"{group}::{begin}") if group else (begin,)
        names = block.names.split(SEPARATOR)
        for each, column in zip(filters, columns, strict=True):
            found = each.picks(names, begins)
            if found is not None:
                column.extend(compress(block.outcomes, found))
    return [count_outcomes(column) for column in columns]
