"""Shares work between processes, where a machine has several processors and there is much to do.

Helpers are forks of this process: they start in milliseconds and know all it knows. Whoever is free takes what is next,
so a process that has other work to do as well does less of this. Helpers hand their results over in files, and nothing
depends on them: whatever a helper leaves undone, for whatever reason, is done here.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any, Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 4
"""Processes, this one included: each holds some 40 MB while it works."""
_PATIENCE: Final = 5.0
"""Seconds, beyond twice the time that an equal share took here, after which a helper is given up."""
_PAUSE: Final = 0.005
"""Seconds between two looks at a helper, where the system cannot tell when it ends."""
_NUMBER: Final = 4
_HANDFULS: Final = 1_000
"""How many numbers of so many bytes wait in a pipe: no more than one page, which every pipe has room for, see
https://man7.org/linux/man-pages/man7/pipe.7.html (Pipe capacity)."""


def processors() -> int:
    """How many processes may work at once: one where processes cannot be forked safely."""
    return min(len(os.sched_getaffinity(0)), MOST) if sys.platform == "linux" else 1


def share(
    items: Sequence[T],
    sizes: Sequence[int | None],
    work: Callable[[T], R],
    *,
    pack: Callable[[R], object],
    unpack: Callable[[Any], R],
    tell: Callable[[R], None],
    workers: int,
) -> list[R]:
    """Do something with all items, each in one of several processes.

    Args:
        items: what to work on.
        sizes: how much work each is, in any unit; None for what has to be done in this process.
        work: what to do; it must give the same wherever it runs, and print nothing.
        pack: makes of a result what can be handed over.
        unpack: makes the result of it again.
        tell: is called for each result that was made in this process.
        workers: processes, this one included.

    Returns:
        the results, in the order of the items.
    """
    results: dict[int, R] = {}

    def do(places: Iterable[int]) -> None:
        for at in places:
            if at not in results:
                results[at] = work(items[at])
                tell(results[at])

    here = [at for at, size in enumerate(sizes) if size is None]
    free = sorted((at for at, size in enumerate(sizes) if size is not None), key=lambda at: (-(sizes[at] or 0), at))
    queue = _queue(free) if workers > 1 and free else None
    helpers = [_Helper(lambda at: pack(work(items[at])), queue) for _ in range(min(workers - 1, len(free))) if queue]
    try:
        begun = time.monotonic()
        do(here)
        do(queue or free)
        limit = time.monotonic() + 2 * (time.monotonic() - begun) + _PATIENCE
        for helper in helpers:
            for at, packed in helper.results(limit):
                results[at] = unpack(packed)
    finally:
        for helper in helpers:
            helper.end()
        if queue is not None:
            queue.close()
    do(range(len(items)))
    return [results[at] for at in range(len(items))]


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


class _Helper:
    """A process that works on places that it takes from a queue."""

    def __init__(self, work: Callable[[int], object], queue: Iterable[int]) -> None:
        self._process = 0
        self._file: IO[bytes] | None = None
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as the helper)
            self._process = os.fork()
        except OSError:  # no room for a file or a process: then it is done without
            return
        if not self._process:
            _work(work, queue, self._file)

    def results(self, limit: float) -> Iterator[tuple[int, Any]]:
        """What the helper has done when it has ended, or at a time of the monotonic clock."""
        if self._process:
            if not _ends(self._process, limit):
                os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        self._process = 0
        if self._file is None:
            return
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301  (our own process has written it)
            except (EOFError, pickle.UnpicklingError):  # its end, or where the helper was stopped
                return

    def end(self) -> None:
        """End the process if it runs, and drop its file."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
        if self._file is not None:
            self._file.close()
            self._file = None


def _ends(process: int, limit: float) -> bool:
    """Wait for a child to end, up to a time of the monotonic clock; whether it did."""
    try:
        watched = os.pidfd_open(process)  # https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    except (AttributeError, OSError):  # a system without it: look now and then
        while time.monotonic() < limit:
            if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
            time.sleep(_PAUSE)
        return False
    try:
        ended = select.poll()
        ended.register(watched, select.POLLIN)
        return bool(ended.poll(max(limit - time.monotonic(), 0) * 1000))
    finally:
        os.close(watched)


def _work(work: Callable[[int], object], queue: Iterable[int], file: IO[bytes]) -> None:
    """Be the helper: it ends here, whatever happens, without what this process would do at its end."""
    try:
        for at in queue:
            pickle.dump((at, work(at)), file, protocol=5)
        file.flush()
    finally:
        os._exit(0)
