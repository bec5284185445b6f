"""Shares work between processes, where a machine has several processors and there is much to do.

Helpers begin at once, and whoever is free takes what is next, so a process that has other work to do first does less of
this. Nothing depends on them: whatever a helper leaves undone, for whatever reason, is done here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, Generic, Self, TypeVar

from readygate.helper import ORDER, Helper

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 4
"""Processes, this one included: each holds some 40 MB while it works."""
_NUMBER: Final = 4
_HANDFULS: Final = 1_000
"""How many numbers of so many bytes wait in a pipe: no more than one page, which every pipe has room for, see
https://man7.org/linux/man-pages/man7/pipe.7.html (Pipe capacity)."""


def processors() -> int:
    """How many processes may work at once: one where processes cannot be forked safely."""
    return min(len(os.sched_getaffinity(0)), MOST) if sys.platform == "linux" else 1


class Crew(Generic[T, R]):
    """Several processes at one list of work; the others begin at once. As a context, it ends them.

    Attributes:
        helped: whether there are others.
    """

    def __init__(
        self,
        items: Sequence[T],
        sizes: Sequence[int | None],
        work: Callable[[T], R],
        *,
        pack: Callable[[R], object],
        unpack: Callable[[Any], R],
        workers: int,
        ready: Callable[[], object] | None = None,
    ) -> None:
        """Begin.

        Args:
            items: what to work on.
            sizes: how much work each is, in any unit; None for what has to be done in this process.
            work: what to do; it must give the same wherever it runs, and print nothing.
            pack: makes of a result what can be handed over.
            unpack: makes the result of it again.
            workers: processes, this one included.
            ready: what a helper does when nothing is left, so that it is fit for `ask`; None if nobody will ask, or if
                results are so large that helpers shall not hold them in memory.
        """
        self._items, self._work, self._unpack = items, work, unpack
        self._here = [at for at, size in enumerate(sizes) if size is None]
        self._free = sorted(
            (at for at, size in enumerate(sizes) if size is not None), key=lambda at: (-(sizes[at] or 0), at)
        )
        self._queue = _queue(self._free) if workers > 1 and self._free else None
        self._helpers: list[Helper] = []
        self._spare: Helper | None = None
        count = min(workers - 1, len(self._free)) if self._queue is not None else 0
        for number in range(count):
            # the last one stays: no other one holds its line then, whose end it could not see otherwise
            helper = Helper.start(
                lambda at: pack(work(items[at])),
                self._queue or (),
                others=self._helpers,
                ready=ready if number == count - 1 else None,
                in_memory=ready is not None,
            )
            if helper is None:
                break
            self._helpers.append(helper)
            self._spare = helper if ready is not None and number == count - 1 else None
        self.helped = bool(self._helpers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the others, if they have not ended, and drop what they handed over."""
        for helper in self._helpers:
            helper.end()
        self._helpers = []
        if self._queue is not None:
            self._queue.close()
            self._queue = None

    def results(self, tell: Callable[[R], None]) -> list[R]:
        """Work here, too, until all is done.

        Args:
            tell: is called for each result that was made in this process.

        Returns:
            the results, in the order of the items.
        """
        results: dict[int, R] = {}

        def do(at: int) -> None:
            if at not in results:
                results[at] = self._work(self._items[at])
                tell(results[at])

        def gather() -> None:
            results.update((at, self._unpack(packed)) for helper in self._helpers for at, packed in helper.done())

        for at in chain(self._here, self._free if self._queue is None else self._queue):
            do(at)
            gather()
        while not all(helper.rests() for helper in self._helpers):
            gather()
        gather()
        if self._spare is not None and not self._spare.waits:
            self._spare = None
        for helper in self._helpers:
            if helper is not self._spare:
                helper.end()
        for at in range(len(self._items)):
            do(at)
        return [results[at] for at in range(len(self._items))]

    @property
    def spare(self) -> bool:
        """Whether there is a helper to be asked, once it has nothing left to do."""
        return self._spare is not None

    def ask(self, function: Callable[..., Any], *arguments: object) -> Callable[[], Any] | None:
        """Let the helper that has nothing left to do call a function; it does so once.

        Args:
            function: of a module.
            arguments: values that another process can be given.

        Returns:
            what waits for the function's result, which is worked out here if the helper does not; None if there is no
            helper.
        """
        helper, self._spare = self._spare, None
        if helper is None or not helper.order(function, arguments):
            return None

        @cache
        def result() -> Any:
            while not helper.rests():
                pass
            for at, found in helper.done():
                if at == ORDER:
                    return found
            return function(*arguments)

        return result


def _queue(places: Sequence[int]) -> _Queue | None:
    """A queue; None where there is no room for one: then it is done without."""
    try:
        return _Queue(places)
    except OSError:
        return None


class _Queue:
    """Places that are handed out, each once, to whichever of several processes asks.

    A pipe holds the numbers of handfuls of them: what one process has read from it no other one reads.
    """

    def __init__(self, places: Sequence[int]) -> None:
        size = -(-len(places) // _HANDFULS)
        self._handfuls = [places[at : at + size] for at in range(0, len(places), size)]
        self._pipe, end = os.pipe()
        os.write(end, b"".join(number.to_bytes(_NUMBER, "big") for number in range(len(self._handfuls))))
        os.close(end)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._pipe, _NUMBER):
            yield from self._handfuls[int.from_bytes(number, "big")]

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._pipe)
