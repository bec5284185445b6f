"""The time that a step may take, and the clock it is measured with.

A step that hangs is worse than one that fails: the check it owes never comes. So all waiting ends with the budget, and
a part of it is kept back for telling: what was judged by then still reaches summary, outputs and exit code.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from msgspec import Struct, field

from readygate.support.errors import TimeBudgetError

KEPT_BACK = 60.0
"""Seconds of the budget that reading leaves to telling, at most a fifth of it."""


class Clock(Struct, frozen=True, kw_only=True):
    """Where time comes from, so that tests need not wait.

    Attributes:
        now: seconds that only grow.
        wall: seconds since 1970, which GitHub's limits are told in.
        sleep: waits a number of seconds.
        timeout: seconds that one request may stay without a byte of answer.
    """

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    timeout: int = 30


class _Alarm(BaseException):
    """Raised in the midst of anything; no `except Exception` on the way may take it for damage of a file."""


class Budget(Struct):
    """The budget of one step; without minutes it never ends.

    Attributes:
        minutes: how long the step may take, None for as long as it likes.
        telling: the verdict is being told, so what was kept back may be used.
    """

    minutes: float | None = None
    clock: Clock = field(default_factory=Clock)
    telling: bool = False
    _start: float = 0.0

    def __post_init__(self) -> None:
        self._start = self.clock.now()

    def left(self) -> float:
        """Seconds left for what is being done now."""
        if self.minutes is None:
            return float("inf")
        whole = self.minutes * 60
        end = whole if self.telling else whole - min(KEPT_BACK, whole / 5)
        return self._start + end - self.clock.now()

    def check(self) -> None:
        """Raise TimeBudgetError if nothing is left."""
        if self.left() <= 0:
            raise self._over()

    def wait(self, seconds: float) -> None:
        """Wait, unless the budget would end meanwhile.

        Raises:
            TimeBudgetError: it would.
        """
        if seconds >= self.left():
            raise self._over()
        self.clock.sleep(seconds)

    def begin_telling(self) -> None:
        """From now on the verdict is told: nothing interrupts it any more but waiting for GitHub."""
        self.telling = True
        _disarm()

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Interrupt what runs inside when the time for it is over, even in the midst of a file.

        Only where the system has alarms, and in the main thread; waiting for GitHub ends in any case.

        Raises:
            TimeBudgetError: the time was over.
        """
        left = self.left()
        possible = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
        if not possible or left == float("inf"):
            yield
            return
        before = signal.signal(signal.SIGALRM, _ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))
            yield
        except _Alarm as alarm:
            raise self._over() from alarm
        finally:
            _disarm()
            signal.signal(signal.SIGALRM, before)

    def _over(self) -> TimeBudgetError:
        return TimeBudgetError(
            f"the time budget of {self.minutes or 0:g} {'minute' if self.minutes == 1 else 'minutes'} ran out",
            why="GitHub is disturbed or limits the requests of this repository, or the reports are very large",
            todo="look above for what took long; run the job again, or raise the input `time-budget`",
        )


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _Alarm


def _disarm() -> None:
    if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, 0)


def jitter(longest: float) -> float:
    """Seconds between half of `longest` and all of it, so that runs that met do not meet again."""
    return random.uniform(longest / 2, longest)  # noqa: S311  (no secret)
