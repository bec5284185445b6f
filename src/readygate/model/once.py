"""What several documents show of one large value is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Keep the last two results of a function, as of head and base, and give them again for the very same arguments.

    The function must depend on nothing else, and its result must not be changed by anyone. Arguments are told apart
    by what they are and not by what they say, as comparing two large values takes as long as working something out.
    """
    kept: list[tuple[tuple[object, ...], tuple[tuple[str, object], ...], R]] = []

    @wraps(function)
    def remembered(*arguments: P.args, **named: P.kwargs) -> R:
        options = tuple(sorted(named.items()))
        for known, chosen, result in kept:
            if chosen == options and _same(known, arguments):
                return result
        result = function(*arguments, **named)
        kept[1:] = kept[:1]
        kept[:1] = [(arguments, options, result)]
        return result

    return remembered


def _same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))
