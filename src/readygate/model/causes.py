"""Groups of failures with the same cause."""

from msgspec import Struct

from readygate.support.stack_frames import Frame


class Cause(Struct, frozen=True, kw_only=True):
    """Tests that fail for the same reason, judged by their messages and traces.

    Attributes:
        key: a short name of the cause that stays the same from run to run.
        kind: the type of the error, without its package; empty if the reports name none.
        message: the first line of the first test's message; empty for tests without a message, which are in one group
            whether or not they share a cause.
        frame: the innermost frame of the project's own code in the trace of the first test; None if it has none.
        placed: whether the frame's path is certainly a file of the repository.
        tests: their indices in the list of failing tests, ascending.
    """

    key: str
    kind: str = ""
    message: str = ""
    frame: Frame | None = None
    placed: bool = False
    tests: tuple[int, ...]

    @property
    def has_message(self) -> bool:
        """Whether any report has a type or a message."""
        return bool(self.kind or self.message)


class Causes(Struct, frozen=True, kw_only=True):
    """The causes of the lists of failing tests, the largest first; tests without a message come last.

    Attributes:
        new_failures: of `TestComparison.new_failures`.
        still_failing: of `TestComparison.still_failing`.
        fixed: of `TestComparison.fixed`, if the messages of the base are known: a stored snapshot has none.
    """

    new_failures: tuple[Cause, ...] = ()
    still_failing: tuple[Cause, ...] = ()
    fixed: tuple[Cause, ...] = ()
