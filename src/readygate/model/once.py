"""What several documents show of one large value is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MOST: Final = 2
"""Results that are kept of a function: those of head and base."""


class _Known(NamedTuple):
    """The arguments of a call, and its result, or who works it out."""

    arguments: tuple[object, ...]
    options: tuple[tuple[str, object], ...]
    result: Any
    ask: Callable[[], Any] | None = None

    def is_of(self, arguments: tuple[object, ...], options: tuple[tuple[str, object], ...]) -> bool:
        """Whether the arguments are the very same."""
        same = self.options == options and len(self.arguments) == len(arguments)
        return same and all(map(is_, self.arguments, arguments))


_kept: Final[dict[Any, list[_Known]]] = {}
"""By function, the newest first."""


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Keep the last two results of a function, as of head and base, and give them again for the very same arguments.

    The function must depend on nothing else, and its result must not be changed by anyone. Arguments are told apart
    by what they are and not by what they say, as comparing two large values takes as long as working something out.
    """

    @wraps(function)
    def remembered(*arguments: P.args, **named: P.kwargs) -> R:
        options = tuple(sorted(named.items()))
        known = next((known for known in kept if known.is_of(arguments, options)), None)
        result: R
        if known is None:
            result = function(*arguments, **named)
        elif known.ask is not None:
            kept[:] = [other for other in kept if other is not known]
            result = known.ask()
        else:
            result = known.result
            return result
        _keep(kept, _Known(arguments, options, result))
        return result

    kept = _kept[remembered] = []
    return remembered


def expect(function: Callable[P, R], ask: Callable[[], R], /, *arguments: P.args, **named: P.kwargs) -> None:
    """Let a function made by `once` give for some arguments what somebody else is working out.

    Args:
        function: the function.
        ask: waits for what it would return; called once, when that is first needed.
        arguments: those that it will be called with.
        named: the same.
    """
    _keep(_kept[function], _Known(arguments, tuple(sorted(named.items())), None, ask))


def _keep(kept: list[_Known], known: _Known) -> None:
    kept[_MOST - 1 :] = []
    kept.insert(0, known)
