"""Collects executions class by class in columns, and what they say in bounded numbers."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from readygate.model.identity import are_stable, stable_names
from readygate.model.reports import Problem, Severity
from readygate.model.results import SEPARATOR, ClassBlock, Counts, Detail, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DETAILS: Final = 20_000
"""Failing, and again skipped, executions of one report whose message is kept."""
MAX_TEXTS: Final = 5_000
"""Executions of one report whose trace is kept."""

_COMPACT: Final = 1 << 12
_FEW: Final = 8
"""A column is put into a block one by one if the block is so many times longer, else both are sorted."""

_PASSED: Final = Outcome.PASSED


class _Column:
    """Executions of one class, in the order of the report."""

    __slots__ = ("limit", "names", "outcomes", "seconds")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.outcomes = bytearray()
        self.seconds: list[float] = []
        self.limit = _COMPACT

    def add(self, names: Sequence[str], outcomes: bytes, seconds: Sequence[float]) -> None:
        """Append; fold namesakes now and then, so that a test told a million times costs no more than once."""
        self.names += names
        self.outcomes += outcomes
        self.seconds += seconds
        if len(self.names) > self.limit:
            if 2 * len(set(self.names)) < len(self.names):
                block = self.block(None)
                self.names = block.names.split(SEPARATOR)
                self.outcomes[:] = block.outcomes
                self.seconds = block.durations().tolist()
            self.limit = max(_COMPACT, 2 * len(self.names))

    def append(self, name: str, outcome: Outcome, seconds: float) -> None:
        """Append one."""
        if len(self.names) >= self.limit:
            self.add((name,), bytes((outcome,)), (seconds,))
            return
        self.names.append(name)
        self.outcomes.append(outcome)
        self.seconds.append(seconds)

    def block(self, first: ClassBlock | None) -> ClassBlock:
        """The column as a block, together with the block of the class that there is already."""
        if first is None:
            return ClassBlock.build(self.names, self.outcomes, array("f", self.seconds))
        names, outcomes, seconds = first.names.split(SEPARATOR), bytearray(first.outcomes), first.durations()
        if _FEW * len(self.names) > len(names):
            seconds.extend(self.seconds)
            return ClassBlock.build(names + self.names, outcomes + self.outcomes, seconds)
        for name, outcome, time in zip(self.names, self.outcomes, self.seconds, strict=True):
            at = bisect_left(names, name)
            if at < len(names) and names[at] == name:
                outcomes[at] = max(outcomes[at], outcome)
                seconds[at] += time
            else:
                names.insert(at, name)
                outcomes.insert(at, outcome)
                seconds.insert(at, time)
        return ClassBlock(names=SEPARATOR.join(names), outcomes=bytes(outcomes), seconds=seconds.tobytes())


class Columns:
    """The executions of one report.

    The green tests of a class mostly stand together: they become a block at once. What comes later of the same
    class, or is not green, is kept as a column until the end.

    Attributes:
        seconds: the sum of their durations.
        total: how many there are.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.total = 0
        self._tally = [0] * len(Outcome)
        self._blocks: dict[str, ClassBlock] = {}
        self._columns: dict[str, _Column] = {}
        self._class = ""  # of the green tests that stand together
        self._names: list[str] = []
        self._seconds: list[float] = []
        self._stable = True  # whether it is known that these names stay as they are

    def add(self, class_name: str, name: str, outcome: Outcome, seconds: float) -> None:
        """Add one execution whose name is stable."""
        self._tally[outcome] += 1
        self.total += 1
        self.seconds += seconds
        self._column(class_name).append(name, outcome, seconds)

    def add_passed(self, class_name: str, names: list[str], seconds: list[float]) -> None:
        """Add executions of one class, all of them passed."""
        self._passed(names, seconds)
        self._run(class_name, names, seconds, stable=False)

    def add_runs(self, classes: list[str], names: list[str], seconds: list[float], starts: Sequence[int]) -> None:
        """Add executions of any classes, all of them passed.

        Args:
            classes: the class of each.
            names: the name of each.
            seconds: of each.
            starts: where the class may be another one than before, the first place among them.
        """
        self._passed(names, seconds)
        stable = are_stable(SEPARATOR.join(names))
        for begin, end in zip(starts, (*starts[1:], len(classes)), strict=True):
            self._run(classes[begin], names[begin:end], seconds[begin:end], stable=stable)

    def _passed(self, names: list[str], seconds: list[float]) -> None:
        self.total += len(names)
        self._tally[_PASSED] += len(names)
        self.seconds += sum(seconds)

    def _run(self, class_name: str, names: list[str], seconds: list[float], *, stable: bool) -> None:
        if class_name == self._class and len(self._names) <= _COMPACT:
            self._names += names
            self._seconds += seconds
            self._stable = self._stable and stable
            return
        if self._names:
            self._settle()
        self._class, self._names, self._seconds, self._stable = class_name, names, seconds, stable

    def _settle(self) -> None:
        """Make a block of the green tests that stood together, and of those of the class that were not green."""
        class_name, seconds = self._class, self._seconds
        names = self._names if self._stable else stable_names(self._names)
        self._names = []
        if class_name in self._blocks:
            self._column(class_name).add(names, bytes(len(names)), seconds)
            return
        column = self._columns.pop(class_name, None)
        if column is None:
            self._blocks[class_name] = ClassBlock.green(names, seconds)
        else:
            column.add(names, bytes(len(names)), seconds)
            self._blocks[class_name] = column.block(None)

    def _column(self, class_name: str) -> _Column:
        column = self._columns.get(class_name)
        if column is None:
            column = self._columns[class_name] = _Column()
        return column

    def counts(self) -> Counts:
        """Count all executions."""
        passed, flaky, skipped, failed, errored = self._tally
        return Counts(passed=passed + flaky, failed=failed, errored=errored, skipped=skipped, flaky=flaky)

    def blocks(self) -> dict[str, ClassBlock]:
        """Return the blocks by class name, in its order."""
        if self._names:
            self._settle()
        blocks = self._blocks
        for class_name, column in self._columns.items():
            blocks[class_name] = column.block(blocks.get(class_name))
        self._columns.clear()
        found: dict[str, ClassBlock] = {}
        names = sorted(blocks)
        for class_name, stable in zip(names, stable_names(names), strict=True):
            block = blocks[class_name]
            found[stable] = ClassBlock.merge((found[stable], block)) if stable in found else block
        return found


