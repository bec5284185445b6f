"""Count the tests of the categories that a policy names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.measures import CategoryResult
from readygate.model.policy import Category, Policy, test_patterns
from readygate.model.results import SEPARATOR, Counts, count_outcomes
from readygate.model.snapshot import Blocks
from readygate.support.globs import any_of, literal_start


def category_results(comparison: Comparison, policy: Policy) -> tuple[CategoryResult, ...]:
    """Count the tests of each category of a policy on both sides, in the order of the policy."""
    if not policy.categories:
        return ()
    filters = [_Filter.of(category) for category in policy.categories]
    counts = _counts(comparison.head.snapshot.headline(), filters)
    known = _counts(comparison.base.headline(), filters) if comparison.base else [None] * len(filters)
    return tuple(
        CategoryResult(
            name=category.name,
            minimum=category.minimum,
            counts=now,
            no_longer_run=now.pass_rate is None and before is not None and before.pass_rate is not None,
            base=before,
        )
        for category, now, before in zip(policy.categories, counts, known, strict=True)
    )


class _Filter(Struct, frozen=True):
    """The patterns of a category, with their literal beginnings to skip a class whose tests cannot fit."""

    fits: Callable[[str], bool]
    starts: tuple[str, ...]

    @classmethod
    def of(cls, category: Category) -> _Filter:
        patterns = test_patterns(category.tests)
        return cls(any_of(patterns), tuple(dict.fromkeys(literal_start(pattern) for pattern in patterns)))

    def may_fit(self, begin: str) -> bool:
        """Return whether a name with this beginning may fit."""
        return any(begin.startswith(start) or start.startswith(begin) for start in self.starts)

    def picks(self, names: list[str], begins: tuple[str, ...]) -> list[bool] | None:
        """Return for each test of a class whether it fits under any beginning of its full name; None if none can."""
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
