"""Forks of this process that work for it: they start in milliseconds and know all it knows.

A helper is told what to do when it is made, or by an order, and hands results over in a nameless file. It rings when it
has done that; then it ends, or stays for another order. Nothing depends on helpers: each may end at any time, for
whatever reason.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, Final

_PATIENCE: Final = 5.0
"""Seconds without any work after which a helper is given up."""
_PAUSE: Final = 0.01
"""Seconds between two looks at what a helper has done."""
_SIZE: Final = 8
"""Bytes of the length before each result that is handed over, and of the length of an order."""

Work = Callable[..., Iterable[tuple[int, object]]]
"""Gives results, each with its place."""


class Helper:
    """A helper, as the process sees it that started it."""

    def __init__(self, process: int, file: IO[bytes], line: _Line, owes: int) -> None:
        self._process = process
        self._file = file
        self._line = line
        self._taken = 0  # bytes of the file
        self._spent = -1.0  # seconds of a processor
        self._seen = 0.0  # when it last had spent more
        self._owes = owes  # how often it will ring
        self._ended = False

    @classmethod
    def start(
        cls,
        work: Work | None = None,
        *,
        load: Callable[[], object] | None = None,
        others: Iterable[Helper] = (),
        stays: bool = True,
        in_memory: bool = True,
    ) -> Helper | None:
        """Start a helper; None if there is no room for its file, its line or itself.

        Args:
            work: what it does first; None for one that waits for an order.
            load: makes it fit for orders, after that work.
            others: helpers that were started before, whose files are no business of it.
            stays: whether it waits for orders, or ends when its work is done.
            in_memory: whether there is memory for all that it hands over, else it goes to the disk.
        """
        import pickle  # noqa: F401, PLC0415  (here, as another thread might hold the lock for it later)

        made: list[IO[bytes] | _Line] = []
        try:
            made.append(file := _nameless_file(in_memory=in_memory))
            made.append(line := _Line())
            process = os.fork()
        except OSError:
            for each in made:
                each.close()
            return None
        if not process:
            for other in others:
                other.forget()
            line.take_the_far_end()
            _be_one(file, line, work, load, stays=stays)
        line.take_the_near_end()
        return cls(process, file, line, owes=int(work is not None))

    def done(self) -> Iterator[tuple[int, Any]]:
        """What it has handed over since the last call: places and results."""
        import pickle  # noqa: PLC0415

        while True:
            told = os.pread(self._file.fileno(), _SIZE, self._taken)
            size = int.from_bytes(told, "big")
            data = os.pread(self._file.fileno(), size, self._taken + _SIZE) if len(told) == _SIZE else b""
            if not data or len(data) < size:  # it works on that, or was stopped there
                return
            self._taken += _SIZE + size
            yield pickle.loads(data)  # noqa: S301  (our own process has written it)

    def rests(self) -> bool:
        """Wait a little for it; whether it has nothing left to do, has ended, or did nothing for too long."""
        if self._ended or not self._owes:
            return True
        heard = self._line.listen(_PAUSE)
        if heard is not None:
            self._owes -= 1
            self._ended = not heard
            return self._ended or not self._owes
        spent = _spent(self._process)
        if spent > self._spent:
            self._spent, self._seen = spent, time.monotonic()
        if time.monotonic() - self._seen > _PATIENCE:
            self._stop()
        return self._ended

    @property
    def waits(self) -> bool:
        """Whether it has not ended, and so waits for an order if it was made for one."""
        return not self._ended

    def order(self, work: Work, *arguments: object, then: str = "") -> bool:
        """Give it a function of a module to call, after what it was told before; whether it could be told.

        Args:
            work: what it gives is handed over.
            arguments: of the function, values that another process can be given.
            then: a module that it loads when it has done that and rung.
        """
        if not self._process or not self._line.send((work, arguments, then)):
            return False
        self._owes, self._spent = self._owes + 1, -1.0
        return True

    def dismiss(self) -> None:
        """Let it end by itself, which takes as long as it has memory to give back; there are no more orders."""
        self._line.close()

    def end(self) -> None:
        """End the process if it runs, and drop what belongs to it."""
        if not self._file.closed:
            self._stop()
            self.forget()

    def forget(self) -> None:
        """Close the files that belong to it in this process."""
        self._line.close()
        self._file.close()

    def _stop(self) -> None:
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
        self._ended = True


class _Line:
    """A bell that a helper rings, and a way to give it an order. Each side holds the ends that it needs.

    Where the other side has ended its ends are closed, which can be seen here: a bell then rings for ever, and nobody
    waits for an order.
    """

    def __init__(self) -> None:
        """Make both.

        Raises:
            OSError: there is no room for them.
        """
        self._sheet = _nameless_file()
        self._open: list[int] = []
        try:
            for _ in range(2):
                self._open += os.pipe()
        except OSError:
            self.close()
            raise
        self._heard, self._rung, self._told, self._given = self._open
        self._received = 0  # bytes of the sheet

    def take_the_near_end(self) -> None:
        """Be on the side of who gives orders."""
        self._drop(self._rung, self._told)

    def take_the_far_end(self) -> None:
        """Be on the side of the helper."""
        self._drop(self._heard, self._given)

    def ring(self) -> None:
        """Let the other side know."""
        os.write(self._rung, b".")

    def listen(self, seconds: float) -> bytes | None:
        """Wait so long for the bell; what was heard, which is nothing if the other side has ended. None for silence."""
        import select  # noqa: PLC0415

        bell = select.poll()
        bell.register(self._heard, select.POLLIN)
        if not bell.poll(seconds * 1000):
            return None
        return os.read(self._heard, 1)

    def send(self, order: object) -> bool:
        """Give an order; whether somebody waits for it."""
        import pickle  # noqa: PLC0415

        try:
            pickle.dump(order, self._sheet, protocol=5)  # large values are written as they are, and never copied
            self._sheet.flush()
            os.write(self._given, self._sheet.tell().to_bytes(_SIZE, "big"))
        except OSError:
            return False
        return True

    def receive(self) -> Any:
        """Wait for an order; None if there will be none."""
        import pickle  # noqa: PLC0415

        end = int.from_bytes(os.read(self._told, _SIZE), "big")
        data = os.pread(self._sheet.fileno(), max(end - self._received, 0), self._received)
        self._received = end
        return pickle.loads(data) if data else None  # noqa: S301  (the process that gave it has written it)

    def close(self) -> None:
        """Give all of it back."""
        self._drop(*self._open)
        self._sheet.close()

    def _drop(self, *ends: int) -> None:
        for end in ends:
            os.close(end)
            self._open.remove(end)


def _be_one(file: IO[bytes], line: _Line, work: Work | None, load: Callable[[], object] | None, *, stays: bool) -> None:
    """Be the helper: it ends here, whatever happens, without what this process would do at its end."""
    import pickle  # noqa: PLC0415

    def do(work: Work, *arguments: object) -> None:
        for at, result in work(*arguments):
            data = pickle.dumps((at, result), protocol=5)
            file.write(len(data).to_bytes(_SIZE, "big") + data)
            file.flush()
        if stays:
            line.ring()

    try:
        if work is not None:
            do(work)
        if load is not None:
            load()
        while stays and (order := line.receive()) is not None:
            function, arguments, then = order
            do(function, *arguments)
            if then:
                import_module(then)
    finally:
        os._exit(0)


def _nameless_file(*, in_memory: bool = True) -> IO[bytes]:
    """A file that two processes can share; in memory only if the system has such files.

    Raises:
        OSError: there is no room for one.
    """
    if in_memory:
        with suppress(AttributeError, OSError):  # this Python was built without it, or the system refuses it
            # https://man7.org/linux/man-pages/man2/memfd_create.2.html
            return os.fdopen(os.memfd_create("readygate"), "w+b")
    import tempfile  # noqa: PLC0415  (it takes 4 ms to load)

    return tempfile.TemporaryFile()


def _spent(process: int) -> float:
    """Seconds of a processor that a process has spent.

    How its clock is called: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    with suppress(OSError):  # it has just ended
        return time.clock_gettime((~process << 3) | 2)
    return 0.0
