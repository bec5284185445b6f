"""Limit the time of a step.

A step that hangs is worse than a step that fails, because its check never completes. So every wait ends with the time
budget. A part of the budget is reserved for reporting, so that a verdict still reaches summary, outputs and exit code.
"""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from msgspec import Struct, field

from readygate.support.errors import TimeBudgetError

REPORTING_RESERVE = 60.0
"""Seconds of the budget that are reserved for reporting; at most a fifth of the budget is."""


class Clock(Struct, frozen=True, kw_only=True):
    """The source of time, which tests replace so that they need not wait.

    Attributes:
        now: returns a monotonic time in seconds.
        wall: returns the seconds since 1970; the rate limits of GitHub use them.
        sleep: waits for a number of seconds.
        timeout: the seconds that a request may wait for the next byte of a response.
    """

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    timeout: int = 30


class _Alarm(BaseException):
    """Raised at any point of the code; not an Exception, so that no parser takes it for a damaged file."""


class Deadline(Struct):
    """The end of one step, from its time budget.

    Attributes:
        minutes: the minutes that the step may take; None without a limit.
        clock: the source of time.
        reporting: whether reporting has begun, which may use the reserve.
    """

    minutes: float | None = None
    clock: Clock = field(default_factory=Clock)
    reporting: bool = False
    _start: float = 0.0

    def __post_init__(self) -> None:
        self._start = self.clock.now()

    def left(self) -> float:
        """Return the seconds that are left for the current phase."""
        if self.minutes is None:
            return float("inf")
        whole = self.minutes * 60
        end = whole if self.reporting else whole - min(REPORTING_RESERVE, whole / 5)
        return self._start + end - self.clock.now()

    def check(self) -> None:
        """Raise TimeBudgetError if no time is left."""
        if self.left() <= 0:
            raise self._over()

    def wait(self, seconds: float) -> None:
        """Wait a number of seconds.

        Raises:
            TimeBudgetError: the deadline is earlier.
        """
        if seconds >= self.left():
            raise self._over()
        self.clock.sleep(seconds)

    def begin_reporting(self) -> None:
        """Begin the reporting phase: only waits for GitHub still end with the deadline."""
        self.reporting = True
        _disarm()

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Interrupt the code inside when its time is over, even while a file is read.

        This needs a system with alarms and the main thread. Waits for GitHub end in any case.

        Raises:
            TimeBudgetError: the time is over.
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
            why="GitHub has an outage or limits the requests of this repository, or the reports are very large",
            todo="look above for what took long; run the job again, or raise the input `time-budget`",
        )


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _Alarm


def _disarm() -> None:
    if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, 0)


def jitter(longest: float) -> float:
    """Return seconds between `longest` / 2 and `longest`, so that runs that collided do not collide again."""
    return random.uniform(longest / 2, longest)  # noqa: S311  (not used for secrets)
