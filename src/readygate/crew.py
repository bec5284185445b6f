"""Shares work between processes, where a machine has several processors and there is much to do.

Helpers are forks of this process: they start in milliseconds and know all it knows. They begin at once, and whoever is
free takes what is next, so a process that has other work to do first does less of this. Helpers hand their results over
in nameless files, and nothing depends on them: whatever a helper leaves undone, for whatever reason, is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any, Final, Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 4
"""Processes, this one included: each holds some 40 MB while it works."""
_PATIENCE: Final = 5.0
"""Seconds without any work after which a helper is given up."""
_PAUSE: Final = 0.01
"""Seconds between two looks at what a helper has done."""
_SIZE: Final = 8
"""Bytes of the length before each result that is handed over."""
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
    ) -> None:
        """Begin.

        Args:
            items: what to work on.
            sizes: how much work each is, in any unit; None for what has to be done in this process.
            work: what to do; it must give the same wherever it runs, and print nothing.
            pack: makes of a result what can be handed over.
            unpack: makes the result of it again.
            workers: processes, this one included.
        """
        self._items, self._work, self._unpack = items, work, unpack
        self._here = [at for at, size in enumerate(sizes) if size is None]
        self._free = sorted(
            (at for at, size in enumerate(sizes) if size is not None), key=lambda at: (-(sizes[at] or 0), at)
        )
        self._queue = _queue(self._free) if workers > 1 and self._free else None
        self._helpers: list[_Helper] = []
        if self._queue is not None:
            count = min(workers - 1, len(self._free))
            self._helpers = _helpers(lambda at: pack(work(items[at])), self._queue, count)
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
        while not all(helper.ends() for helper in self._helpers):
            gather()
        gather()
        self.end()
        for at in range(len(self._items)):
            do(at)
        return [results[at] for at in range(len(self._items))]


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


def _helpers(work: Callable[[int], object], queue: _Queue, count: int) -> list[_Helper]:
    """So many processes that work on places from a queue, as far as there is room for files and processes."""
    import pickle  # noqa: F401, PLC0415  (here, as a helper must not import: another thread might hold the lock for it)

    helpers = []
    for _ in range(count):
        try:
            file = _nameless_file()
        except OSError:
            break
        try:
            process = os.fork()
        except OSError:
            file.close()
            break
        if not process:
            _work(work, queue, file)
        helpers.append(_Helper(process, file))
    return helpers


def _nameless_file() -> IO[bytes]:
    """A file that two processes can share, in memory if the system has such files.

    Raises:
        OSError: there is no room for one.
    """
    try:
        return os.fdopen(
            os.memfd_create("readygate"), "w+b"
        )  # https://man7.org/linux/man-pages/man2/memfd_create.2.html
    except AttributeError:  # this Python was built without it
        import tempfile  # noqa: PLC0415  (it takes 4 ms to load)

        return tempfile.TemporaryFile()


class _Helper:
    """A process that works on places that it takes from a queue, and the file that it writes results to."""

    def __init__(self, process: int, file: IO[bytes]) -> None:
        self._process = process
        self._file = file
        self._taken = 0  # bytes of the file
        self._spent = -1.0  # seconds of a processor
        self._seen = 0.0  # when it last had spent more

    def done(self) -> Iterator[tuple[int, Any]]:
        """What the helper has handed over since the last call."""
        import pickle  # noqa: PLC0415

        while True:
            told = os.pread(self._file.fileno(), _SIZE, self._taken)
            size = int.from_bytes(told, "big")
            data = os.pread(self._file.fileno(), size, self._taken + _SIZE) if len(told) == _SIZE else b""
            if not data or len(data) < size:  # it works on that, or was stopped there
                return
            self._taken += _SIZE + size
            yield pickle.loads(data)  # noqa: S301  (our own process has written it)

    def ends(self) -> bool:
        """Wait a little for the helper; whether it has ended, by itself or because it did nothing for too long."""
        if not self._process or _ends(self._process, time.monotonic() + _PAUSE):
            return True
        spent = _spent(self._process)
        if spent > self._spent:
            self._spent, self._seen = spent, time.monotonic()
        return time.monotonic() - self._seen > _PATIENCE

    def end(self) -> None:
        """End the process if it runs, and drop its file."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
        self._file.close()


def _spent(process: int) -> float:
    """Seconds of a processor that a process has spent.

    How its clock is called: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:  # it has just ended
        return 0.0


def _ends(process: int, limit: float) -> bool:
    """Wait for a child to end, up to a time of the monotonic clock; whether it did."""
    import select  # noqa: PLC0415

    try:
        watched = os.pidfd_open(process)  # https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    except (AttributeError, OSError):  # a system without it
        time.sleep(max(limit - time.monotonic(), 0))
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    try:
        ended = select.poll()
        ended.register(watched, select.POLLIN)
        return bool(ended.poll(max(limit - time.monotonic(), 0) * 1000))
    finally:
        os.close(watched)


def _work(work: Callable[[int], object], queue: Iterable[int], file: IO[bytes]) -> None:
    """Be the helper: it ends here, whatever happens, without what this process would do at its end."""
    import pickle  # noqa: PLC0415

    try:
        for at in queue:
            data = pickle.dumps((at, work(at)), protocol=5)
            file.write(len(data).to_bytes(_SIZE, "big") + data)
            file.flush()
    finally:
        os._exit(0)
