"""Does something beside what this thread does."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, Self, TypeVar

R = TypeVar("R")


class Beside(Generic[R]):
    """One call in a thread of its own; as a context, it waits for its end.

    `concurrent.futures` does as much and more, and loading it takes as long as opening the first reports.
    """

    def __init__(self, work: Callable[[], R]) -> None:
        self._made: list[R] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, args=(work,), name="beside")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def result(self) -> R:
        """What the call returned, when it has; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._made[0]

    def _run(self, work: Callable[[], R]) -> None:
        try:
            self._made.append(work())
        except BaseException as error:
            self._error = error
