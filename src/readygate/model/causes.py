"""Failures with the same cause, as one group."""

from __future__ import annotations

from msgspec import Struct

from readygate.support.stack_frames import Frame


class Cause(Struct, frozen=True, kw_only=True):
    """Tests that fail for the same reason, as far as their messages and traces tell.

    Attributes:
        key: a short name of the cause that stays the same from run to run.
        kind: the type of the error, without its package; empty if the reports name none.
        message: the first line of the message, as the first of the tests tells it; empty if nothing was told:
            such tests stand in one group, whether or not they share a cause.
        frame: the innermost place of the project's own code in the trace of the first test, None if it has none.
        placed: the frame's path is certain to be a file of the repository.
        tests: their places in the list of tests that the causes stand behind, ascending.
    """

    key: str
    kind: str = ""
    message: str = ""
    frame: Frame | None = None
    placed: bool = False
    tests: tuple[int, ...]

    @property
    def told(self) -> bool:
        """Whether any report says why."""
        return bool(self.kind or self.message)


class Causes(Struct, frozen=True, kw_only=True):
    """The causes behind the lists of failing tests, each the largest first; tests without a message come last.

    Attributes:
        new_failures: behind `TestComparison.new_failures`.
        still_failing: behind `TestComparison.still_failing`.
        fixed: behind `TestComparison.fixed`, where the messages of the base are known: a stored snapshot holds none.
    """

    new_failures: tuple[Cause, ...] = ()
    still_failing: tuple[Cause, ...] = ()
    fixed: tuple[Cause, ...] = ()
