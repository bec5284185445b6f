"""Shares work between processes, where a machine has several processors and there is much to do.

Helpers begin at once, and whoever is free takes what is next, so a process that has other work to do first does less of
this. One can be hired before it is known what there is to do. Nothing depends on them: whatever a helper leaves undone,
for whatever reason, is done here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, Generic, Self, TypeVar

from readygate.helper import Helper, Work

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


class Hired:
    """A helper that makes itself fit for work before it is known what there is to do."""

    def __init__(self, helper: Helper, queue: Queue) -> None:
        self.helper = helper
        self.queue = queue
        self._tell: Callable[[], bool] = bool

    @classmethod
    def make(cls, load: Callable[[], object]) -> Hired | None:
        """Hire one; None where there is no processor or no room for it.

        Args:
            load: makes it fit.
        """
        queue = _queue() if processors() > 1 else None
        if queue is None:
            return None

        def begin() -> None:
            queue.leave()
            load()

        helper = Helper.start(load=begin)
        if helper is None:
            queue.close()
            return None
        return cls(helper, queue)

    def engage(self, work: Work, *arguments: object, then: str = "") -> None:
        """Choose what it does: a function of a module that takes these arguments and the queue, see `Helper.order`."""
        self._tell = lambda: self.helper.order(work, *arguments, self.queue, then=then)

    def begin(self) -> bool:
        """Tell it to begin, as the queue has been filled; whether that was possible."""
        return self._tell()

    def end(self) -> None:
        """End it, whatever it does."""
        self.helper.end()
        self.queue.close()


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
        hired: Hired | None = None,
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
            hired: one of the helpers, who is there already; engaged to pack what the work gives for each place.
        """
        self._items, self._work, self._unpack = items, work, unpack
        self._here = [at for at, size in enumerate(sizes) if size is None]
        self._free = sorted(
            (at for at, size in enumerate(sizes) if size is not None), key=lambda at: (-(sizes[at] or 0), at)
        )
        self._helpers: list[Helper] = []
        self._spare: Helper | None = None
        self._queue: Queue | None = None
        self._asked = 0
        self._answers: dict[int, Any] = {}  # of what was asked, by negative numbers: others are those of the work
        if self._free and workers > 1:
            self._queue = _queue() if hired is None else hired.queue
        if self._queue is not None:
            self._queue.fill(self._free)
        if hired is not None and self._queue is not None and hired.begin():
            self._helpers.append(hired.helper)
            self._spare = hired.helper if ready is not None else None
        elif hired is not None:
            hired.helper.end()
            workers = 1  # what ended that one may end others, too, and it was not made sure that they can be made
        self._start(workers - 1, lambda at: pack(work(items[at])), ready)
        self.helped = bool(self._helpers)

    def _start(self, most: int, work: Callable[[int], object], ready: Callable[[], object] | None) -> None:
        """Start helpers until there are so many."""
        queue = self._queue
        if queue is None:
            return
        count = min(most, len(self._free))
        for number in range(len(self._helpers), count):
            # the last one stays: no other one holds its line then, whose end it could not see otherwise
            stays = ready is not None and self._spare is None and number == count - 1
            helper = Helper.start(
                lambda: ((at, work(at)) for at in queue),
                load=ready if stays else None,
                others=self._helpers,
                stays=stays,
                in_memory=ready is not None,
            )
            if helper is None:
                break
            self._helpers.append(helper)
            self._spare = helper if stays else self._spare

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

    def ask(self, function: Callable[..., Any], *arguments: object, last: bool = False) -> Callable[[], Any] | None:
        """Let the helper that has nothing left to do call a function, after those that it was asked before.

        Args:
            function: of a module.
            arguments: values that another process can be given.
            last: nothing else will be asked.

        Returns:
            what waits for the function's result, which is worked out here if the helper does not; None if there is no
            helper.
        """
        helper, place = self._spare, -1 - self._asked
        if helper is None or not helper.order(_answer, place, function, arguments):
            return None
        self._asked += 1
        self._spare = None if last else helper

        @cache
        def result() -> Any:
            while place not in self._answers:
                over = helper.rests()
                self._answers.update(helper.done())
                if over and place not in self._answers:
                    return function(*arguments)
            if last:
                helper.dismiss()
            return self._answers[place]

        return result


def _answer(place: int, function: Callable[..., object], arguments: tuple[object, ...]) -> Iterator[tuple[int, object]]:
    yield place, function(*arguments)


def _queue() -> Queue | None:
    """A queue; None where there is no room for one: then it is done without."""
    try:
        return Queue()
    except OSError:
        return None


class Queue:
    """Places that are handed out, each once, to whichever of several processes asks.

    A pipe holds the numbers of handfuls of them: what one process has read from it no other one reads. Processes that
    were there before it was filled are given the handfuls.
    """

    def __init__(self) -> None:
        self._handfuls: list[Sequence[int]] = []
        self._pipe, end = os.pipe()
        self._end: int | None = end

    def __getstate__(self) -> tuple[int, list[Sequence[int]]]:
        return self._pipe, self._handfuls

    def __setstate__(self, state: tuple[int, list[Sequence[int]]]) -> None:
        self._pipe, self._handfuls = state
        self._end = None

    def fill(self, places: Sequence[int]) -> None:
        """Put in all that there will be."""
        size = -(-len(places) // _HANDFULS)
        self._handfuls = [places[at : at + size] for at in range(0, len(places), size)]
        if self._end is not None:
            os.write(self._end, b"".join(number.to_bytes(_NUMBER, "big") for number in range(len(self._handfuls))))
        self.leave()

    def leave(self) -> None:
        """Put in nothing more: who takes sees the end only when all have left."""
        if self._end is not None:
            os.close(self._end)
            self._end = None

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._pipe, _NUMBER):
            yield from self._handfuls[int.from_bytes(number, "big")]

    def close(self) -> None:
        """Give the pipe back."""
        self.leave()
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