class Details:
    """What the executions say that did not simply pass, in bounded numbers."""

    def __init__(self) -> None:
        self._kept: list[Detail] = []
        self._skipped = self._failing = self._texts = self._left_out = 0

    def want_text(self) -> bool:
        """Whether there is room for another trace."""
        return self._texts < MAX_TEXTS

    def add(self, detail: Detail) -> None:
        """Keep a detail if there is room."""
        if detail.outcome is Outcome.SKIPPED:
            self._skipped += 1
            room = self._skipped <= MAX_DETAILS
        else:
            self._failing += 1
            room = self._failing <= MAX_DETAILS
        if not room:
            self._left_out += 1
            return
        self._texts += bool(detail.text)
        self._kept.append(detail)

    def all(self) -> tuple[Detail, ...]:
        """Return what was kept, in the order of the report."""
        return tuple(self._kept)

    def problems(self) -> tuple[Problem, ...]:
        """Return a note if something was left out."""
        without_text = self._failing > MAX_TEXTS and self._texts >= MAX_TEXTS
        if not self._left_out and not without_text:
            return ()
        return (
            Problem(
                severity=Severity.NOTE,
                what="the report says more about its tests than is kept",
                why=f"messages of {MAX_DETAILS:,} failing and {MAX_DETAILS:,} skipped tests are kept, "
                f"traces of {MAX_TEXTS:,}",
                todo="nothing for the figures: all tests are counted",
            ),
        )
